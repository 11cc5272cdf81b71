//===- PlaceMissing.cpp - What the target has no operator for -------------===//
//
// Invariant: afterwards every op on real numbers of which it is known what
// activations it has is one of the target's, moves elements at most, or is a host
// op. Of others it is known once their grids are: run again then, the pass places
// these, and takes the casts between host ops away.
//
//===----------------------------------------------------------------------===//
#include "Arithmetic/Grids.h"
#include "Arithmetic/TargetOperators.h"
#include "Arithmetic/ValueRanges.h"
#include "Quantize/ActivationChoice.h"
#include "Quantize/HostForms.h"
#include "Remarks.h"
#include "tare/Dialect/Npu/NpuAttributes.h"
#include "tare/Dialect/Qnn/Choices.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Passes/Passes.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"

namespace tare {
#define GEN_PASS_DEF_PLACEMISSING
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;
using qnn::GridOpInterface;

namespace {

/// Finds the ops of one function that the target cannot compute, and says why.
class Finder {
public:
  Finder(const Target &target, ElementType activations, const qnn::Choices &choices)
      : target(target), activations(activations), choices(choices) {}

  llvm::MapVector<Operation *, std::string> find(func::FuncOp function) {
    for (Operation &op : function.front())
      if (std::optional<std::string> why = whyMissing(&op))
        missing[&op] = *why;
    takeStepsAlong(function);
    return std::move(missing);
  }

private:
  std::optional<std::string> whyMissing(Operation *op) const {
    // What moves elements the host moves as the integers that they are (tare-place-moves).
    if (!isa<GridOpInterface>(op) || isa<qnn::RequantizeOp>(op) || onlyMoves(op) || op->hasAttr(qnn::inLayerAttrName))
      return std::nullopt;
    if (const qnn::LayerChoice *choice = choices.ofLayer(op); choice && choice->keepFloat.value_or(false))
      return "the configuration keeps it in float";
    if (!hasGrids(op) && mayVanish(op))
      return std::nullopt;
    const std::optional<unsigned> bits = activationBits(op);
    const ElementType type = !bits ? activations : *bits == 8 ? ElementType::i8 : ElementType::i16;
    if (type == ElementType::i8 && isComputedWide(op, target))
      return std::nullopt;
    return whyNotOnTarget(op, type, target);
  }

  /// Whether the activations have their grids, so that the op will be one of hardware.
  static bool hasGrids(Operation *op) {
    if (!qnn::isFloatTensor(op->getResult(0)))
      return true;
    auto isCast = [](Operation *user) { return isa<quant::QuantizeCastOp>(user); };
    return gridBehind(op->getOperand(0)) && !op->use_empty() && llvm::all_of(op->getUsers(), isCast);
  }

  /// Whether another op, or a grid, may yet become what this one says: a function within the layer before it, a limit
  /// behind a rounding, a number on integers that enter.
  bool mayVanish(Operation *op) const {
    Operation *before = op->getOperand(0).getDefiningOp();
    if (isa<qnn::UnaryFunctionOpInterface>(op) && before)
      return isa<qnn::RoundOp>(before) || (mayHaveFunction(before) && before->getResult(0).hasOneUse());
    auto comesIn = [](Value value) {
      auto cast = value.getDefiningOp<quant::DequantizeCastOp>();
      return cast && isa<BlockArgument>(cast.getInput());
    };
    return isa<qnn::AddOp, qnn::SubOp, qnn::MulOp>(op) && llvm::any_of(op->getOperands(), comesIn) &&
           llvm::any_of(op->getOperands(), [](Value value) { return bool(qnn::constantValue(value)); });
  }

  bool mayHaveFunction(Operation *layer) const {
    auto requant = dyn_cast<qnn::RequantOpInterface>(layer);
    return target.layerFunctions && requant && requant.mayHaveFunction() &&
           target.hasOp(operatorOf(layer->getName()), ElementType::i8);
  }

  /// What one node of the model computes in steps (a quotient: the reciprocal, and the product by it) is computed in
  /// one place: nobody has calibrated what is between.
  void takeStepsAlong(func::FuncOp function) {
    auto take = [&](Operation *op, const std::string &reason) {
      if (auto gridOp = dyn_cast<GridOpInterface>(op); gridOp && !hasGrids(op) && hasHostForm(op))
        missing.insert({op, reason});
    };
    for (Operation &op : function.front()) {
      if (!op.hasAttr(qnn::intermediateAttrName))
        continue;
      auto reader = llvm::find_if(op.getUsers(), [&](Operation *user) { return missing.contains(user); });
      if (missing.contains(&op))
        for (Operation *user : op.getUsers())
          take(user, missing[&op]);
      else if (reader != op.getUsers().end() && op.hasOneUse())
        take(&op, missing[*reader]);
    }
  }

  const Target &target;
  ElementType activations;
  const qnn::Choices &choices;
  llvm::MapVector<Operation *, std::string> missing;
};

struct PlaceMissing : tare::impl::PlaceMissingBase<PlaceMissing> {
  using PlaceMissingBase::PlaceMissingBase;

