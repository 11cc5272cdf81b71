//===- QuantizePasses.td - From real numbers to grids ------*- tablegen -*-===//
#ifndef TARE_PASSES_QUANTIZEPASSES_TD
#define TARE_PASSES_QUANTIZEPASSES_TD

include "tare/Passes/FunctionPass.td"

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
  let options = [Option<"target", "target", "std::string", "\"generic\"", "a target that comes with Tare, or a YAML file">];
  let dependentDialects = ["::tare::npu::NpuDialect"];
}

def DropNanGuards : FunctionPass<"tare-drop-nan-guards"> {
  let summary = "drop selections of what is a number in any case";
  let description = [{
    Attention of PyTorch and others gives 0 in place of a softmax's row that a mask hides whole, as that is no number: `Where(IsNaN(p), 0, p)`.
    What integers compute is always a number, so that the selection, which no integer form has, goes; a row that is hidden whole is then what
    the softmax of its masks is, as with models without the guard. What the host computes, and what a sample has, keeps its guard.

    ```mlir
    // before
    %p = qnn.softmax %x {axis = 1 : i64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
    %n = qnn.host "IsNaN" opset 20(%p) : (tensor<1x4xf32>) -> tensor<1x4xi1>
    %y = qnn.host "Where" opset 16(%n, %zero, %p) : (tensor<1x4xi1>, tensor<f32>, tensor<1x4xf32>) -> tensor<1x4xf32>
    // after
    %p = qnn.softmax %x {axis = 1 : i64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
    ```

    Remarks: each guard that went, and those that stay.
  }];
  let dependentDialects = ["::tare::qnn::QnnDialect"];
}

def PlaceHost : FunctionPass<"tare-place-host"> {
  let summary = "keep on the host what would only pass through integers";
  let description = [{
    A node that has no integer form is a `qnn.host`. What stands between such ops, or between them and the results, and reads nothing
    else would be quantized for the sake of one op: it becomes a host op itself, so that its operands and result stay float. With
    `tail` all ops behind the last convolutions, linear layers and matrix products do.

    ```mlir
    // before
    %a = qnn.host "GridSample" opset 16(%x, %g) : (tensor<1x2x4x4xf32>, tensor<1x4x4x2xf32>) -> tensor<1x2x4x4xf32>
    %b = qnn.sigmoid %a : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
    return %b : tensor<1x2x4x4xf32>
    // after
    %a = qnn.host "GridSample" opset 16(%x, %g) : (tensor<1x2x4x4xf32>, tensor<1x4x4x2xf32>) -> tensor<1x2x4x4xf32>
    %b = qnn.host "Sigmoid" opset 22(%a) {reason = "..."} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
    return %b : tensor<1x2x4x4xf32>
    ```
  }];
  let options = [Option<"tail", "tail", "bool", "false", "also all that stands behind the last products with weights">];
  let dependentDialects = ["::tare::qnn::QnnDialect"];
}

def PlaceMissing : FunctionPass<"tare-place-missing"> {
  let summary = "put on the host what the target has no operator for";
  let description = [{
    An op whose operator the target has not (`operators` of its description), or not for the activations that the op will have, becomes a
    `qnn.host` that computes the same in float. What it says of its reason stands in the report of a conversion. Ops that have 8-bit activations
    and an operator for 16 bits alone are left: `tare-unify-widths` makes these wider. So is what moves elements (`tare-place-moves`), and a function that
    a layer before it may yet have within. Steps that one node of the model is computed in go together.

    Before, with a target whose `operators` have no `softmax`:
    ```mlir
    %0 = qnn.softmax %x {axis = 1 : i64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
    ```
    After:
    ```mlir
    %0 = qnn.host "Softmax" opset 13(%x) {parameters = {axis = 1 : i64}, reason = "the target has no softmax"} : (tensor<1x4xf32>) -> tensor<1x4xf32>
    ```

    In the QDQ form, where the grids say what activations each op has, it does so again, and takes away the casts between one host op and the next.
    Remarks: each op that was placed, and why. Errors: an op that no node of ONNX says (a layer whose weights are computed), a loop.
  }];
  let options = [
    Option<"target", "target", "std::string", "\"\"", "a shipped target or a YAML file; without it the module's">,
    Option<"activations", "activations", "std::string", "\"\"", "i8 or i16; without it the target's preferred type">
  ];
  let dependentDialects = ["::tare::qnn::QnnDialect", "::mlir::quant::QuantDialect"];
}

