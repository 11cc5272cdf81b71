//===- GraphImporter.cpp - One graph on its way into the IR ---------------===//
#include "GraphImporter.h"
#include "ConstantData.h"
#include "HostNode.h"
#include "Ops/Border/DynamicQuantization.h"
#include "tare/Dialect/Qnn/Constants.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

GraphImporter::GraphImporter(Model &model, const std::string &path, Graph &graph, const Reporter &reporter,
                             mlir::MLIRContext &context, bool roundsTo16Bits)
    : model(model), graph(graph), reporter(reporter), graphValues(context), derived(model.proto->graph()),
      tensorReader(path), roundsTo16Bits(roundsTo16Bits), notes(context), nodes(*this, notes) {
  const proto::GraphProto &proto = model.proto->graph();
  for (const auto &tensor : proto.initializer())
    declaredTypes[tensor.name()] = tensor.data_type();
  for (const auto *list : {&proto.input(), &proto.value_info(), &proto.output()})
    for (const proto::ValueInfoProto &value : *list)
      if (value.type().has_tensor_type())
        declaredTypes.try_emplace(value.name(), value.type().tensor_type().elem_type());
}

void GraphImporter::reportError(const std::string &message) {
  if (!nodes.keepError(message))
    (void)reporter.error(message);
}

LogicalResult GraphImporter::complete(GraphValue &value) {
  if (!value.dynamic || !value.dynamic->isProduct())
    return mlir::success();
  std::shared_ptr<const DynamicValue> product = value.dynamic;
  Node node(*this, *product->scaledBy);
  // Identities may have given the value other names.
  GraphValue &result = *graphValues.find(node.resultName(0));
  if (!result.value && failed(importProduct(node, *product)))
    return failure();
  value = result;
  return mlir::success();
}

/// Which nodes are computed at import follows from the graph, and from which inputs are known, so whatever is
/// unsupported is known before any node is looked at.
LogicalResult GraphImporter::checkSupport() {
  llvm::StringSet<> known = graphValues.knownNames();
  for (const auto &initializer : graph.initializers)
    known.insert(initializer.getKey());
  std::string unsupported;
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
    Result<ReadTensor> elements = tensorReader.readExactly(tensor);
    if (!elements)
      return reporter.error("initializer '" + tensor.name() + "': " + elements.error().message);
    graphValues.define(tensor.name(), GraphValue::of(std::move(*elements)));
  }
  return mlir::success();
}

/// The type of an input's elements; null where there is none. Integers of 8 and 16 bits mean themselves at first (see
/// chooseInputGrids); others may be passed on, or ignored but for their shape.
mlir::Type GraphImporter::inputElement(int32_t dataType) {
  mlir::OpBuilder &builder = graphValues.builder();
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
  mlir::OpBuilder &builder = graphValues.builder();
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
      graphValues.define(input.name, GraphValue{Tensor(), std::nullopt, argument});
    else
      graphValues.define(input.name, GraphValue::of(input.known));
  }
  return mlir::success();
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
    if (failed(nodes.importNode(node)))
      return failure();
  return mlir::success();
}

LogicalResult GraphImporter::run(const std::vector<BoundInput> &inputs, mlir::ModuleOp module) {
  mlir::OpBuilder &builder = graphValues.builder();
  builder.setInsertionPointToEnd(module.getBody());
  auto function = mlir::func::FuncOp::create(builder, builder.getUnknownLoc(), "main", builder.getFunctionType({}, {}));
  if (failed(addArguments(inputs, function)) || failed(checkSupport()) || failed(readInitializers()) ||
      failed(importNodes()))
    return failure();
  if (tensorReader.convertedFloats())
    reporter.remark("weights of other floating-point types than float32 were "
                    "converted to it");
  LogicalResult outcome = GraphOutputs(graph, *this, reporter, notes).finish(function);
  notes.reportRoundedDoubles(reporter);
  return outcome;
}
