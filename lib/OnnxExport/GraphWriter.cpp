//===- GraphWriter.cpp - The nodes and values of a model ------------------===//
#include "GraphWriter.h"

#include "Protos.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Onnx/Notes.h"
#include "tare/Tensor/Convert.h"
#include "tare/Tensor/OffsetBinary.h"

#include <fmt/format.h>

using namespace mlir;
using namespace tare;
using namespace tare::onnx;

namespace {

/// ".1" behind what is noted of a second result.
std::string numbered(StringRef key, size_t result) {
  return result == 0 ? key.str() : fmt::format("{}.{}", key.str(), result);
}

/// The type of a value in the model.
tare::TensorType typeOf(Value value, bool isUnsigned) {
  tare::TensorType type = qnn::toHost(value.getType());
  return {isUnsigned ? unsignedOf(type.element) : type.element, type.shape};
}

/// What calibration found of a value; null for nothing.
qnn::RangeAttr rangeOf(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return cast<func::FuncOp>(argument.getOwner()->getParentOp())
        .getArgAttrOfType<qnn::RangeAttr>(argument.getArgNumber(), qnn::rangeAttrName);
  return value.getDefiningOp()->getAttrOfType<qnn::RangeAttr>(
      numbered(qnn::rangeAttrName, cast<OpResult>(value).getResultNumber()));
}

/// "LEAST GREATEST LABEL"
std::string textOf(qnn::RangeAttr range) {
  return fmt::format("{:.17g} {:.17g} {}", range.getMin(), range.getMax(),
                     qnn::stringifyRangeLabel(range.getLabel()).str());
}

Tensor scalesOf(const qnn::Grid &grid) {
  Tensor scales(ElementType::f32, grid.isPerTensor() ? Shape{} : Shape{int64_t(grid.scales.size())});
  llvm::transform(grid.scales, scales.mutableAs<float>(), [](double scale) { return float(scale); });
  return scales;
}

/// Of the type that the integers have.
Tensor zeroPointsOf(const qnn::Grid &grid, ElementType element, bool isUnsigned) {
  const int64_t half = isUnsigned ? halfRange(element) : 0;
  Tensor zeros(ElementType::i64, grid.isPerTensor() ? Shape{} : Shape{int64_t(grid.scales.size())});
  for (int64_t c = 0; c != zeros.count(); ++c)
    zeros.mutableAs<int64_t>()[c] = grid.zeroPoint(c) + half;
  Tensor typed(element, zeros.shape());
  (void)convert(zeros.view(), typed.mutableView());
  return typed;
}

/// Whether its elements, or its integers, are known.
bool isConstant(Value value) {
  Operation *maker = value.getDefiningOp();
  if (isa_and_present<quant::QuantizeCastOp, quant::DequantizeCastOp>(maker))
    return isConstant(maker->getOperand(0));
  return isa_and_present<qnn::ConstantOp>(maker);
}

/// An accumulator that leaves as it is: QuantizeLinear has no 32 bits, and what it would round are sums of products of
/// integers already.
bool isAccumulator(Value value) {
  std::optional<qnn::Grid> grid = qnn::Grid::of(value.getType());
  return grid && grid->bits > 16 && !isConstant(value);
}

/// What is dequantized, where that is the real numbers of an accumulator; the value itself otherwise.
Value behindAccumulator(Value value) {
  auto read = value.getDefiningOp<quant::DequantizeCastOp>();
  if (!read || !isAccumulator(read.getInput()))
    return value;
  auto rounded = read.getInput().getDefiningOp<quant::QuantizeCastOp>();
  return rounded ? rounded.getInput() : read.getInput();
}

/// ONNX's number of the type that an output is rounded to; nothing where it is float32.
std::optional<int32_t> roundedType(func::FuncOp function, unsigned output) {
  auto format = function.getResultAttrOfType<qnn::FloatFormatAttr>(output, qnn::portFormatAttrName);
  if (!format)
    return std::nullopt;
  return format.getValue() == qnn::FloatFormat::F16 ? proto::TensorProto::FLOAT16 : proto::TensorProto::BFLOAT16;
}

} // namespace