def NormalizeGrids : FunctionPass<"tare-normalize-grids"> {
  let summary = "write the grids of a quantized model in one way";
  let description = [{
    For models that are quantized already. Unsigned integers become signed ones of the same value (q - 128, zero point - 128); a scale
    for a whole weight tensor is repeated per output channel. Activations keep their scales.

    Weights with a zero point become their distances from it, the same numbers on the same scale. A distance that 8 bits do not hold
    is the sum of up to three that they do (docs/arithmetic.md, A43): the layer reads the input channels with such weights once more
    for each term, behind the others, and sums exactly what the model says. A remark tells of it. Where that is not enough (weights of 16 bits),
    or the target has no concatenation or slice, the weights are rounded to 8 bits; a warning says what that costs (`repair`).

    ```mlir
    // before
    %0 = quant.qcast %x : tensor<1x4xf32> to tensor<1x4x!quant.uniform<u8:f32, 0.5:130>>
    // after
    %0 = quant.qcast %x : tensor<1x4xf32> to tensor<1x4x!quant.uniform<i8:f32, 0.5:2>>
    ```

    Weights with a scale per input channel, and matrices that are as good as activations, are left to `tare-conform-grids`. Errors: without `repair`, weights that would be rounded.
  }];
  let options = [Option<"repair", "repair", "bool", "true", "round weights that are too far from their zero point for 8 bits">];
  let dependentDialects = ["::tare::qnn::QnnDialect", "::mlir::quant::QuantDialect"];
}

def ConformGrids : FunctionPass<"tare-conform-grids"> {
  let summary = "put a model's own grids on those that ops and the target have";
  let description = [{
    For models that are quantized already: what they bring is checked against the target like what Tare chooses itself.

    - An activation with a scale per channel, and one of a width that the target has not, is an error that names the value.
    - On a target whose activations are symmetric, an activation with a zero point gets a coarser scale without one, and one that
      may be -128 or -32768 ends at the next integer; integers that enter or leave the graph stay those of the model.
    - Integers of 8 bits that enter or leave stay on hardware of 16, which reads and makes them wider (`tare-unify-widths`).
    - On a target that only shifts, a value that the model requantizes to a finer grid is added to a zero: sums shift to the left.
    - Integers that are padded with a real number between two of their grid, and that nothing rounds behind, go to a finer grid before: of
      16 bits, or as fine as what was seen allows.
    - Weights with a scale per index of another axis than the output channels' become float, to be rounded like those of a float
      model. So do weights with a scale per channel where the target has one for a layer. A linear layer by a matrix of
      16 bits becomes the product of two activations, where the target has such, and nothing is added.
    - A constant that an op reads like an activation, and whose grid no activation has (a scale per index of an axis, 32 bits,
      a zero point): the product by a number per channel becomes a convolution of each channel with itself, which is
      exact; operands of a concatenation become float, as its result's grid is theirs; all others are put on one grid,
      exactly where one step divides all of their numbers, rounded elsewhere.

    Each change that costs accuracy is a warning that says how much, and without `repair` an error.

    ```mlir
    // before
    %k = quant.dcast %integers : tensor<2x1x1x!quant.uniform<i8:f32:0, {0.5,0.25}>> to tensor<2x1x1xf32>
    %0 = qnn.mul %x, %k : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
    // after
    %k = quant.dcast %weights : tensor<2x1x1x1x!quant.uniform<i8<-127:127>:f32:0, {0.5,0.25}>> to tensor<2x1x1x1xf32>
    %0 = qnn.conv %x, %k {group = 2 : i64} : (tensor<1x2x4x4xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x4x4xf32>
    ```
  }];
  let options = [Option<"repair", "repair", "bool", "true", "change grids that the target has not, with a warning of the cost">];
  let dependentDialects = ["::tare::qnn::QnnDialect", "::mlir::quant::QuantDialect"];
}

