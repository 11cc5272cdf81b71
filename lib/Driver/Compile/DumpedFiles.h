//===- DumpedFiles.h - Which files of a folder a dump wrote -----*- C++ -*-===//
#ifndef TARE_DRIVER_COMPILE_DUMPEDFILES_H
#define TARE_DRIVER_COMPILE_DUMPEDFILES_H

#include "tare/Tensor/Result.h"

#include <set>
#include <span>
#include <string>

namespace tare {

/// The files that dumps wrote into a folder, by the list that they leave there (`.tare-dump`, a name per line): those
/// alone may be replaced and removed, whatever others are called.
class DumpedFiles {
public:
  explicit DumpedFiles(std::string folder);

  /// Makes the folder where there is none, and removes the numbered files of an earlier dump. Their weights stay: a
  /// copy of such a file may need them.
  Status begin();
  /// To be asked before `file`, of the folder, is written; an error where it exists and no dump wrote it.
  Status claim(const std::string &file);

private:
  Status save() const;

  std::string folder;
  std::set<std::string> names;
};

/// An error where a dump into `folder` could change what the command reads: IR that lies there, with its weights, or
/// another input that a dump wrote; and where it is the root of the file system. To be asked before any work.
Status checkDumpFolder(const std::string &folder, const std::string &model, bool isIr,
                       std::span<const std::string> inputs);

} // namespace tare

#endif // TARE_DRIVER_COMPILE_DUMPEDFILES_H
