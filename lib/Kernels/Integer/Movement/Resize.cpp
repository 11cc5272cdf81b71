//===- Resize.cpp - Nearest and linear resizing ---------------------------===//
//
// Each spatial axis lists, per output coordinate, the lower and upper source index and the upper one's weight u in
// 2^-w (the lower one's is 2^w - u), w = 11 but for mode rescaled. The weights of an output sum to 2^(w n), n spatial
// axes, so the zero point needs no correction. (A30) nearest: y = x[lower]. (A31) linear: y = round_half_up of the
// weighted sum of the 2^n neighbours by w * n. (A56) rescaled: acc = the weighted sum of x - Zx, rounded half up by
// w * n - fraction_bits, requantized.
//
//===----------------------------------------------------------------------===//
#include "../Accumulator.h"
#include "../Fast/Prepare.h"
#include "../Operators.h"
#include "../Reach.h"
#include "../Window.h"
#include "../ZeroPoints.h"
#include "tare/Kernels/ResizeCoordinates.h"

#include <cmath>

namespace tare::kernels {
namespace {

Status checkAxis(const program::ResizeT &resize, int64_t input, size_t number) {
  const program::ResizeAxisT *axis = resize.axes[number].get();
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
  if (resize.mode == program::ResizeMode::nearest)
    return success();
  TARE_TRY(checkListLength(axis->upper.size(), axis->lower.size(), upper));
  TARE_TRY(checkListLength(axis->weight.size(), axis->lower.size(), fmt::format("axes[{}].weight", number)));
  TARE_TRY(checkList(axis->upper, 0, input - 1, upper));
  for (uint16_t weight : axis->weight)
    TARE_TRY(checkWithin(weight, 0, int64_t(1) << resize.weight_bits, fmt::format("a weight of axes[{}]", number)));
  return success();
}

/// What belongs to mode rescaled, which alone has it.
Status checkScaling(const program::ResizeT &resize, ElementType element) {
  if (resize.mode != program::ResizeMode::rescaled)
    TARE_TRY(checkWithin(resize.weight_bits, resizeWeightBits, resizeWeightBits, "weight_bits"));
  if (resize.mode != program::ResizeMode::rescaled)
    return require(!resize.requant, "mode is {}, which has no requantization",
                   program::EnumNameResizeMode(resize.mode));
  TARE_TRY(checkZeroPoint(resize.input_zero_point, element, "input_zero_point"));
  TARE_TRY(checkWithin(resize.fraction_bits, 0, resize.weight_bits * int64_t(resize.axes.size()), "fraction_bits"));
  return checkRequant(resize.requant.get(), 1, element);
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
  TARE_TRY(checkWithin(resize.weight_bits, 1, mostResizeWeightBits, "weight_bits"));
  for (size_t i = 0; i < resize.axes.size(); ++i) {
    TARE_TRY(checkAxis(resize, result.shape[i + 1], i));
    result.shape[i + 1] = resize.axes[i]->lower.size();
  }
  TARE_TRY(checkShape(result.shape, "the result"));
  TARE_TRY(checkScaling(resize, result.element));
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

/// Calls f(index, y, x, rows, columns, at) for each output element, at(sy, sx) an element of the input in its channel.
template <typename T, typename F>
void forEachElement(const program::ResizeT &resize, ConstTensorView input, const Shape &result, F &&f) {
  ImageShape in = imageShape(input.type.shape), out = imageShape(result);
  const program::ResizeAxisT &rows = resize.axes.size() == 2 ? *resize.axes[0] : unitAxis(),
                             &columns = *resize.axes.back();
  int64_t index = 0;
  for (int64_t n = 0; n < out.batch; ++n)
    for (int64_t y = 0; y < out.height; ++y)
      for (int64_t x = 0; x < out.width; ++x)
        for (int64_t c = 0; c < out.channels; ++c, ++index)
          f(index, y, x, rows, columns, [&](int64_t sy, int64_t sx) -> int64_t {
            return input.as<T>()[((n * in.height + sy) * in.width + sx) * in.channels + c];
          });
}

template <typename T> void runNearest(const program::ResizeT &resize, ConstTensorView input, TensorView result) {
  forEachElement<T>(resize, input, result.type.shape,
                    [&](int64_t index, int64_t y, int64_t x, const auto &rows, const auto &columns, auto at) {
                      result.as<T>()[index] = T(at(rows.lower[y], columns.lower[x]));
                    });
}

/// Calls f(index, sum) with the weighted sum of each output element's neighbours, in 2^(-2 * weight_bits). A 1-D
/// input has the row weight 1 exactly, so that its sums are multiples of 2^weight_bits.
template <typename T, typename F>
void forEachSum(const program::ResizeT &resize, ConstTensorView input, const Shape &result, F &&f) {
  forEachElement<T>(resize, input, result,
                    [&](int64_t index, int64_t y, int64_t x, const auto &rows, const auto &columns, auto at) {
                      int64_t one = int64_t(1) << resize.weight_bits, down = rows.weight[y], right = columns.weight[x];
                      auto across = [&](int64_t sy) {
                        return (one - right) * at(sy, columns.lower[x]) + right * at(sy, columns.upper[x]);
                      };
                      f(index, (one - down) * across(rows.lower[y]) + down * across(rows.upper[y]));
                    });
}

template <typename T> void runLinear(const program::ResizeT &resize, ConstTensorView input, TensorView result) {
  forEachSum<T>(resize, input, result.type.shape, [&](int64_t index, int64_t sum) {
    result.as<T>()[index] = T(roundHalfUp(sum, 2 * resize.weight_bits));
  });
}

/// (A56) The weights sum to 1, and so the zero point is taken off once.
template <typename T>
void runRescaled(const program::ResizeT &resize, const program::RequantT *requant, ConstTensorView input,
                 TensorView result) {
  ExactSink<T> sink(requant, result);
  int64_t zero = int64_t(resize.input_zero_point) << 2 * resize.weight_bits;
  forEachSum<T>(resize, input, result.type.shape, [&](int64_t index, int64_t sum) {
    sink.store(index, uint64_t(roundHalfUp(sum - zero, 2 * resize.weight_bits - resize.fraction_bits)), 0);
  });
}

void reference(const program::OpUnion &op, std::span<const ConstTensorView> operands, TensorView result) {
  const auto &resize = parameters<program::ResizeT>(op);
  dispatchActivation(result.type.element, [&](auto type) {
    using T = decltype(type);
    if (resize.mode == program::ResizeMode::nearest)
      runNearest<T>(resize, operands[0], result);
    else if (resize.mode == program::ResizeMode::linear)
      runLinear<T>(resize, operands[0], result);
    else
      runRescaled<T>(resize, resize.requant.get(), operands[0], result);
  });
}

void accumulate(const program::OpUnion &op, std::span<const ConstTensorView> operands, TensorView accumulators) {
  dispatchActivation(operands[0].type.element, [&](auto type) {
    runRescaled<decltype(type)>(parameters<program::ResizeT>(op), nullptr, operands[0], accumulators);
  });
}

/// (A56) The accumulator has `fraction_bits` behind the point.
std::vector<Reach> reaches(const program::OpUnion &op, std::span<const Operand> operands, const TensorType &) {
  const auto &resize = parameters<program::ResizeT>(op);
  int64_t unit = int64_t(1) << resize.fraction_bits;
  Interval sum = times(distances(operands[0], resize.input_zero_point), unit);
  return {{0, sum.first, sum.second, double(unit)}};
}

/// Other modes keep their operand's grid.
ZeroPoints zeroPoints(const program::OpUnion &op) {
  bool isRescaled = parameters<program::ResizeT>(op).mode == program::ResizeMode::rescaled;
  return isRescaled ? zeroPointsIn<program::ResizeT>(op) : ZeroPoints();
}

/// Before it is rounded, the sum has all bits of the weights.
std::optional<int64_t> bound(const program::OpUnion &op, std::span<const Operand> operands) {
  const auto &resize = parameters<program::ResizeT>(op);
  if (!resize.requant)
    return std::nullopt;
  int64_t unit = int64_t(1) << (resize.weight_bits * resize.axes.size());
  return largest(times(distances(operands[0], resize.input_zero_point), unit));
}

} // namespace

const OpKernel resizeKernel = {
    "resize",         infer,      reference,
    prepareResize,    noMacs,     {Meaning::resize, {"input"}, Layout::channelsLast, zeroPoints},
    exactAccumulator, accumulate, Scaling{requantIn<program::ResizeT>, 1, reaches, bound}};

} // namespace tare::kernels
