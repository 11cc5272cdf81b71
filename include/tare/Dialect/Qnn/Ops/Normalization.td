//===- Normalization.td - Normalizations and softmax -----------*- tablegen -*-===//
#ifndef TARE_DIALECT_QNN_OPS_NORMALIZATION_TD
#define TARE_DIALECT_QNN_OPS_NORMALIZATION_TD

include "tare/Dialect/Qnn/Ops/Base.td"

def Qnn_BatchNormOp : Qnn_Op<"batch_norm">, Qnn_FloatOnly<"tare-fold-batch-norms"> {
  let summary = "batch normalization in inference";
  let description = [{
    y = scale * (x - mean) / sqrt(variance + epsilon) + bias along axis 1. Float only: `tare-fold-batch-norms` leaves none,
    so quantization knows no grid for it.

    ```mlir
    %0 = qnn.batch_norm %x, %s, %b, %m, %v {epsilon = 1.0e-5 : f64}
       : (tensor<1x4x8x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, Qnn_Tensor:$scale, Qnn_Tensor:$bias, Qnn_Tensor:$mean, Qnn_Tensor:$variance,
    DefaultValuedAttr<F64Attr, "1.0e-5">:$epsilon);
  let assemblyFormat = "$input `,` $scale `,` $bias `,` $mean `,` $variance attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
  let extraClassDefinition = Qnn_ShapeOfFirst;
}

def Qnn_SoftmaxOp : Qnn_Op<"softmax", [Qnn_GridOpInterface, Qnn_RequantOfOperands, Qnn_FloorOfSome]> {
  let summary = "exp(x) / sum(exp(x)) along one axis";
  let description = [{
    Opset 13's meaning: one axis. (The importer flattens for older opsets.) Its grid is that of calibration's range within [0, 1], and
    that of [0, 1] without one; no finer than the 2^-15 in which the hardware computes probabilities.

    ```mlir
    %0 = qnn.softmax %x {axis = 1 : i64} : (tensor<1x10xf32>) -> tensor<1x10xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, I64Attr:$axis);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let extraClassDeclaration = [{
    ::tare::qnn::GridRule getGridRule() { return ::tare::qnn::GridRule::Bounded; }
    ::std::pair<double, double> getBounds() { return {0.0, 1.0}; }
    double getFinestStep();
  }];
  let hasVerifier = 1;
  let extraClassDefinition = Qnn_ShapeOfFirst;
}

def Qnn_NormalizeOp : Qnn_OwnGridOp<"normalize", [Qnn_ClampOpInterface, Qnn_RequantOfOperands]> {
  let summary = "(x - mean) / sqrt(variance + epsilon) * gamma + beta over axes";
  let description = [{
    Layer, instance and RMS norms: mean and variance are those of all elements along `axes`. With `keep_mean` the mean stays, and the variance is
    the mean of squares. `gamma` and `beta` have one element per index of `axis`, which may be one of `axes` or another; without them they
    are 1 and 0. In integers all of it is one layer, which rounds once at the end (A71).

    ```mlir
    %0 = qnn.normalize %x {axes = array<i64: 1>, axis = 1 : i64, epsilon = 1.0e-5 : f64, gamma = array<f64: 1.0, 2.0, 1.0, 0.5>}
       : (tensor<1x4xf32>) -> tensor<1x4xf32>
    ```
  }];
  let arguments = (ins Qnn_Tensor:$input, DenseI64ArrayAttr:$axes, F64Attr:$epsilon, UnitAttr:$keep_mean, OptionalAttr<I64Attr>:$axis,
    OptionalAttr<DenseF64ArrayAttr>:$gamma, OptionalAttr<DenseF64ArrayAttr>:$beta, OptionalAttr<Qnn_ClampAttr>:$clamp);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let extraClassDeclaration = [{
    ::tare::qnn::GridRule getGridRule() { return ::tare::qnn::GridRule::Own; }
    /// How many elements have one mean.
    int64_t getCount();
  }];
  let hasVerifier = 1;
  let extraClassDefinition = Qnn_ShapeOfFirst;
}

#endif // TARE_DIALECT_QNN_OPS_NORMALIZATION_TD
