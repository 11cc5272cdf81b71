//===- Reasons.h - What an exception says to a user -------------*- C++ -*-===//
#ifndef TARE_LIB_RUNTIME_REASONS_H
#define TARE_LIB_RUNTIME_REASONS_H

#include <exception>
#include <new>
#include <string>

namespace tare::runtime {

/// "out of memory" for what the standard library calls std::bad_alloc; else its own text.
inline std::string reasonOf(const std::exception &error) {
  return dynamic_cast<const std::bad_alloc *>(&error) ? "out of memory" : error.what();
}

} // namespace tare::runtime

#endif // TARE_LIB_RUNTIME_REASONS_H
