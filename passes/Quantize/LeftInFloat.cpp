//===- LeftInFloat.cpp - What fusion could not make integers --------------===//
#include "Quantize/LeftInFloat.h"
#include "Quantize/GridGroups.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Movements.h"
#include "tare/Dialect/Qnn/Names.h"

using namespace mlir;
using namespace tare;
using qnn::GridOpInterface;

/// Whether `op` computes in float; what only moves elements of the function's inputs is noted in `fromInputs`.
static bool isLeft(Operation &op, const OutputBoundary &boundary, llvm::DenseSet<Value> &fromInputs) {
  if (op.hasTrait<OpTrait::ConstantLike>())
    return false;
  Value result = op.getResult(0);
  if (isa<qnn::HostOp>(op))
    return false;
  if (isa<qnn::LoopBeginOp, qnn::LoopEndOp>(op))
    return llvm::any_of(op.getResults(), [](Value each) { return qnn::isFloatTensor(each); });
  auto isInput = [&](Value value) {
    return isa<BlockArgument>(value) || value.getDefiningOp<qnn::HostOp>() || fromInputs.contains(value);
  };
  if (isa<quant::DequantizeCastOp>(op))
    return !boundary.contains(result);
  if (isa<quant::QuantizeCastOp>(op))
    return !isInput(op.getOperand(0));
  auto gridOp = dyn_cast<GridOpInterface>(op);
  if (!gridOp)
    return true;
  if (!qnn::isFloatTensor(result))
    return false;
  if (!gridOp.movesElements())
    return true;
  if (llvm::all_of(qnn::movedOperands(&op), isInput))
    fromInputs.insert(result);
  return !fromInputs.contains(result) && !boundary.contains(result);
}

static std::string whyLeft(Operation *op, const FusionReasons &reasons) {
  if (auto reason = reasons.find(op); reason != reasons.end())
    return reason->second;
  if (isa<GridOpInterface, quant::QuantizeCastOp, quant::DequantizeCastOp>(op))
    return "it stands between other ops in float";
  return "quantization does not know this operator";
}

LogicalResult tare::checkNothingIsLeft(func::FuncOp function, const FusionReasons &reasons) {
  llvm::DenseSet<Value> fromInputs;
  OutputBoundary boundary(function);
  SmallVector<Operation *> left, casts;
  for (Operation &op : function.getBody().front().without_terminator())
    if (isLeft(op, boundary, fromInputs))
      (isa<quant::QuantizeCastOp, quant::DequantizeCastOp>(op) ? casts : left).push_back(&op);
  // Casts are left where something between them is: that is what to name.
  if (left.empty())
    left = casts;
  if (left.empty())
    return mlir::success();
  auto error = function.emitError() << left.size() << (left.size() == 1 ? " operator is" : " operators are")
                                    << " left in float: ";
  llvm::interleave(
      left,
      [&](Operation *op) {
        error << "'" << qnn::layerName(op) << "' (" << op->getName().getStringRef() << "): " << whyLeft(op, reasons);
      },
      [&] { error << ", "; });
  return error << "; calibrate so that all values have ranges; in a model that is quantized already, quantize these "
                  "values too";
}
