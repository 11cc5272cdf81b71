//===- ModuleFile.cpp - Files of IR ---------------------------------------===//
#include "Driver/Compile/ModuleFile.h"

#include "IrFile.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace tare {
namespace {

LogicalResult report(MLIRContext &context, const std::string &message) {
  return emitError(UnknownLoc::get(&context)) << message;
}

} // namespace

FailureOr<OwningOpRef<ModuleOp>> readModule(const std::string &path, MLIRContext &context) {
  FailureOr<OwningOpRef<ModuleOp>> module = readIr(path, context);
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