def UnifyWidths : FunctionPass<"tare-unify-widths"> {
  let summary = "give all activations of an op one width";
  let description = [{
    An op computes with activations of one width; where those of 8 and of 16 bits meet, it is 16. Operands of 8 bits are
    requantized up, which loses nothing; a result that is wanted in 8 bits is computed in 16, on a grid that reaches further and is so fine that rounding it
    again hardly shows, and requantized down. Concatenations and ops that keep their operand's grid are left: each operand or
    result is requantized anyway. An op of 8 bits whose operator the target has for 16 bits alone becomes one of 16 in the same way.

    ```mlir
    // before
    %0 = qnn.add %a, %b : ..      // %a is dequantized from 8 bits, %b from 16
    // after: 0.5 on 8 bits is 0.5 / 128 on 16
    %q = quant.qcast %a : tensor<1x4xf32> to tensor<1x4x!quant.uniform<i16<-32767:32767>:f32, 0.00390625>>
    %d = quant.dcast %q : tensor<1x4x!quant.uniform<i16<-32767:32767>:f32, 0.00390625>> to tensor<1x4xf32>
    %0 = qnn.add %d, %b : ..
    ```
  }];
  let dependentDialects = ["::tare::qnn::QnnDialect", "::mlir::quant::QuantDialect"];
}

def ImportRanges : FunctionPass<"tare-import-ranges"> {
  let summary = "attach what calibration saw to every value";
  let description = [{
    Puts `qnn.range` on inputs and on the ops whose results need a grid of their own, by the names of their values, from a ranges file
    of `tare calibrate` (or from memory, in C++). A same-grid op's result inherits its operand's range (what it pads with added), a concatenation's the union of
    its operands'; constants that ops read like activations have their own.

    ```mlir
    // before, with a file that says {"values": {"y": {"label": "calibrated", "min": -1.5, "max": 6.0}, ..}}
    %0 = qnn.add %a, %b : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("add1"("y"))
    // after
    %0 = qnn.add %a, %b {qnn.range = #qnn.range<-1.5, 6.0, calibrated>} : ...
    ```

    What follows from the model has the range that this says, whatever the file does (docs/arithmetic.md, A68): selections from constants and
    from activations, comparisons cast to numbers, and what does the same to each of their elements.

    A value that needs a range and has none is an error that names all such values; so is one in which NaN was seen, or an infinity that the
    model puts there by a constant. A value that was never anything but 0 (`dead`) is a warning, and has the range that can come of its operands'; such an
    input `tare-check-scales` refuses. Warns of tables whose rows are far larger than those that calibration saw.
  }];
  let options = [Option<"file", "file", "std::string", "\"\"", "the ranges file">];
  let dependentDialects = ["::tare::qnn::QnnDialect"];
}

def DropRounds : FunctionPass<"tare-drop-rounds"> {
  let summary = "leave roundings to narrower floating-point formats to the grids";
  let description = [{
    A value on a grid is rounded more coarsely than float16 does it, so `qnn.round` vanishes, and what it kept apart (an activation and
    the layer before it) is fused.

    ```mlir
    // before
    %0 = qnn.round %x {format = #qnn.float_format<f16>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
    %1 = qnn.relu %0 : (tensor<1x4xf32>) -> tensor<1x4xf32>
    // after
    %1 = qnn.relu %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
    ```

    Remarks: each rounding that went, and those whose format is coarser than the grid, so that the program keeps more than the model.
    Warns of grids of 16 bits that are finer than the format (of any quantizer that reads the value), of layers that take in what is behind a rounding
    whose steps are many of the result's, and of values whose range the format does not hold: there the model
    gives infinity.
  }];
  let options = [
    Option<"activations", "activations", "std::string", "\"\"", "i8 or i16; without it the target's preferred type">
  ];
  let dependentDialects = ["::tare::qnn::QnnDialect"];
}

