//===- ImporterFuzzer.cpp - Imports any bytes as a model ------------------===//
#include "ScratchFile.h"

#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Onnx/Import.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;

/// A model is imported and valid, or refused by exactly one error. (Names in it are the model's own; the tools make
/// them one line.)
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const tare::test::ScratchFile file(".onnx");
  file.write(data, size);
  MLIRContext context(MLIRContext::Threading::DISABLED);
  context.loadDialect<tare::qnn::QnnDialect, func::FuncDialect, quant::QuantDialect>();
  int errors = 0;
  ScopedDiagnosticHandler count(&context, [&](Diagnostic &diagnostic) {
    errors += diagnostic.getSeverity() == DiagnosticSeverity::Error;
    return mlir::success();
  });
  auto module = tare::onnx::importModel(file.path(), {}, context);
  if (errors != failed(module) || (succeeded(module) && failed(verify(**module))))
    abort();
  return 0;
}