Origin Origin::of(Operation *op) {
  Origin origin{qnn::layerName(op), {}};
  for (Value result : op->getResults())
    origin.values.push_back(qnn::valueName(result));
  return origin;
}

GraphWriter::GraphWriter(func::FuncOp function, proto::GraphProto &graph)
    : function(function), graph(&graph), outermost(graph), unsignedValues(function) {
  for (BlockArgument argument : function.getArguments())
    addInput(graph, argument);
  nameOutputs();
}

/// The first output that a value is gives it its name.
void GraphWriter::nameOutputs() {
  for (OpOperand &result : function.front().getTerminator()->getOpOperands()) {
    const unsigned number = result.getOperandNumber();
    Value value = result.get();
    auto port = function.getResultAttrOfType<StringAttr>(number, qnn::portNameAttrName);
    const std::string name = valueNames.take(port ? port.str() : qnn::valueName(value));
    proto::ValueInfoProto &output = *outermost.add_output();
    setValue(output, name, typeOf(value, unsignedValues.contains(value)));
    std::optional<int32_t> rounded = roundedType(function, number);
    if (rounded)
      output.mutable_type()->mutable_tensor_type()->set_elem_type(*rounded);
    else if (!isa<BlockArgument>(value) && !isConstant(value))
      outputs.try_emplace(behindAccumulator(value), name);
  }
}

void GraphWriter::addInput(proto::GraphProto &body, Value value) {
  const std::string own = qnn::valueName(value), name = valueNames.take(own);
  proto::ValueInfoProto &input = *body.add_input();
  setValue(input, name, typeOf(value, unsignedValues.contains(value)));
  if (&body != &outermost)
    addNote(input, valueNote, own);
  if (qnn::RangeAttr range = rangeOf(value))
    addNote(input, rangeNote, textOf(range));
  if (auto argument = dyn_cast<BlockArgument>(value))
    if (auto ends = function.getArgAttrOfType<DenseF64ArrayAttr>(argument.getArgNumber(), qnn::toldApartAttrName))
      addNote(input, toldApartNote, fmt::format("{:.17g} {:.17g}", ends[0], ends[1]));
  (qnn::quantizedElement(value.getType()) ? integers : reals)[value] = name;
}

/// ONNX has each output of a body once, and none that is the body's input.
void GraphWriter::addOutput(proto::GraphProto &body, Value value) {
  std::string name = readOwn(value);
  auto isIt = [&](const proto::ValueInfoProto &port) { return port.name() == name; };
  auto gives = [&](const proto::NodeProto &node) { return llvm::is_contained(node.output(), name); };
  if (llvm::any_of(body.output(), isIt) || llvm::none_of(body.node(), gives)) {
    const std::string before = std::exchange(name, valueNames.take(name));
    add("Identity", {before}, {name}, {name, {name}});
  }
  setValue(*body.add_output(), name, typeOf(value, unsignedValues.contains(value)));
}

std::string GraphWriter::add(StringRef op, std::vector<std::string> operands, const Origin &origin,
                             const host::Attributes &attributes) {
  const std::string result = valueNames.take(origin.values.front());
  add(op, operands, {result}, origin, attributes);
  return result;
}

proto::NodeProto &GraphWriter::add(StringRef op, const std::vector<std::string> &operands,
                                   const std::vector<std::string> &results, const Origin &origin,
                                   const host::Attributes &attributes) {
  ++counts[op.str()];
  proto::NodeProto &node = *graph->add_node();
  auto [domain, name] = op.rsplit('.');
  node.set_op_type(name.empty() ? domain.str() : name.str());
  if (!name.empty())
    node.set_domain(domain.str());
  node.set_name(nodeNames.take(origin.layer));
  for (const std::string &operand : operands)
    node.add_input(operand);
  for (const std::string &result : results)
    node.add_output(result);
  for (const auto &[attribute, value] : attributes)
    addAttribute(node, attribute, value);
  // What a body has would be called after its loop.
  const bool isInner = graph != &outermost;
  if (isInner || node.name() != origin.layer)
    addNote(node, layerNote, origin.layer);
  for (size_t i = 0; i != origin.values.size(); ++i)
    if (i < results.size() && !results[i].empty() && (isInner || results[i] != origin.values[i]))
      addNote(node, numbered(valueNote, i), origin.values[i]);
  return node;
}

