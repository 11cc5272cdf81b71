//===- ModuleFile.cpp - Files of IR ---------------------------------------===//
#include "ModuleFile.h"

#include "tare/Diagnostics/TrialParse.h"
#include "tare/Dialect/Qnn/WeightFiles.h"
#include "tare/Tensor/StandardStreams.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
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

/// Constants are valid when their weights have been read.
FailureOr<OwningOpRef<ModuleOp>> parse(const std::string &path, MLIRContext &context) {
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

} // namespace

FailureOr<OwningOpRef<ModuleOp>> readModule(const std::string &path, MLIRContext &context) {
  FailureOr<OwningOpRef<ModuleOp>> module = parse(path, context);
  if (failed(module))
    return failure();
  auto function = (*module)->lookupSymbol<func::FuncOp>("main");
  if (!function || !function.getBody().hasOneBlock())
    return report(context,
                  path + ": expected a function @main with one block, as `tare convert --emit mlir:STAGE` writes it");
  auto isTensor = [](Type type) {
    return isa<RankedTensorType>(type) && cast<RankedTensorType>(type).hasStaticShape();
  };
  if (!llvm::all_of(function.getArgumentTypes(), isTensor) || !llvm::all_of(function.getResultTypes(), isTensor))
    return report(context, path + ": @main has an argument or result that is not a tensor of known shape");
  return module;
}

} // namespace tare
