//===- Import.cpp - ONNX models as qnn graphs -----------------------------===//
#include "tare/Onnx/Import.h"
#include "GraphImporter.h"
#include "ModelFunctions.h"
#include "tare/Dialect/Qnn/QnnDialect.h"

using namespace tare;
using namespace tare::onnx;

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
  mlir::FailureOr<std::vector<BoundInput>> inputs = bindInputs(*graph, options.inputShapes, reporter);
  if (failed(inputs))
    return mlir::failure();
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
  GraphImporter importer(*model, path, *graph, reporter, context);
  if (failed(importer.run(*inputs, *module)))
    return mlir::failure();
  return module;
}