std::string GraphWriter::constant(const std::string &name, const Tensor &tensor) {
  const std::string taken = valueNames.take(name);
  setTensor(*outermost.add_initializer(), taken, tensor);
  return taken;
}

/// The elements of a constant of the IR, or of one that is quantized.
std::string GraphWriter::constantOf(Value value) {
  if (auto known = constants.find(value); known != constants.end())
    return known->second;
  Tensor elements;
  std::string name = qnn::valueName(value);
  if (auto cast = value.getDefiningOp<quant::QuantizeCastOp>()) {
    elements = constantOnGrid(qnn::toTensor(qnn::constantValue(cast.getInput())), cast.getType());
    name = qnn::valueName(cast.getInput()) + "_quantized";
  } else {
    elements = qnn::toTensor(qnn::constantValue(value));
  }
  const bool isUnsigned = unsignedValues.contains(value);
  return constants[value] = constant(name, isUnsigned ? shiftedByHalf(elements) : elements);
}

std::string GraphWriter::read(Value value) {
  if (auto known = reals.find(value); known != reals.end())
    return known->second;
  const bool isBehindGrid = qnn::quantizedElement(value.getType()) || value.getDefiningOp<quant::DequantizeCastOp>();
  return reals[value] = isBehindGrid ? dequantized(value) : constantOf(value);
}

std::string GraphWriter::readIntegers(Value value) {
  auto known = integers.find(value);
  return known != integers.end() ? known->second : constantOf(value);
}

std::string GraphWriter::readOwn(Value value) {
  return qnn::quantizedElement(value.getType()) ? readIntegers(value) : read(value);
}

std::string GraphWriter::nameOf(Value result, const std::string &wanted) {
  auto output = outputs.find(result);
  return output != outputs.end() ? output->second : valueNames.take(wanted);
}

std::string GraphWriter::realNameOf(Value result, const std::string &wanted) {
  const bool isRounded = qnn::quantizedElement(result.getType()) && !isAccumulator(result);
  return isRounded ? valueNames.take(wanted) : nameOf(result, wanted);
}

void GraphWriter::define(Value result, const std::string &name, const Origin &origin) {
  noteFindings(result);
  if (qnn::quantizedElement(result.getType()))
    quantize(name, result, origin);
  else
    reals[result] = name;
}

void GraphWriter::defineOwn(Value result, const std::string &name) {
  noteFindings(result);
  (qnn::quantizedElement(result.getType()) ? integers : reals)[result] = name;
}

void GraphWriter::defineMissing(Value result) {
  reals[result] = "";
  integers[result] = "";
}

void GraphWriter::noteFindings(Value result) {
  proto::NodeProto &node = *graph->mutable_node(graph->node_size() - 1);
  if (qnn::RangeAttr range = rangeOf(result))
    addNote(node, numbered(rangeNote, cast<OpResult>(result).getResultNumber()), textOf(range));
  if (auto least = result.getDefiningOp()->getAttrOfType<FloatAttr>(qnn::leastRowMaximumAttrName))
    addNote(node, leastRowMaximumNote, fmt::format("{:.17g}", least.getValueAsDouble()));
  if (result.getDefiningOp()->hasAttr(qnn::inLayerAttrName))
    addNote(node, inLayerNote, "true");
}