def BoundRanges : FunctionPass<"tare-bound-ranges"> {
  let summary = "keep constants that no result depends on out of the ranges";
  let description = [{
    A border of -10000 that max pooling never takes, a mask that a softmax turns into zeros: such numbers would make the grids of
    everything that they meet useless. So would a border of 10000 that a sigmoid turns into 1. Ops say how low and how high their operands'
    elements matter (FloorOpInterface):

    - a padding before a max pooling becomes the pooling's own, where its value is below everything else and the windows allow it;
    - of a row of a softmax that a constant masks from its first element to its last, the constant is taken less its greatest there;
    - other paddings and constants are raised to the floor of what reads them, or lowered to its ceiling; so is the bias of a layer whose
      channel saturates whatever its input is;
    - sums, products and movements that are read with such ends, and without, are computed twice, on a grid each;
    - the ranges of what is computed from them end at their floors and ceilings, and so do ranges that data made twice as wide as that, or wider: by a mask that
      the model computes, takes as an input, or has in a bias. Of a softmax's operand calibration says how low the largest of a row was. Sums
      on symmetric grids, which go on below such a floor, are clamped to it.

    ```mlir
    // before; x has the range [-2, 3]
    %0 = qnn.pad %x {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 1>, value = -1.0e4 : f64} : (tensor<1x1x8x8xf32>) -> tensor<1x1x10x10xf32>
    %1 = qnn.max_pool %0 {kernel = array<i64: 3, 3>} : (tensor<1x1x10x10xf32>) -> tensor<1x1x8x8xf32>
    // after
    %1 = qnn.max_pool %x {kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>} : (tensor<1x1x8x8xf32>) -> tensor<1x1x8x8xf32>
    ```

    The range of a sum that an operand, a mask, alone may bring below its floor goes down to that, whether calibration had such masks or not.

    Remarks: what was raised or lowered, and to what. Warns of a constant that a node puts among far smaller numbers, of a padding, or a row that is masked as a whole, that remains and makes its operand's grid four times as coarse or more;
    one that is infinite, and that a result depends on, is an error.
  }];
  let options = [
    Option<"activations", "activations", "std::string", "\"\"", "i8 or i16; without it the target's preferred type">
  ];
  let dependentDialects = ["::tare::qnn::QnnDialect"];
}

def RegridInputs : FunctionPass<"tare-regrid-inputs"> {
  let summary = "let grids say what scalars do to integer inputs";
  let description = [{
    An image of bytes that a model casts to floating point, centres and scales, is these bytes on another grid. Additions and subtractions
    of a number become the zero point, multiplications and divisions by a positive number the scale, as far as zero points are integers
    of the input's type (and scales powers of two, on a target that only shifts): no layer computes them, no calibration chooses a grid for their results, and nothing is rounded.
    (A mask of 0 and -10000 is left to tare-bound-ranges: what it is added to would have no use for such a grid.)

    ```mlir
    // before
    %0 = quant.dcast %x : tensor<1x3x8x8x!quant.uniform<u8:f32, 1.0>> to tensor<1x3x8x8xf32>
    %1 = qnn.mul %0, %scale : (tensor<1x3x8x8xf32>, tensor<f32>) -> tensor<1x3x8x8xf32>  // 0.25
    // after
    %0 = qnn.reinterpret %x : (tensor<1x3x8x8x!quant.uniform<u8:f32, 1.0>>) -> tensor<1x3x8x8x!quant.uniform<u8:f32, 0.25>>
    %1 = quant.dcast %0 : tensor<1x3x8x8x!quant.uniform<u8:f32, 0.25>> to tensor<1x3x8x8xf32>
    ```

    On a target that only shifts, integers that enter or leave on a scale that is no power of two are on the next one inside, and a
    multiplication, which a layer beside it takes in as a rule, makes that the same numbers:

    ```mlir
    // before
    %0 = quant.qcast %y : tensor<1x4xf32> to tensor<1x4x!quant.uniform<i8:f32, 0.375>>
    // after
    %0 = qnn.mul %y, %factor : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>  // 2/3
    %1 = quant.qcast %0 : tensor<1x4xf32> to tensor<1x4x!quant.uniform<i8:f32, 0.25>>
    %2 = qnn.reinterpret %1 : (tensor<1x4x!quant.uniform<i8:f32, 0.25>>) -> tensor<1x4x!quant.uniform<i8:f32, 0.375>>
    ```

    Remarks: each op that became part of a grid, and each scale that was moved (`PortScaleMoved`).
  }];
  let dependentDialects = ["::tare::qnn::QnnDialect"];
}

