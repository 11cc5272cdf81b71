//===- Arrays.h - numpy arrays as tensors, and back -------------*- C++ -*-===//
#ifndef TARE_PYTHON_ARRAYS_H
#define TARE_PYTHON_ARRAYS_H

#include "tare/Tensor/MemoryArrays.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

namespace tare::python {

/// The array's own memory, which the tensor keeps alive; a TypeError where it is not contiguous, or has no type of
/// Tare's. It may end in any thread.
Tensor tensorOf(nanobind::handle array);

/// A tensor as (bytes, type's name, shape), for numpy.frombuffer.
nanobind::object arrayOf(const Tensor &tensor);

/// A dict of lists of arrays.
MemoryArrays::Arrays arraysOf(nanobind::dict lists);

} // namespace tare::python

#endif // TARE_PYTHON_ARRAYS_H
