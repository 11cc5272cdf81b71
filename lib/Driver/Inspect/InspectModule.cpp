//===- InspectModule.cpp - What there is to know of a model or IR ---------===//
#include "Driver/Execute/ModuleExecutable.h"
#include "Driver/Inspect/Inspection.h"

#include "tare/Dialect/Npu/NpuOps.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/InputLayouts.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Evaluator/ModelPorts.h"
#include "tare/Tensor/OffsetBinary.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace tare {
namespace {

/// The type of a value, its quantized elements as the integers that hold them.
TensorType typeOf(Value value) { return qnn::toHost(value.getType()); }

InspectedGrid gridOf(Type type) {
  InspectedGrid result;
  if (!qnn::quantizedElement(type))
    return result;
  qnn::Grid grid = *qnn::Grid::of(type);
  result.scales.assign(grid.scales.begin(), grid.scales.end());
  for (size_t i = 0; i != grid.scales.size(); ++i)
    result.zeroPoints.push_back(grid.zeroPoint(i));
  if (grid.axis)
    result.axis = *grid.axis;
  return result;
}

/// Integers as the model has them.
InspectedPort withoutSign(InspectedPort port) {
  for (int64_t &zero : port.grid.zeroPoints)
    zero += halfRange(port.type.element);
  port.type.element = unsignedOf(port.type.element);
  return port;
}

InspectedPort inputOf(BlockArgument argument) {
  Value integers = integersBehind(argument);
  auto function = cast<func::FuncOp>(argument.getOwner()->getParentOp());
  auto pixels = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), qnn::inputLayoutAttrName);
  InspectedPort port{qnn::valueName(argument),
                     typeOf(argument),
                     pixels ? pixels.str() : "",
                     gridOf(gridTypeOf(integers ? integers : argument)),
                     {},
                     ""};
  return isUnsignedInModel(argument) ? withoutSign(port) : port;
}

InspectedPort outputOf(OpOperand &result) {
  Value integers = integersBehind(result.get());
  auto function = result.getOwner()->getParentOfType<func::FuncOp>();
  InspectedPort port{
      nameOfResult(result), typeOf(result.get()), "", gridOf(gridTypeOf(integers ? integers : result.get())), {}, ""};
  return isUnsignedInModel(function, result.getOperandNumber()) ? withoutSign(port) : port;
}

InspectedLayer layerOf(Value value) {
  Operation *op = value.getDefiningOp();
  InspectedLayer layer;
  layer.name = qnn::layerName(op);
  layer.value = qnn::valueName(value);
  layer.kind = kindOf(op);
  layer.isHost = isa<qnn::HostOp, npu::HostOp>(op);
  layer.output = typeOf(value);
  layer.grid = gridOf(gridTypeOf(value));
  return layer;
}

} // namespace

Result<Inspection> inspectModule(const std::string &path, ModelKind kind, const ExecutableOptions &options,
                                 const Listener &listener) {
  CompilerContext context(listener);
  auto module = loadModule(path, kind, options, context);
  if (!module)
    return module.error();
  auto function = (*module)->lookupSymbol<func::FuncOp>("main");
  Inspection result;
  result.kind = kind == ModelKind::onnx ? "onnx" : "ir";
  for (BlockArgument argument : function.getArguments())
    result.inputs.push_back(inputOf(argument));
  for (OpOperand &operand : function.front().getTerminator()->getOpOperands())
    result.outputs.push_back(outputOf(operand));
  llvm::DenseSet<Value> constants;
  for (Operation &op : function.front().without_terminator()) {
    if (!llvm::all_of(op.getResultTypes(), llvm::IsaPred<RankedTensorType>))
      continue;
    bool isConstant = matchPattern(&op, m_Constant());
    if (isConstant)
      result.parameters += typeOf(op.getResult(0)).count();
    // What depends on constants alone, the quantize of a weight, is no layer.
    if (isConstant || llvm::all_of(op.getOperands(), [&](Value operand) { return constants.contains(operand); }))
      constants.insert(op.result_begin(), op.result_end());
    else
      for (Value value : op.getResults())
        result.layers.push_back(layerOf(value));
  }
  return result;
}

} // namespace tare
