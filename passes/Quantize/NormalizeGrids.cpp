//===- NormalizeGrids.cpp - One way to write a grid -----------------------===//
//
// Invariant: afterwards every quantized type stores signed integers, quantized
// constants are integers, and the weights of an accumulator op have one scale
// per output channel and zero point 0.
//
//===----------------------------------------------------------------------===//
#include "Quantize/Grids.h"
#include "Remarks.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tare {
#define GEN_PASS_DEF_NORMALIZEGRIDS
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;
using qnn::Grid;

namespace {

constexpr StringLiteral passName = "tare-normalize-grids";

/// The half of the storage's range, by which unsigned integers become signed ones.
int64_t offset(const Grid &grid) { return int64_t(1) << (grid.bits - 1); }

/// The same numbers with signed integers: q - 2^(bits - 1); null where they are signed already.
RankedTensorType signedType(Type type) {
  std::optional<Grid> grid = Grid::of(type);
  if (!grid || grid->isSigned)
    return nullptr;
  for (int64_t &zero : grid->zeroPoints)
    zero -= offset(*grid);
  grid->min -= offset(*grid);
  grid->max -= offset(*grid);
  grid->isSigned = true;
  return onGrid(type, *grid);
}

template <typename T> Tensor shifted(const Tensor &integers) {
  constexpr T half = T(1) << (8 * sizeof(T) - 1);
  Tensor result(integers.type());
  const T *in = integers.as<T>();
  T *out = result.mutableAs<T>();
  for (int64_t i = 0, n = integers.count(); i < n; ++i)
    out[i] = in[i] ^ half; // Subtracts half, modulo 2^bits.
  return result;
}

void makeSigned(Value value) {
  RankedTensorType type = signedType(value.getType());
  if (!type)
    return;
  if (auto constant = value.getDefiningOp<qnn::ConstantOp>()) {
    Tensor integers = qnn::toTensor(constant.getValue());
    bool isByte = qnn::quantizedElement(type).getStorageTypeIntegralWidth() == 8;
    Tensor moved = isByte ? shifted<uint8_t>(integers) : shifted<uint16_t>(integers);
    constant.setValueAttr(qnn::toAttr(qnn::storageType(type), moved, qnn::valueName(value)));
  }
  value.setType(type);
}

/// What the model quantizes itself when it runs, but knows before.
void quantizeConstant(quant::QuantizeCastOp op) {
  ElementsAttr reals = qnn::constantValue(op.getInput());
  if (!reals)
    return;
  OpBuilder builder(op);
  Tensor integers = quantized(qnn::toTensor(reals), op.getType());
  auto attr = qnn::toAttr(qnn::storageType(op.getType()), integers, qnn::valueName(op.getInput()));
  op.replaceAllUsesWith(qnn::ConstantOp::create(builder, op.getLoc(), op.getType(), attr).getResult());
  op.erase();
}

/// The integers q - Z of each output channel (the first axis), which mean the same numbers at zero point 0; nothing
/// where one is outside [-127, 127].
std::optional<Tensor> withoutZeroPoints(const Tensor &integers, ArrayRef<int64_t> zeroPoints) {
  Tensor result(integers.type());
  const int8_t *in = integers.as<int8_t>();
  int8_t *out = result.mutableAs<int8_t>();
  const int64_t perChannel = integers.count() / int64_t(zeroPoints.size());
  for (int64_t i = 0, n = integers.count(); i < n; ++i) {
    const int64_t moved = in[i] - zeroPoints[i / perChannel];
    if (moved < -127 || moved > 127)
      return std::nullopt;
    out[i] = int8_t(moved);
  }
  return result;
}

struct NormalizeGrids : tare::impl::NormalizeGridsBase<NormalizeGrids> {
  void runOnOperation() final {
    func::FuncOp function = getOperation();
    function.walk(quantizeConstant);
    for (Block &block : function.getBody()) {
      for (Value argument : block.getArguments())
        makeSigned(argument);
      for (Operation &op : block)
        for (Value result : op.getResults())
          makeSigned(result);
    }
    Operation *terminator = function.getBody().front().getTerminator();
    function.setType(
        FunctionType::get(&getContext(), function.getBody().front().getArgumentTypes(), terminator->getOperandTypes()));
    function.walk([&](qnn::AccumulatorOpInterface op) {
      if (failed(normalizeWeights(op)))
        signalPassFailure();
    });
  }

private:
  LogicalResult normalizeWeights(qnn::AccumulatorOpInterface op) {
    OpOperand &operand = op.getWeightOperand();
    auto cast = operand.get().getDefiningOp<quant::DequantizeCastOp>();
    ElementsAttr integers = cast ? qnn::constantValue(cast.getInput()) : ElementsAttr();
    if (!integers)
      return mlir::success();
    Grid grid = *Grid::of(cast.getInput().getType());
    if (grid.axis.value_or(0) != 0)
      return op->emitOpError("of layer '")
             << qnn::layerName(op) << "' has weights with one scale per index of axis " << *grid.axis
             << "; an accumulator can have one per output channel only (axis 0)";
    bool hasZeroPoint = llvm::any_of(grid.zeroPoints, [](int64_t zero) { return zero != 0; });
    if (grid.axis && !hasZeroPoint)
      return mlir::success();
    OpBuilder builder(op);
    if (!grid.axis) {
      grid.axis = 0;
      grid.scales.assign(op.getOutputChannels(), grid.scales[0]);
      grid.zeroPoints.assign(op.getOutputChannels(), grid.zeroPoints[0]);
    }
    if (hasZeroPoint) {
      Tensor stored = qnn::toTensor(integers);
      std::optional<Tensor> moved = grid.bits == 8 ? withoutZeroPoints(stored, grid.zeroPoints) : std::nullopt;
      if (!moved)
        return requantize(op, cast, integers, builder);
      grid.min = -127;
      grid.max = 127;
      grid.zeroPoints.assign(op.getOutputChannels(), 0);
      integers =
          qnn::toAttr(qnn::storageType(onGrid(operand.get().getType(), grid)), *moved, qnn::layerName(op) + "_weight");
    }
    replace(operand, cast, onGrid(operand.get().getType(), grid), integers, builder);
    return mlir::success();
  }

  /// Weights too far from their zero point: the same numbers, rounded to a grid without one.
  LogicalResult requantize(qnn::AccumulatorOpInterface op, quant::DequantizeCastOp cast, ElementsAttr integers,
                           OpBuilder &builder) {
    Tensor reals = dequantized(qnn::toTensor(integers), cast.getInput().getType());
    Result<Grid> grid = weightGrid(qnn::toAttr(&getContext(), reals));
    if (!grid)
      return op->emitOpError("of layer '") << qnn::layerName(op) << "' cannot be quantized: " << grid.error().message;
    remarkPassed(op, passName, "WeightsRequantized")
        << remark::reason("some are more than 127 steps from their zero point");
    RankedTensorType type = onGrid(cast.getType(), *grid);
    ElementsAttr rounded = qnn::toAttr(qnn::storageType(type), constantOnGrid(reals, type), qnn::layerName(op) + "_weight");
    replace(op.getWeightOperand(), cast, type, rounded, builder);
    return mlir::success();
  }

  static void replace(OpOperand &operand, quant::DequantizeCastOp cast, RankedTensorType type, ElementsAttr integers,
                      OpBuilder &builder) {
    auto constant = qnn::ConstantOp::create(builder, cast.getInput().getLoc(), type, integers);
    operand.set(quant::DequantizeCastOp::create(builder, cast.getLoc(), cast.getType(), constant));
    if (cast->use_empty())
      cast->erase();
  }
};

} // namespace
