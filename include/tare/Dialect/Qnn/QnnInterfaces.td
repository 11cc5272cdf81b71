//===- QnnInterfaces.td - What passes ask of a graph op --------*- tablegen -*-===//
#ifndef TARE_DIALECT_QNN_QNNINTERFACES_TD
#define TARE_DIALECT_QNN_QNNINTERFACES_TD

include "mlir/IR/OpBase.td"

def Qnn_GridOpInterface : OpInterface<"GridOpInterface"> {
  let cppNamespace = "::tare::qnn";
  let description = [{
    How the grid (scale and zero point) of an op's result relates to its operands'. Every computing op of the dialect has it,
    so that quantization names no op.
  }];
  let methods = [
    InterfaceMethod<[{
      `Own`: the result has a grid of its own, from calibration. `Same`: it keeps its first operand's (data movement, max pooling).
      `Unified`: all operands and the result share one (concat). `Bounded`: as `Own`, within the function's image, which
      decides where calibration saw nothing (softmax).
    }], "::tare::qnn::GridRule", "getGridRule", (ins)>,
    InterfaceMethod<"The image that a `Bounded` grid covers at most.",
      "::std::pair<double, double>", "getBounds", (ins), "", [{ return {0.0, 0.0}; }]>,
    InterfaceMethod<"The step of the integers that the result is made from, where it is always the same: a finer grid holds nothing more.",
      "double", "getFinestStep", (ins), "", [{ return 0.0; }]>,
    InterfaceMethod<[{
      Whether the result holds each element of the operand once, elsewhere: a transpose, a reshape.
    }], "bool", "isRearrangement", (ins), "", [{ return false; }]>,
    InterfaceMethod<[{
      Whether each element of the result is an element of an operand, and nothing is computed: a transpose, a reshape, a slice, a
      concatenation. Such an op may stay in float between dequantizes and the graph's outputs.
    }], "bool", "movesElements", (ins), "", [{ return false; }]>,
    InterfaceMethod<[{
      Whether an operand may have a scale per index of an axis: weights and biases, whose sums have a scale per channel. An
      operand that may not is an activation.
    }], "bool", "takesAxisGrid", (ins "::mlir::OpOperand &":$operand), "", [{ return false; }]>,
    InterfaceMethod<"Whether the result may have a scale per index of an axis: an accumulator that leaves as it is.",
      "bool", "givesAxisGrid", (ins), "", [{ return false; }]>,
    InterfaceMethod<[{
      Whether the result of a `Same` op may also be on another grid, to which what it computes is rounded once: a mean of neighbours.
    }], "bool", "mayRescale", (ins), "", [{ return false; }]>,
    InterfaceMethod<"Whether activations of one width may become a result of another: hardware has an op for it, no more.",
      "bool", "changesWidth", (ins), "", [{ return false; }]>,
    InterfaceMethod<[{
      Whether elements of the operand have a share in each other's results, so that it matters whether a grid cuts them off before
      or after: a linear resize.
    }], "bool", "interpolates", (ins), "", [{ return false; }]>,
    InterfaceMethod<"Whether the result, before it is rounded to a grid, is the accumulators of sums of products, rearranged at most.",
      "bool", "givesAccumulators", (ins), "", [{ return $_op.isRearrangement() && ::tare::qnn::isOfAccumulators($_op->getOperand(0)); }]>,
    InterfaceMethod<[{
      An interval that holds every element of the result where each operand's lie in the interval of its number; nothing where the
      op does not say.
    }], "::std::optional<::tare::qnn::Interval>", "getImpliedRange", (ins "::llvm::ArrayRef<::tare::qnn::Interval>":$operands), "",
      [{ return ::std::nullopt; }]>
  ];
  let verify = [{ return ::tare::qnn::verifyGrid($_op); }];
}

