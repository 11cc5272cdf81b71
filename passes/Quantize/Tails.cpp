//===- Tails.cpp - Accumulators that leave the graph ----------------------===//
#include "Quantize/Tails.h"
#include "Arithmetic/TargetOperators.h"
#include "Quantize/GivenGrids.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Tensor/Tensor.h"

using namespace mlir;
using namespace tare;

/// The widest integers that a quantized type stores.
static constexpr int widestTail = 32;

static bool hasClamp(Operation *op) {
  auto clamped = dyn_cast<qnn::ClampOpInterface>(op);
  return clamped && clamped.getClamp();
}

/// The bits of the integers that a float value is, or will be, quantized to: those of the model, behind ops that keep
/// their operand's grid, too; `otherwise` where it says nothing.
static unsigned bitsOf(Value value, unsigned otherwise) {
  if (std::optional<qnn::Grid> grid = gridBehind(value))
    return grid->bits;
  if (quant::QuantizeCastOp cast = existingCast(value))
    return qnn::Grid::of(cast.getType())->bits;
  auto op = value.getDefiningOp<qnn::GridOpInterface>();
  return op && op.getGridRule() == qnn::GridRule::Same ? bitsOf(op->getOperand(0), otherwise) : otherwise;
}

Tails::Tails(const Target &target, const ActivationFormat &activations, const OutputBoundary &boundary)
    : target(target), activations(activations), boundary(boundary) {}

std::string Tails::reasonAgainst(Operation *op) const {
  if (target.tail == Tail::activation)
    return "the target's tails are activations";
  Value activation = cast<qnn::AccumulatorOpInterface>(op).getActivationOperand().get();
  const unsigned own = bitsOf(activation, 8 * unsigned(sizeOf(activations.type)));
  const ActivationFormat *format = formatOfBits(target, isComputedWide(op, target) ? 16 : own);
  int bits = (format ? *format : activations).accumulatorBits;
  if (bits > widestTail)
    return "the accumulator has " + std::to_string(bits) + " bits, a tail 32";
  return "";
}

bool Tails::mayKeepAccumulator(Operation *op) const {
  return isa<qnn::AccumulatorOpInterface>(op) && !hasClamp(op) && reasonAgainst(op).empty();
}

bool Tails::contains(Operation *op) const { return mayKeepAccumulator(op) && boundary.contains(op->getResult(0)); }

std::optional<std::string> Tails::whyNot(Operation *op) const {
  if (!isa<qnn::AccumulatorOpInterface>(op) || contains(op))
    return std::nullopt;
  Value result = op->getResult(0);
  if (boundary.contains(result))
    return hasClamp(op) ? "an activation is fused into it" : reasonAgainst(op);
  auto out = [&](Operation *user) { return boundary.takesOut(user); };
  if (llvm::none_of(result.getUsers(), out))
    return std::nullopt;
  auto other = llvm::find_if_not(result.getUsers(), out);
  if (other == result.getUsers().end())
    return "it is a state, which the next call begins with as integers";
  return "'" + qnn::layerName(*other) + "' reads its result too";
}
