//===- tare-lsp-server.cpp - Editors' help for Tare's IR ------------------===//
#include "IrDialects.h"

#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  tare::registerIrDialects(registry);
  return mlir::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