def Qnn_ClampOpInterface : OpInterface<"ClampOpInterface"> {
  let cppNamespace = "::tare::qnn";
  let description = [{ An op whose result can be limited to an interval at no cost: the requantization's saturation does it. }];
  let methods = [
    InterfaceMethod<"The fused interval, or null.", "::std::optional<::tare::qnn::ClampAttr>", "getClamp", (ins)>,
    InterfaceMethod<"Sets the fused interval.", "void", "setClampAttr", (ins "::tare::qnn::ClampAttr":$clamp)>
  ];
}

def Qnn_AccumulatorOpInterface : OpInterface<"AccumulatorOpInterface"> {
  let cppNamespace = "::tare::qnn";
  let description = [{
    An op that sums products of an activation and weights, one accumulator per result element and a scale per output channel:
    convolutions and linear layers. Axis 0 of the weights counts output channels.
  }];
  let methods = [
    InterfaceMethod<"The activation.", "::mlir::OpOperand &", "getActivationOperand", (ins), "", [{ return $_op->getOpOperand(0); }]>,
    InterfaceMethod<"The weights.", "::mlir::OpOperand &", "getWeightOperand", (ins), "", [{ return $_op->getOpOperand(1); }]>,
    InterfaceMethod<"The bias [C], or a null value.", "::mlir::Value", "getBiasValue", (ins), "",
      [{ return $_op->getNumOperands() > 2 ? $_op->getOperand(2) : ::mlir::Value(); }]>,
    InterfaceMethod<"The result's channel axis.", "int64_t", "getResultChannelAxis", (ins)>,
    InterfaceMethod<"The number of output channels.", "int64_t", "getOutputChannels", (ins), "",
      [{ return ::llvm::cast<::mlir::ShapedType>($_op->getOperand(1).getType()).getDimSize(0); }]>,
    InterfaceMethod<[{
      Whether every result element sums over all weights of its output channel: no padding. Then a constant added to the
      activation adds a constant to the result.
    }], "bool", "sumsAllWeights", (ins)>,
    InterfaceMethod<[{
      Whether every result element sums over all weights of its output channel if padding counts as the zero point of the
      activation. Then the bias can take the zero point's share, -Zx * sum(w).
    }], "bool", "foldsZeroPoint", (ins)>
  ];
}

def Qnn_UnaryFunctionOpInterface : OpInterface<"UnaryFunctionOpInterface"> {
  let cppNamespace = "::tare::qnn";
  let description = [{ y = f(x) element by element: evaluated in float, turned into a table on hardware. }];
  let methods = [
    InterfaceMethod<"f, which a program knows by the same name.", "::tare::qnn::Function", "getFunction", (ins)>,
    InterfaceMethod<"The axis along which f differs, or none.", "::std::optional<int64_t>", "getFunctionAxis", (ins), "",
      [{ return ::std::nullopt; }]>,
    InterfaceMethod<"An interval that holds every f(x).", "::std::pair<double, double>", "getImage", (ins), "",
      [{ return {-HUGE_VAL, HUGE_VAL}; }]>
  ];
}

def Qnn_FloorOpInterface : OpInterface<"FloorOpInterface"> {
  let cppNamespace = "::tare::qnn";
  let description = [{
    How low, and how high, an operand's elements matter. The floor of a value is a number t so that nothing changes if every element below t
    becomes t: the border that a max pooling never takes, a masked score before a softmax. Its ceiling is the same from above: a border that a
    sigmoid turns into 1. Of an op without this interface every element matters.
  }];
  let methods = [
    InterfaceMethod<"The floor and the ceiling of operand `operand`, as far as this op is concerned, from the result's (-inf and inf for none).",
      "::tare::qnn::Interval", "getOperandLimits",
      (ins "unsigned":$operand, "::tare::qnn::Interval":$result, "const ::tare::qnn::ElementBounds &":$bounds), "",
      [{ return result; }]>,
    InterfaceMethod<"Whether no element of the result falls where an operand's elements rise: the op on lower bounds gives lower bounds.",
      "bool", "isMonotone", (ins), "", [{ return true; }]>,
    InterfaceMethod<[{
      Whether each element of the result rises or falls all along with each operand's elements: the op on all combinations of lower and
      upper bounds gives both bounds.
    }], "bool", "isMonotoneByOperand", (ins), "", [{ return $_op.isMonotone(); }]>
  ];
}

def Qnn_RequantOpInterface : OpInterface<"RequantOpInterface"> {
  let cppNamespace = "::tare::qnn";
  let description = [{
    An op on quantized types whose integer form scales an accumulator to the result's grid. The effective scales are the real numbers
    M that the hardware approximates by m * 2^-q (docs/arithmetic.md).
  }];
  let methods = [
    InterfaceMethod<[{
      The effective scales: one, one per output channel, or one per operand where `sharesShift`. Only for ops on quantized types.
    }], "::llvm::SmallVector<double>", "getEffectiveScales", (ins)>,
    InterfaceMethod<[{
      The largest magnitude of what each effective scale multiplies, over all integers of the operands. Empty for sums of products with
      constant weights (AccumulatorOpInterface): there the weights say it.
    }], "::llvm::SmallVector<int64_t>", "getReaches", (ins), "", [{ return {}; }]>,
    InterfaceMethod<"Whether the scaled operands are summed before the one shift: then all multipliers use the same shift.",
      "bool", "sharesShift", (ins), "", [{ return false; }]>,
    InterfaceMethod<[{
      Whether the effective scales hold the reciprocal of a number of elements: then they are no powers of two, whatever the grids.
    }], "bool", "dividesByCount", (ins), "", [{ return false; }]>,
    InterfaceMethod<"That number where it is largest; 1 where nothing is divided. Unlike the scales it is known before there are grids.",
      "int64_t", "getLargestCount", (ins), "", [{ return 1; }]>,
    InterfaceMethod<[{
      Whether there is anything to scale. Not where elements move, or are interpolated on one grid.
    }], "bool", "isScaled", (ins), "", [{ return true; }]>,
    InterfaceMethod<"Whether a function behind the accumulator can be part of the layer: a sum of products, or a product (A64).",
      "bool", "mayHaveFunction", (ins), "", [{ return ::llvm::isa<::tare::qnn::AccumulatorOpInterface>($_op.getOperation()); }]>,
    InterfaceMethod<[{
      How many bits behind the point the accumulator can have that are not of its operands, but of what it multiplies them by; the
      compiler chooses how many of them it keeps.
    }], "int64_t", "getMostFractionBits", (ins), "", [{ return 0; }]>,
    InterfaceMethod<"Says how many of them the accumulator keeps, by which the effective scale is smaller.",
      "void", "setFractionBits", (ins "int64_t":$bits), "", [{ return; }]>,
    InterfaceMethod<"The real interval that the result is limited to: the fused activation, or the op's own function.",
      "::std::pair<double, double>", "getResultInterval", (ins), "", [{ return ::tare::qnn::fusedInterval($_op); }]>
  ];
}

#endif // TARE_DIALECT_QNN_QNNINTERFACES_TD
