//===- GraphImporter.cpp - One graph on its way into the IR ---------------===//
#include "GraphImporter.h"
#include "ConstantData.h"
#include "HostNode.h"
#include "InputGrids.h"
#include "Node.h"
#include "Ops/Border/DynamicQuantization.h"
#include "Ops/Border/Quantization.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Host.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/RunTimeRanges.h"
#include "tare/Tensor/MappedFile.h"
#include "tare/Tensor/OffsetBinary.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// Constants of at most this many elements are written out in printed IR.
constexpr int64_t smallConstant = 16;

mlir::ElementsAttr toElements(mlir::RankedTensorType type, const Tensor &tensor, llvm::StringRef name) {
  bool packed = type.getElementType().isInteger(1);
  if (tensor.count() == 0)
    return mlir::DenseElementsAttr::get(type, llvm::ArrayRef<mlir::Attribute>());
  if (tensor.count() > smallConstant || packed)
    return qnn::toAttr(type, tensor, name);
  return mlir::DenseElementsAttr::getFromRawBuffer(type, llvm::ArrayRef(tensor.as<char>(), tensor.type().bytes()));
}

/// What the kernels and the program format have.
constexpr int64_t mostDimensions = 8;

/// 0 of what is known when compiling.
int64_t rankOf(mlir::Value value) {
  auto type = value ? llvm::dyn_cast<mlir::RankedTensorType>(value.getType()) : mlir::RankedTensorType();
  return type ? type.getRank() : 0;
}

} // namespace

const Tensor &GraphValue::numbers() {
  if (grid && !dequantized)
    dequantized = format ? rounded(dequantize(constant, *grid), *format) : dequantize(constant, *grid);
  return grid ? dequantized : constant;
}

GraphImporter::GraphImporter(Model &model, const std::string &path, Graph &graph, const Reporter &reporter,
                             mlir::MLIRContext &context, bool roundsTo16Bits)
    : model(model), graph(graph), reporter(reporter), builder(&context), reader(path), roundsTo16Bits(roundsTo16Bits) {
  const proto::GraphProto &proto = model.proto->graph();
  for (const auto &tensor : proto.initializer())
    declaredTypes[tensor.name()] = tensor.data_type();
  for (const auto *list : {&proto.input(), &proto.value_info(), &proto.output()})
    for (const proto::ValueInfoProto &value : *list)
      if (value.type().has_tensor_type())
        declaredTypes.try_emplace(value.name(), value.type().tensor_type().elem_type());
}

GraphValue *GraphImporter::find(llvm::StringRef name) {
  auto found = values.find(name);
  return found == values.end() ? nullptr : &found->second;
}

void GraphImporter::define(llvm::StringRef name, GraphValue value) {
  values[name] = std::move(value);
  if (current)
    current->defined.push_back(name.str());
}

void GraphImporter::reportError(const std::string &message) {
  if (!current)
    (void)reporter.error(message);
  else if (current->problem.empty())
    current->problem = message;
}

void GraphImporter::track(mlir::Operation *op) {
  bool constant = llvm::all_of(op->getOperands(), [&](mlir::Value operand) { return constants.contains(operand); });
  if (constant)
    constants.insert(op->result_begin(), op->result_end());
}

Result<mlir::Value> GraphImporter::makeConstant(llvm::StringRef name, const Tensor &tensor) {
  if (std::optional<std::string> problem = findNonFinite(tensor))
    return Error{fmt::format("constant '{}' {}", name.str(), *problem)};
  return makeExactConstant(name, tensor);
}

mlir::Value GraphImporter::makeExactConstant(llvm::StringRef name, const Tensor &tensor) {
  if (tensor.count())
    MappedFile::forget(tensor.data(), tensor.type().bytes());
  mlir::MLIRContext *context = builder.getContext();
  mlir::Operation *op = qnn::ConstantOp::create(builder, qnn::nameLoc(context, name, name),
                                                toElements(qnn::toMlir(context, tensor.type()), tensor, name));
  track(op);
  return op->getResult(0);
}

mlir::Value GraphImporter::makeIntegers(llvm::StringRef name, const Tensor &integers, const qnn::Grid &grid) {
  mlir::MLIRContext *context = builder.getContext();
  auto type = mlir::RankedTensorType::get(integers.shape(), grid.type(context));
  mlir::ElementsAttr elements = toElements(qnn::storageType(type), integers, name);
  mlir::Operation *constant = qnn::ConstantOp::create(builder, qnn::nameLoc(context, name, name), type, elements);
  track(constant);
  return constant->getResult(0);
}

