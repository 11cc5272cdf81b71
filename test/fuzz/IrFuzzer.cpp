//===- IrFuzzer.cpp - Runs all passes on any text -------------------------===//
//
// MLIR's own parser crashes on some text, which the tools find out in a child
// process: so does this. What gets through must survive every pipeline.
//
//===----------------------------------------------------------------------===//
#include "IrDialects.h"

#include "tare/Diagnostics/TrialParse.h"
#include "tare/Passes/Pipelines.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;
using namespace tare;

static LogicalResult run(ModuleOp module) {
  PassManager passes(module.getContext(), ModuleOp::getOperationName());
  PipelineOptions options;
  buildSimplifyPipeline(passes);
  buildQuantizePipeline(passes, options);
  buildFusePipeline(passes);
  buildLowerPipeline(passes, options);
  return passes.run(module);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const DialectRegistry registry = [] {
    DialectRegistry known;
    registerIrDialects(known);
    return known;
  }();
  auto text = llvm::MemoryBuffer::getMemBufferCopy({reinterpret_cast<const char *>(data), size}, "fuzzed.mlir");
  if (!tryToParse(text->getMemBufferRef(), registry))
    return 0;
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  ScopedDiagnosticHandler silent(&context, [](Diagnostic &) { return mlir::success(); });
  if (OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text->getBuffer(), &context))
    (void)run(*module);
  return 0;
}
