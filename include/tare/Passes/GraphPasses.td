//===- GraphPasses.td - The float graph gets its form ------*- tablegen -*-===//
#ifndef TARE_PASSES_GRAPHPASSES_TD
#define TARE_PASSES_GRAPHPASSES_TD

include "tare/Passes/FunctionPass.td"

def CutNetwork : FunctionPass<"tare-cut-network"> {
  let summary = "take a part of a network";
  let description = [{
    The function gives the values that `outputs` names, and takes those that `inputs` names, by the model's names; what the part does not
    need is dropped. Errors: a name that no value has, and an input that the part depends on beside those that are named.

    Before:
    ```mlir
    func.func @main(%x: tensor<1x4xf32> {qnn.name = "x"}) -> (tensor<1x4xf32> {qnn.name = "y"}) {
      %0 = qnn.relu %x : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("a"("h"))
      %1 = qnn.sigmoid %0 : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("b"("y"))
      return %1 : tensor<1x4xf32>
    }
    ```
    After `--tare-cut-network=outputs=h`:
    ```mlir
    func.func @main(%x: tensor<1x4xf32> {qnn.name = "x"}) -> (tensor<1x4xf32> {qnn.name = "h"}) {
      %0 = qnn.relu %x : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("a"("h"))
      return %0 : tensor<1x4xf32>
    }
    ```
  }];
  let options = [ListOption<"outputs", "outputs", "std::string", "the values that it gives">,
                 ListOption<"inputs", "inputs", "std::string", "the values that it takes">];
  let dependentDialects = ["::tare::qnn::QnnDialect"];
}

def CanonicalizeGraph : FunctionPass<"tare-canonicalize-graph"> {
  let summary = "remove identities, merge reshapes and transposes, drop what is dead";
  let description = [{
    The folders and canonicalization patterns of the graph dialect. Unlike MLIR's `canonicalize` it leaves `quant.qcast` and
    `quant.dcast` alone, whose pairs are not the identity: they round.

    ```mlir
    // before
    %0 = qnn.reshape %x {shape = array<i64: 2, 8>} : (tensor<1x16xf32>) -> tensor<2x8xf32>
    %1 = qnn.reshape %0 {shape = array<i64: 4, 4>} : (tensor<2x8xf32>) -> tensor<4x4xf32>
    // after
    %1 = qnn.reshape %x {shape = array<i64: 4, 4>} : (tensor<1x16xf32>) -> tensor<4x4xf32>
    ```

    A padding by -inf that a function reads which has no number for that (a leaky relu) pads by the lowest float32 number.
    A constant with -inf that a node of the host puts among its elements (a Where by a computed mask) holds a large number in place of that,
    where a softmax, or what gives a number there, is all that reads it in the end.
    Where two constants (masks) would add up to -inf, the second one adds what the first leaves room for.
    A rounding of what is whole already is dropped, and so is one to the nearest whole number before a quantizer in steps of 1: on
    hardware each is a table, and an interpolated one turns 255 into 254.99.

    A variance that is the difference of a mean of squares and the square of the mean becomes the mean of squared differences, which
    cancels nothing.

    A slice that takes nothing but whole parts of concatenations, behind reshapes and transposes too, reads these instead, so that they need
    not share a grid with the others:

    ```mlir
    // before
    %0 = qnn.concat %boxes, %scores {axis = 1 : i64} : (tensor<1x4x9xf32>, tensor<1x5x9xf32>) -> tensor<1x9x9xf32>
    %1 = qnn.slice %0 {starts = array<i64: 0, 4, 0>, steps = array<i64: 1, 1, 1>, sizes = array<i64: 1, 5, 9>} : (tensor<1x9x9xf32>) -> tensor<1x5x9xf32>
    %2 = qnn.sigmoid %1 : (tensor<1x5x9xf32>) -> tensor<1x5x9xf32>
    // after
    %2 = qnn.sigmoid %scores : (tensor<1x5x9xf32>) -> tensor<1x5x9xf32>
    ```
  }];
  let dependentDialects = ["::tare::qnn::QnnDialect"];
}

def FoldConstants : FunctionPass<"tare-fold-constants"> {
  let summary = "evaluate what depends on constants alone";
  let description = [{
    Runs float ops of the graph dialect whose operands are all constants, by the evaluator, and drops constants that nobody reads.
    Dequantizations of weights are left: their integers are what the model means.

    ```mlir
    // before
    %a = qnn.constant dense<[1.0, 2.0]> : tensor<2xf32> as tensor<2xf32>
    %0 = qnn.add %a, %a : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    // after
    %0 = qnn.constant dense_resource<..> : tensor<2xf32> as tensor<2xf32>  // 2.0, 4.0
    ```
  }];
  let options = [
    Option<"maxBytes", "max-bytes", "int64_t", "int64_t(64) << 20", "leave results that are larger than this">
  ];
  let dependentDialects = ["::tare::qnn::QnnDialect"];
}

