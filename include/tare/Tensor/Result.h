//===- Result.h - A value or the reason why there is none -------*- C++ -*-===//
//
// The host-side libraries (no LLVM in them) report bad input by returning a
// message, never by throwing: an exception's text must not reach a user.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_TENSOR_RESULT_H
#define TARE_TENSOR_RESULT_H

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace tare {

/// A message for the user: what was found, what is expected, what to do.
/// Lower case, without a full stop.
struct Error {
  std::string message;
};

/// Either a value or an Error.
template <typename T> class [[nodiscard]] Result {
public:
  Result(T value) : state(std::move(value)) {}
  Result(Error error) : state(std::move(error)) {}

  explicit operator bool() const { return std::holds_alternative<T>(state); }
  T &operator*() { return value(); }
  const T &operator*() const { return std::get<T>(state); }
  T *operator->() { return &value(); }
  const T *operator->() const { return &std::get<T>(state); }
  /// Moves the error out, for `return result.error();`.
  Error error() const {
    assert(!*this && "no error in a successful result");
    return std::get<Error>(state);
  }

private:
  T &value() { return std::get<T>(state); }
  std::variant<T, Error> state;
};

struct Success {};
/// A result without a value: `return success();` or `return Error{...};`.
using Status = Result<Success>;
inline Status success() { return Success{}; }

} // namespace tare

#endif // TARE_TENSOR_RESULT_H
