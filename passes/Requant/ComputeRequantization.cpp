//===- ComputeRequantization.cpp - Effective scales as (m, q) -------------===//
//
// Invariant established: every op on quantized types whose integer form scales
// an accumulator carries `npu.requant`, whose multipliers and shifts the target
// can hold; no accumulator can overflow; nothing was clamped or flushed silently.
//
//===----------------------------------------------------------------------===//
#include "Arithmetic/AccumulatorBound.h"
#include "Arithmetic/TargetOperators.h"
#include "Requant/RequantCheck.h"
#include "Requant/ResizeCosts.h"
#include "Requant/StagedLayer.h"
#include "Requant/SumsInReach.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Npu/NpuAttributes.h"
#include "tare/Dialect/Npu/NpuDialect.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Kernels/ResizeCoordinates.h"
#include "tare/Passes/Passes.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>
#include <limits>

namespace tare {
#define GEN_PASS_DEF_COMPUTEREQUANTIZATION
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace tare;
using namespace mlir;
using qnn::Grid;

namespace {

/// What the target says of activations on a grid; 8 bits of 32 where it says nothing.
ActivationFormat formatOf(const Target &target, const Grid &grid) {
  const ActivationFormat *format = target.activation(grid.bits == 16 ? ElementType::i16 : ElementType::i8);
  return format ? *format : ActivationFormat();
}

MultiplierLimits limitsOf(qnn::RequantOpInterface op, const Target &target) {
  MultiplierLimits limits = eachLimits(target);
  if (op.dividesByCount())
    limits.bits = target.meanMultiplierBits;
  else
    limits.onlyShifts = target.powerOfTwoScales();
  limits.alignment = largestAlignment(formatOf(target, *Grid::of(op->getOperand(0).getType())));
  return limits;
}

SmallVector<Multiplier> decomposeAll(qnn::RequantOpInterface op, const MultiplierLimits &limits) {
  SmallVector<double> scales = op.getEffectiveScales();
  if (op.sharesShift())
    return limits.onlyShifts ? decomposeAligned(scales, limits) : decomposeShared(scales, limits);
  return llvm::map_to_vector(scales, [&](double scale) { return decompose(scale, limits); });
}

/// A bias that does not fit is limited to what does, and only noted, when it is quantized.
LogicalResult checkBias(Operation *op) {
  if (auto misfit = op->getAttrOfType<StringAttr>(qnn::biasMisfitAttrName))
    return op->emitError() << "layer '" << qnn::layerName(op) << "': " << misfit.getValue();
  return mlir::success();
}

/// No partial sum may leave the accumulator. One error a layer, with the width that its worst channel needs. A sum of
/// two operands has none.
LogicalResult checkAccumulator(qnn::RequantOpInterface op, const Target &target) {
  if (op.sharesShift())
    return mlir::success();
  Grid input = *Grid::of(op->getOperand(0).getType());
  int bits = accumulatorBits(target, input);
  int64_t limit = std::numeric_limits<int64_t>::max() >> (64 - bits), channels = 0;
  std::pair<int64_t, int64_t> worst = {0, 0}; // The bound and its channel.
  for (auto [channel, bound] : llvm::enumerate(reachesOf(op))) {
    channels += bound > limit;
    if (bound > worst.first)
      worst = {bound, int64_t(channel)};
  }
  if (!channels)
    return mlir::success();
  InFlightDiagnostic error = op->emitError() << "layer '" << qnn::layerName(op) << "'";
  if (isa<qnn::AccumulatorOpInterface>(op.getOperation())) {
    error << ", channel " << worst.second;
    if (channels > 1)
      error << " and " << channels - 1 << " more";
  }
  error << ": the accumulator can reach " << worst.first << ", which needs " << llvm::Log2_64(worst.first) + 2
        << " bits; ";
  if (bits < formatOf(target, input).accumulatorBits)
    return error << "a program sums 8-bit activations in " << bits << "; make the layer smaller";
  return error << "the target has " << bits
               << (input.bits > 8 ? "; use i8 activations, or a target with a wider accumulator"
                                  : "; take a target with a wider accumulator");
}

/// Whether an accumulator of 32 bits holds what `op` sums, and the multiplier keeps its bits, and so does the product.
bool holdsFraction(qnn::RequantOpInterface op, const MultiplierLimits &limits) {
  constexpr int64_t most = std::numeric_limits<int32_t>::max();
  double reach = double(op.getReaches().front()), scale = op.getEffectiveScales().front();
  const Multiplier multiplier = decompose(scale, limits);
  double rounding = multiplier.q > 0 ? std::ldexp(1.0, multiplier.q - 1) : 0.0;
  double product = reach * std::abs(double(multiplier.m)) + rounding;
  return reach <= double(most) && multiplier.bitsLost == 0 && product < std::ldexp(1.0, limits.productBits - 1);
}

/// (A56) Beside elements of 16 bits, or on a finer grid, weights of 11 would be what is coarse; the sums must have room
/// for finer ones.
void chooseWeights(qnn::ResizeOp op, const Target &target) {
  Grid input = *Grid::of(op.getInput().getType());
  int64_t axes = op.getSizes().size(), room = accumulatorBits(target, input) - 1 - int64_t(input.bits);
  if (op.mayRescale() && (input.bits == 16 || op.isScaled()))
    op.setWeightBits(std::clamp<int64_t>(room / axes, kernels::resizeWeightBits, kernels::mostResizeWeightBits));
}

/// (A56) As many bits behind the point as the hardware holds.
void chooseFraction(qnn::RequantOpInterface op, const Target &target) {
  int64_t bits = op.getMostFractionBits();
  if (bits == 0)
    return;
  MultiplierLimits limits = wholeLimits(target);
  limits.onlyShifts = target.powerOfTwoScales();
  for (op.setFractionBits(bits); bits > 0 && !holdsFraction(op, limits);)
    op.setFractionBits(--bits);
}

/// Layers whose multipliers cost each of them too little to be told, but all of them together something.
class SmallLosses {
public:
  void add(Operation *op, double cost) {
    if (cost < negligibleSteps)
      return;
    ++count;
    sum += cost;
    if (cost > most)
      std::tie(most, worst) = std::pair(cost, op);
  }