def CheckScales : FunctionPass<"tare-check-scales"> {
  let summary = "flag scales that nobody seems to have calibrated";
  let description = [{
    Looks for what tools leave behind whose observers never ran, and refuses the model by the names of its values:

    - a quantization of the model, or its weights, with scale 1 and zero point 0 that no calibration here confirms (the default of an
      observer that never ran, or of a checkpoint whose scales are missing); integers that enter the graph are not meant;
    - an input that was never anything but 0 during calibration;
    - three calibrated values or more, all with one and the same range.

    ```mlir
    // error: suspicious scales: scale 1 exactly, the default of an observer that never ran, have the values 'y'; ..
    %0 = quant.qcast %y : tensor<1x4xf32> to tensor<1x4x!quant.uniform<i8:f32, 1.0>>
    ```

    Changes nothing.
  }];
  let options = [Option<"allowUncalibrated", "allow-uncalibrated", "bool", "false", "warn instead of refusing the model">];
  let dependentDialects = ["::tare::qnn::QnnDialect", "::mlir::quant::QuantDialect"];
}

def InsertQuantDequant : FunctionPass<"tare-insert-quant-dequant"> {
  let summary = "quantize and dequantize every value";
  let description = [{
    Makes the QDQ form: `quant.qcast` and `quant.dcast` around every activation, weight, bias and other constant. Which grid an
    op's result gets, the op says (GridOpInterface), and the target says whether activations are symmetric:

    - activations: one scale per tensor, from `qnn.range`; a same-grid op keeps its operand's; a function with a bounded
      image (softmax) gets what calibration saw within it, and all of it where there is no range; a softmax gets no finer a step than the
      2^-15 of its probabilities, and a warning where the largest that calibration saw has fewer than 8 of these;
    - what functions alone read spends no steps where they are flat (docs/arithmetic.md, A55);
    - where the target has functions within layers, and a function alone reads a layer's result, there are 16 bits between the two
      (A64, A65): both ops are marked, `qnn.in_layer`, and become one of hardware; a remark tells of each, and of those whose table would be
      too far off;
    - what one node computes on the way to its result (`qnn.intermediate`) gets 16 bits where the target has them, over its range or the one that its
      operands' imply; 8 bits elsewhere, with a warning of what that costs;
    - operands of a concatenation share the result's grid where nobody else reads them or where that hardly widens theirs, and
      are requantized otherwise; a remark says what that costs each of them, and a warning names those of which hardly a step is left. But what
      only leaves the graph (transposed, reshaped, cut, joined to others) keeps a grid for each part, and what is read inside too is joined twice;
    - weights: i8, one scale per output channel, symmetric, float(max |w|) / 127; biases: i32 on the accumulator's grid Sx * Sw[c];
    - the accumulator op at the graph's end (nothing but transposes, reshapes, slices and concatenations between it and the results, no
      fused activation) keeps its i32 accumulator, where the target's tail allows;
    - values that the model quantizes itself keep its grids;
    - a state of a loop is on one grid at all steps (A70), of 16 bits where the target has them beside 8 (`narrow-states` keeps 8); what leaves the
      loop has the other activations' width;
    - on a target that only shifts all scales are powers of two, whose exponents are chosen together: every shift is in the target's
      range, at the least squared error (docs/arithmetic.md, A35 to A38);
    - a channel of nearly zero weights, whose bias would not fit 32 bits on so fine a grid, gets a coarser scale; one whose multiplier has
      few bits, by its width or at the target's largest shift, the nearest scale that the multiplier means exactly, where that loses less
      (docs/arithmetic.md, A51); a warning says what that costs (`repair`). So do weights that the model brings on a grid of their own,
      which keep it otherwise;
    - where multipliers lose much in all, grids of activations move, too, together (A52; `repair`).

    ```mlir
    // before
    %0 = qnn.conv %x, %w : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>) -> tensor<1x4x8x8xf32>
    return %0 : tensor<1x4x8x8xf32>
    // after: !i8 = !quant.uniform<i8:f32, 0.01:3>, !i8_per_axis = !quant.uniform<i8<-127:127>:f32:0, {0.5,0.25,..}>,
    // !i32_per_axis = !quant.uniform<i32:f32:1, {0.005,0.0025,..}>
    %xq = quant.qcast %x : tensor<1x3x8x8xf32> to tensor<1x3x8x8x!i8>
    %xd = quant.dcast %xq : tensor<1x3x8x8x!i8> to tensor<1x3x8x8xf32>
    %wq = quant.qcast %w : tensor<4x3x1x1xf32> to tensor<4x3x1x1x!i8_per_axis>
    %wd = quant.dcast %wq : tensor<4x3x1x1x!i8_per_axis> to tensor<4x3x1x1xf32>
    %0 = qnn.conv %xd, %wd : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>) -> tensor<1x4x8x8xf32>
    %0q = quant.qcast %0 : tensor<1x4x8x8xf32> to tensor<1x4x8x8x!i32_per_axis>
    %0d = quant.dcast %0q : tensor<1x4x8x8x!i32_per_axis> to tensor<1x4x8x8xf32>
    return %0d : tensor<1x4x8x8xf32>
    ```

    Errors: a value without a range (all of them are named), weights that are not finite; no powers
    of two that do, or a model's own scales that are none.
  }];
  let options = [
    Option<"activations", "activations", "std::string", "\"\"", "the type of activations: i8 or i16; without it the target's preferred one">,
    Option<"repair", "repair", "bool", "true", "raise weight scales that are too fine for the bias, the accumulator or the target's shifts, and scales of results that "
                                            "no shift reaches; each with a warning of what it costs">,
    Option<"narrowStates", "narrow-states", "bool", "false", "keep the states of loops at the width of the other activations">
  ];
  let dependentDialects = ["::tare::qnn::QnnDialect", "::mlir::quant::QuantDialect"];
}

