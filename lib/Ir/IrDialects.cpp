//===- IrDialects.cpp - The dialects of the IR that tools read ------------===//
#include "IrDialects.h"

#include "tare/Dialect/Npu/NpuDialect.h"
#include "tare/Dialect/Qnn/QnnDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/Quant.h"

void tare::registerIrDialects(mlir::DialectRegistry &registry) {
  registry.insert<qnn::QnnDialect, npu::NpuDialect, mlir::func::FuncDialect, mlir::quant::QuantDialect>();
}
