//===- Node.cpp - One ONNX node on its way into the IR --------------------===//
#include "Node.h"
#include "ConstantData.h"
#include "mlir/IR/Verifier.h"
#include "tare/Dialect/Qnn/Constants.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

LogicalResult Node::error(const llvm::Twine &message) {
  if (!hasFailed)
    importer.reportError((describe(node, importer.getModel()) + ": " + message).str());
  hasFailed = true;
  return failure();
}

void Node::warning(llvm::StringRef kind, const llvm::Twine &message, llvm::StringRef remedy) {
  importer.getReporter().warning(kind, describe(node, importer.getModel()) + ": " + message, remedy);
}

llvm::StringRef Node::firstResultName() const {
  unsigned index = 0;
  while (index + 1 < numResults() && resultName(index).empty())
    ++index;
  return resultName(index);
}

llvm::StringRef Node::resultName(unsigned index) const {
  return index < numResults() ? llvm::StringRef(protoNode.output(index)) : "";
}

bool Node::isUsed(unsigned index) const {
  llvm::StringRef name = resultName(index);
  return !name.empty() && (node.composite || importer.getGraph().used.contains(name));
}

LogicalResult Node::give(GraphValue value, unsigned index) {
  if (hasFailed)
    return failure();
  if (!resultName(index).empty())
    importer.define(resultName(index), std::move(value));
  return mlir::success();
}

LogicalResult Node::give(mlir::Value value, unsigned index) {
  if (value && hasNoElements(value.getType()))
    return give(Tensor(qnn::toHost(value.getType())), index);
  return give(GraphValue{Tensor(), std::nullopt, value}, index);
}

LogicalResult Node::giveEmpty(const Shape &shape, unsigned index) {
  mlir::Value input = anyOperand(0);
  return input ? give(Tensor(qnn::toHost(input.getType()).element, shape), index) : failure();
}

LogicalResult Node::give(Tensor constant, unsigned index) {
  return give(GraphValue{std::move(constant), std::nullopt, nullptr}, index);
}

LogicalResult Node::give(DynamicValue value, unsigned index) {
  return give(GraphValue{Tensor(), std::nullopt, nullptr, std::make_shared<const DynamicValue>(std::move(value))},
              index);
}

LogicalResult Node::forward(unsigned index) {
  if (dynamic(index))
    return give(GraphValue(*valueOf(index)));
  GraphValue *value = requireValue(index);
  return value ? give(GraphValue(*value)) : failure();
}

LogicalResult Node::importInstead(const GraphNode &other) {
  Node stand(importer, other);
  if (mlir::failed(OpTable::get().find(*other.proto)->import(stand)) || stand.failed()) {
    (void)stand.error("cannot be imported");
    hasFailed = true;
  }
  return mlir::failure(hasFailed);
}

LogicalResult Node::importPart(proto::NodeProto part, const std::string &layer) {
  hasFailed |= mlir::failed(importer.importPart(std::move(part), layer, node));
  return mlir::failure(hasFailed);
}

mlir::Location Node::location(llvm::StringRef value) { return qnn::nameLoc(builder().getContext(), node.layer, value); }

mlir::Location Node::partLocation(llvm::StringRef part) {
  return qnn::nameLoc(builder().getContext(), node.layer + "." + part.str(), stepName(part));
}

Shape Node::shapeOfValue(llvm::StringRef name) {
  GraphValue *value = importer.find(name);
  if (value->constant)
    return value->constant.shape();
  llvm::ArrayRef<int64_t> shape = dims(value->value);
  return Shape(shape.begin(), shape.end());
}

Tensor Node::readTensor(proto::TensorProto &proto) {
  Result<Tensor> tensor = importer.getReader().read(proto);
  if (tensor)
    return *tensor;
  (void)error("initializer '" + proto.name() + "': " + tensor.error().message);
  return Tensor();
}

LogicalResult Node::importBranch(proto::GraphProto &branch) {
  hasFailed |= mlir::failed(importer.importBranch(branch));
  return mlir::failure(hasFailed);
}

/// Infers and sets the result's type; what is wrong becomes the node's error.
mlir::Value Node::complete(mlir::Operation *op) {
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
mlir::Value Node::nothingOf(mlir::RankedTensorType type, mlir::Operation *op) {
  mlir::Location loc = op->getLoc();
  op->erase();
  auto elements = mlir::DenseElementsAttr::get(qnn::storageType(type), llvm::ArrayRef<mlir::Attribute>());
  mlir::Operation *constant = qnn::ConstantOp::create(builder(), loc, type, elements);
  importer.track(constant);
  return constant->getResult(0);
}

mlir::Value Node::check(mlir::Operation *op) {
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
    importer.track(op);
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

mlir::Value Node::constant(llvm::StringRef name, const Tensor &tensor) {
  if (hasFailed)
    return nullptr;
  Result<mlir::Value> value = importer.makeConstant(name, tensor);
  if (value)
    return *value;
  (void)error(value.error().message);
  return nullptr;
}

mlir::Value Node::scalarConstant(llvm::StringRef step, double value) {
  Tensor tensor(ElementType::f32, Shape{});
  *tensor.mutableAs<float>() = static_cast<float>(value);
  return constant((firstResultName() + "/" + step).str(), tensor);
}

mlir::Value Node::integerConstant(llvm::StringRef name, const Tensor &integers, const qnn::Grid &grid) {
  return hasFailed ? nullptr : importer.makeIntegers(name, integers, grid);
}

mlir::Value Node::dequantizedConstant(llvm::StringRef name, const Tensor &integers, const qnn::Grid &grid,
                                      std::optional<qnn::FloatFormat> format) {
  return hasFailed ? nullptr : importer.makeDequantized(name, integers, grid, format);
}
