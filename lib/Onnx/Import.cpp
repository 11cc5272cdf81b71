//===- Import.cpp - ONNX models as qnn graphs -----------------------------===//
#include "tare/Onnx/Import.h"
#include "GraphImporter.h"
#include "ModelFunctions.h"
#include "tare/Dialect/Qnn/QnnDialect.h"

using namespace tare;
using namespace tare::onnx;

using Constants = std::vector<std::pair<std::string, Tensor>>;

static std::string namesOfInputs(const Graph &graph) {
  std::string names;
  for (const proto::ValueInfoProto *input : graph.inputs)
    names += (names.empty() ? "'" : ", '") + input->name() + "'";
  return names.empty() ? "none" : names;
}

/// The inputs that the user makes constants, which are none of the graph's any more.
static mlir::FailureOr<Constants> takeConstants(Graph &graph, const std::vector<InputValue> &values,
                                                const Reporter &reporter) {
  Constants constants;
  for (const InputValue &given : values) {
    auto input = llvm::find_if(graph.inputs, [&](const auto *input) { return input->name() == given.name; });
    if (input == graph.inputs.end())
      return reporter.error("--input-value names '" + given.name + "', but the model's inputs are " +
                            namesOfInputs(graph) + " (and each is given once)");
    mlir::FailureOr<Tensor> value = constantInput(**input, given, reporter);
    if (mlir::failed(value))
      return mlir::failure();
    constants.emplace_back(given.name, *value);
    graph.inputs.erase(input);
  }
  return constants;
}

mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>>
tare::onnx::importModel(const std::string &path, const ImportOptions &options, mlir::MLIRContext &context) {
  context.loadDialect<mlir::func::FuncDialect, mlir::quant::QuantDialect, qnn::QnnDialect>();
  Reporter reporter(context, path);
  mlir::FailureOr<Model> model = readModel(path, reporter);
  if (failed(model))
    return mlir::failure();
  if (failed(inlineFunctions(*model, reporter)))
    return mlir::failure();
  mlir::FailureOr<Graph> graph = readGraph(*model->proto, reporter);
  if (failed(graph))
    return mlir::failure();
  mlir::FailureOr<Constants> constants = takeConstants(*graph, options.inputValues, reporter);
  if (failed(constants))
    return mlir::failure();
  mlir::FailureOr<std::vector<BoundInput>> inputs = bindInputs(*graph, options, reporter);
  if (failed(inputs))
    return mlir::failure();
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
  GraphImporter importer(*model, path, *graph, reporter, context);
  for (auto &[name, value] : *constants)
    importer.define(name, {value, std::nullopt, nullptr});
  if (failed(importer.run(*inputs, *module)))
    return mlir::failure();
  return module;
}
