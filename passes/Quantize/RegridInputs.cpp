//===- RegridInputs.cpp - Scalars on integer inputs, as grids -------------===//
//
// Invariant: afterwards no number is added to a dequantized integer input, nor
// multiplied by it, where another grid for its integers says the same; and where
// the target only shifts, no integer input or output is computed on by a scale
// that is no power of two.
//
//===----------------------------------------------------------------------===//
#include "Graph/Affine.h"
#include "Quantize/GridGroups.h"
#include "Quantize/PortScales.h"
#include "Quantize/StepCosts.h"
#include "Remarks.h"
#include "tare/Calibration/Ranges.h"
#include "tare/Dialect/Npu/NpuAttributes.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Steps.h"
#include "tare/Passes/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include <cmath>
#include <limits>

namespace tare {
#define GEN_PASS_DEF_REGRIDINPUTS
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;
using qnn::Grid;
using qnn::GridRule;

namespace {

constexpr StringLiteral passName = "tare-regrid-inputs";

/// Whether nothing but movements lies between an input of integers and `integers`. Not entersMoved(), which asks of
/// all that is joined: here it may be max pooled on the way, too, and one input's grid is to be another.
bool comesFromInput(Value integers) {
  while (Operation *op = integers.getDefiningOp()) {
    auto gridOp = dyn_cast<qnn::GridOpInterface>(op);
    bool moves = isa<qnn::ReinterpretOp>(op) || (gridOp && gridOp.getGridRule() == GridRule::Same);
    if (!moves)
      return false;
    integers = op->getOperand(0);
  }
  return isa<BlockArgument>(integers);
}

/// The one number that a constant holds, whatever its shape; nothing where it would broadcast `other`.
std::optional<double> scalarOf(Value constant, Value other) {
  SmallVector<double> values = doubles(floatConstantValue(constant));
  if (values.empty() || !llvm::all_equal(values))
    return std::nullopt;
  auto rank = [](Value value) { return cast<RankedTensorType>(value.getType()).getRank(); };
  bool broadcasts = rank(constant) > rank(other) || values.size() > 1;
  return broadcasts ? std::nullopt : std::optional(values.front());
}

/// scale * x + shift of reals on `grid`, as a grid of the same integers; nothing where there is none.
std::optional<Grid> regridded(const Grid &grid, double scale, double shift) {
  constexpr double least = std::numeric_limits<float>::min(), greatest = std::numeric_limits<float>::max();
  if (!grid.isPerTensor())
    return std::nullopt;
  double step = grid.scale() * scale;
  if (!(step >= least && step <= greatest))
    return std::nullopt;
  double zero = double(grid.zeroPoint()) - shift / step;
  // A decimal fraction is no more exact than its float32.
  std::optional<double> whole = qnn::wholeStep(zero);
  if (!whole || *whole < double(grid.min) || *whole > double(grid.max))
    return std::nullopt;
  Grid result = grid;
  result.scales = {step};
  result.zeroPoints = {int64_t(*whole)};
  return result;
}

/// Whether all that was seen of the value is one step of a grid that is of no use beside scores: a mask's 0 or -10000,
/// which need not be so far apart (tare-bound-ranges).
bool isMask(Value value, const Grid &grid) {
  qnn::RangeAttr range = rangeAttr(value);
  return range && grid.scale() > calibration::maskedDistance && range.getMax() - range.getMin() < 1.5 * grid.scale();
}

template <typename OpTy> struct Regrid : OpRewritePattern<OpTy> {
  Regrid(MLIRContext *context, bool onlyPowersOfTwo)
      : OpRewritePattern<OpTy>(context), onlyPowersOfTwo(onlyPowersOfTwo) {}

  LogicalResult matchAndRewrite(OpTy op, PatternRewriter &rewriter) const final {
    auto match = [&](Value real, Value constant, bool constantFirst) -> std::optional<Grid> {
      auto cast = real.getDefiningOp<quant::DequantizeCastOp>();
      std::optional<double> number = scalarOf(constant, real);
      if (!cast || !number || !comesFromInput(cast.getInput()))
        return std::nullopt;
      return applied(*Grid::of(cast.getInput().getType()), *number, constantFirst);
    };
    Value real = op.getLhs(), constant = op.getRhs();
    std::optional<Grid> grid = match(real, constant, /*constantFirst=*/false);
    if (!grid) {
      std::swap(real, constant);
      grid = match(real, constant, /*constantFirst=*/true);
    }
    if (!grid || op.getClamp() || isMask(op.getResult(), *grid) || (onlyPowersOfTwo && !exponentOf(grid->scale())))
      return rewriter.notifyMatchFailure(op, "is not a scalar on an integer input that another grid could say");
    auto cast = real.template getDefiningOp<quant::DequantizeCastOp>();
    Value integers = cast.getInput();
    auto type = llvm::cast<RankedTensorType>(integers.getType()).clone(grid->type(op.getContext()));
    auto before = integers.getDefiningOp<qnn::ReinterpretOp>();
    remarkPassed(op, passName, "BecameGrid");
    integers = qnn::ReinterpretOp::create(rewriter, op.getLoc(), type, before ? before.getInput() : integers);
    qnn::RangeAttr range = rangeAttr(op.getResult());
    auto dequantized = rewriter.replaceOpWithNewOp<quant::DequantizeCastOp>(op, op.getType(), integers);
    // The grid may reach further than what the integers are.
    if (range)
      dequantized->setDiscardableAttr(qnn::rangeAttrName, range);
    eraseDeadConstants(rewriter, constant);
    for (Operation *unread : {cast.getOperation(), before ? before.getOperation() : nullptr})
      if (unread && unread->use_empty())
        rewriter.eraseOp(unread);
    return mlir::success();
  }

private:
  /// The target only shifts: it has no other scales.
  bool onlyPowersOfTwo;

  static std::optional<Grid> applied(const Grid &grid, double number, bool constantFirst) {
    if constexpr (std::is_same_v<OpTy, qnn::MulOp>)
      return regridded(grid, number, 0);
    else if constexpr (std::is_same_v<OpTy, qnn::AddOp>)
      return regridded(grid, 1, number);
    else // c - x would turn the grid around.
      return constantFirst ? std::nullopt : regridded(grid, 1, -number);
  }
};

struct RegridInputs : tare::impl::RegridInputsBase<RegridInputs> {
  void runOnFunction() final {
    FailureOr<Target> target = npu::getTarget(getOperation());
    if (failed(target))
      return signalPassFailure();
    bool onlyPowersOfTwo = target->powerOfTwoScales();
    RewritePatternSet patterns(&getContext());
    patterns.add<Regrid<qnn::AddOp>, Regrid<qnn::SubOp>, Regrid<qnn::MulOp>>(&getContext(), onlyPowersOfTwo);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
    if (!onlyPowersOfTwo || !movePortScales(getOperation(), *target))
      return;
    OpPassManager fusions(func::FuncOp::getOperationName());
    fusions.addPass(createFoldBatchNorms());
    if (failed(runPipeline(fusions, getOperation())))
      signalPassFailure();
  }
};

} // namespace
