//===- CSourceFolder.h - A program as a folder of C -------------*- C++ -*-===//
#ifndef TARE_DRIVER_COMPILE_CSOURCEFOLDER_H
#define TARE_DRIVER_COMPILE_CSOURCEFOLDER_H

#include "tare/CSource/CSource.h"
#include "tare/Tensor/AtomicFolder.h"

#include "llvm/Support/JSON.h"

#include <optional>

namespace tare {

/// How a program is written as C.
struct CSourceOptions {
  /// What names begin with; empty for the name of the network's file.
  std::string prefix;
  bool splitsWeights = false, hasTest = false;
};

/// A folder of C, from the time on at which nothing but its contents can fail.
class CSourceFolder {
public:
  /// The folder at `path` is made; it appears when it is written. An error where that or the prefix cannot be.
  /// `source`: the file of the network, whose name is the prefix where none is given.
  static Result<CSourceFolder> create(const std::string &path, const CSourceOptions &options,
                                      const std::string &source);

  Status write(std::shared_ptr<const program::Model> model);

  /// What was written: "c/: net.c, net.h; 12.3 kB constant, 4.5 kB of memory".
  std::string text() const;
  void writeJson(llvm::json::OStream &out) const;
  /// Of all files.
  int64_t bytes() const;

private:
  CSourceFolder(AtomicFolder folder, std::string path, csource::SourceOptions options, bool hasTest)
      : folder(std::move(folder)), path(std::move(path)), options(std::move(options)), hasTest(hasTest) {}

  AtomicFolder folder;
  std::string path;
  csource::SourceOptions options;
  bool hasTest;
  csource::Source source;
};

} // namespace tare

#endif // TARE_DRIVER_COMPILE_CSOURCEFOLDER_H
