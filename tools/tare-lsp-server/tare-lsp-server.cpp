//===- tare-lsp-server.cpp - Editors' help for Tare's IR ------------------===//
#include "tare/Dialect/Npu/NpuDialect.h"
#include "tare/Dialect/Qnn/QnnDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<tare::qnn::QnnDialect, tare::npu::NpuDialect, mlir::func::FuncDialect, mlir::quant::QuantDialect>();
  return mlir::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
