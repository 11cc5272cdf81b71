//===- Gather.cpp - Elements along an axis by indices ---------------------===//
//
// (A76) y[.., i.., ..] = x[.., indices[i..], ..], on elements of any of a program's types.
//
//===----------------------------------------------------------------------===//
#include "tare/Kernels/Gather.h"
#include "../Broadcast.h"
#include "../Fast/Prepare.h"
#include "../Operators.h"
#include "../ZeroPoints.h"
#include "Copies.h"

namespace tare::kernels {
namespace {

Result<TensorType> inferGather(const program::OpUnion &op, std::span<const TensorType> operands) {
  const int64_t axis = parameters<program::GatherT>(op).axis;
  TARE_TRY(checkOperands(operands, 2));
  TARE_TRY(checkMovable(operands[0], "the input"));
  TARE_TRY(checkElement(operands[1], {ElementType::i32, ElementType::i64}, "the indices"));
  const Shape &shape = operands[0].shape, &indices = operands[1].shape;
  TARE_TRY(checkWithin(axis, 0, int64_t(shape.size()) - 1, "axis"));
  TensorType result = {operands[0].element, Shape(shape.begin(), shape.begin() + axis)};
  result.shape.insert(result.shape.end(), indices.begin(), indices.end());
  result.shape.insert(result.shape.end(), shape.begin() + axis + 1, shape.end());
  TARE_TRY(checkShape(result.shape, "the result"));
  return result;
}

Status checkGather(const program::OpUnion &op, std::span<const ConstTensorView> operands) {
  return checkIndices(operands[1], operands[0].type.shape[parameters<program::GatherT>(op).axis]);
}

void referenceGather(const program::OpUnion &op, std::span<const ConstTensorView> operands, TensorView result) {
  const Rows rows(operands[0].type.shape, parameters<program::GatherT>(op).axis);
  const int64_t count = operands[1].count();
  for (int64_t n = 0; n < rows.outer; ++n)
    for (int64_t i = 0; i < count; ++i)
      if (std::optional<int64_t> place = rows.placeOf(indexAt(operands[1], i)))
        copyElements({{rows.inner}, (n * rows.length + *place) * rows.inner, (n * count + i) * rows.inner, {1}, {1}},
                     sizeOf(result.type.element), operands[0].data, result.data);
}

} // namespace

const OpKernel gatherKernel = {
    "gather",      inferGather, referenceGather,
    prepareGather, noMacs,      {Meaning::movement, {"input", "indices"}, Layout::any, zeroPointsIn<program::GatherT>},
    nullptr,       nullptr,     std::nullopt,
    checkGather};

} // namespace tare::kernels
