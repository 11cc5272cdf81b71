//===- LayoutPasses.td - Channels last, and what is left to the host *- tablegen -*-===//
#ifndef TARE_PASSES_LAYOUTPASSES_TD
#define TARE_PASSES_LAYOUTPASSES_TD

include "tare/Passes/FunctionPass.td"

def CancelTransposes : FunctionPass<"tare-cancel-transposes"> {
  let summary = "move as few bytes as possible through transposes";
  let description = [{
    Lowering puts a transpose before and behind every channels-last op. Ops that commute with transposes (`PermutableOpInterface`)
    may compute on either order of dimensions: a minimum cut picks the order of each so that the fewest bytes are transposed, and
    of equal choices the one with the transposes at inputs and outputs, where the host can take them. The number of bytes never
    grows. Transposes of constants are computed; a transpose before a flattened linear layer goes into the order of its
    weights' columns; a transpose that moves only dimensions of size 1 becomes a reshape.

    Before:
    ```mlir
    %1 = npu.transpose %0 permutation = [0, 3, 1, 2] : (tensor<1x8x8x4xi8>) -> tensor<1x4x8x8xi8>
    %2 = npu.softmax %1, %table axis = 1 requant = #requant : (tensor<1x4x8x8xi8>, tensor<256xi32>) -> tensor<1x4x8x8xi8>
    %3 = npu.transpose %2 permutation = [0, 2, 3, 1] : (tensor<1x4x8x8xi8>) -> tensor<1x8x8x4xi8>
    ```
    After:
    ```mlir
    %1 = npu.softmax %0, %table axis = 3 requant = #requant : (tensor<1x8x8x4xi8>, tensor<256xi32>) -> tensor<1x8x8x4xi8>
    ```

    Remarks: each op that changed its order of dimensions, each transpose that stays and what holds it, and
    the number of transposes and bytes before and after.
  }];
  let dependentDialects = ["::tare::npu::NpuDialect"];
}

def HoistFromLoops : FunctionPass<"tare-hoist-from-loops"> {
  let summary = "compute once, before a loop, what is the same in each of its steps";
  let description = [{
    What two loops read of a value before them, on a grid of their own, is a layer in each of them. Afterwards it stands before the first,
    so that equal ones may become one: nothing of a loop may be read behind it.

    Before:
    ```mlir
    %s:2 = npu.loop_begin 5 states(%h) : (tensor<1x4xi8>) -> (tensor<1xi64>, tensor<1x4xi8>)
    %0 = npu.lookup %x, %table : (tensor<1x4xi8>, tensor<256xi8>) -> tensor<1x4xi8>
    ```
    After:
    ```mlir
    %0 = npu.lookup %x, %table : (tensor<1x4xi8>, tensor<256xi8>) -> tensor<1x4xi8>
    %s:2 = npu.loop_begin 5 states(%h) : (tensor<1x4xi8>) -> (tensor<1xi64>, tensor<1x4xi8>)
    ```

    Remarks: each op that was moved.
  }];
  let dependentDialects = ["::tare::npu::NpuDialect"];
}

def StripIo : FunctionPass<"tare-strip-io"> {
  let summary = "leave quantize, dequantize, transpose and concat ops at the border to the host";
  let description = [{
    Ops of the chosen kinds next to an input or output are removed and recorded there, as the steps that the host takes before the
    input enters or after the output leaves. A cast behind movements that stay is brought to the border first, as far as its scales can
    follow. What they cannot follow, a reshape that splits the channels or a concatenation of different grids, is left to the host with it,
    and so is what moves elements behind a concatenation that is. A quantize or dequantize that is nowhere near the border is refused with
    an error, and so is the dequantize of an accumulator where the target's tails are float32: there the hardware dequantizes.

    Before:
    ```mlir
    func.func @main(%x: tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xi8> {
      %0 = npu.quantize %x scale = 0.5 zero_point = 0 output = i8 : (tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xi8>
      return %0 : tensor<1x3x8x8xi8>
    }
    ```
    After `--tare-strip-io=kinds=quantize`:
    ```mlir
    func.func @main(%x: tensor<1x3x8x8xi8>
        {npu.host_steps = [#npu.quantize_step<scale = 5.000000e-01 : f32, zero_point = 0, output = i8>]}) -> tensor<1x3x8x8xi8> {
      return %x : tensor<1x3x8x8xi8>
    }
    ```

    Where the host joins, each part is a result of its own. The steps of a part follow each other; a step that joins takes the values of the
    results before it that no step has taken yet, and the name of the model's output stands at its last part.

    Before:
    ```mlir
    func.func @main(%a: tensor<4xi8>, %b: tensor<2xi32>) -> (tensor<6xf32> {qnn.name = "y"}) {
      %0 = npu.dequantize %a scales = [0.5] axis = 0 zero_point = 0 : (tensor<4xi8>) -> tensor<4xf32>
      %1 = npu.dequantize %b scales = [0.25] axis = 0 zero_point = 0 : (tensor<2xi32>) -> tensor<2xf32>
      %2 = npu.concat %0, %1 axis = 0 : (tensor<4xf32>, tensor<2xf32>) -> tensor<6xf32>
      return %2 : tensor<6xf32>
    }
    ```
    After `--tare-strip-io=kinds=dequantize`:
    ```mlir
    func.func @main(%a: tensor<4xi8>, %b: tensor<2xi32>)
        -> (tensor<4xi8> {npu.host_steps = [#npu.dequantize_step<scales = [5.000000e-01], axis = 0, zero_point = 0>], qnn.name = "arg0"},
            tensor<2xi32> {npu.host_steps = [#npu.dequantize_step<scales = [2.500000e-01], axis = 0, zero_point = 0>,
                                             #npu.concat_step<axis = 0, count = 2>],
                           npu.model_output = "y", qnn.name = "arg1"}) {
      return %a, %b : tensor<4xi8>, tensor<2xi32>
    }
    ```

    Remarks: each op left to the host, and each transpose and concat that stays.
  }];
  let options = [ListOption<"kinds", "kinds", "std::string", "what to strip: quantize, dequantize, transpose, concat">];
  let dependentDialects = ["::tare::npu::NpuDialect"];
}

def PlaceMoves : FunctionPass<"tare-place-moves"> {
  let summary = "put on the host what moves elements and the target has no operator for";
  let description = [{
    A transpose, slice, concatenation, padding or choice by indices (gather) that the target has not (`operators` of its description), or not
    for elements of this type, becomes a `npu.host` on the same integers: nothing is dequantized for it, and nothing rounded.

    Before, with a target whose `operators` have no `slice`:
    ```mlir
    %0 = npu.slice %x starts = [0, 2] steps = [1, 1] sizes = [1, 2] : (tensor<1x4xi8>) -> tensor<1x2xi8>
    ```
    After:
    ```mlir
    %0 = npu.host "Slice" opset 13(%x, %starts, %ends, %axes, %steps) {reason = "the target has no slice"}
       : (tensor<1x4xi8>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) -> tensor<1x2xi8>
    ```

    Remarks: each op that was placed, and why.
  }];
  let dependentDialects = ["::tare::npu::NpuDialect"];
}

#endif // TARE_PASSES_LAYOUTPASSES_TD
