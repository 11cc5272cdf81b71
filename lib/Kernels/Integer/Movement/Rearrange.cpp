//===- Rearrange.cpp - Concat, slice, reshape, transpose ------------------===//
//
// (A29) Data movement without arithmetic, on elements of any of a program's types.
//
//===----------------------------------------------------------------------===//
#include "../Broadcast.h"
#include "../Fast/Prepare.h"
#include "../Operators.h"
#include "Copies.h"

#include "../ZeroPoints.h"
#include <cstring>

namespace tare::kernels {
namespace {

//===----------------------------------------------------------------------===//
// Concat
//===----------------------------------------------------------------------===//

Result<TensorType> inferConcat(const program::OpUnion &op, std::span<const TensorType> operands) {
  const auto &concat = parameters<program::ConcatT>(op);
  TARE_TRY(require(!operands.empty(), "expected at least 1 operand, found 0"));
  TARE_TRY(checkOperands(operands, operands.size()));
  TensorType result = operands[0];
  TARE_TRY(checkMovable(result, "operand 0"));
  TARE_TRY(checkWithin(concat.axis, 0, int64_t(result.shape.size()) - 1, "axis"));
  int64_t &size = result.shape[concat.axis];
  for (size_t i = 1; i < operands.size(); ++i) {
    TARE_TRY(checkElement(operands[i], {result.element}, fmt::format("operand {}", i)));
    Shape expected = operands[0].shape;
    if (expected.size() == operands[i].shape.size())
      expected[concat.axis] = operands[i].shape[concat.axis];
    TARE_TRY(require(operands[i].shape == expected, "operand {} has the shape {}, expected {} apart from axis {}", i,
                     toString(operands[i].shape), toString(operands[0].shape), concat.axis));
    size += expected[concat.axis];
    TARE_TRY(checkShape(result.shape, "the result"));
  }
  return result;
}

void referenceConcat(const program::OpUnion &op, std::span<const ConstTensorView> operands, TensorView result) {
  int64_t axis = parameters<program::ConcatT>(op).axis;
  std::vector<int64_t> strides = stridesOf(result.type.shape);
  int64_t start = 0;
  for (const ConstTensorView &operand : operands) {
    const Shape &shape = operand.type.shape;
    copyElements({shape, 0, start, stridesOf(shape), strides}, sizeOf(result.type.element), operand.data, result.data);
    start += shape[axis] * strides[axis];
  }
}

//===----------------------------------------------------------------------===//
// Slice: y[i] = x[starts + i * steps]
//===----------------------------------------------------------------------===//

Result<TensorType> inferSlice(const program::OpUnion &op, std::span<const TensorType> operands) {
  const auto &slice = parameters<program::SliceT>(op);
  TARE_TRY(checkOperands(operands, 1));
  TARE_TRY(checkMovable(operands[0], "the input"));
  const Shape &shape = operands[0].shape;
  TARE_TRY(checkListLength(slice.starts.size(), shape.size(), "starts"));
  TARE_TRY(checkListLength(slice.steps.size(), shape.size(), "steps"));
  TARE_TRY(checkListLength(slice.sizes.size(), shape.size(), "sizes"));
  TARE_TRY(checkList(slice.sizes, 1, INT32_MAX, "sizes"));
  for (size_t d = 0; d < shape.size(); ++d) {
    int64_t first = slice.starts[d], last = first + int64_t(slice.sizes[d] - 1) * slice.steps[d];
    TARE_TRY(require(slice.steps[d] != 0, "steps[{}] is 0", d));
    TARE_TRY(require(std::min(first, last) >= 0 && std::max(first, last) < shape[d],
                     "the slice of axis {} reads {} to {}, expected indices in [0, {}]", d, first, last, shape[d] - 1));
  }
  TensorType result = {operands[0].element, Shape(slice.sizes.begin(), slice.sizes.end())};
  TARE_TRY(checkShape(result.shape, "the result"));
  return result;
}

void referenceSlice(const program::OpUnion &op, std::span<const ConstTensorView> operands, TensorView result) {
  const auto &slice = parameters<program::SliceT>(op);
  Copy copy = {result.type.shape, 0, 0, stridesOf(operands[0].type.shape), stridesOf(result.type.shape)};
  for (size_t d = 0; d < slice.starts.size(); ++d) {
    copy.sourceStart += slice.starts[d] * copy.sourceStrides[d];
    copy.sourceStrides[d] *= slice.steps[d];
  }
  copyElements(copy, sizeOf(result.type.element), operands[0].data, result.data);
}

//===----------------------------------------------------------------------===//
// Reshape
//===----------------------------------------------------------------------===//

Result<TensorType> inferReshape(const program::OpUnion &op, std::span<const TensorType> operands) {
  const auto &reshape = parameters<program::ReshapeT>(op);
  TARE_TRY(checkOperands(operands, 1));
  TARE_TRY(checkMovable(operands[0], "the input"));
  TensorType result = {operands[0].element, reshape.shape};
  TARE_TRY(checkShape(result.shape, "the result"));
  TARE_TRY(require(result.count() == operands[0].count(), "cannot reshape {} ({} elements) to {} ({} elements)",
                   toString(operands[0].shape), operands[0].count(), toString(result.shape), result.count()));
  return result;
}

void referenceReshape(const program::OpUnion &, std::span<const ConstTensorView> operands, TensorView result) {
  // The two may be the same memory.
  std::memmove(result.data, operands[0].data, result.type.bytes());
}

//===----------------------------------------------------------------------===//
// Transpose: dimension d of the result is dimension permutation[d] of the input
//===----------------------------------------------------------------------===//

Result<TensorType> inferTranspose(const program::OpUnion &op, std::span<const TensorType> operands) {
  const std::vector<int32_t> &permutation = parameters<program::TransposeT>(op).permutation;
  TARE_TRY(checkOperands(operands, 1));
  TARE_TRY(checkMovable(operands[0], "the input"));
  const Shape &shape = operands[0].shape;
  TARE_TRY(checkListLength(permutation.size(), shape.size(), "permutation"));
  TARE_TRY(checkList(permutation, 0, int64_t(shape.size()) - 1, "permutation"));
  TensorType result = {operands[0].element, {}};
  std::vector<bool> seen(shape.size());
  for (int32_t axis : permutation) {
    TARE_TRY(require(!seen[axis], "permutation names axis {} twice", axis));
    seen[axis] = true;
    result.shape.push_back(shape[axis]);
  }
  return result;
}

void referenceTranspose(const program::OpUnion &op, std::span<const ConstTensorView> operands, TensorView result) {
  Copy copy = {result.type.shape, 0, 0, {}, stridesOf(result.type.shape)};
  std::vector<int64_t> strides = stridesOf(operands[0].type.shape);
  for (int32_t axis : parameters<program::TransposeT>(op).permutation)
    copy.sourceStrides.push_back(strides[axis]);
  copyElements(copy, sizeOf(result.type.element), operands[0].data, result.data);
}

} // namespace

const OpKernel concatKernel = {
    "concat",        inferConcat,
    referenceConcat, prepareConcat,
    noMacs,          {Meaning::movement, Roles::numbered("input"), Layout::any, zeroPointsIn<program::ConcatT>}};
const OpKernel sliceKernel = {
    "slice",      inferSlice, referenceSlice,
    prepareSlice, noMacs,     {Meaning::movement, {"input"}, Layout::any, zeroPointsIn<program::SliceT>}};
const OpKernel reshapeKernel = {
    "reshape",      inferReshape, referenceReshape,
    prepareReshape, noMacs,       {Meaning::movement, {"input"}, Layout::any, zeroPointsIn<program::ReshapeT>}};
const OpKernel transposeKernel = {
    "transpose",      inferTranspose, referenceTranspose,
    prepareTranspose, noMacs,         {Meaning::movement, {"input"}, Layout::any, zeroPointsIn<program::TransposeT>}};

} // namespace tare::kernels