  void runOnFunction() final {
    func::FuncOp function = getOperation();
    FailureOr<Target> known = findTarget();
    const ActivationFormat *format = failed(known) ? nullptr : activationFormat(function, *known, activations);
    if (!format || failed(checkLoops(function, *known)))
      return signalPassFailure();
    const qnn::Choices choices = qnn::Choices::of(function);
    llvm::MapVector<Operation *, std::string> missing;
    for (auto &[op, reason] : Finder(*known, format->type, choices).find(function))
      missing[qnn::isFloatTensor(op->getResult(0)) ? op : onReals(op)] = reason;
    if (failed(checkForms(missing, *known)))
      return signalPassFailure();
    for (auto &[op, reason] : missing)
      place(op, reason);
    joinSegments(function);
  }

private:
  FailureOr<Target> findTarget() {
    if (target.empty())
      return npu::getTarget(getOperation());
    Result<Target> known = loadTarget(target);
    if (!known)
      return emitError(UnknownLoc::get(&getContext())) << known.error().message;
    return std::move(*known);
  }

  /// The host computes nodes, and no loop is one.
  static LogicalResult checkLoops(func::FuncOp function, const Target &target) {
    for (Operation &op : function.front())
      if (isa<qnn::LoopBeginOp, qnn::LoopEndOp>(op))
        if (std::string name = op.getName().stripDialect().str(); !target.hasOp(name))
          return emitError(UnknownLoc::get(op.getContext()))
                 << "layer '" << qnn::layerName(&op) << "' needs the operator " << name << ", which target '"
                 << target.name << "' does not have, and the host computes no loops of a program; take a target with "
                 << name << ", or cut the model there (--outputs)";
    return mlir::success();
  }

  /// One error for all that no host can compute.
  static LogicalResult checkForms(const llvm::MapVector<Operation *, std::string> &missing, const Target &target) {
    std::string layers;
    for (const auto &[op, reason] : missing)
      if (!hasHostForm(op))
        layers += (layers.empty() ? "'" : ", '") + qnn::layerName(op) + "' (" + op->getName().stripDialect().str() +
                  "): " + reason;
    if (layers.empty())
      return mlir::success();
    return emitError(UnknownLoc::get(missing.front().first->getContext()))
           << "layers that neither target '" << target.name << "' nor the host computes: " << layers
           << "; take a target with these operators, make weights constants, or cut the model there (--outputs)";
  }

  /// A model may compute on integers as they are (a max pooling): the same op between casts.
  static Operation *onReals(Operation *op) {
    OpBuilder builder(op);
    MLIRContext *context = op->getContext();
    auto realType = [&](Type type) { return cast<RankedTensorType>(type).clone(builder.getF32Type()); };
    std::string layer = qnn::layerName(op), name = qnn::valueName(op->getResult(0));
    IRMapping mapping;
    for (Value operand : op->getOperands())
      if (!mapping.contains(operand))
        mapping.map(operand, quant::DequantizeCastOp::create(
                                 builder, qnn::nameLoc(context, layer + "_dequantize", qnn::valueName(operand)),
                                 realType(operand.getType()), operand));
    Operation *real = builder.clone(*op, mapping);
    real->getResult(0).setType(realType(op->getResult(0).getType()));
    op->getResult(0).replaceAllUsesWith(quant::QuantizeCastOp::create(
        builder, qnn::nameLoc(context, layer + "_quantize", name), op->getResult(0).getType(), real->getResult(0)));
    op->erase();
    return real;
  }

  static void place(Operation *op, StringRef reason) {
    Value result = op->getResult(0), onHost = makeHostForm(op, reason);
    remarkPassed(op, "tare-place-missing", "OnHost") << remark::reason("{0}", reason);
    if (std::optional<qnn::Interval> range = rangeOfPlaced(cast<GridOpInterface>(op)))
      setRange(onHost, range->first, range->second,
               rangeAttr(result) ? rangeAttr(result).getLabel() : qnn::RangeLabel::Inherited);
    result.replaceAllUsesWith(onHost);
    op->erase();
  }

  /// That of the op's result: of one that has its operand's grid, what that covers.
  static std::optional<qnn::Interval> rangeOfPlaced(GridOpInterface op) {
    if (qnn::RangeAttr range = rangeAttr(op->getResult(0)))
      return qnn::Interval(range.getMin(), range.getMax());
    return inheritedRange(op);
  }

  /// What one host op makes another one reads as it is, where no model rounds it between; nor is it an accumulator any
  /// more.
  static void joinSegments(func::FuncOp function) {
    for (auto cast : llvm::make_early_inc_range(function.getOps<quant::DequantizeCastOp>())) {
      auto quantize = cast.getInput().getDefiningOp<quant::QuantizeCastOp>();
      if (!quantize || !quantize.getInput().getDefiningOp<qnn::HostOp>())
        continue;
      const bool isAccumulator = qnn::isAccumulator(quantize.getType());
      const bool isChosen = quantize->hasAttr(chosenGridAttrName);
      cast->replaceUsesWithIf(ValueRange(quantize.getInput()), [&](OpOperand &use) {
        return isAccumulator || (isChosen && isa<qnn::HostOp>(use.getOwner()));
      });
    }
    for (auto quantize : function.getOps<quant::QuantizeCastOp>())
      quantize->removeAttr(chosenGridAttrName);
  }
};

} // namespace
