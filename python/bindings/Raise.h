//===- Raise.h - Errors as exceptions ---------------------------*- C++ -*-===//
#ifndef TARE_PYTHON_RAISE_H
#define TARE_PYTHON_RAISE_H

#include "tare/Tensor/Result.h"

#include <nanobind/nanobind.h>

#include <string>
#include <utility>
#include <vector>

namespace tare::python {

/// Throws tare.Error, which finds its fields in the message. `files`: those that it may be about.
[[noreturn]] inline void raise(const Error &error, const std::vector<std::string> &files = {}) {
  namespace nb = nanobind;
  nb::list names;
  for (const std::string &file : files)
    names.append(nb::str(file.c_str(), file.size()));
  nb::object type = nb::module_::import_("tare._errors").attr("Error");
  nb::object made = type(nb::str(error.message.c_str(), error.message.size()), names);
  PyErr_SetObject(type.ptr(), made.ptr());
  throw nb::python_error();
}

template <typename T> T take(Result<T> result, const std::vector<std::string> &files = {}) {
  if (!result)
    raise(result.error(), files);
  return std::move(*result);
}

inline void check(const Status &status, const std::vector<std::string> &files = {}) {
  if (!status)
    raise(status.error(), files);
}

} // namespace tare::python

#endif // TARE_PYTHON_RAISE_H
