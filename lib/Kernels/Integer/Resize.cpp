//===- Resize.cpp - Nearest and linear resizing --------------------------===//
//
// Each spatial axis lists, per output coordinate, the lower and upper source index and the upper one's weight u in
// 2^-11 (the lower one's is 2^11 - u). The weights of an output sum to 2^(11 n), n spatial axes, so the zero point
// needs no correction. (A30) nearest: y = x[lower]. (A31) linear: y = round_half_up of the weighted sum of the 2^n
// neighbours by 11 * n.
//
//===----------------------------------------------------------------------===//
#include "Accumulator.h"
#include "Fast/Prepare.h"
#include "Operators.h"
#include "Window.h"
#include "tare/Kernels/ResizeCoordinates.h"

#include <cmath>

namespace tare::kernels {
namespace {

constexpr int weightBits = 11;
constexpr int64_t one = int64_t(1) << weightBits;

Status checkAxis(const program::ResizeAxisT *axis, program::ResizeMode mode, int64_t input, size_t number) {
  TARE_TRY(require(axis != nullptr, "axes[{}] is missing", number));
  std::string name = fmt::format("axes[{}].lower", number), upper = fmt::format("axes[{}].upper", number);
  TARE_TRY(require(!axis->lower.empty(), "{} is empty, expected a source index per output coordinate", name));
  TARE_TRY(checkList(axis->lower, 0, input - 1, name));
  if (!axis->coordinates.empty()) {
    TARE_TRY(require(coordinateModeOf(axis->coordinates).has_value(),
                     "axes[{}].coordinates is '{}', which is none of ONNX's", number, axis->coordinates));
    TARE_TRY(require(std::isfinite(axis->scale) && axis->scale > 0, "axes[{}].scale is {}, expected a positive number",
                     number, axis->scale));
  }
  if (mode == program::ResizeMode::nearest)
    return success();
  TARE_TRY(checkListLength(axis->upper.size(), axis->lower.size(), upper));
  TARE_TRY(checkListLength(axis->weight.size(), axis->lower.size(), fmt::format("axes[{}].weight", number)));
  TARE_TRY(checkList(axis->upper, 0, input - 1, upper));
  for (uint16_t weight : axis->weight)
    TARE_TRY(checkWithin(weight, 0, one, fmt::format("a weight of axes[{}]", number)));
  return success();
}

Result<TensorType> infer(const program::OpUnion &op, std::span<const TensorType> operands) {
  const auto &resize = parameters<program::ResizeT>(op);
  TARE_TRY(checkOperands(operands, 1));
  TensorType result = operands[0];
  TARE_TRY(checkActivation(result, "the input"));
  TARE_TRY(checkRank(result, 3, 4, "the input"));
  TARE_TRY(require(resize.mode >= program::ResizeMode::MIN && resize.mode <= program::ResizeMode::MAX,
                   "mode is {}, expected at most {}", int(resize.mode), int(program::ResizeMode::MAX)));
  TARE_TRY(checkListLength(resize.axes.size(), result.shape.size() - 2, "axes"));
  for (size_t i = 0; i < resize.axes.size(); ++i) {
    TARE_TRY(checkAxis(resize.axes[i].get(), resize.mode, result.shape[i + 1], i));
    result.shape[i + 1] = resize.axes[i]->lower.size();
  }
  TARE_TRY(checkShape(result.shape, "the result"));
  return result;
}

/// The height of a 1-D input: one coordinate that reads index 0 alone.
const program::ResizeAxisT &unitAxis() {
  static const program::ResizeAxisT axis = [] {
    program::ResizeAxisT unit;
    unit.lower = {0}, unit.upper = {0}, unit.weight = {0};
    return unit;
  }();
  return axis;
}

template <typename T> void run(const program::ResizeT &resize, ConstTensorView input, TensorView result) {
  ImageShape in = imageShape(input.type.shape), out = imageShape(result.type.shape);
  const program::ResizeAxisT &rows = resize.axes.size() == 2 ? *resize.axes[0] : unitAxis(),
                             &columns = *resize.axes.back();
  bool linear = resize.mode == program::ResizeMode::linear;
  int64_t index = 0;
  for (int64_t n = 0; n < out.batch; ++n)
    for (int64_t y = 0; y < out.height; ++y)
      for (int64_t x = 0; x < out.width; ++x)
        for (int64_t c = 0; c < out.channels; ++c, ++index) {
          auto at = [&](int64_t sy, int64_t sx) -> int64_t {
            return input.as<T>()[((n * in.height + sy) * in.width + sx) * in.channels + c];
          };
          if (!linear) {
            result.as<T>()[index] = T(at(rows.lower[y], columns.lower[x]));
            continue;
          }
          int64_t down = rows.weight[y], right = columns.weight[x];
          int64_t sum =
              (one - down) *
                  ((one - right) * at(rows.lower[y], columns.lower[x]) + right * at(rows.lower[y], columns.upper[x])) +
              down *
                  ((one - right) * at(rows.upper[y], columns.lower[x]) + right * at(rows.upper[y], columns.upper[x]));
          // A 1-D input has the row weight 1 exactly: rounding by 2 * 11 bits
          // is then rounding by 11.
          result.as<T>()[index] = T(roundHalfUp(sum, 2 * weightBits));
        }
}

void reference(const program::OpUnion &op, std::span<const ConstTensorView> operands, TensorView result) {
  dispatchActivation(result.type.element,
                     [&](auto type) { run<decltype(type)>(parameters<program::ResizeT>(op), operands[0], result); });
}

} // namespace

const OpKernel resizeKernel = {"resize",      infer,  reference,
                               prepareResize, noMacs, {Meaning::resize, {"input"}, Layout::channelsLast}};

} // namespace tare::kernels
