//===- SystemError.h - The operating system's last error --------*- C++ -*-===//
#ifndef TARE_LIB_TENSOR_SYSTEMERROR_H
#define TARE_LIB_TENSOR_SYSTEMERROR_H

#include <cctype>
#include <cerrno>
#include <cstring>
#include <string>

namespace tare {

/// errno's text as part of a message: "no space left on device".
inline std::string systemError() {
  std::string reason = std::strerror(errno);
  bool oneWord = reason.size() > 1 && std::isupper(reason[1]);
  if (!reason.empty() && !oneWord)
    reason[0] = char(std::tolower(reason[0]));
  return reason;
}

} // namespace tare

#endif // TARE_LIB_TENSOR_SYSTEMERROR_H
