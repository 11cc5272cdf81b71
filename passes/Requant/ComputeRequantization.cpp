//===- ComputeRequantization.cpp - Effective scales as (m, q) -------------===//
//
// Invariant established: every op on quantized types whose integer form scales
// an accumulator carries `npu.requant`, whose multipliers and shifts the target
// can hold; no accumulator can overflow; nothing was clamped or flushed silently.
//
//===----------------------------------------------------------------------===//
#include "Remarks.h"
#include "Requant/AccumulatorBound.h"
#include "Requant/Multiplier.h"
#include "tare/Dialect/Npu/NpuAttributes.h"
#include "tare/Dialect/Npu/NpuDialect.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Passes/Passes.h"

#include <cmath>

namespace tare {
#define GEN_PASS_DEF_COMPUTEREQUANTIZATION
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace tare;
using namespace mlir;
using qnn::Grid;

namespace {

/// The integers that stand for the ends of a real interval on a grid.
std::pair<int32_t, int32_t> clampOf(const Grid &grid, std::pair<double, double> interval) {
  auto onGrid = [&](double real, int64_t open) -> int32_t {
    if (std::isinf(real))
      return open;
    double q = std::nearbyint(real / grid.scale(0)) + grid.zeroPoint(0);
    return std::clamp(q, double(grid.min), double(grid.max));
  };
  return {onGrid(interval.first, grid.min), onGrid(interval.second, grid.max)};
}

/// Sums share one shift: the one that the largest multiplier needs.
SmallVector<Multiplier> decomposeShared(ArrayRef<double> scales, const MultiplierLimits &limits) {
  int q = limits.shiftMax;
  for (double scale : scales)
    q = std::min(q, decompose(scale, limits).q);
  SmallVector<Multiplier> multipliers;
  for (double scale : scales)
    multipliers.push_back({int32_t(multiplierAt(scale, q)), q, 0});
  return multipliers;
}

SmallVector<Multiplier> decomposeAll(qnn::RequantOpInterface op, const MultiplierLimits &limits) {
  SmallVector<double> scales = op.getEffectiveScales();
  if (op.sharesShift())
    return decomposeShared(scales, limits);
  return llvm::map_to_vector(scales, [&](double scale) { return decompose(scale, limits); });
}

class Checker {
public:
  Checker(Operation *op, const MultiplierLimits &limits) : op(op), limits(limits) {}

  /// Every failure of the layer is reported, not the first alone.
  LogicalResult check(ArrayRef<double> scales, ArrayRef<Multiplier> multipliers) {
    LogicalResult result = mlir::success();
    for (auto [channel, pair] : llvm::enumerate(llvm::zip(scales, multipliers))) {
      auto [scale, multiplier] = pair;
      if (multiplier.q < limits.shiftMin)
        result = reportTooFine(channel, scale, multiplier);
      else if (multiplier.m == 0)
        missed("ChannelVanishes", channel)
            << remark::reason("its effective scale {0} is below 2^-{1}: every output becomes the zero point",
                              real(scale), limits.shiftMax + 1);
      else if (multiplier.bitsLost > 0) {
        noteLoss(channel, scale, multiplier);
        missed("BitsLost", channel) << remark::reason(
            "its effective scale {0} would want q = {1}, the target ends at {2}: {3} of {4} multiplier bits are lost",
            real(scale), multiplier.q + multiplier.bitsLost, limits.shiftMax, multiplier.bitsLost, limits.bits);
      }
    }
    reportLosses();
    return result;
  }

private:
  /// What the bits cost where it shows most: at the largest accumulator that the weights allow and the result can show.
  void noteLoss(int64_t channel, double scale, const Multiplier &multiplier) {
    const Grid grid = *Grid::of(op->getResult(0).getType());
    double reach = double(grid.max - grid.min) / std::abs(scale);
    if (auto accumulator = dyn_cast<qnn::AccumulatorOpInterface>(op))
      if (std::vector<int64_t> bounds = accumulatorBounds(accumulator); size_t(channel) < bounds.size())
        reach = std::min(reach, double(bounds[channel]));
    double cost = std::abs(scale - std::ldexp(double(multiplier.m), -multiplier.q)) * reach;
    if (losses++ == 0 || cost > worstCost)
      worstCost = cost, worstChannel = channel, worstLoss = multiplier.bitsLost;
  }

  /// One warning a layer.
  void reportLosses() const {
    if (losses)
      op->emitWarning() << "repaired: layer '" << qnn::layerName(op) << "', " << losses
                        << (losses > 1 ? " channels" : " channel") << ": the shift ends at q = " << limits.shiftMax
                        << ", so the multiplier gives up bits, most of all in channel " << worstChannel << ": "
                        << worstLoss << " of " << limits.bits << ", at the cost of at most "
                        << llvm::formatv("{0:e2}", worstCost).str() << " LSB of the output";
  }