mlir::Value GraphImporter::makeDequantized(llvm::StringRef name, const Tensor &integers, const qnn::Grid &grid,
                                           std::optional<qnn::FloatFormat> format) {
  mlir::Value constant = makeIntegers(name, integers, grid);
  mlir::Location loc = constant.getLoc();
  mlir::Operation *cast =
      mlir::quant::DequantizeCastOp::create(builder, loc, qnn::expressedType(constant.getType()), constant);
  track(cast);
  if (!format)
    return cast->getResult(0);
  mlir::Value reals = cast->getResult(0);
  mlir::Operation *round = qnn::RoundOp::create(builder, loc, reals.getType(), reals, *format);
  track(round);
  return round->getResult(0);
}

void GraphImporter::noteDynamic(llvm::ArrayRef<std::string> operands, llvm::StringRef result) {
  for (const std::string &operand : operands)
    dynamicOperands.insert(builder.getStringAttr(operand));
  dynamicResults.insert(builder.getStringAttr(result));
}

LogicalResult GraphImporter::complete(GraphValue &value) {
  if (!value.dynamic || !value.dynamic->isProduct())
    return mlir::success();
  std::shared_ptr<const DynamicValue> product = value.dynamic;
  Node node(*this, *product->scaledBy);
  // Identities may have given the value other names.
  GraphValue &result = *find(node.resultName(0));
  if (!result.value && failed(importProduct(node, *product)))
    return failure();
  value = result;
  return mlir::success();
}

Result<mlir::Value> GraphImporter::materialize(llvm::StringRef name, GraphValue &value) {
  if (value.dynamic)
    return Error{describe(*value.dynamic)};
  if (value.value)
    return value.value;
  if (value.grid) {
    value.value = makeDequantized(name, value.constant, *value.grid, value.format);
    return value.value;
  }
  Result<mlir::Value> constant = makeConstant(name, value.constant);
  if (constant)
    value.value = *constant;
  return constant;
}

/// The integers of a quantized value, which are what the model computes on.
mlir::Value GraphImporter::asPlainIntegers(llvm::StringRef name, mlir::Value quantized) {
  mlir::Location loc = qnn::nameLoc(builder.getContext(), name, name);
  qnn::Grid grid = *qnn::Grid::of(quantized.getType());
  ElementType element = qnn::toHost(quantized.getType()).element;
  auto type = mlir::cast<mlir::RankedTensorType>(quantized.getType());
  auto append = [&](mlir::Operation *op) {
    track(op);
    return op->getResult(0);
  };
  if (!grid.isPerTensor() || grid.scale() != 1 || grid.zeroPoint() != 0) {
    mlir::Type whole = type.clone(wholeRange(element, {1.0}).type(builder.getContext()));
    quantized = append(qnn::ReinterpretOp::create(builder, loc, whole, quantized));
  }
  mlir::Value reals =
      append(mlir::quant::DequantizeCastOp::create(builder, loc, qnn::expressedType(quantized.getType()), quantized));
  host::Attributes to;
  to.set("to", int64_t(dataTypeOf(element)));
  mlir::Type plain =
      qnn::toMlir(builder.getContext(), {element, Shape(type.getShape().begin(), type.getShape().end())});
  return append(qnn::HostOp::create(builder, loc, plain, "Cast", newestOpset, reals, mlir::DenseI64ArrayAttr(),
                                    qnn::toDictionary(builder.getContext(), to), mlir::StringAttr()));
}

Result<mlir::Value> GraphImporter::inOwnType(llvm::StringRef name, GraphValue &value) {
  if (value.dynamic)
    return Error{describe(*value.dynamic)};
  if (value.isKnown())
    return makeExactConstant(name, withFloat32(value.numbers()));
  return qnn::quantizedElement(value.value.getType()) ? asPlainIntegers(name, value.value) : value.value;
}

bool GraphImporter::isAllKnown(const proto::NodeProto &node) const {
  return llvm::all_of(node.input(), [&](const std::string &input) {
    auto found = values.find(input);
    return input.empty() || (found != values.end() && found->second.isKnown());
  });
}

/// Which nodes are computed at import follows from the graph, and from which inputs are known, so whatever is
/// unsupported is known before any node is looked at.
LogicalResult GraphImporter::checkSupport() {
  llvm::StringSet<> known;
  for (const auto &initializer : graph.initializers)
    known.insert(initializer.getKey());
  std::string unsupported;
  for (const auto &entry : values)
    if (entry.second.isKnown())
      known.insert(entry.getKey());
  for (const GraphNode &node : graph.nodes) {
    const OpEntry *entry = OpTable::get().find(*node.proto);
    bool allKnown =
        llvm::all_of(node.proto->input(), [&](const auto &input) { return input.empty() || known.contains(input); });
    bool isHost = hasHostOperator(*node.proto);
    bool folds = (entry && entry->fold && (entry->foldsShapes || allKnown)) || (isHost && allKnown);
    if (folds)
      known.insert(node.proto->output().begin(), node.proto->output().end());
    else if ((!entry || !entry->import) && !isHost)
      unsupported += (unsupported.empty() ? "" : ", ") + describe(node, *model.proto);
  }
  if (unsupported.empty())
    return mlir::success();
  return reporter.error("operators that are not supported: " + unsupported +
                        "; express them by operators of docs/onnx.md, fold what is constant, or cut the model there");
}

