//===- Tails.cpp - Accumulators that leave the graph ----------------------===//
#include "Quantize/Tails.h"
#include "tare/Dialect/Qnn/Names.h"

using namespace mlir;
using namespace tare;

/// The widest integers that a quantized type stores.
static constexpr int widestTail = 32;

static bool hasClamp(Operation *op) {
  auto clamped = dyn_cast<qnn::ClampOpInterface>(op);
  return clamped && clamped.getClamp();
}

Tails::Tails(const Target &target, const ActivationFormat &activations, const OutputBoundary &boundary)
    : boundary(boundary) {
  if (target.tail == Tail::activation)
    noTails = "the target's tails are activations";
  else if (activations.accumulatorBits > widestTail)
    noTails = "the accumulator has " + std::to_string(activations.accumulatorBits) + " bits, a tail 32";
}

bool Tails::mayKeepAccumulator(Operation *op) const {
  return noTails.empty() && isa<qnn::AccumulatorOpInterface>(op) && !hasClamp(op);
}

bool Tails::contains(Operation *op) const {
  return mayKeepAccumulator(op) && boundary.contains(op->getResult(0));
}

bool Tails::takesOut(Operation *user) const {
  if (user->hasTrait<OpTrait::IsTerminator>())
    return true;
  auto op = dyn_cast<qnn::GridOpInterface>(user);
  return op && op.isRearrangement() && boundary.contains(user->getResult(0));
}

std::optional<std::string> Tails::whyNot(Operation *op) const {
  if (!isa<qnn::AccumulatorOpInterface>(op) || contains(op))
    return std::nullopt;
  Value result = op->getResult(0);
  if (boundary.contains(result))
    return noTails.empty() ? "an activation is fused into it" : noTails;
  auto out = [&](Operation *user) { return takesOut(user); };
  if (llvm::none_of(result.getUsers(), out))
    return std::nullopt;
  Operation *other = *llvm::find_if_not(result.getUsers(), out);
  return "'" + qnn::layerName(other) + "' reads its result too";
}
