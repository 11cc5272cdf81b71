//===- MemoryPasses.td - Addresses -------------------------*- tablegen -*-===//
#ifndef TARE_PASSES_MEMORYPASSES_TD
#define TARE_PASSES_MEMORYPASSES_TD

include "tare/Passes/FunctionPass.td"

def PlanMemory : FunctionPass<"tare-plan-memory"> {
  let summary = "give every tensor an address in one arena";
  let description = [{
    Blocks that are in use at the same time never overlap; an input is in use from the beginning, an output until the end, and a
    reshape's result lies where its operand does. Blocks are placed one by one at the first fit, in the best of three orders (by
    size, by what is in use beside them, by time). The function says how large the arena is, and the lower bound: the most bytes
    that are in use at any one time. An arena larger than the target's memory is an error that names what is in use at the peak.

    Before:
    ```mlir
    func.func @main(%x: tensor<1x8x8x4xi8>) -> tensor<1x64xi8> {
      %0 = npu.max_pool %x kernel = [2, 2] strides = [2, 2] pads = [0, 0, 0, 0] dilations = [1, 1] : (tensor<1x8x8x4xi8>) -> tensor<1x4x4x4xi8>
      %1 = npu.reshape %0 shape = [1, 64] : (tensor<1x4x4x4xi8>) -> tensor<1x64xi8>
      return %1 : tensor<1x64xi8>
    }
    ```
    After:
    ```mlir
    func.func @main(%x: tensor<1x8x8x4xi8> {npu.offset = 0 : i64}) -> tensor<1x64xi8>
        attributes {npu.arena_bytes = 320 : i64, npu.arena_lower_bound = 320 : i64} {
      %0 = npu.max_pool %x kernel = [2, 2] strides = [2, 2] pads = [0, 0, 0, 0] dilations = [1, 1] {npu.offset = 256 : i64} : (tensor<1x8x8x4xi8>) -> tensor<1x4x4x4xi8>
      %1 = npu.reshape %0 shape = [1, 64] {npu.offset = 256 : i64} : (tensor<1x4x4x4xi8>) -> tensor<1x64xi8>
      return %1 : tensor<1x64xi8>
    }
    ```

    Remarks (analysis): the arena's size, the lower bound, and what is in use at the peak.
  }];
  let options = [Option<"alignment", "alignment", "int64_t", "64",
                        "of each block, in bytes; more where the target asks for more, and at least the program's 64">];
}

#endif // TARE_PASSES_MEMORYPASSES_TD
