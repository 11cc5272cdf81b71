//===- Passes.td - The passes from a float graph to integers ---*- tablegen -*-===//
//
// In the order of the pipeline. Each pass has one file in passes/<step>/, and
// one test of the same name in test/passes/<step>/.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_PASSES_TD
#define TARE_PASSES_PASSES_TD

include "mlir/Pass/PassBase.td"

//===----------------------------------------------------------------------===//
// Layout
//===----------------------------------------------------------------------===//

def CancelTransposes : Pass<"tare-cancel-transposes", "::mlir::func::FuncOp"> {
  let summary = "move as few bytes as possible through transposes";
  let dependentDialects = ["::tare::npu::NpuDialect"];
}

#endif // TARE_PASSES_PASSES_TD
