//===- Pad.cpp - Padding --------------------------------------------------===//
//
// (A29) constant: `value` outside of the input; edge: the nearest element; reflect: mirrored at the edge, which is not
// repeated.
//
//===----------------------------------------------------------------------===//
#include "../Broadcast.h"
#include "../Fast/Prepare.h"
#include "../Operators.h"
#include "Copies.h"

#include "../ZeroPoints.h"
#include <algorithm>
#include <cstring>

namespace tare::kernels {
namespace {

Result<TensorType> infer(const program::OpUnion &op, std::span<const TensorType> operands) {
  const auto &pad = parameters<program::PadT>(op);
  TARE_TRY(checkOperands(operands, 1));
  TensorType result = operands[0];
  TARE_TRY(checkElement(
      result, {ElementType::f32, ElementType::i8, ElementType::i16, ElementType::i32, ElementType::i64}, "the input"));
  TARE_TRY(checkListLength(pad.low.size(), result.shape.size(), "low"));
  TARE_TRY(checkListLength(pad.high.size(), result.shape.size(), "high"));
  TARE_TRY(checkList(pad.low, 0, INT32_MAX, "low"));
  TARE_TRY(checkList(pad.high, 0, INT32_MAX, "high"));
  TARE_TRY(require(pad.mode >= program::PadMode::MIN && pad.mode <= program::PadMode::MAX,
                   "mode is {}, expected at most {}", int(pad.mode), int(program::PadMode::MAX)));
  TARE_TRY(require(result.element == ElementType::f32 ||
                       (pad.value >= rangeOf(result.element).min && pad.value <= rangeOf(result.element).max),
                   "value is {}, which does not fit {}", pad.value, nameOf(result.element)));
  for (size_t d = 0; d < result.shape.size(); ++d) {
    int64_t widest = std::max(pad.low[d], pad.high[d]);
    TARE_TRY(require(pad.mode != program::PadMode::reflect || widest < result.shape[d],
                     "reflection pads axis {} by {}, expected less than its size {}", d, widest, result.shape[d]));
    result.shape[d] += int64_t(pad.low[d]) + pad.high[d];
  }
  TARE_TRY(checkShape(result.shape, "the result"));
  return result;
}

/// The input index that position `i` (relative to the input) shows; -1 for the
/// constant.
int64_t sourceIndex(int64_t i, int64_t size, program::PadMode mode) {
  if (i >= 0 && i < size)
    return i;
  switch (mode) {
  case program::PadMode::edge:
    return std::clamp<int64_t>(i, 0, size - 1);
  case program::PadMode::reflect:
    return i < 0 ? -i : 2 * (size - 1) - i;
  default:
    return -1;
  }
}

template <typename T>
void run(const program::PadT &pad, const Shape &shape, const Shape &resultShape, const T *x, T *y) {
  std::vector<int64_t> strides = stridesOf(shape), resultStrides = stridesOf(resultShape);
  for (int64_t i = 0, count = elementCount(resultShape); i < count; ++i) {
    int64_t offset = 0;
    bool constant = false;
    for (size_t d = 0; d < shape.size(); ++d) {
      int64_t index = sourceIndex(i / resultStrides[d] % resultShape[d] - pad.low[d], shape[d], pad.mode);
      constant |= index < 0;
      offset += index * strides[d];
    }
    y[i] = constant ? T(pad.value) : x[offset];
  }
}

void reference(const program::OpUnion &op, std::span<const ConstTensorView> operands, TensorView result) {
  const auto &pad = parameters<program::PadT>(op);
  auto runAs = [&](auto type) {
    using T = decltype(type);
    run<T>(pad, operands[0].type.shape, result.type.shape, operands[0].as<T>(), result.as<T>());
  };
  switch (result.type.element) {
  case ElementType::i8:
    return runAs(int8_t());
  case ElementType::i16:
    return runAs(int16_t());
  case ElementType::i32:
    return runAs(int32_t());
  case ElementType::i64:
    return runAs(int64_t());
  default:
    return runAs(float());
  }
}

} // namespace

const OpKernel padKernel = {"pad",     infer,
                            reference, preparePad,
                            noMacs,    {Meaning::movement, {"input"}, Layout::any, zeroPointsIn<program::PadT>}};

} // namespace tare::kernels
