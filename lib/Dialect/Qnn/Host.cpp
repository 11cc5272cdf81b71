//===- Host.cpp - Nodes of the model as ops, and back ---------------------===//
#include "tare/Dialect/Qnn/Host.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Host/TakenElements.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tare;
using namespace tare::qnn;

namespace {

/// Whichever attribute holds such a value.
struct ToAttribute {
  OpBuilder builder;

  Attribute operator()(int64_t value) { return builder.getI64IntegerAttr(value); }
  Attribute operator()(double value) { return builder.getF64FloatAttr(value); }
  Attribute operator()(const std::string &value) { return builder.getStringAttr(value); }
  Attribute operator()(const std::vector<int64_t> &values) { return builder.getDenseI64ArrayAttr(values); }
  Attribute operator()(const std::vector<double> &values) { return builder.getDenseF64ArrayAttr(values); }
  Attribute operator()(const std::vector<std::string> &values) {
    return builder.getStrArrayAttr(llvm::to_vector_of<StringRef>(values));
  }
  /// In the attribute itself: a resource would be freed, as no constant holds it, and is no part of dumped IR.
  Attribute operator()(const Tensor &value) {
    RankedTensorType type = toMlir(builder.getContext(), value.type());
    if (value.count() == 0)
      return DenseElementsAttr::get(type, ArrayRef<Attribute>());
    if (value.element() == ElementType::boolean)
      return DenseElementsAttr::get(type, ArrayRef<bool>(value.as<bool>(), value.count()));
    return DenseElementsAttr::getFromRawBuffer(
        type, ArrayRef<char>(static_cast<const char *>(value.data()), value.type().bytes()));
  }
};

/// Whether the host has tensors of the type.
bool isHostElement(Type type) {
  if (auto integer = dyn_cast<IntegerType>(type))
    return integer.getWidth() == 1 ||
           (llvm::isPowerOf2_32(integer.getWidth()) && integer.getWidth() >= 8 && integer.getWidth() <= 64);
  return type.isF32() || type.isF64();
}

/// Nothing for an attribute that no node has.
std::optional<host::Attribute> fromAttribute(Attribute attribute) {
  if (auto integer = dyn_cast<IntegerAttr>(attribute))
    return integer.getValue().getSExtValue();
  if (auto number = dyn_cast<FloatAttr>(attribute))
    return number.getValueAsDouble();
  if (auto text = dyn_cast<StringAttr>(attribute))
    return text.str();
  if (auto integers = dyn_cast<DenseI64ArrayAttr>(attribute))
    return integers.asArrayRef().vec();
  if (auto numbers = dyn_cast<DenseF64ArrayAttr>(attribute))
    return numbers.asArrayRef().vec();
  // One number that stands for more is no node's.
  constexpr int64_t mostElements = int64_t(1) << 24;
  if (auto elements = dyn_cast<DenseIntOrFPElementsAttr>(attribute))
    return elements.getNumElements() <= mostElements && isHostElement(elements.getElementType()) &&
                   isa<RankedTensorType>(elements.getType())
               ? std::optional<host::Attribute>(toTensor(elements))
               : std::nullopt;
  auto list = dyn_cast<ArrayAttr>(attribute);
  if (!list || !llvm::all_of(list, llvm::IsaPred<StringAttr>))
    return std::nullopt;
  std::vector<std::string> texts;
  for (auto text : list.getAsRange<StringAttr>())
    texts.push_back(text.str());
  return texts;
}

/// What is known of an operand before anything runs.
host::Operand asOperand(Value input) {
  ElementsAttr known = constantValue(input);
  return {toHost(input.getType()), known ? toTensor(known) : Tensor()};
}

} // namespace

DictionaryAttr tare::qnn::toDictionary(MLIRContext *context, const host::Attributes &attributes) {
  NamedAttrList list;
  for (const auto &[name, value] : attributes)
    list.set(name, std::visit(ToAttribute{OpBuilder(context)}, value));
  return list.getDictionary(context);
}

host::Node tare::qnn::hostNode(StringRef kind, int64_t opset, DictionaryAttr parameters) {
  host::Node node{kind.str(), opset};
  for (NamedAttribute parameter : parameters)
    if (auto value = fromAttribute(parameter.getValue()))
      node.attributes.set(parameter.getName().str(), std::move(*value));
  return node;
}

host::Node tare::qnn::hostNode(HostOp op) { return hostNode(op.getKind(), op.getOpset(), op.getParameters()); }

SmallVector<int64_t> tare::qnn::inputNumbers(HostOp op) {
  return inputNumbers(op.getPositions(), op.getInputs().size());
}

SmallVector<int64_t> tare::qnn::inputNumbers(std::optional<ArrayRef<int64_t>> positions, size_t inputs) {
  if (!positions)
    return llvm::to_vector(llvm::seq<int64_t>(0, inputs));
  SmallVector<int64_t> numbers(positions->empty() ? 0 : positions->back() + 1, -1);
  for (auto [number, position] : llvm::enumerate(*positions))
    numbers[position] = number;
  return numbers;
}

