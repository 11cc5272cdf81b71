//===- Movement.h - What the files that move elements share -----*- C++ -*-===//
#ifndef TARE_LIB_HOST_MOVEMENT_MOVEMENT_H
#define TARE_LIB_HOST_MOVEMENT_MOVEMENT_H

#include "tare/Host/Operator.h"
#include "tare/Kernels/Movement.h"

#include <limits>
#include <span>

namespace tare::host {

// The operators of Movement.cpp's other files.
void addReshapes(Operators &all);
void addSlices(Operators &all);
void addRearrangements(Operators &all);
void addGenerators(Operators &all);
void addColumns(Operators &all);
void addResize(Operators &all);

/// a * b and a + b of sizes that may come from a file; the largest int64 where that is too small.
inline int64_t saturatedProduct(int64_t a, int64_t b) {
  int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<int64_t>::max() : product;
}
inline int64_t saturatedSum(int64_t a, int64_t b) {
  int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<int64_t>::max() : sum;
}
/// The product of sizes (>= 0).
int64_t saturatedProduct(std::span<const int64_t> sizes);

/// The elements of an operand of integers, before and while a node runs.
inline std::vector<int64_t> readIntegers(Inference &n, size_t operand, std::string_view role) {
  return n.integers(operand, role);
}
inline std::vector<int64_t> readIntegers(const Evaluation &e, size_t operand, std::string_view) {
  return e.integers(operand);
}

/// Axes counted from the begin; an error where one is out of range or there twice.
Result<std::vector<int64_t>> distinctAxes(std::vector<int64_t> axes, int64_t rank);
/// All axes: 0, 1, ..
std::vector<int64_t> allAxes(int64_t rank);

/// The bytes of a tensor that the caller made.
inline char *bytesOf(Tensor &tensor) { return tensor.mutableAs<char>(); }

/// The first result is the first operand under another shape.
void keepElements(Evaluation &e);

/// Not for results without elements: loops over their other dimensions, which may be of any size, have nothing to do.
template <void (*run)(Evaluation &)> void unlessEmpty(Evaluation &e) {
  const Shape &shape = e.result().shape();
  for (int64_t size : shape)
    if (size == 0)
      return;
  run(e);
}

} // namespace tare::host

#endif // TARE_LIB_HOST_MOVEMENT_MOVEMENT_H