def SplitGrids : FunctionPass<"tare-split-grids"> {
  let summary = "compute a value once for each grid that its readers want";
  let description = [{
    A model may quantize one value several times, each time for another reader. Each quantizer rounds the value itself, not what another
    one has left of it: so the op that computes the value gets a copy for each grid, with the same operands. The copies of a
    convolution each take as long as it does.

    ```mlir
    // before
    %0 = qnn.conv %x, %w : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x4x4xf32>
    %1 = quant.qcast %0 : tensor<1x2x4x4xf32> to tensor<1x2x4x4x!quant.uniform<i8:f32, 0.02>>
    %2 = quant.qcast %0 : tensor<1x2x4x4xf32> to tensor<1x2x4x4x!quant.uniform<i8:f32, 0.1>>
    // after
    %0 = qnn.conv %x, %w : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x4x4xf32>
    %1 = quant.qcast %0 : tensor<1x2x4x4xf32> to tensor<1x2x4x4x!quant.uniform<i8:f32, 0.02>>
    %2 = qnn.conv %x, %w : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x4x4xf32>
    %3 = quant.qcast %2 : tensor<1x2x4x4xf32> to tensor<1x2x4x4x!quant.uniform<i8:f32, 0.1>>
    ```

    What a reader wants is also known through ops that move elements, concatenations, relu and clip: rounding before them gives the same as
    rounding behind them, so it is done before.

    Readers without a quantizer share one of the grids where it holds what calibration saw and is no coarser than twice an 8-bit grid
    of that range; otherwise they get a copy for themselves, whose grid is chosen like any other, or which keeps its accumulator on
    the way out of the graph. Without calibration a reader within the graph gets the widest of the grids, and a warning
    tells of it. A quantized value that is quantized again is the model's own chain and stays one.

    Remarks: each op that is computed several times, the number of its copies and of its multiplications.
  }];
  let options = [
    Option<"activations", "activations", "std::string", "\"\"", "the type of activations: i8 or i16; without it the target's preferred one">
  ];
  let dependentDialects = ["::tare::qnn::QnnDialect", "::mlir::quant::QuantDialect"];
}

