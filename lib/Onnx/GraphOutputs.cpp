//===- GraphOutputs.cpp - What a graph gives ------------------------------===//
#include "GraphOutputs.h"
#include "ConstantData.h"
#include "InputGrids.h"
#include "Node.h"
#include "NodeNotes.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Tensor/OffsetBinary.h"

#include "llvm/ADT/StringSet.h"

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

/// What stood for tensors without elements.
static void dropNothings(mlir::Block &block) {
  for (mlir::Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (op.getNumResults() == 1 && op.use_empty() && hasNoElements(op.getResult(0).getType()))
      op.erase();
}

Result<mlir::Value> GraphOutputs::makeOutput(llvm::StringRef name, bool &isUnsigned) {
  GraphValue &value = *context.values().find(name);
  bool isReal = !value.isKnown() || value.grid;
  ElementType element = isReal ? ElementType::f32 : value.constant.element();
  isUnsigned = signedOf(element) != element;
  if (element == ElementType::boolean)
    return Error{"is a constant of bool, which a program cannot give; cast it to uint8"};
  return isUnsigned ? context.values().makeConstant(name, shiftedByHalf(value.constant))
                    : context.values().materialize(name, value);
}

llvm::SmallVector<std::string> GraphOutputs::outputNames() const {
  llvm::StringSet<> taken;
  for (const proto::ValueInfoProto *output : graph.outputs)
    taken.insert(output->name());
  llvm::StringSet<> given;
  llvm::SmallVector<std::string> names;
  for (const proto::ValueInfoProto *output : graph.outputs) {
    std::string name = output->name();
    for (int number = 2; !given.insert(name).second; ++number)
      if (std::string next = output->name() + ":" + std::to_string(number); !taken.contains(next))
        name = next;
    names.push_back(name);
  }
  return names;
}

std::string GraphOutputs::makerOf(const std::string &value) const {
  for (const GraphNode &node : graph.nodes)
    if (llvm::is_contained(node.proto->output(), value))
      return describe(node, context.modelProto()) + ": ";
  return "";
}

mlir::FailureOr<llvm::SmallVector<mlir::Value>> GraphOutputs::collect(llvm::SmallVectorImpl<bool> &isUnsigned) {
  llvm::SmallVector<mlir::Value> results;
  for (auto [index, output] : llvm::enumerate(graph.outputs)) {
    if (failed(context.complete(*context.values().find(output->name()))))
      return failure();
    const GraphValue &value = *context.values().find(output->name());
    if (value.constant && value.constant.count() == 0)
      return reporter.error(makerOf(output->name()) + "output '" + output->name() + "' has the shape " +
                            toString(value.constant.shape()) +
                            ", which holds no elements; leave it out of the model's outputs");
    notes.noteRounded(output->name(), &value);
    Result<mlir::Value> result = makeOutput(output->name(), isUnsigned[index]);
    if (!result)
      return reporter.error(makerOf(output->name()) + "output '" + output->name() + "': " + result.error().message);
    results.push_back(*result);
  }
  return results;
}

void GraphOutputs::namePorts(mlir::func::FuncOp function, mlir::ValueRange results,
                             llvm::ArrayRef<bool> isUnsigned) const {
  mlir::OpBuilder &builder = context.values().builder();
  for (auto [index, input] : llvm::enumerate(graph.inputs))
    function.setArgAttr(index, qnn::portNameAttrName, builder.getStringAttr(input->name()));
  takeNotes(graph.inputs, function);
  for (auto [index, name] : llvm::enumerate(outputNames())) {
    function.setResultAttr(index, qnn::portNameAttrName, builder.getStringAttr(name));
    if (isUnsigned[index])
      function.setResultAttr(index, qnn::portUnsignedAttrName, builder.getUnitAttr());
    // The numbers themselves are float32 ones here.
    std::optional<qnn::FloatFormat> format = roundingFormat(graph.outputs[index]->type().tensor_type().elem_type());
    if (format && mlir::getElementTypeOrSelf(results[index].getType()).isF32())
      function.setResultAttr(index, qnn::portFormatAttrName, qnn::FloatFormatAttr::get(builder.getContext(), *format));
  }
}

LogicalResult GraphOutputs::finish(mlir::func::FuncOp function) {
  mlir::OpBuilder &builder = context.values().builder();
  mlir::Block &block = function.front();
  llvm::SmallVector<bool> isUnsigned(graph.outputs.size());
  mlir::FailureOr<llvm::SmallVector<mlir::Value>> results = collect(isUnsigned);
  if (failed(results))
    return failure();
  auto terminator = mlir::func::ReturnOp::create(builder, builder.getUnknownLoc(), *results);
  dropNothings(block);
  chooseInputGrids(function);
  notes.reportDynamic(function, reporter);
  notes.markHalves(function);
  mlir::ValueRange given = terminator.getOperands();
  function.setType(builder.getFunctionType(block.getArgumentTypes(), given.getTypes()));
  namePorts(function, given, isUnsigned);
  return mlir::success();
}
