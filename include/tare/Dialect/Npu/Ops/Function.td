//===- Function.td - Functions as tables -----------------------*- tablegen -*-===//
#ifndef TARE_DIALECT_NPU_OPS_FUNCTION_TD
#define TARE_DIALECT_NPU_OPS_FUNCTION_TD

include "tare/Dialect/Npu/Ops/Base.td"

def Npu_LookupOp : Npu_Op<"lookup", "Lookup", [Npu_PermutableFirst]> {
  let summary = "a function by its table";
  let description = [{
    i8: the table is [256] or [C, 256], the index `x + 128`, C the last dimension. i16: [513] or [C, 513], the index
    `(x + 32768) >> 7`, interpolated linearly with the low 7 bits. `function` is what the table stands for, which changes nothing of
    what is computed: the proof compares the two. Nor does `reach`: the first and the last x that calibration came to, and the least and
    the greatest result, as integers.

    ```mlir
    %0 = npu.lookup %x, %table function = <sigmoid, parameters = [], clamp = [-128, 127]>
       : (tensor<1x8x8x4xi8>, tensor<256xi8>) -> tensor<1x8x8x4xi8>
    ```
  }];
  let arguments = (ins Npu_Activation:$input, Npu_Activation:$table, OptionalAttr<Npu_FunctionAttr>:$function,
    OptionalAttr<DenseI32ArrayAttr>:$reach);
  let assemblyFormat = !strconcat("$input `,` $table (`function` `=` $function^)?", Npu_Types);
}

#endif // TARE_DIALECT_NPU_OPS_FUNCTION_TD
