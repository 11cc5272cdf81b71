//===- TemporaryPath.h - The name of an unfinished output -------*- C++ -*-===//
#ifndef TARE_LIB_TENSOR_TEMPORARYPATH_H
#define TARE_LIB_TENSOR_TEMPORARYPATH_H

#include <functional>
#include <string>

namespace tare {

/// A temporary name that removeTemporaries() knows, for as long as this lives.
class TemporaryPath {
public:
  TemporaryPath() = default;
  explicit TemporaryPath(std::string path);
  TemporaryPath(TemporaryPath &&other) noexcept;
  TemporaryPath &operator=(TemporaryPath &&other) noexcept;
  ~TemporaryPath() { forget(); }

  const std::string &path() const { return name; }
  explicit operator bool() const { return !name.empty(); }

  /// Makes what has the name, by a call as of mkdir(2) or open(2), whose result it gives: negative with errno where it
  /// failed, as it does once removeTemporaries() has been there. Nothing is made that is not removed.
  int make(const std::function<int(const char *)> &call);
  /// Gives it the final name, as rename(2) does: 0, or -1 and errno.
  int rename(const std::string &destination);
  /// It is not there any more.
  void forget();

private:
  std::string name;
};

} // namespace tare

#endif // TARE_LIB_TENSOR_TEMPORARYPATH_H
