//===- ConstantData.h - Arithmetic on tensors known at import ---*- C++ -*-===//
#ifndef TARE_LIB_ONNX_CONSTANTDATA_H
#define TARE_LIB_ONNX_CONSTANTDATA_H

#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnAttributes.h"
#include "tare/Tensor/Tensor.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

namespace tare::onnx {

/// Calls `body` with a value of the C++ type of `element`.
template <typename Body> auto visit(ElementType element, Body &&body) {
  switch (element) {
  case ElementType::f32:
    return body(float());
  case ElementType::f64:
    return body(double());
  case ElementType::i8:
    return body(int8_t());
  case ElementType::u8:
    return body(uint8_t());
  case ElementType::i16:
    return body(int16_t());
  case ElementType::u16:
    return body(uint16_t());
  case ElementType::i32:
    return body(int32_t());
  case ElementType::u32:
    return body(uint32_t());
  case ElementType::i64:
    return body(int64_t());
  case ElementType::u64:
    return body(uint64_t());
  case ElementType::boolean:
  case ElementType::f16: // Reads as float32.
    break;
  }
  return body(bool());
}

bool isSignedInteger(ElementType element);

llvm::SmallVector<int64_t> toIntegers(const Tensor &tensor);
std::vector<double> toDoubles(const Tensor &tensor);
/// A tensor of rank 1 (or 0) of int64.
Tensor fromIntegers(llvm::ArrayRef<int64_t> values);
Tensor fromInteger(int64_t value);
/// A bool without axes.
Tensor boolean(bool value);

/// "holds nan at index [0, 3]" for the first element that is not finite.
std::optional<std::string> findNonFinite(const Tensor &tensor);

/// The lowest number in place of each -inf; nothing where there is none.
std::optional<Tensor> withoutMinusInfinity(const Tensor &tensor);

/// Whether some row, along the last axis, holds -inf alone.
bool hidesRows(const Tensor &tensor);

/// Of doubles float32 numbers; others as they are.
Tensor withFloat32(const Tensor &tensor);

/// Rounded to a narrower format, as ONNX Cast does.
Tensor rounded(const Tensor &floats, qnn::FloatFormat format);

/// The strides, in elements, of a row-major tensor.
llvm::SmallVector<int64_t> stridesOf(llvm::ArrayRef<int64_t> shape);

/// Copies elements: result element at index (i0, i1, ..) is the operand's element
/// number offset + sum of i * strides. The caller keeps that within the operand.
Tensor gatherStrided(const Tensor &tensor, const Shape &shape, llvm::ArrayRef<int64_t> strides, int64_t offset = 0);

/// Axes in another order; `permutation` is valid.
Tensor transposed(const Tensor &tensor, llvm::ArrayRef<int64_t> permutation);

/// The real numbers of integers on a grid: (A3).
Tensor dequantize(const Tensor &integers, const qnn::Grid &grid);
/// For each element its index along `axis`, int32: which of a grid's scales it has.
Tensor indicesAlong(const Shape &shape, int64_t axis);

/// numpy's broadcasting of two shapes; nothing where they do not fit.
std::optional<Shape> broadcastShapes(const Shape &a, const Shape &b);
/// `tensor` repeated to `shape`, which it broadcasts to.
Tensor broadcastTo(const Tensor &tensor, const Shape &shape);

/// The grid of integers of this type with these scales: all of the type's range, zero points 0.
qnn::Grid wholeRange(ElementType element, llvm::ArrayRef<double> scales);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_CONSTANTDATA_H
