//===- IrFile.cpp - Reads IR that a user names ----------------------------===//
#include "IrFile.h"

#include "tare/Diagnostics/TrialParse.h"
#include "tare/Dialect/Qnn/WeightFiles.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;

static LogicalResult report(MLIRContext &context, const std::string &message) {
  return emitError(UnknownLoc::get(&context)) << message;
}

/// Constants are valid when their weights have been read.
FailureOr<OwningOpRef<ModuleOp>> tare::readIr(const std::string &path, MLIRContext &context) {
  std::string problem;
  std::unique_ptr<llvm::MemoryBuffer> buffer = openInputFile(path, &problem);
  if (!buffer)
    return report(context, problem);
  if (Status survived = tryToParse(buffer->getMemBufferRef(), context.getDialectRegistry()); !survived)
    return report(context, survived.error().message);
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, ParserConfig(&context, /*verifyAfterParse=*/false));
  if (!module)
    return failure();
  if (Status read = qnn::readWeights(*module, llvm::sys::path::parent_path(path).str()); !read)
    return report(context, read.error().message);
  if (failed(verify(*module)))
    return failure();
  return std::move(module);
}