def MergeDuplicates : FunctionPass<"tare-merge-duplicates"> {
  let summary = "compute once what is computed twice";
  let description = [{
    Ops of the graph dialect that compute the same from the same operands, constants of equal elements counting as one, become one op.
    It stands in the same loop, or in none; and the values have one range, if any. Constants stay with their readers: each has a grid of
    its own.

    ```mlir
    // before
    %0 = qnn.sigmoid %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
    %1 = qnn.sigmoid %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
    %2 = qnn.add %0, %1 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
    // after
    %0 = qnn.sigmoid %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
    %2 = qnn.add %0, %0 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
    ```
  }];
  let dependentDialects = ["::tare::qnn::QnnDialect"];
}

def FoldPads : FunctionPass<"tare-fold-pads"> {
  let summary = "pads into the windows behind them";
  let description = [{
    A border of zeros around an image goes into the pads of the convolution that reads it, and of the average pool, which then counts
    its padding; a border that is not above any element, into those of the max pool. A transpose may stand in between.

    ```mlir
    // before
    %0 = qnn.pad %x {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 1>} : (tensor<1x3x6x6xf32>) -> tensor<1x3x8x8xf32>
    %1 = qnn.conv %0, %w : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
    // after
    %1 = qnn.conv %x, %w {pads = array<i64: 1, 1, 1, 1>} : (tensor<1x3x6x6xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
    ```

    Refused, with a remark: other borders, reflections, pads of samples or channels, pads as wide as a pool's window, and an average pool
    that rounds its size up or does not count the padding that it has.
  }];
  let dependentDialects = ["::tare::qnn::QnnDialect"];
}

def ComposeMovements : FunctionPass<"tare-compose-movements"> {
  let summary = "reshapes and transposes in a row become one movement";
  let description = [{
    What reshapes and transposes in a row do together is written with the fewest of them: none where they undo each other, a reshape where
    only axes of 1 move, else one transpose and what reshapes it needs. (Alone, a transpose of axes of 1 stays: one that a layout needs may
    cancel it.) They pass functions and arithmetic with a single number, and sums and
    products of values that move alike, where that lets them meet.

    ```mlir
    // before
    %0 = qnn.transpose %x {permutation = array<i64: 0, 2, 3, 1>} : (tensor<1x4x2x3xf32>) -> tensor<1x2x3x4xf32>
    %1 = qnn.reshape %0 {shape = array<i64: 1, 6, 4>} : (tensor<1x2x3x4xf32>) -> tensor<1x6x4xf32>
    %2 = qnn.transpose %1 {permutation = array<i64: 0, 2, 1>} : (tensor<1x6x4xf32>) -> tensor<1x4x6xf32>
    // after
    %2 = qnn.reshape %x {shape = array<i64: 1, 4, 6>} : (tensor<1x4x2x3xf32>) -> tensor<1x4x6xf32>
    ```

    Transposes that stay although one follows another have a remark.
  }];
  let dependentDialects = ["::tare::qnn::QnnDialect"];
}