def SinkPermutes : FunctionPass<"tare-sink-permutes"> {
  let summary = "move transposes below the casts behind them";
  let description = [{
    A transpose between an accumulator op and its dequantize keeps the op from giving its i32 accumulator. Below the dequantize it
    does not; the axis of a scale per channel moves along.

    ```mlir
    // before
    %0 = qnn.transpose %y {permutation = array<i64: 0, 2, 3, 1>} : (tensor<8x60x1x160x!quant.uniform<i32:f32:1, {..}>>) -> tensor<8x1x160x60x!quant.uniform<i32:f32:3, {..}>>
    %1 = quant.dcast %0 : tensor<8x1x160x60x!quant.uniform<i32:f32:3, {..}>> to tensor<8x1x160x60xf32>
    // after
    %0 = quant.dcast %y : tensor<8x60x1x160x!quant.uniform<i32:f32:1, {..}>> to tensor<8x60x1x160xf32>
    %1 = qnn.transpose %0 {permutation = array<i64: 0, 2, 3, 1>} : (tensor<8x60x1x160xf32>) -> tensor<8x1x160x60xf32>
    ```

    In the QDQ form, op, transpose, quantize become op, quantize, transpose first. Refused, with a remark, where the transpose or the
    dequantize has another user.
  }];
  let dependentDialects = ["::tare::qnn::QnnDialect", "::mlir::quant::QuantDialect"];
}