/// The scale and the zero point of the integers, once for all nodes that have these.
std::vector<std::string> GraphWriter::gridOf(const std::string &integers, RankedTensorType type, bool isUnsigned) {
  auto [entry, isNew] = grids.try_emplace({integers, type.getElementType().getAsOpaquePointer()});
  if (isNew) {
    const qnn::Grid grid = *qnn::Grid::of(type);
    const ElementType stored = qnn::toHost(type).element, element = isUnsigned ? unsignedOf(stored) : stored;
    entry->second.push_back(constant(integers + "_scale", scalesOf(grid)));
    // Of 32 bits it is 0, whatever a model says.
    if (grid.bits <= 16)
      entry->second.push_back(constant(integers + "_zero_point", zeroPointsOf(grid, element, isUnsigned)));
  }
  return entry->second;
}

static host::Attributes axisOf(RankedTensorType type) {
  const qnn::Grid grid = *qnn::Grid::of(type);
  host::Attributes attributes;
  if (!grid.isPerTensor())
    attributes.set("axis", int64_t(grid.axis.value_or(0)));
  return attributes;
}

void GraphWriter::quantize(const std::string &real, Value result, const Origin &origin) {
  if (isAccumulator(result)) {
    reals[result] = real;
    return;
  }
  auto type = cast<RankedTensorType>(result.getType());
  const std::string name = nameOf(result, origin.values.front() + "_quantized");
  std::vector<std::string> operands{real};
  llvm::append_range(operands, gridOf(name, type, unsignedValues.contains(result)));
  add("QuantizeLinear", operands, {name}, origin, axisOf(type));
  integers[result] = name;
}

std::string GraphWriter::addDequantize(const std::string &integers, RankedTensorType type, bool isUnsigned,
                                       const std::string &result, const Origin &origin) {
  std::vector<std::string> operands{integers};
  llvm::append_range(operands, gridOf(integers, type, isUnsigned));
  add("DequantizeLinear", operands, {result}, origin, axisOf(type));
  return result;
}

std::string GraphWriter::addDequantize(Value integers, const std::string &result, const Origin &origin) {
  return addDequantize(readIntegers(integers), cast<RankedTensorType>(integers.getType()),
                       unsignedValues.contains(integers), result, origin);
}

void GraphWriter::dequantize(quant::DequantizeCastOp op) {
  if (isConstant(op.getInput()))
    return; // Its readers ask for it.
  Value result = op.getResult();
  if (isAccumulator(op.getInput())) {
    reals[result] = read(op.getInput());
    return;
  }
  reals[result] = addDequantize(op.getInput(), nameOf(result, qnn::valueName(result) + "_dequantized"), Origin::of(op));
  noteFindings(result);
}

/// Of integers, or of the constant behind a cast: whoever reads these as real numbers has a node of its own here.
std::string GraphWriter::dequantized(Value value) {
  auto op = value.getDefiningOp<quant::DequantizeCastOp>();
  const std::string name = qnn::valueName(value);
  return addDequantize(op ? op.getInput() : value, valueNames.take(op ? name : name + "_dequantized"),
                       op ? Origin::of(op) : Origin{name + "_dequantize", {name}});
}

std::string GraphWriter::dequantizedConstant(const std::string &name, const Tensor &elements, RankedTensorType type) {
  return addDequantize(constant(name + "_quantized", elements), type, /*isUnsigned=*/false, valueNames.take(name),
                       {name + "_dequantize", {name}});
}

void GraphWriter::within(proto::GraphProto &body, llvm::function_ref<void()> write) {
  auto *outer = std::exchange(graph, &body);
  auto outerReals = reals, outerIntegers = integers;
  write();
  graph = outer;
  reals = std::move(outerReals);
  integers = std::move(outerIntegers);
}

void GraphWriter::finish() {
  for (OpOperand &result : function.front().getTerminator()->getOpOperands()) {
    const std::string &name = outermost.output(result.getOperandNumber()).name();
    Value value = result.get();
    const std::string own = readOwn(value);
    if (std::optional<int32_t> rounded = roundedType(function, result.getOperandNumber()))
      add("Cast", {own}, {name}, {name, {name}}, host::Attributes({{"to", int64_t(*rounded)}}));
    else if (own != name)
      add("Identity", {own}, {name}, {name, {name}});
  }
}
