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
using Attribute = proto::AttributeProto;

LogicalResult Node::error(const llvm::Twine &message) {
  if (!hasFailed)
    importer.reportError((describe(node, importer.getModel()) + ": " + message).str());
  hasFailed = true;
  return failure();
}

void Node::warning(llvm::StringRef kind, const llvm::Twine &message, llvm::StringRef remedy) {
  importer.getReporter().warning(kind, describe(node, importer.getModel()) + ": " + message, remedy);
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

bool Node::hasAttribute(llvm::StringRef name) const {
  return llvm::any_of(protoNode.attribute(), [&](const Attribute &attribute) { return attribute.name() == name; });
}

const Attribute *Node::attribute(llvm::StringRef name, Attribute::AttributeType type) {
  for (const Attribute &attribute : protoNode.attribute()) {
    if (attribute.name() != name)
      continue;
    // The first versions of the format had no field for the type.
    if (!attribute.has_type() || attribute.type() == type)
      return &attribute;
    (void)error("attribute '" + name + "' has type " + Attribute::AttributeType_Name(attribute.type()) + ", expected " +
                Attribute::AttributeType_Name(type));
    return nullptr;
  }
  return nullptr;
}

int64_t Node::intAttribute(llvm::StringRef name, int64_t fallback) {
  const Attribute *found = attribute(name, Attribute::INT);
  return found ? found->i() : fallback;
}

double Node::floatAttribute(llvm::StringRef name, double fallback, bool mayBeInfinite) {
  const Attribute *found = attribute(name, Attribute::FLOAT);
  if (!found)
    return fallback;
  if (!std::isfinite(found->f()) && !(mayBeInfinite && std::isinf(found->f())))
    (void)error("attribute '" + name + "' must be finite");
  return found->f();
}

std::string Node::stringAttribute(llvm::StringRef name, llvm::StringRef fallback) {
  const Attribute *found = attribute(name, Attribute::STRING);
  return found ? found->s() : fallback.str();
}

std::optional<Integers> Node::intsAttribute(llvm::StringRef name) {
  const Attribute *found = attribute(name, Attribute::INTS);
  if (!found)
    return std::nullopt;
  return Integers(found->ints().begin(), found->ints().end());
}

std::optional<std::vector<float>> Node::floatsAttribute(llvm::StringRef name) {
  const Attribute *found = attribute(name, Attribute::FLOATS);
  if (!found)
    return std::nullopt;
  return std::vector<float>(found->floats().begin(), found->floats().end());
}

Tensor Node::tensorAttribute(llvm::StringRef name) {
  const Attribute *found = attribute(name, Attribute::TENSOR);
  if (!found || !found->has_t())
    return Tensor();
  // The reader takes the bytes out; the message is not needed any more.
  Result<Tensor> tensor = importer.getReader().read(const_cast<proto::TensorProto &>(found->t()));
  if (tensor)
    return *tensor;
  (void)error("attribute '" + name + "': " + tensor.error().message);
  return Tensor();
}

host::Attributes Node::hostAttributes() {
  host::Attributes attributes;
  for (const Attribute &attribute : protoNode.attribute()) {
    const std::string &name = attribute.name();
    switch (attribute.type()) {
    case Attribute::INT:
      attributes.set(name, int64_t(attribute.i()));
      break;
    case Attribute::FLOAT:
      attributes.set(name, double(attribute.f()));
      break;
    case Attribute::STRING:
      attributes.set(name, attribute.s());
      break;
    case Attribute::INTS:
      attributes.set(name, std::vector<int64_t>(attribute.ints().begin(), attribute.ints().end()));
      break;
    case Attribute::FLOATS:
      attributes.set(name, std::vector<double>(attribute.floats().begin(), attribute.floats().end()));
      break;
    case Attribute::STRINGS:
      attributes.set(name, std::vector<std::string>(attribute.strings().begin(), attribute.strings().end()));
      break;
    case Attribute::TENSOR:
      if (Tensor tensor = tensorAttribute(name))
        attributes.set(name, std::move(tensor));
      break;
    default:
      (void)error("attribute '" + name +
                  "' has a type that is not supported: " + Attribute::AttributeType_Name(attribute.type()));
    }
  }
  return attributes;
}

Integers Node::extentsAttribute(llvm::StringRef name, size_t count, int64_t fallback, int64_t lowest) {
  Integers values = intsAttribute(name).value_or(Integers(count, fallback));
  if (values.size() != count)
    (void)error(fmt::format("attribute '{}' has {} elements, expected {}", name.str(), values.size(), count));
  for (int64_t value : values)
    if (value < lowest || value > largestExtent)
      (void)error(fmt::format("attribute '{}' holds {}, expected {} or more", name.str(), value, lowest));
  return hasFailed ? Integers(count, fallback) : values;
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

bool Node::hasOperand(unsigned index) const { return index < numOperands() && !protoNode.input(index).empty(); }

llvm::StringRef Node::operandName(unsigned index) const {
  return hasOperand(index) ? llvm::StringRef(protoNode.input(index)) : "";
}

GraphValue *Node::valueOf(unsigned index) {
  return hasOperand(index) ? importer.find(protoNode.input(index)) : nullptr;
}

GraphValue *Node::requireValue(unsigned index) {
  GraphValue *value = valueOf(index);
  if (!value)
    (void)error("operand " + llvm::Twine(index) + " is missing");
  if (value && mlir::failed(importer.complete(*value))) {
    hasFailed = true;
    return nullptr;
  }
  if (!value || !value->dynamic)
    return value;
  (void)error("operand '" + operandName(index) + "' " + describe(*value->dynamic));
  return nullptr;
}

mlir::Value Node::rawOperand(unsigned index) {
  GraphValue *value = requireValue(index);
  if (!value || hasFailed)
    return nullptr;
  Result<mlir::Value> result = importer.materialize(protoNode.input(index), *value);
  if (result)
    return *result;
  (void)error(result.error().message);
  return nullptr;
}

mlir::Value Node::inOwnType(unsigned index) {
  GraphValue *value = requireValue(index);
  if (!value || hasFailed)
    return nullptr;
  Result<mlir::Value> result = importer.inOwnType(protoNode.input(index), *value);
  if (result)
    return *result;
  (void)error(result.error().message);
  return nullptr;
}

std::optional<qnn::Grid> Node::integerGrid(unsigned index) {
  GraphValue *value = valueOf(index);
  return value && value->value ? qnn::Grid::of(value->value.getType()) : std::nullopt;
}

mlir::Value Node::anyOperand(unsigned index) {
  GraphValue *value = requireValue(index);
  if (!value)
    return nullptr;
  if (value->value && mlir::isa<mlir::IntegerType>(mlir::getElementTypeOrSelf(value->value.getType()))) {
    (void)error("operand '" + operandName(index) +
                "' is an input of integers that nothing computes with; expected floating point, int8, uint8, int16 or "
                "uint16");
    return nullptr;
  }
  if (value->isKnown() && !value->grid && value->constant.element() != ElementType::f32) {
    (void)error("operand '" + operandName(index) + "' holds integers, expected floating point");
    return nullptr;
  }
  return rawOperand(index);
}

mlir::Value Node::operand(unsigned index) {
  mlir::Value value = anyOperand(index);
  if (!value)
    return nullptr;
  if (mlir::getElementTypeOrSelf(value.getType()).isF32())
    return value;
  (void)error("operand '" + operandName(index) +
              "' holds integers, expected floating point; dequantize or cast it first");
  return nullptr;
}

mlir::Value Node::numbers(unsigned index) {
  return dequantized(index) ? constant(operandName(index), *known(index)) : operand(index);
}

mlir::Value Node::maskOperand(unsigned index, mlir::Value (Node::*otherwise)(unsigned)) {
  const Tensor *mask = dequantized(index) ? nullptr : known(index);
  if (mask && hidesRows(*mask)) {
    (void)error("operand '" + operandName(index) + "' is -inf along a whole row, of which nothing is left");
    return nullptr;
  }
  std::optional<Tensor> finite = mask ? withoutMinusInfinity(*mask) : std::nullopt;
  return finite ? constant(operandName(index), *finite) : (this->*otherwise)(index);
}

const Tensor *Node::known(unsigned index) {
  GraphValue *value = valueOf(index);
  return value && value->isKnown() ? &value->numbers() : nullptr;
}

const Tensor *Node::requireKnown(unsigned index, llvm::StringRef role) {
  const Tensor *tensor = known(index);
  if (!tensor && dynamic(index))
    (void)requireValue(index);
  if (!tensor)
    (void)error(hasOperand(index) ? role + " '" + operandName(index) + "' must be a constant, found a computed value"
                                  : role + " is missing");
  return tensor;
}

const GraphValue *Node::dequantized(unsigned index) {
  GraphValue *value = valueOf(index);
  return value && value->grid ? value : nullptr;
}

std::shared_ptr<const DynamicValue> Node::dynamic(unsigned index) {
  GraphValue *value = valueOf(index);
  return value ? value->dynamic : nullptr;
}

bool Node::isConstant(unsigned index) {
  GraphValue *value = valueOf(index);
  return value && (value->constant || importer.isConstant(value->value));
}

std::optional<Shape> Node::shapeOf(unsigned index) {
  GraphValue *value = requireValue(index);
  if (!value)
    return std::nullopt;
  if (value->constant)
    return value->constant.shape();
  llvm::ArrayRef<int64_t> shape = dims(value->value);
  return Shape(shape.begin(), shape.end());
}

std::optional<Integers> Node::requireIntegers(unsigned index, llvm::StringRef role) {
  const Tensor *tensor = requireKnown(index, role);
  if (!tensor)
    return std::nullopt;
  if (tensor->element() == ElementType::f32) {
    (void)error(role + " must hold integers, found float32");
    return std::nullopt;
  }
  return toIntegers(*tensor);
}

double Node::requireScalar(unsigned index, llvm::StringRef role, double fallback) {
  if (!hasOperand(index))
    return fallback;
  const Tensor *tensor = requireKnown(index, role);
  if (!tensor)
    return fallback;
  if (tensor->count() != 1) {
    (void)error(fmt::format("{} must be one number, found shape {}", role.str(), toString(tensor->shape())));
    return fallback;
  }
  return toDoubles(*tensor)[0];
}

//===----------------------------------------------------------------------===//
// Results and building
//===----------------------------------------------------------------------===//

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
  return constant((resultName(0) + "/" + step).str(), tensor);
}

mlir::Value Node::integerConstant(llvm::StringRef name, const Tensor &integers, const qnn::Grid &grid) {
  return hasFailed ? nullptr : importer.makeIntegers(name, integers, grid);
}

mlir::Value Node::dequantizedConstant(llvm::StringRef name, const Tensor &integers, const qnn::Grid &grid,
                                      std::optional<qnn::FloatFormat> format) {
  return hasFailed ? nullptr : importer.makeDequantized(name, integers, grid, format);
}