TakenValues tare::qnn::takenValues(HostOp op) {
  SmallVector<int64_t> numbers = inputNumbers(op);
  host::TakenElements taken = host::takenElements(hostNode(op), numbers.size());
  TakenValues result{{}, taken.addsZero};
  for (size_t operand : taken.operands)
    if (operand < numbers.size() && numbers[operand] >= 0)
      result.values.push_back(op.getInputs()[numbers[operand]]);
  return result;
}

TakenValues tare::qnn::takenValues(Operation *op) {
  if (auto node = dyn_cast_if_present<HostOp>(op))
    return takenValues(node);
  auto gather = dyn_cast_if_present<GatherOp>(op);
  return gather ? TakenValues{{gather.getInput()}, false} : TakenValues();
}

/// More operands than this no node has.
constexpr int64_t mostOperands = 1 << 16;

static LogicalResult verifyPositions(Operation *op, std::optional<ArrayRef<int64_t>> positions) {
  if (!positions)
    return mlir::success();
  if (positions->size() != op->getNumOperands())
    return op->emitOpError("has ") << positions->size() << " positions, expected one for each of its "
                                   << op->getNumOperands() << " inputs";
  int64_t last = -1;
  for (int64_t position : *positions) {
    if (position <= last || position >= mostOperands)
      return op->emitOpError("positions must ascend from 0, found ") << position << " behind " << last;
    last = position;
  }
  return mlir::success();
}

/// "node 't' (TopK, opset 18)"
static std::string describe(HostOp op) {
  return "node '" + layerName(op) + "' (" + op.getKind().str() + ", opset " + std::to_string(op.getOpset()) + ")";
}

LogicalResult tare::qnn::checkIntegerForms(func::FuncOp function) {
  std::string reasons, nodes, placed;
  auto append = [](std::string &list, StringRef separator, StringRef text) {
    list += (list.empty() ? "" : separator.str()) + text.str();
  };
  function.walk([&](HostOp op) {
    std::optional<StringRef> reason = op.getReason();
    // A reason of the model's own begins with its node.
    if (reason && reason->starts_with("node '"))
      append(reasons, "; ", *reason);
    else if (reason)
      append(placed, ", ", describe(op) + ": " + reason->str());
    else
      append(nodes, ", ", describe(op));
  });
  std::string integers;
  for (BlockArgument argument : function.getArguments())
    if (isa<IntegerType>(getElementTypeOrSelf(argument.getType())))
      append(integers, ", ", "'" + valueName(argument) + "'");
  if (!nodes.empty() && !integers.empty())
    nodes += " (they may follow from inputs of integers or bool, " + integers +
             ", which --input-value NAME=VALUES makes constants)";
  if (!nodes.empty())
    append(reasons, "; ",
           "operators that have no integer form: " + nodes +
               "; tare run computes them in float; for a program express them by operators of "
               "docs/onnx.md, fold what is constant, or cut the model there");
  if (!placed.empty())
    append(reasons, "; ",
           "the host would compute " + placed +
               "; take a target that has what these need, or let the host compute them (--host allow)");
  return reasons.empty() ? mlir::success() : LogicalResult(emitError(UnknownLoc::get(function.getContext()), reasons));
}

LogicalResult tare::qnn::verifyHost(Operation *op, StringRef kind, int64_t opset, DictionaryAttr parameters,
                                    std::optional<ArrayRef<int64_t>> positions) {
  if (failed(verifyPositions(op, positions)))
    return failure();
  if (op->getNumResults() == 0)
    return op->emitOpError("has no results, expected those of its node");
  constexpr int64_t latest = 1 << 16;
  if (opset < 1 || opset > latest)
    return op->emitOpError("is of opset ") << opset << ", expected 1 or more";
  for (NamedAttribute parameter : parameters)
    if (!fromAttribute(parameter.getValue()))
      return op->emitOpError("parameter '")
             << parameter.getName().getValue() << "' must be a number, a text, a list of one "
             << "of these, or a tensor, found " << parameter.getValue();
  std::vector<std::optional<host::Operand>> operands;
  for (int64_t number : inputNumbers(positions, op->getNumOperands()))
    operands.push_back(number < 0 ? std::nullopt : std::optional(asOperand(op->getOperand(number))));
  auto types = host::inferTypes(hostNode(kind, opset, parameters), std::move(operands), op->getNumResults());
  if (!types)
    return op->emitOpError(types.error().message);
  for (auto [index, type] : llvm::enumerate(*types))
    if (Type expected = toMlir(op->getContext(), type); op->getResult(index).getType() != expected)
      return op->emitOpError("result ") << index << " must be " << expected << ", found "
                                        << op->getResult(index).getType();
  return mlir::success();
}

LogicalResult HostOp::verify() { return verifyHost(*this, getKind(), getOpset(), getParameters(), getPositions()); }
