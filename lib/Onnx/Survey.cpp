//===- Survey.cpp - What an ONNX model is made of -------------------------===//
#include "tare/Onnx/Survey.h"
#include "Cut.h"
#include "GraphImporter.h"
#include "HostNode.h"
#include "ModelFunctions.h"
#include "ShapeExample.h"
#include "tare/Dialect/Qnn/QnnDialect.h"

#include <algorithm>
#include <map>

using namespace tare;
using namespace tare::onnx;

namespace {

/// What was reported since, instead of whoever listens.
class Caught {
public:
  Caught(mlir::MLIRContext &context, const std::string &path)
      : prefix(path + ": "), handler(&context, [this](mlir::Diagnostic &diagnostic) {
          if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error && text.empty())
            text = diagnostic.str();
          return mlir::success();
        }) {}

  /// The first error since the last call, without the file's name.
  std::string take() {
    std::string taken = std::exchange(text, "");
    return llvm::StringRef(taken).starts_with(prefix) ? taken.substr(prefix.size()) : taken;
  }

private:
  std::string prefix, text;
  mlir::ScopedDiagnosticHandler handler;
};

std::string nameOfOperator(const proto::NodeProto &node) {
  bool standard = node.domain().empty() || node.domain() == "ai.onnx";
  return standard ? node.op_type() : node.domain() + "." + node.op_type();
}

int64_t opsetOf(const proto::NodeProto &node, const proto::ModelProto &model) {
  auto canonical = [](const std::string &domain) { return domain == "ai.onnx" ? std::string() : domain; };
  int64_t version = 0;
  for (const proto::OperatorSetIdProto &set : model.opset_import())
    if (canonical(set.domain()) == canonical(node.domain()))
      version = std::max(version, set.version());
  return version;
}

bool isSupported(const proto::NodeProto &node) {
  const OpEntry *entry = OpTable::get().find(node);
  return hasHostOperator(node) || (entry && (entry->import || entry->fold));
}

SurveyedPort portOf(const proto::ValueInfoProto &value) {
  SurveyedPort port;
  port.name = value.name();
  if (value.type().has_tensor_type())
    port.type = dataTypeName(value.type().tensor_type().elem_type());
  const proto::TensorShapeProto *declared = shapeOf(value);
  if (!declared)
    return port;
  port.shape.emplace();
  for (const Dimension &dim : declared->dim())
    port.shape->push_back(isStatic(dim) ? SurveyedDimension{dim.dim_value(), ""}
                                        : SurveyedDimension{std::nullopt, dim.dim_param()});
  return port;
}

/// What the user binds, by name of the input or of the dimension.
SurveyedPort inputOf(const proto::ValueInfoProto &value, const ImportOptions &options) {
  SurveyedPort port = portOf(value);
  if (find(options.inputShapes, port.name))
    return port;
  auto bound = [&](const Dimension &dim) -> std::optional<int64_t> {
    const InputShape *given = dim.dim_param().empty() ? nullptr : find(options.inputShapes, dim.dim_param());
    return given ? std::optional(given->dims.front()) : std::nullopt;
  };
  bool isOpen = !port.shape;
  port.mustBeBound = !port.shape;
  const proto::TensorShapeProto *declared = shapeOf(value);
  for (int axis = 0; declared && axis < declared->dim_size(); ++axis)
    if (const Dimension &dim = declared->dim(axis); !isStatic(dim) && !bound(dim)) {
      isOpen = true;
      port.mustBeBound |= axis > 0;
    }
  if (isOpen)
    port.example = exampleText(port.name, exampleShape(declared, bound));
  return port;
}

RefusedNode refusedNode(const GraphNode &node, const Graph &graph, const proto::ModelProto &model, std::string reason) {
  RefusedNode refused{node.layer, nameOfOperator(*node.proto), opsetOf(*node.proto, model), std::move(reason), {}};
  const std::string place = describe(node, model) + ": ";
  if (llvm::StringRef(refused.reason).starts_with(place))
    refused.reason.erase(0, place.size());
  if (refused.reason.empty())
    refused.reason = "cannot be imported";
  auto isMade = [&](const std::string &name) {
    return !name.empty() && !graph.initializers.count(name) &&
           llvm::none_of(graph.inputs, [&](const auto *input) { return input->name() == name; });
  };
  for (const std::string &operand : readsOf(*node.proto))
    if (isMade(operand) && !llvm::is_contained(refused.operands, operand))
      refused.operands.push_back(operand);
  return refused;
}

constexpr char notSupported[] = "this operator is not supported";

/// Where nodes cannot be imported: for their operators alone.
void refuseByOperator(const Graph &graph, const proto::ModelProto &model, Survey &survey) {
  for (const GraphNode &node : graph.nodes)
    if (!isSupported(*node.proto))
      survey.refused.push_back(refusedNode(node, graph, model, notSupported));
}

void countOperators(const Graph &graph, Survey &survey) {
  std::map<std::string, int64_t> counts;
  for (const GraphNode &node : graph.nodes)
    ++counts[nameOfOperator(*node.proto)];
  survey.operators.assign(counts.begin(), counts.end());
}

} // namespace