def FuseQuantized : FunctionPass<"tare-fuse-quantized"> {
  let summary = "make whole ops on quantized types of the QDQ form";
  let description = [{
    dequantize, op, quantize become the op on quantized types; weights, biases and other constants become integers, rounded half to
    even; a grid that differs from what the op gives (a same-grid op's, a concatenation's operand's) is reached by `qnn.requantize`.

    ```mlir
    // before
    %xd = quant.dcast %xq : tensor<1x3x8x8x!i8> to tensor<1x3x8x8xf32>
    %0 = qnn.max_pool %xd {kernel = array<i64: 2, 2>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x7x7xf32>
    %0q = quant.qcast %0 : tensor<1x3x7x7xf32> to tensor<1x3x7x7x!i8>
    // after
    %0q = qnn.max_pool %xq {kernel = array<i64: 2, 2>} : (tensor<1x3x8x8x!i8>) -> tensor<1x3x7x7x!i8>
    ```

    A same-grid op reaches several grids that way; any other op has one (tare-split-grids).

    Ends with a check: an op that still computes in float is an error that lists every such op and why. What only moves elements between the
    graph's ends and the casts stays in float.
  }];
  let dependentDialects = ["::tare::qnn::QnnDialect", "::mlir::quant::QuantDialect"];
}

def ApplyConfig : FunctionPass<"tare-apply-config"> {
  let summary = "note what a configuration chooses for layers and values";
  let description = [{
    Reads configurations (`docs/configuration.md`), finds the layers and values that each rule is about, and puts what holds in the end
    into the function's attribute `qnn.choices`, by their names, where later passes and calibration look for it: `tare-place-missing` puts what is to
    be kept in float on the host, `tare-import-ranges` and `tare-insert-quant-dequant` choose ranges and grids by it.

    Before:
    ```mlir
    func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
      %0 = qnn.relu %x : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("relu1"("y"))
      return %0 : tensor<1x4xf32>
    }
    ```
    After `--tare-apply-config=files=quant.yaml`, of a file that says `rules: [{layer: relu1, activations: {bits: 16}}]`:
    ```mlir
    func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> attributes {qnn.choices = {layers = {}, values = {y = {bits = 16 : i64}}}}
    ```

    Errors, at the rule's line: a rule that hits no layer, or none that takes any of its settings; what the target does not have. Warns of entries of other
    tools' tables that are of nothing in the network.
  }];
  let options = [
    ListOption<"files", "files", "std::string", "configurations, of which later ones win">,
    Option<"target", "target", "std::string", "\"\"", "a shipped target or a YAML file; without it the module's">,
    Option<"activations", "activations", "std::string", "\"\"", "i8 or i16; without it the target's preferred type">
  ];
  let dependentDialects = ["::tare::qnn::QnnDialect"];
}

def CorrectBiases : FunctionPass<"tare-correct-biases"> {
  let summary = "take out of biases what rounded weights shift results by on average";
  let description = [{
    Rounding makes of a layer's weights W others, W~, and shifts the mean of each output channel by sum (W~ - W) * E[x], with E[x] the means of the
    input channels. Calibration has seen these means (`qnn.channel_means` of the function, by the names of values), and the bias takes the
    shift (docs/arithmetic.md, A77): M. Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction"
    (arXiv:1906.04721, section 4.2), with means that data show in place of those that batch normalization implies. Of a border of zeros each
    weight counts as often as it lies within the input.

    ```mlir
    // before, with qnn.channel_means = {x = array<f64: 2.0>}
    %0 = qnn.linear %x, %w, %b : ..   // weights of 0.26 that are rounded to 0.25, a bias of 0.5
    // after
    %0 = qnn.linear %x, %w, %b : ..   // a bias of 0.52
    ```

    Runs on the QDQ form, where the grids of weights are known. A bias that would leave 32 bits or the accumulator stays as it is.
    `qnn.choices` says of which layers it is done, otherwise `all` does. Remarks: each layer, with the largest shift in steps of its result.
  }];
  let options = [Option<"all", "all", "bool", "true", "of all layers of which nothing else is chosen">];
  let dependentDialects = ["::tare::qnn::QnnDialect", "::mlir::quant::QuantDialect"];
}

def RoundWeights : FunctionPass<"tare-round-weights"> {
  let summary = "round weights to the side where a layer's results lose least";
  let description = [{
    The nearest step is not the best one for a weight: errors of a channel's weights add up, or take each other away, by what the weights meet.
    With e the errors in steps and X^T X the products of what calibration data make a layer read (`qnn.input_products` of the function, by the
    names of layers), a channel's results lose e^T X^T X e (docs/arithmetic.md, A79). Each weight goes to the step on one side of it or the other,
    beginning with the nearest ones, as long as that makes the loss smaller: M. Nagel et al., "Up or Down? Adaptive Rounding for Post-Training
    Quantization" (arXiv:2004.10568), whose second-order loss this is, minimized by coordinate descent as in K. Behdin et al., "QuantEase"
    (arXiv:2309.01885).

    ```mlir
    // before, with qnn.input_products = {fc = dense<[[[1.0, 1.0], [1.0, 1.0]]]> : tensor<1x2x2xf64>}
    %0 = qnn.linear %x, %w : ..   // weights of 1.4 and 2.4 steps: the nearest are 1 and 2, and lose 0.8 of what is read
    // after
    %0 = qnn.linear %x, %w : ..   // weights of 2 and 2 steps
    ```

    Runs on the QDQ form, where grids are known; these stay as they are. The attribute goes: without it nothing happens. A channel whose
    accumulator would have no room keeps the nearest weights. Remarks: each layer, with the share of the squared error that is left.
  }];
  let dependentDialects = ["::tare::qnn::QnnDialect", "::mlir::quant::QuantDialect"];
}

#endif // TARE_PASSES_QUANTIZEPASSES_TD
