//===- NodeBuilder.cpp - Ops that stand for a node ------------------------===//
#include "NodeBuilder.h"
#include "ConstantData.h"
#include "mlir/IR/Verifier.h"
#include "tare/Dialect/Qnn/Constants.h"

using namespace tare;
using namespace tare::onnx;

mlir::Location NodeBuilder::location(llvm::StringRef value) {
  return qnn::nameLoc(builder().getContext(), node.layer, value);
}

mlir::Location NodeBuilder::partLocation(llvm::StringRef part) {
  return qnn::nameLoc(builder().getContext(), node.layer + "." + part.str(), derivedName(part));
}

/// Infers and sets the result's type; what is wrong becomes the node's error.
mlir::Value NodeBuilder::complete(mlir::Operation *op) {
  auto inference = mlir::cast<mlir::InferTypeOpInterface>(op);
  std::string problem;
  llvm::SmallVector<mlir::Type> types;
  {
    mlir::ScopedDiagnosticHandler capture(op->getContext(), [&](mlir::Diagnostic &diagnostic) {
      problem = diagnostic.str();
      return mlir::success();
    });
    if (mlir::failed(inference.inferReturnTypes(op->getContext(), op->getLoc(), op->getOperands(),
                                                op->getAttrDictionary(), op->getPropertiesStorage(), op->getRegions(),
                                                types)))
      types.clear();
  }
  if (types.empty()) {
    op->erase();
    (void)error(problem.empty() ? "has no valid result" : problem);
    return nullptr;
  }
  auto type = mlir::cast<mlir::RankedTensorType>(types[0]);
  Shape shape(type.getShape().begin(), type.getShape().end());
  if (!isSane({ElementType::f32, shape})) {
    op->erase();
    (void)error("its result would have the shape " + toString(shape) + "; no tensor can have it");
    return nullptr;
  }
  if (type.getNumElements() == 0)
    return nothingOf(type, op);
  for (mlir::Value operand : op->getOperands())
    if (hasNoElements(operand.getType())) {
      op->erase();
      (void)error("reads a tensor without elements, of shape " +
                  toString(Shape(dims(operand).begin(), dims(operand).end())));
      return nullptr;
    }
  op->getResult(0).setType(type);
  return check(op);
}

/// Where nothing is computed there is no op: a constant without elements takes its place.
mlir::Value NodeBuilder::nothingOf(mlir::RankedTensorType type, mlir::Operation *op) {
  mlir::Location loc = op->getLoc();
  op->erase();
  auto elements = mlir::DenseElementsAttr::get(qnn::storageType(type), llvm::ArrayRef<mlir::Attribute>());
  mlir::Operation *constant = qnn::ConstantOp::create(builder(), loc, type, elements);
  context.values().track(constant);
  return constant->getResult(0);
}

mlir::Value NodeBuilder::check(mlir::Operation *op) {
  std::string problem;
  bool valid;
  {
    mlir::ScopedDiagnosticHandler capture(op->getContext(), [&](mlir::Diagnostic &diagnostic) {
      problem = diagnostic.str();
      return mlir::success();
    });
    valid = succeeded(mlir::verify(op));
  }
  if (valid) {
    context.values().track(op);
    return op->getResult(0);
  }
  // "'qnn.conv' op bias must ...": the node is named already.
  std::string prefix = ("'" + op->getName().getStringRef() + "' op ").str();
  op->erase();
  llvm::StringRef reason = problem;
  reason.consume_front(prefix);
  (void)error(reason);
  return nullptr;
}

mlir::Value NodeBuilder::constant(llvm::StringRef name, const Tensor &tensor) {
  if (hasFailed)
    return nullptr;
  Result<mlir::Value> value = context.values().makeConstant(name, tensor);
  if (value)
    return *value;
  (void)error(value.error().message);
  return nullptr;
}

mlir::Value NodeBuilder::scalarConstant(llvm::StringRef step, double value) {
  Tensor tensor(ElementType::f32, Shape{});
  *tensor.mutableAs<float>() = static_cast<float>(value);
  return constant(derivedName(step), tensor);
}

mlir::Value NodeBuilder::integerConstant(llvm::StringRef name, const Tensor &integers, const qnn::Grid &grid) {
  return hasFailed ? nullptr : context.values().makeIntegers(name, integers, grid);
}

mlir::Value NodeBuilder::dequantizedConstant(llvm::StringRef name, const Tensor &integers, const qnn::Grid &grid,
                                             std::optional<qnn::FloatFormat> format) {
  return hasFailed ? nullptr : context.values().makeDequantized(name, integers, grid, format);
}
