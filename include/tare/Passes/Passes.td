//===- Passes.td - The passes from a float graph to integers ---*- tablegen
//-*-===//
//
// In the order of the pipeline. Each pass has one file in passes/<step>/, and
// one test of the same name in test/passes/<step>/.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_PASSES_TD
#define TARE_PASSES_PASSES_TD

include "mlir/Pass/PassBase.td"

//===----------------------------------------------------------------------===//
// Quantize
//===----------------------------------------------------------------------===//

def SetTarget : Pass<"tare-set-target", "::mlir::ModuleOp"> {
  let summary = "say what hardware the module is for";
  let description = [{
    Puts the description of the target (`docs/targets.md`) into the module, where all later passes ask it.

    Before:
    ```mlir
    module {}
    ```
    After `--tare-set-target=target=generic`:
    ```mlir
    module attributes {npu.target = #npu.target<{multiplier_bits = 15 : i64, name = "generic", ...}>} {}
    ```
  }];
  let options = [Option<"target", "target", "std::string", "\"generic\"",
                        "a target that comes with Tare, or a YAML file">];
  let dependentDialects = ["::tare::npu::NpuDialect"];
}

//===----------------------------------------------------------------------===//
// Layout
//===----------------------------------------------------------------------===//

def CancelTransposes : Pass<"tare-cancel-transposes", "::mlir::func::FuncOp"> {
  let summary = "move as few bytes as possible through transposes";
  let dependentDialects = ["::tare::npu::NpuDialect"];
}

#endif // TARE_PASSES_PASSES_TD
