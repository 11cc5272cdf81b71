//===- LowerToNpu.cpp - From quantized types to integers ------------------===//
//
// Invariant established: nothing but npu ops, integers and, at the function's
// border, float data movement; spatial ops are channels-last, between transposes
// that tare-cancel-transposes takes away.
//
//===----------------------------------------------------------------------===//
#include "Lowering/LayerTable.h"
#include "Lowering/Lowering.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "tare/Dialect/Npu/IntegerGrid.h"
#include "tare/Kernels/Movement.h"
#include "tare/Passes/Passes.h"

namespace tare {
#define GEN_PASS_DEF_LOWERTONPU
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace tare;
using namespace mlir;
using qnn::Grid;

StorageTypeConverter::StorageTypeConverter() {
  addConversion([](Type type) -> std::optional<Type> {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && qnn::quantizedElement(tensor) ? Type(qnn::storageType(tensor)) : type;
  });
}

npu::RequantAttr tare::requantOf(Operation *op) { return op->getAttrOfType<npu::RequantAttr>(npu::requantAttrName); }

FailureOr<npu::RequantAttr> tare::neededRequant(Operation *op) {
  if (npu::RequantAttr requant = requantOf(op))
    return requant;
  if (!qnn::quantizedElement(op->getResult(0).getType()))
    return op->emitError() << "layer '" << qnn::layerName(op) << "': is still in float; quantize and fuse it first";
  return op->emitError() << "layer '" << qnn::layerName(op) << "': has no '" << npu::requantAttrName
                         << "'; run tare-compute-requantization first";
}

SmallVector<int32_t> tare::channelsLast(int64_t rank) {
  SmallVector<int32_t> permutation{0};
  for (int64_t axis = 2; axis < rank; ++axis)
    permutation.push_back(axis);
  permutation.push_back(1);
  return permutation;
}

Value tare::toChannelsLast(OpBuilder &builder, Location loc, Value value) {
  int64_t rank = cast<RankedTensorType>(value.getType()).getRank();
  return npu::TransposeOp::create(builder, loc, value, builder.getDenseI32ArrayAttr(channelsLast(rank)));
}

Value tare::toChannelsFirst(OpBuilder &builder, Location loc, Value value) {
  int32_t rank = cast<RankedTensorType>(value.getType()).getRank();
  SmallVector<int32_t> permutation{0, rank - 1};
  for (int32_t axis = 1; axis < rank - 1; ++axis)
    permutation.push_back(axis);
  return npu::TransposeOp::create(builder, loc, value, builder.getDenseI32ArrayAttr(permutation));
}

/// Says on which grid `value` is, which stands for a result; what only moves elements has its operand's.
static void noteGrid(Value value, const Grid &grid) {
  Operation *op = value.getDefiningOp();
  if (!isa<npu::TransposeOp, npu::ReshapeOp>(op))
    npu::setGrid(op, grid.type(op->getContext()));
}

void tare::replaceBy(ConversionPatternRewriter &rewriter, Operation *op, Value value) {
  if (std::optional<Grid> grid = Grid::of(op->getResult(0).getType()))
    noteGrid(value, *grid);
  rewriter.replaceOp(op, value);
}

void tare::replaceByChannelsLast(ConversionPatternRewriter &rewriter, Operation *op, Value value) {
  if (std::optional<Grid> grid = Grid::of(op->getResult(0).getType())) {
    // Only accumulators have a scale per channel.
    if (grid->axis)
      grid->axis = cast<RankedTensorType>(value.getType()).getRank() - 1;
    noteGrid(value, *grid);
  }
  rewriter.replaceOp(op, toChannelsFirst(rewriter, op->getLoc(), value));
}

void tare::replaceByResultsOf(ConversionPatternRewriter &rewriter, Operation *op, Operation *made) {
  if (llvm::any_of(op->getResultTypes(), qnn::quantizedElement))
    npu::setGrids(made, op->getResultTypes());
  rewriter.replaceOp(op, made);
}

Value tare::makeConstant(OpBuilder &builder, Location loc, const Tensor &tensor, StringRef name) {
  return npu::ConstantOp::create(builder, loc, qnn::toAttr(builder.getContext(), tensor, name));
}

int32_t tare::zeroPointOf(Value original) { return qnn::Grid::of(original.getType())->zeroPoint(); }

SmallVector<int32_t> tare::narrow(ArrayRef<int64_t> list) { return SmallVector<int32_t>(list.begin(), list.end()); }

SmallVector<int32_t> tare::listOr(std::optional<ArrayRef<int64_t>> list, size_t count, int32_t fallback) {
  return list ? narrow(*list) : SmallVector<int32_t>(count, fallback);
}

namespace {

struct LowerToNpu : tare::impl::LowerToNpuBase<LowerToNpu> {
  void runOnOperation() final {
    MLIRContext *context = &getContext();
    StorageTypeConverter types;
    RewritePatternSet patterns(context);
    addFunctionLowerings(types, patterns);
    addBinaryLowerings(types, patterns);
    addMatrixLowerings(types, patterns);
    addConvolutionLowerings(types, patterns);
    addNormalizationLowerings(types, patterns);
    addPoolingLowerings(types, patterns);
    addReductionLowerings(types, patterns);
    addMovementLowerings(types, patterns);
    addRecurrentLowerings(types, patterns);
    addBorderLowerings(types, patterns);
    addHostLowerings(types, patterns);
    populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns, types);
    populateReturnOpTypeConversionPattern(patterns, types);

