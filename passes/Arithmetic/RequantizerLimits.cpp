//===- RequantizerLimits.cpp - What no requantizer brings back ------------===//
#include "Arithmetic/RequantizerLimits.h"
#include "tare/Dialect/Qnn/Norms.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Tensor/Tensor.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace mlir;
using namespace tare;

namespace {

constexpr int narrowAccumulatorBits = 32;

/// The bits of an accumulator that reaches so far, sign included.
int bitsOf(int64_t reach) { return int(llvm::Log2_64(uint64_t(std::max<int64_t>(reach, 1)))) + 2; }

/// How far the accumulators of an op reach at least: on grids without a zero point. Nothing for products with weights,
/// which are as fine as there is room for, and for what has no accumulator.
std::optional<int64_t> leastReach(Operation *op, ElementType type) {
  const int bits = 8 * int(sizeOf(type));
  const int64_t farthest = (int64_t(1) << (bits - 1)) - 1;
  if (auto norm = dyn_cast<qnn::NormalizeOp>(op))
    return qnn::hasIntegerForm(norm, bits) ? std::optional(qnn::integersOf(norm, bits).reach) : std::nullopt;
  if (auto product = dyn_cast<qnn::MatMulOp>(op))
    return cast<ShapedType>(product.getLhs().getType()).getShape().back() * farthest * farthest;
  auto mean = dyn_cast<qnn::RequantOpInterface>(op);
  return mean && mean.dividesByCount() ? std::optional(mean.getLargestCount() * farthest) : std::nullopt;
}

/// A shift alone divides by powers of two.
std::optional<std::string> whyNotDivided(Operation *op, const Target &target) {
  auto mean = dyn_cast<qnn::RequantOpInterface>(op);
  if (!target.powerOfTwoScales() || target.meanMultiplierBits > 1 || !mean || !mean.dividesByCount() ||
      llvm::isPowerOf2_64(uint64_t(mean.getLargestCount())))
    return std::nullopt;
  return llvm::formatv(
      "the target has no multiplier for means (mean_multiplier_bits: 1), and {0} elements are no power "
      "of two",
      mean.getLargestCount());
}

/// A norm's accumulator has its own point: the result is what is left of it behind the shifts.
std::optional<std::string> whyNotShifted(Operation *op, int bits, int accumulator, const Target &target) {
  // Calibration may have seen less than the norm can reach, and the result cut off what it has not.
  constexpr int cutOff = 2, firstStageBits = 16;
  const int left = target.requantizer == Requantizer::three_stage ? firstStageBits : bits + cutOff;
  if (!isa<qnn::NormalizeOp>(op) || accumulator - 1 - target.shift.max <= left)
    return std::nullopt;
  return llvm::formatv("the target's shifts end at {0}, and the norm's accumulator has {1} bits", target.shift.max,
                       accumulator);
}

} // namespace

std::optional<std::string> tare::whyNotRequantized(Operation *op, ElementType type, const Target &target) {
  const ActivationFormat *format = target.activation(type);
  if (std::optional<std::string> why = whyNotDivided(op, target))
    return why;
  const std::optional<int64_t> reach = format ? leastReach(op, type) : std::nullopt;
  if (!reach)
    return std::nullopt;
  const int needed = bitsOf(*reach), bits = 8 * int(sizeOf(type));
  const int width = bits == 8 ? std::min(format->accumulatorBits, narrowAccumulatorBits) : format->accumulatorBits;
  if (needed > width)
    return llvm::formatv("its accumulator needs {0} bits or more, and the target has {1}", needed, width);
  if (target.requantizer != Requantizer::three_stage && needed > target.productBits)
    return llvm::formatv("the product of its accumulator and a multiplier needs {0} bits or more, and the target has "
                         "{1}",
                         needed, target.productBits);
  return whyNotShifted(op, bits, needed, target);
}
