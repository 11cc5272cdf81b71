//===- Import.cpp - ONNX models as qnn graphs -----------------------------===//
#include "tare/Onnx/Import.h"
#include "Cut.h"
#include "GraphImporter.h"
#include "InputConversion.h"
#include "ModelFunctions.h"
#include "tare/Dialect/Qnn/QnnDialect.h"

using namespace tare;
using namespace tare::onnx;

static std::string namesOfInputs(const Graph &graph) {
  std::string names;
  for (const proto::ValueInfoProto *input : graph.inputs)
    if (!graph.dropped.contains(input->name()))
      names += (names.empty() ? "'" : ", '") + input->name() + "'";
  return names.empty() ? "none" : names;
}

mlir::FailureOr<Constants> tare::onnx::takeConstants(Graph &graph, const ImportOptions &options,
                                                     const Reporter &reporter) {
  Constants constants;
  for (const InputValue &given : options.inputValues) {
    auto input = llvm::find_if(graph.inputs, [&](const auto *input) { return input->name() == given.name; });
    if (input == graph.inputs.end() || graph.dropped.contains(given.name))
      return reporter.error("--input-value names '" + given.name + "', but the model's inputs are " +
                            namesOfInputs(graph) + " (and each is given once)");
    mlir::FailureOr<Tensor> value = constantInput(**input, given, options.inputShapes, reporter);
    if (mlir::failed(value))
      return mlir::failure();
    constants.emplace_back(given.name, *value);
    graph.dropped.insert(given.name);
  }
  return constants;
}

namespace {

using Imported = mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>>;

/// Takes what was reported since, and passes it on where that is wanted.
class HeldDiagnostics {
public:
  explicit HeldDiagnostics(mlir::MLIRContext &context)
      : context(context), handler(std::in_place, &context, [this](mlir::Diagnostic &diagnostic) {
          held.push_back(std::move(diagnostic));
          return mlir::success();
        }) {}

  void show() {
    handler.reset();
    for (mlir::Diagnostic &diagnostic : held)
      context.getDiagEngine().emit(std::move(diagnostic));
  }
  /// Nothing is held any more.
  void drop() { handler.reset(); }

private:
  mlir::MLIRContext &context;
  std::vector<mlir::Diagnostic> held;
  std::optional<mlir::ScopedDiagnosticHandler> handler;
};

} // namespace

/// What was read `before`, and only by what is cut away.
static void dropUnread(Graph &graph, const llvm::StringSet<> &before, const proto::GraphProto &part) {
  const llvm::StringSet<> after = inputsInUse(part);
  for (const auto &input : before)
    if (!after.contains(input.getKey()))
      graph.dropped.insert(input.getKey());
}

/// Tells of arrays for initializers that the model lists as inputs, too, as models before IR version 4 list all.
static void reportIgnoredArrays(const Graph &graph, const proto::GraphProto &proto, const ImportOptions &options,
                                const Reporter &reporter) {
  std::string ignored;
  for (const proto::ValueInfoProto &input : proto.input())
    if (graph.initializers.contains(input.name()) && llvm::is_contained(options.dataArrays, input.name()))
      ignored += (ignored.empty() ? "'" : ", '") + input.name() + "'";
  if (!ignored.empty())
    reporter.warning("ArrayOfInitializer",
                     "inputs that have a value in the model, too, as initializers, are constants; arrays of the data "
                     "that are ignored: " +
                         ignored,
                     "remove the initializer from the model to make it an input, or leave the array out");
}

/// With `takesInputs` cut at the inputs, too; nothing where that cannot be.
static std::optional<Imported> importPart(const std::string &path, const ImportOptions &options, bool takesInputs,
                                          mlir::MLIRContext &context) {
  Reporter reporter(context, path);
  mlir::FailureOr<Model> model = readModel(path, reporter);
  if (failed(model))
    return mlir::failure();
  if (failed(inlineFunctions(*model, reporter)))
    return mlir::failure();
  proto::GraphProto &proto = *model->proto->mutable_graph();
  const llvm::StringSet<> before = inputsInUse(proto);
  if (takesInputs && !cutInputs(proto, options.inputs, options.inputShapes))
    return std::nullopt;
  if (!options.outputs.empty())
    cutOutputs(proto, options.outputs);
  mlir::FailureOr<Graph> graph = readGraph(*model->proto, reporter);
  if (failed(graph))
    return mlir::failure();
  reportIgnoredArrays(*graph, proto, options, reporter);
  mlir::FailureOr<Constants> constants = takeConstants(*graph, options, reporter);
  if (failed(constants))
    return mlir::failure();
  if (takesInputs || !options.outputs.empty())
    dropUnread(*graph, before, proto);
  mlir::FailureOr<std::vector<BoundInput>> inputs = bindInputs(*graph, options, reporter);
  if (failed(inputs))
    return mlir::failure();
  llvm::erase_if(graph->inputs, [&](const auto *input) { return graph->dropped.contains(input->name()); });
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
  GraphImporter importer(*model, path, *graph, reporter, context, options.roundsTo16Bits);
  for (auto &[name, value] : *constants)
    importer.values().define(name, GraphValue::of(value));
  if (failed(importer.run(*inputs, *module)) ||
      failed(convertInputs(module->lookupSymbol<mlir::func::FuncOp>("main"), options.conversions, reporter)))
    return mlir::failure();
  return Imported(std::move(module));
}

Imported tare::onnx::importModel(const std::string &path, const ImportOptions &options, mlir::MLIRContext &context) {
  context.loadDialect<mlir::func::FuncDialect, mlir::quant::QuantDialect, qnn::QnnDialect>();
  if (options.inputs.empty())
    return *importPart(path, options, /*takesInputs=*/false, context);
  // The whole says most of its values.
  HeldDiagnostics ofWhole(context);
  std::optional<Imported> whole = importPart(path, options, /*takesInputs=*/false, context);
  if (failed(*whole)) {
    HeldDiagnostics ofPart(context);
    if (std::optional<Imported> part = importPart(path, options, /*takesInputs=*/true, context)) {
      ofWhole.drop();
      ofPart.show();
      return std::move(*part);
    }
  }
  ofWhole.show();
  return std::move(*whole);
}