    ConversionTarget legal(*context);
    legal.addLegalDialect<npu::NpuDialect>();
    legal.addIllegalDialect<qnn::QnnDialect, quant::QuantDialect>();
    legal.addDynamicallyLegalOp<func::FuncOp>(
        [&](func::FuncOp op) { return types.isSignatureLegal(op.getFunctionType()); });
    legal.addDynamicallyLegalOp<func::ReturnOp>([&](func::ReturnOp op) { return types.isLegal(op.getOperandTypes()); });
    legal.addLegalOp<ModuleOp>();
    legal.addDynamicallyLegalOp<qnn::ConstantOp>(isParameter);
    if (failed(joinLayerFunctions()))
      return signalPassFailure();
    getOperation()->walk(recordGridsOfArguments);
    ConversionConfig config;
    config.foldingMode = DialectConversionFoldingMode::Never;
    if (failed(applyFullConversion(getOperation(), legal, std::move(patterns), config)))
      return signalPassFailure();
    eraseParameters();
    moveConstants();
  }

  /// (A64) Functions within layers: of each pair one op is left, the layer's, whose requantization has the table.
  LogicalResult joinLayerFunctions() {
    SmallVector<qnn::UnaryFunctionOpInterface> functions;
    getOperation()->walk([&](qnn::UnaryFunctionOpInterface op) {
      if (op->hasAttr(qnn::inLayerAttrName))
        functions.push_back(op);
    });
    for (qnn::UnaryFunctionOpInterface function : functions)
      if (failed(joinLayerFunction(function)))
        return failure();
    return mlir::success();
  }

  static LogicalResult joinLayerFunction(qnn::UnaryFunctionOpInterface function) {
    Value between = function->getOperand(0), result = function->getResult(0);
    Operation *layer = between.getDefiningOp();
    std::optional<Grid> t = Grid::of(between.getType()), y = Grid::of(result.getType());
    if (!layer || !layer->hasAttr(qnn::inLayerAttrName) || !between.hasOneUse() || !t || !y)
      return function->emitError()
             << "layer '" << qnn::layerName(function)
             << "': is marked as a part of the layer before it, but does not read its result alone";
    FailureOr<npu::RequantAttr> requant = neededRequant(layer);
    if (failed(requant))
      return failure();
    MLIRContext *context = layer->getContext();
    const qnn::Function meant = function.getFunction();
    const LayerTable table = makeLayerTable(meant, *t, *y);
    auto meaning = npu::FunctionAttr::get(context, meant.kind, DenseF64ArrayAttr::get(context, meant.parameters),
                                          int32_t(y->min), int32_t(y->max));
    SmallVector<int32_t> entries(table.entries.begin(), table.entries.end());
    auto inLayer =
        npu::LayerFunctionAttr::get(context, requant->getShifts(), int32_t(t->zeroPoint()),
                                    Builder(context).getF64FloatAttr(t->scale()), table.fractionBits, entries, meaning);
    layer->setAttr(npu::requantAttrName, npu::RequantAttr::get(context, requant->getMultipliers(), {}, /*stages=*/{},
                                                               inLayer, int32_t(y->zeroPoint()), int32_t(y->min),
                                                               int32_t(y->max), requant->getRounding()));
    layer->setLoc(qnn::withValueName(layer->getLoc(), qnn::valueName(result)));
    between.setType(result.getType());
    result.replaceAllUsesWith(between);
    function->erase();
    return mlir::success();
  }

  /// Weights and biases, which the lowerings of their readers take in, and nobody reads afterwards.
  static bool isParameter(qnn::ConstantOp op) {
    return llvm::all_of(op->getUses(), [](OpOperand &use) {
      auto reader = dyn_cast<qnn::AccumulatorOpInterface>(use.getOwner());
      return reader && &use != &reader.getActivationOperand();
    });
  }

  void eraseParameters() {
    SmallVector<Operation *> parameters;
    getOperation()->walk([&](qnn::ConstantOp op) { parameters.push_back(op); });
    for (Operation *op : parameters)
      op->erase();
  }

  /// Of inputs that the model takes as integers.
  static void recordGridsOfArguments(func::FuncOp function) {
    for (BlockArgument argument : function.getArguments())
      if (quant::QuantizedType grid = qnn::quantizedElement(argument.getType()))
        function.setArgAttr(argument.getArgNumber(), npu::gridAttrName, TypeAttr::get(grid));
  }

  /// What is moved of constants is one at once, on the grid that it has here: a fold would leave integers of which
  /// nobody knows what they mean.
  void moveConstants() {
    getOperation()->walk([](npu::NpuOpInterface op) {
      bool moves = isa<npu::TransposeOp, npu::ReshapeOp, npu::SliceOp>(op.getOperation());
      if (!moves || !op->getOperand(0).getDefiningOp<npu::ConstantOp>())
        return;
      quant::QuantizedType grid = npu::gridOf(op->getResult(0));
      OpBuilder builder(op);
      SmallVector<Value> folded;
      if (!grid || failed(builder.tryFold(op, folded)) || !folded.front().getDefiningOp<npu::ConstantOp>())
        return;
      npu::setGrid(folded.front().getDefiningOp(), grid);
      op->getResult(0).replaceAllUsesWith(folded.front());
      op.erase();
    });
  }
};

} // namespace