/// Reads the initializers that are used; the others may be of any type.
LogicalResult GraphImporter::readInitializers() {
  for (proto::TensorProto &tensor : *model.proto->mutable_graph()->mutable_initializer()) {
    if (!graph.used.contains(tensor.name()))
      continue;
    Result<ReadTensor> elements = reader.readExactly(tensor);
    if (!elements)
      return reporter.error("initializer '" + tensor.name() + "': " + elements.error().message);
    define(tensor.name(), GraphValue::of(std::move(*elements)));
  }
  return mlir::success();
}

/// The type of an input's elements; null where there is none. Integers of 8 and 16 bits mean themselves at first (see
/// chooseInputGrids); others may be passed on, or ignored but for their shape.
mlir::Type GraphImporter::inputElement(int32_t dataType) {
  if (isFloat(dataType))
    return builder.getF32Type();
  std::optional<ElementType> integer = storedType(dataType);
  if (!integer)
    return nullptr;
  if (*integer != ElementType::boolean && sizeOf(*integer) <= 2)
    return wholeRange(*integer, {1.0}).type(builder.getContext());
  return qnn::toMlir(builder.getContext(), {*integer, {}}).getElementType();
}

LogicalResult GraphImporter::addArguments(const std::vector<BoundInput> &inputs, mlir::func::FuncOp function) {
  mlir::Block *block = function.addEntryBlock();
  builder.setInsertionPointToStart(block);
  for (const BoundInput &input : inputs) {
    mlir::Type element = inputElement(input.dataType);
    if (!element)
      return reporter.error(fmt::format("input '{}' has elements of type {}, expected floating point, integers "
                                        "or bool",
                                        input.name, dataTypeName(input.dataType)));
    auto type = mlir::RankedTensorType::get(input.shape, element);
    mlir::Value argument = block->addArgument(type, builder.getUnknownLoc());
    if (!input.known)
      define(input.name, GraphValue{Tensor(), std::nullopt, argument});
    else if (input.known.element() == ElementType::f64)
      define(input.name, GraphValue::of(fromDoubles(input.known)));
    else
      define(input.name, GraphValue{input.known, std::nullopt, nullptr});
  }
  return mlir::success();
}

LogicalResult GraphImporter::checkRank(Node &node, llvm::StringRef name) {
  GraphValue *value = find(name);
  int64_t rank = value ? rankOf(value->value) : 0;
  if (rank <= mostDimensions)
    return mlir::success();
  return node.error(fmt::format("value '{}' has {} dimensions, expected {} at most", name.str(), rank, mostDimensions));
}

std::optional<int32_t> GraphImporter::declaredType(llvm::StringRef name) const {
  auto found = declaredTypes.find(name);
  return found == declaredTypes.end() ? std::nullopt : std::optional(found->second);
}

bool GraphImporter::isOutput(llvm::StringRef name) const {
  return llvm::any_of(graph.outputs, [&](const auto *output) { return output->name() == name; });
}

LogicalResult GraphImporter::importNodes() {
  for (const GraphNode &node : graph.nodes)
    if (failed(importNode(node)))
      return failure();
  return mlir::success();
}

LogicalResult GraphImporter::importPart(proto::NodeProto part, const std::string &layer, const GraphNode &composite) {
  Part &written = parts.emplace_back(Part{std::move(part), {}});
  // Of a part of a part the file knows the whole.
  written.node = {&written.proto, layer, composite.composite ? composite.composite : &composite};
  return importNode(written.node);
}

/// What the graph would compute when it runs is left to calibration: whoever has no ranges says so by this attribute.
void GraphImporter::reportDynamic(mlir::func::FuncOp function) {
  if (dynamicResults.empty())
    return;
  function->setAttr(qnn::runTimeRangesAttrName, qnn::runTimeRanges(builder.getContext(), dynamicOperands.getArrayRef(),
                                                                   dynamicResults.getArrayRef()));
  reporter.warning(
      "DynamicRanges",
      fmt::format("the model quantizes {} dynamically, by ranges that it finds when it runs; here they are "
                  "float until calibration gives them static ranges",
                  qnn::quoted(dynamicOperands.getArrayRef())),
      "");
}