/// A value that a refused node makes, as far as the model declares it; false where it does not.
bool GraphImporter::standIn(llvm::StringRef name) {
  const proto::GraphProto &proto = model.proto->graph();
  for (const auto *list : {&proto.value_info(), &proto.output()})
    for (const proto::ValueInfoProto &value : *list) {
      const proto::TensorShapeProto *declared = shapeOf(value);
      if (value.name() != name || !declared || !llvm::all_of(declared->dim(), isStatic))
        continue;
      mlir::Type element = inputElement(value.type().tensor_type().elem_type());
      Shape shape;
      for (const Dimension &dim : declared->dim())
        shape.push_back(dim.dim_value());
      if (!element || !isSane({ElementType::f32, shape}))
        continue;
      mlir::OpBuilder &builder = graphValues.builder();
      mlir::Value argument = builder.getInsertionBlock()->addArgument(mlir::RankedTensorType::get(shape, element),
                                                                      builder.getUnknownLoc());
      graphValues.define(name, GraphValue{Tensor(), std::nullopt, argument});
      return true;
    }
  return false;
}

void GraphImporter::survey(const std::vector<BoundInput> &inputs, mlir::ModuleOp module, Survey &result,
                           llvm::function_ref<std::string()> takeError) {
  mlir::OpBuilder &builder = graphValues.builder();
  builder.setInsertionPointToEnd(module.getBody());
  auto function = mlir::func::FuncOp::create(builder, builder.getUnknownLoc(), "main", builder.getFunctionType({}, {}));
  if (failed(addArguments(inputs, function)) || failed(readInitializers())) {
    result.problem = takeError();
    return refuseByOperator(graph, *model.proto, result);
  }
  for (const GraphNode &node : graph.nodes) {
    const bool isKnown = llvm::all_of(
        node.proto->input(), [&](const std::string &operand) { return operand.empty() || graphValues.find(operand); });
    if (isKnown && succeeded(nodes.importNode(node)))
      continue;
    if (isKnown || !isSupported(*node.proto))
      result.refused.push_back(refusedNode(node, graph, *model.proto, isKnown ? takeError() : notSupported));
    else
      ++result.unseen;
    for (const std::string &name : node.proto->output())
      if (!name.empty() && !graphValues.find(name))
        (void)standIn(name);
  }
  if (result.refused.empty() && failed(GraphOutputs(graph, *this, reporter, notes).finish(function)))
    result.problem = takeError();
}

Result<Survey> tare::onnx::surveyModel(const std::string &path, const ImportOptions &options,
                                       mlir::MLIRContext &context) {
  context.loadDialect<mlir::func::FuncDialect, mlir::quant::QuantDialect, qnn::QnnDialect>();
  Caught caught(context, path);
  Reporter reporter(context, path);
  auto failure = [&] { return Error{path + ": " + caught.take()}; };
  mlir::FailureOr<Model> model = readModel(path, reporter);
  if (failed(model) || failed(inlineFunctions(*model, reporter)))
    return failure();
  proto::GraphProto &proto = *model->proto->mutable_graph();
  if (!options.inputs.empty())
    (void)cutInputs(proto, options.inputs, options.inputShapes);
  if (!options.outputs.empty())
    cutOutputs(proto, options.outputs);
  mlir::FailureOr<Graph> graph = readGraph(*model->proto, reporter);
  if (failed(graph))
    return failure();
  Survey survey;
  survey.irVersion = model->proto->ir_version();
  survey.producer = model->proto->producer_name();
  if (!model->proto->producer_version().empty())
    survey.producer += (survey.producer.empty() ? "" : " ") + model->proto->producer_version();
  for (const proto::OperatorSetIdProto &set : model->proto->opset_import())
    survey.opsets.emplace_back(set.domain() == "ai.onnx" ? "" : set.domain(), set.version());
  for (const proto::ValueInfoProto *input : graph->inputs)
    survey.inputs.push_back(inputOf(*input, options));
  for (const proto::ValueInfoProto *output : graph->outputs)
    survey.outputs.push_back(portOf(*output));
  countOperators(*graph, survey);
  mlir::FailureOr<Constants> constants = takeConstants(*graph, options, reporter);
  mlir::FailureOr<std::vector<BoundInput>> inputs =
      failed(constants) ? mlir::FailureOr<std::vector<BoundInput>>() : bindInputs(*graph, options, reporter);
  if (failed(inputs)) {
    survey.problem = caught.take();
    refuseByOperator(*graph, *model->proto, survey);
    return survey;
  }
  llvm::erase_if(graph->inputs, [&](const auto *input) { return graph->dropped.contains(input->name()); });
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
  GraphImporter importer(*model, path, *graph, reporter, context);
  for (auto &[name, value] : *constants)
    importer.values().define(name, GraphValue::of(value));
  importer.survey(*inputs, *module, survey, [&] { return caught.take(); });
  return survey;
}
