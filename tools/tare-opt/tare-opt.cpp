//===- tare-opt.cpp - Runs passes alone -----------------------------------===//
#include "tare/Dialect/Npu/NpuDialect.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Passes/Passes.h"
#include "tare/Passes/Pipelines.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/PrettyStackTrace.h"

int main(int argc, char **argv) {
  llvm::setBugReportMsg("please report this at the project's issue tracker, "
                        "with the command line and the input\n");
  mlir::DialectRegistry registry;
  registry.insert<tare::qnn::QnnDialect, tare::npu::NpuDialect,
                  mlir::func::FuncDialect, mlir::quant::QuantDialect>();
  tare::registerTarePasses();
  tare::registerTarePipelines();
  mlir::registerTransformsPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Tare's pass driver\n", registry));
}