  /// In one warning. Half a step is what a result is rounded by anyway.
  void report(const Target &target) const {
    constexpr double noticeable = 0.5;
    if (sum <= noticeable)
      return;
    std::string text =
        llvm::formatv("multipliers of {0} bits do not hit what they stand for in {1} layers, at the cost of at most "
                      "{2:f2} LSB in each (most in layer '{3}') and {4:f1} LSB in all",
                      target.multiplierBits, count, most, qnn::layerName(worst), sum);
    reportWarning(worst->getLoc(), {"CoarseMultiplier", "Sum", qnn::layerName(worst), sum, CostUnit::lsb, text,
                                    "take a target with wider multipliers"});
  }

private:
  int64_t count = 0;
  double sum = 0, most = 0;
  Operation *worst = nullptr;
};

struct ComputeRequantization : tare::impl::ComputeRequantizationBase<ComputeRequantization> {
  using ComputeRequantizationBase::ComputeRequantizationBase;

  void runOnOperation() final {
    FailureOr<Target> known = npu::getTarget(getOperation());
    if (mlir::failed(known))
      return signalPassFailure();
    const Target &target = *known;
    bool failed = false;
    small = SmallLosses();
    if (repair && !target.powerOfTwoScales() && target.hasOp("rescale"))
      bringSumsInReach(getOperation(), target);
    getOperation()->walk([&](Operation *op) {
      auto requant = dyn_cast<qnn::RequantOpInterface>(op);
      std::optional<Grid> result = op->getNumResults() == 1 ? Grid::of(op->getResult(0).getType()) : std::nullopt;
      if (!requant || !result || isRequantizedInFloat(op, target))
        return;
      if (auto resize = dyn_cast<qnn::ResizeOp>(op))
        chooseWeights(resize, target);
      if (!requant.isScaled())
        return;
      chooseFraction(requant, target);
      if (auto resize = dyn_cast<qnn::ResizeOp>(op))
        warnOfCoarseWeights(resize);
      failed |= mlir::failed(checkBias(op)) || mlir::failed(checkAccumulator(requant, target));
      // A result of 32 bits is the accumulator itself.
      if (result->bits == 32)
        return;
      // Sums are not scaled in stages: they have a multiplier for each operand.
      bool isStaged = target.requantizer == Requantizer::three_stage && !requant.sharesShift();
      failed |= mlir::failed(isStaged ? attachStages(requant, *result, target) : attach(requant, *result, target));
    });
    if (failed)
      return signalPassFailure();
    small.report(target);
  }

  SmallLosses small;

  LogicalResult attach(qnn::RequantOpInterface op, const Grid &result, const Target &target) {
    const MultiplierLimits limits = limitsOf(op, target);
    SmallVector<Multiplier> multipliers = decomposeAll(op, limits);
    RequantCheck check(op, limits, repair);
    if (mlir::failed(check.run(multipliers)))
      return failure();
    small.add(op, check.harmless());
    SmallVector<int32_t> ms, qs;
    for (const Multiplier &multiplier : multipliers) {
      ms.push_back(multiplier.m);
      qs.push_back(multiplier.q);
    }
    setRequant(op, result, target, ms, qs, nullptr);
    return mlir::success();
  }

  LogicalResult attachStages(qnn::RequantOpInterface op, const Grid &result, const Target &target) {
    std::optional<ThreeStages> stages = StagedLayer(op, target).choose(repair);
    if (!stages)
      return failure();
    // Without weights all channels have the same bias.
    bool hasWeights = isa<qnn::AccumulatorOpInterface>(op.getOperation());
    ArrayRef<int32_t> multipliers = stages->multipliers, bias = stages->bias;
    auto attr =
        npu::StagesAttr::get(op->getContext(), {stages->accumulatorShift, stages->productShift, stages->outputShift},
                             hasWeights ? bias : bias.take_front());
    setRequant(op, result, target, multipliers.take_front(op.getEffectiveScales().size()), {}, attr);
    return mlir::success();
  }

  /// The zero point of the result is among what stages add.
  static void setRequant(qnn::RequantOpInterface op, const Grid &result, const Target &target,
                         ArrayRef<int32_t> multipliers, ArrayRef<int32_t> shifts, npu::StagesAttr stages) {
    auto [low, high] = outputEndsOf(op);
    op->setAttr(npu::requantAttrName,
                npu::RequantAttr::get(op->getContext(), multipliers, shifts, stages, /*function=*/{},
                                      stages ? 0 : result.zeroPoint(), low, high, target.rounding));
  }
};

} // namespace