/// What stood for tensors without elements.
static void dropNothings(mlir::Block &block) {
  for (mlir::Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (op.getNumResults() == 1 && op.use_empty() && hasNoElements(op.getResult(0).getType()))
      op.erase();
}

/// A constant of unsigned integers is stored as signed ones, as a program has them.
Result<mlir::Value> GraphImporter::makeOutput(llvm::StringRef name, bool &isUnsigned) {
  GraphValue &value = *find(name);
  bool isReal = !value.isKnown() || value.grid;
  ElementType element = isReal ? ElementType::f32 : value.constant.element();
  isUnsigned = signedOf(element) != element;
  if (element == ElementType::boolean)
    return Error{"is a constant of bool, which a program cannot give; cast it to uint8"};
  return isUnsigned ? makeConstant(name, shiftedByHalf(value.constant)) : materialize(name, value);
}

/// A name that is listed again gets a number: "y:2".
llvm::SmallVector<std::string> GraphImporter::outputNames() const {
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

/// "node 'a' (Conv, opset 13): " of the one that gives the value; nothing where none does.
std::string GraphImporter::makerOf(const std::string &value) const {
  for (const GraphNode &node : graph.nodes)
    if (llvm::is_contained(node.proto->output(), value))
      return describe(node, *model.proto) + ": ";
  return "";
}

LogicalResult GraphImporter::finish(mlir::func::FuncOp function) {
  mlir::Block &block = function.front();
  llvm::SmallVector<mlir::Value> results;
  llvm::SmallVector<bool> isUnsigned(graph.outputs.size());
  for (auto [index, output] : llvm::enumerate(graph.outputs)) {
    if (failed(complete(*find(output->name()))))
      return failure();
    const GraphValue &value = *find(output->name());
    if (value.constant && value.constant.count() == 0)
      return reporter.error(makerOf(output->name()) + "output '" + output->name() + "' has the shape " +
                            toString(value.constant.shape()) +
                            ", which holds no elements; leave it out of the model's outputs");
    noteRounded(output->name());
    Result<mlir::Value> result = makeOutput(output->name(), isUnsigned[index]);
    if (!result)
      return reporter.error(makerOf(output->name()) + "output '" + output->name() + "': " + result.error().message);
    results.push_back(*result);
  }
  auto terminator = mlir::func::ReturnOp::create(builder, builder.getUnknownLoc(), results);
  dropNothings(block);
  chooseInputGrids(function);
  results.assign(terminator.getOperands().begin(), terminator.getOperands().end());
  reportDynamic(function);
  function.setType(builder.getFunctionType(block.getArgumentTypes(), mlir::ValueRange(results).getTypes()));
  for (auto [index, input] : llvm::enumerate(graph.inputs))
    function.setArgAttr(index, qnn::portNameAttrName, builder.getStringAttr(input->name()));
  for (auto [index, name] : llvm::enumerate(outputNames())) {
    function.setResultAttr(index, qnn::portNameAttrName, builder.getStringAttr(name));
    if (isUnsigned[index])
      function.setResultAttr(index, qnn::portUnsignedAttrName, builder.getUnitAttr());
    // The numbers themselves are float32 ones here.
    std::optional<qnn::FloatFormat> format = roundingFormat(graph.outputs[index]->type().tensor_type().elem_type());
    if (format && mlir::getElementTypeOrSelf(results[index].getType()).isF32())
      function.setResultAttr(index, qnn::portFormatAttrName, qnn::FloatFormatAttr::get(builder.getContext(), *format));
  }
  return mlir::success();
}

LogicalResult GraphImporter::run(const std::vector<BoundInput> &inputs, mlir::ModuleOp module) {
  builder.setInsertionPointToEnd(module.getBody());
  auto function = mlir::func::FuncOp::create(builder, builder.getUnknownLoc(), "main", builder.getFunctionType({}, {}));
  if (failed(addArguments(inputs, function)) || failed(checkSupport()) || failed(readInitializers()) ||
      failed(importNodes()))
    return failure();
  if (reader.convertedFloats())
    reporter.remark("weights of other floating-point types than float32 were "
                    "converted to it");
  LogicalResult outcome = finish(function);
  reportRoundedDoubles();
  return outcome;
}

/// Whoever reads the value reads float32.
void GraphImporter::noteRounded(llvm::StringRef name) {
  if (GraphValue *value = find(name); value && value->doubles && areRounded(value->doubles))
    roundedDoubles.insert(builder.getStringAttr(name));
}

void GraphImporter::reportRoundedDoubles() {
  if (roundedDoubles.empty())
    return;
  bool isOne = roundedDoubles.size() == 1;
  reporter.warning("RoundedDoubles",
                   fmt::format("{} constant{} of float64 ('{}'{}) {} rounded to float32, in which all is computed: 24 "
                               "bits of the 53 are left",
                               roundedDoubles.size(), isOne ? "" : "s", roundedDoubles.front().str(),
                               isOne ? "" : ", ..", isOne ? "is" : "are"),
                   "");
}