def FoldBatchNorms : FunctionPass<"tare-fold-batch-norms"> {
  let summary = "fold scales and shifts of channels into weights";
  let description = [{
    Batch norms, and additions, subtractions, multiplications and divisions by constants (one, or one per channel), go into the
    weights and the bias of the convolution, transposed convolution or linear layer before them, or else of the one after them. Chains
    fold one by one. New weights are computed in double and stored as f32; weights that keep their values are not copied. Weights
    that a model brings on a grid of their own keep their integers: what scales output channels goes into their scales.

    ```mlir
    // before
    %0 = qnn.conv %x, %w : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>) -> tensor<1x4x8x8xf32> loc("conv1")
    %1 = qnn.batch_norm %0, %scale, %bias, %mean, %variance : ...
    // after: w[o] * a[o], and a new bias; a = scale / sqrt(variance + epsilon)
    %0 = qnn.conv %x, %conv1_weight, %conv1_bias : ...
    ```

    Refused, with a remark: the result in between has another user; an activation stands in between; a shift before a layer that pads
    (the padding's zeros would have to be shifted too). A batch norm that no neighbour takes becomes a 1x1 convolution of each channel
    with itself, whose weights get a scale per channel when quantized, over the values reshaped to an image where they are none. Constants that
    are added may be dequantized, and reshapes and transposes may stand between them and the layer, as long as each of its channels has one
    number. A multiplication by one number behind the product of two activations, the scale of attention, goes into the layer that one of
    them is the result of.
    A batch norm whose parameters are not constant or not finite is an error.
  }];
  let dependentDialects = ["::tare::qnn::QnnDialect"];
}

def FuseActivations : FunctionPass<"tare-fuse-activations"> {
  let summary = "fuse relu and clip into the op before";
  let description = [{
    A relu or clip becomes the clamp of its producer (ClampOpInterface), where it is the only user; limits in a row intersect; a
    limit that changes nothing (behind a sigmoid, say) vanishes. `x * clip(x + 3, 0, 6) / 6` in its spellings becomes `hard_swish`, `x * sigmoid(x)` `swish`,
    and `clip(x + 3, 0, 6) / 6` becomes `hard_sigmoid`. The op keeps its layer's name and takes over the name and the range of the
    value that the activation made.

    ```mlir
    // before
    %0 = qnn.conv %x, %w : (tensor<1x3x8x8xf32>, tensor<4x3x1x1xf32>) -> tensor<1x4x8x8xf32> loc("conv1"("conv1_out"))
    %1 = qnn.relu %0 : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32> loc("relu1"("relu1_out"))
    // after
    %0 = qnn.conv %x, %w {clamp = #qnn.clamp<0.0, inf>} : ... loc("conv1"("relu1_out"))
    ```
  }];
  let dependentDialects = ["::tare::qnn::QnnDialect"];
}

def Decompose : FunctionPass<"tare-decompose"> {
  let summary = "replace divisions by multiplications";
  let description = [{
    Division by a constant, float or dequantized, is multiplication by another, and division by an activation multiplication by its reciprocal, which is
    a table on hardware.

    ```mlir
    // before
    %0 = qnn.div %a, %b : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("div1"("y"))
    // after
    %0 = qnn.reciprocal %b : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("div1_reciprocal"("y_reciprocal"))
    %1 = qnn.mul %a, %0 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("div1"("y"))
    ```

    A constant divisor that is 0 is an error.
  }];
  let dependentDialects = ["::tare::qnn::QnnDialect"];
}

def RecognizeFunctions : FunctionPass<"tare-recognize-functions"> {
  let summary = "make one op of a function that was written out";
  let description = [{
    Gelu (with erf and with tanh), mish, sigmoid, swish and softplus become one op each wherever they are written in exp, log, erf, tanh and arithmetic with
    single numbers, in any order of the factors: what is compared is the polynomial that the arithmetic makes. Numbers may be off by two
    parts in 100,000, as exporters shorten them. Written out, each step would be rounded to a grid of its own.

    Whatever else computes a value element by element from one other value, in limits, functions, arithmetic, comparisons and selections,
    is compared by its results with abs, relu, clip, sigmoid, tanh, hard_swish, hard_sigmoid, leaky_relu, swish, scaled_swish, elu, celu,
    selu, softplus, softsign, thresholded_relu, shrink, mish and both gelus, at 2,000 numbers within 16 and some up to a million: within two
    parts in 100,000 of the result, or of 1. What is within two parts in 100 of one of them has a remark.

    ```mlir
    // before
    %0 = qnn.mul %x, %sqrt_half : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
    %1 = qnn.erf %0 : (tensor<1x4xf32>) -> tensor<1x4xf32>
    %2 = qnn.add %1, %one : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
    %3 = qnn.mul %x, %2 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
    %4 = qnn.mul %3, %half : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32> loc("gelu"("y"))
    // after
    %0 = qnn.gelu %x : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("gelu"("y"))
    ```
  }];
  let dependentDialects = ["::tare::qnn::QnnDialect"];
}

def RecognizeNorms : FunctionPass<"tare-recognize-norms"> {
  let summary = "make one op of a normalization that was written out";
  let description = [{
    What divides x, or x less its mean, by the root of its variance becomes one op, whatever the root, the square and the division are written in
    (`Pow`, a product with itself, a reciprocal), and so does x * g + (b - mean * g) with g from the reciprocal root. Products and sums with a constant
    along one axis behind it become its gamma and beta. So does x over its Euclidean length, where the root is one of a sum, with the root of n in gamma; a limit of the
length against division by zero, of 1e-5 at most (its square 1e-10), becomes an epsilon. Written out, each step would be rounded to a grid of its own: the square of an outlier
    leaves nothing of the others.

    ```mlir
    // before
    %mean = qnn.reduce_mean %x {axes = array<i64: 1>, keep_dims} : (tensor<1x4xf32>) -> tensor<1x1xf32>
    %d = qnn.sub %x, %mean : (tensor<1x4xf32>, tensor<1x1xf32>) -> tensor<1x4xf32>
    %square = qnn.mul %d, %d : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
    %variance = qnn.reduce_mean %square {axes = array<i64: 1>, keep_dims} : (tensor<1x4xf32>) -> tensor<1x1xf32>
    %v = qnn.add %variance, %epsilon : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xf32>
    %root = qnn.sqrt %v : (tensor<1x1xf32>) -> tensor<1x1xf32>
    %y = qnn.div %d, %root : (tensor<1x4xf32>, tensor<1x1xf32>) -> tensor<1x4xf32> loc("norm"("y"))
    // after
    %y = qnn.normalize %x {axes = array<i64: 1>, epsilon = 1.0e-5 : f64} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("norm"("y"))
    ```

    A quotient by a root that is none of these, as its mean runs along other axes than its variance, is left as it is, with a remark.
  }];
  let dependentDialects = ["::tare::qnn::QnnDialect"];
}

def WriteOutNorms : FunctionPass<"tare-write-out-norms"> {
  let summary = "write normalizations out where the target has no such operator";
  let description = [{
    A `qnn.normalize` becomes means, products, sums, a root and a quotient where the target's `ops` have no `normalize`, or where more elements have one mean
    than its integers hold (A71). The inverse of `tare-recognize-norms`.

    ```mlir
    // before
    %y = qnn.normalize %x {axes = array<i64: 1>, epsilon = 1.0e-5 : f64, keep_mean} : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("norm"("y"))
    // after
    %square = qnn.mul %x, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
    %variance = qnn.reduce_mean %square {axes = array<i64: 1>, keep_dims} : (tensor<1x4xf32>) -> tensor<1x1xf32>
    %v = qnn.add %variance, %epsilon : (tensor<1x1xf32>, tensor<f32>) -> tensor<1x1xf32>
    %root = qnn.sqrt %v : (tensor<1x1xf32>) -> tensor<1x1xf32>
    %y = qnn.div %x, %root : (tensor<1x4xf32>, tensor<1x1xf32>) -> tensor<1x4xf32> loc("norm"("y"))
    ```
  }];
  let options = [Option<"target", "target", "std::string", "\"generic\"", "a shipped target or a YAML file">,
                 Option<"activations", "activations", "std::string", "\"\"", "i8 or i16; without it the target's preferred type">];
  let dependentDialects = ["::tare::qnn::QnnDialect"];
}

def SelectByMasks : FunctionPass<"tare-select-by-masks"> {
  let summary = "replace selections by constants by products and sums";
  let description = [{
    ONNX's Where with a constant condition, between float tensors, is the sum of both, each times a mask of ones and zeros; a number alone is
    masked right here, -inf (which hides a score) as the lowest number. A selection by what is computed stays what it is.

    ```mlir
    // before
    %0 = qnn.host "Where" opset 17(%c, %a, %b) : (tensor<4xi1>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("where1"("y"))
    // after
    %0 = qnn.mul %a, %m : (tensor<1x4xf32>, tensor<4xf32>) -> tensor<1x4xf32> loc("where1_then"("y_then"))
    %1 = qnn.mul %b, %n : (tensor<1x4xf32>, tensor<4xf32>) -> tensor<1x4xf32> loc("where1_else"("y_else"))
    %2 = qnn.add %0, %1 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("where1"("y"))
    ```
  }];
  let dependentDialects = ["::tare::qnn::QnnDialect"];
}

def EqualizeChannels : FunctionPass<"tare-equalize-channels"> {
  let summary = "make the weights before and behind a channel alike in size";
  let description = [{
    A channel between two layers may be computed larger by any factor, if what reads it has weights that are smaller by that. So the largest weight that makes a
    channel and the largest that reads it get about the same size, their geometric mean: M. Nagel et al., "Data-Free Quantization Through Weight Equalization
    and Bias Correction" (arXiv:1906.04721, section 4.1), with factors that are powers of two (docs/arithmetic.md, A78), so that real numbers stay the same, bit for bit. Relu, PReLU and
    poolings may stand between; all readers must be convolutions, depthwise ones among them, or linear layers. Layers one behind the other are
    gone through until nothing changes, 16 times at most.

    ```mlir
    // before: weights of 8 and 0.5 make two channels, 2 and 2 read them
    %0 = qnn.linear %x, %v, %b : ..
    %1 = qnn.linear %0, %w : ..
    // after: 4 and 1, and 4 and 1
    ```

    Remarks: each layer whose weights change.
  }];
  let dependentDialects = ["::tare::qnn::QnnDialect"];
}

#endif // TARE_PASSES_GRAPHPASSES_TD
