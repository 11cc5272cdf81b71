//===- IrFile.cpp - Reads IR that a user names ----------------------------===//
#include "IrFile.h"

#include "tare/Diagnostics/TrialParse.h"
#include "tare/Dialect/Qnn/WeightFiles.h"
#include "tare/Tensor/StandardStreams.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;

namespace tare {
namespace {

LogicalResult report(MLIRContext &context, const std::string &message) {
  return emitError(UnknownLoc::get(&context)) << message;
}

/// The file under its own name; null with the problem.
std::unique_ptr<llvm::MemoryBuffer> open(const std::string &path, std::string &problem) {
  if (path != standardInput)
    return openInputFile(path, &problem);
  Result<std::string> opened = pathToOpen(path);
  if (!opened) {
    problem = opened.error().message;
    return nullptr;
  }
  std::unique_ptr<llvm::MemoryBuffer> buffer = openInputFile(*opened, &problem);
  return buffer ? llvm::MemoryBuffer::getMemBufferCopy(buffer->getBuffer(), path) : nullptr;
}

} // namespace

/// Constants are valid when their weights have been read.
FailureOr<OwningOpRef<ModuleOp>> readIr(const std::string &path, MLIRContext &context) {
  std::string problem;
  std::unique_ptr<llvm::MemoryBuffer> buffer = open(path, problem);
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

} // namespace tare