  static std::string real(double value) { return llvm::formatv("{0:e4}", value).str(); }

  std::string describe(size_t channel) const {
    return "layer '" + qnn::layerName(op) + "', channel " + std::to_string(channel);
  }

  remark::detail::InFlightRemark missed(StringRef what, size_t channel) const {
    auto remark = remarkMissed(op, "tare-compute-requantization", what);
    if (remark)
      remark << remark::detail::Remark::Arg("Channel", int64_t(channel));
    return remark;
  }

  /// "Sx = 1.2e-2, Sw = 3.1e-3, Sy = 4.0e-9"
  std::string scalesAt(size_t channel) const {
    std::string text;
    for (auto [index, operand] : llvm::enumerate(op->getOperands().take_front(2)))
      if (std::optional<Grid> grid = Grid::of(operand.getType()))
        text += (index ? "Sw = " : "Sx = ") + real(grid->scale(channel)) + ", ";
    return text + "Sy = " + real(Grid::of(op->getResult(0).getType())->scale(channel));
  }

  LogicalResult reportTooFine(size_t channel, double scale, const Multiplier &multiplier) const {
    return op->emitError() << describe(channel) << ": needs q = " << multiplier.q << ", the target has q in ["
                           << limits.shiftMin << ", " << limits.shiftMax << "] (" << scalesAt(channel)
                           << ", effective scale " << real(scale)
                           << "): the output's grid is finer than the accumulator's; calibrate value '"
                           << qnn::valueName(op->getResult(0)) << "' on data that exercises it, or widen its range";
  }

  Operation *op;
  const MultiplierLimits &limits;
  int64_t losses = 0, worstChannel = 0;
  int worstLoss = 0;
  double worstCost = 0;
};

/// No partial sum may leave the accumulator.
LogicalResult checkAccumulator(qnn::AccumulatorOpInterface op, int bits) {
  int64_t limit = (int64_t(1) << (bits - 1)) - 1;
  LogicalResult result = mlir::success();
  for (auto [channel, bound] : llvm::enumerate(accumulatorBounds(op))) {
    if (bound <= limit)
      continue;
    int needed = llvm::Log2_64(bound) + 2;
    result = op->emitError() << "layer '" << qnn::layerName(op) << "', channel " << channel
                             << ": the accumulator can reach " << bound << ", which needs " << needed
                             << " bits; the target has " << bits
                             << "; use i8 activations, or a target with a wider accumulator";
  }
  return result;
}

int accumulatorBits(const Target &target, const Grid &input) {
  const ActivationFormat *format = target.activation(input.bits == 16 ? ElementType::i16 : ElementType::i8);
  return format ? format->accumulatorBits : 32;
}

struct ComputeRequantization : tare::impl::ComputeRequantizationBase<ComputeRequantization> {
  void runOnOperation() final {
    FailureOr<Target> known = npu::getTarget(getOperation());
    if (mlir::failed(known))
      return signalPassFailure();
    const Target &target = *known;
    MultiplierLimits limits{target.multiplierBits, target.shift.min, target.shift.max};
    bool failed = false;
    getOperation()->walk([&](Operation *op) {
      auto requant = dyn_cast<qnn::RequantOpInterface>(op);
      std::optional<Grid> result = op->getNumResults() == 1 ? Grid::of(op->getResult(0).getType()) : std::nullopt;
      if (!requant || !result)
        return;
      if (auto accumulator = dyn_cast<qnn::AccumulatorOpInterface>(op)) {
        Grid input = *Grid::of(accumulator.getActivationOperand().get().getType());
        failed |= mlir::failed(checkAccumulator(accumulator, accumulatorBits(target, input)));
      }
      // A result of 32 bits is the accumulator itself.
      if (result->bits == 32)
        return;
      SmallVector<Multiplier> multipliers = decomposeAll(requant, limits);
      failed |= mlir::failed(Checker(op, limits).check(requant.getEffectiveScales(), multipliers));
      if (!failed)
        attach(requant, *result, multipliers, target);
    });
    if (failed)
      signalPassFailure();
  }

  void attach(qnn::RequantOpInterface op, const Grid &result, ArrayRef<Multiplier> multipliers, const Target &target) {
    SmallVector<int32_t> ms, qs;
    for (const Multiplier &multiplier : multipliers) {
      ms.push_back(multiplier.m);
      qs.push_back(multiplier.q);
    }
    auto [low, high] = clampOf(result, op.getResultInterval());
    op->setAttr(npu::requantAttrName,
                npu::RequantAttr::get(op->getContext(), ms, qs, result.zeroPoint(0), low, high, target.rounding));
  }
};

} // namespace
