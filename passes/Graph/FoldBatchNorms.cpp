//===- FoldBatchNorms.cpp - Scales and shifts into weights ----------------===//
//
// Invariant: afterwards no batch norm is left, and no op that scales or shifts
// channels by constants stands behind an accumulator op (conv, linear) that
// nobody else reads, nor before one, nor a scale behind the product of such a
// layer and another value, unless a remark says why. Reshapes and transposes may
// stand in between.
//
//===----------------------------------------------------------------------===//
#include "ConstantMemory.h"
#include "Graph/Affine.h"
#include "Graph/MovedChannels.h"
#include "Graph/ScaledIntegers.h"
#include "Remarks.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/DerivedNames.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Passes/Passes.h"

#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace tare {
#define GEN_PASS_DEF_FOLDBATCHNORMS
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;
using qnn::AccumulatorOpInterface;

namespace {

constexpr StringLiteral passName = "tare-fold-batch-norms";

ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

/// What becomes of a layer's weights: nothing, or they are multiplied, by output channels or by any.
enum class Change { none, outputs, any };

/// Weights and bias of an accumulator op, to be changed in double and stored
/// back as f32. The bias is zero where there is none. Of weights on a grid of their own the scales are changed.
class Parameters {
public:
  /// Fails, saying why, where they are no float constants. Weights on a grid of their own will do where they stay, or
  /// where output channels are multiplied.
  static FailureOr<Parameters> of(AccumulatorOpInterface op, Change change, StringRef &why) {
    Parameters result(op);
    Value bias = op.getBiasValue();
    const bool willDo = change == Change::none || (change == Change::outputs && hasIntegerWeights(op));
    if (!willDo && !floatConstantValue(op.getWeightOperand().get())) {
      why = "the weights are no float constant";
      return failure();
    }
    Tensor known = bias ? realConstant(bias) : Tensor();
    if (bias && !known) {
      why = "the bias is not constant";
      return failure();
    }
    if (known)
      result.bias.assign(known.as<float>(), known.as<float>() + known.count());
    result.bias.resize(op.getOutputChannels(), 0.0);
    return result;
  }

  /// y = scale[o] * (w x + b) + shift[o]. Fails, saying why, where the weights' grid cannot have the factors.
  LogicalResult applyBehind(const Affine &affine, PatternRewriter &rewriter, StringRef &why) {
    if (!affine.keepsScale() && hasIntegerWeights(op)) {
      OpBuilder::InsertionGuard guard(rewriter);
      rewriter.setInsertionPoint(op);
      if (failed(scaleIntegerWeights(op, affine.scale, rewriter, why)))
        return failure();
    } else if (!affine.keepsScale()) {
      changeWeights([&](int64_t o, int64_t) { return affine.scale[o]; });
    }
    for (size_t o = 0; o < bias.size(); ++o)
      bias[o] = bias[o] * affine.scale[o] + affine.shift[o];
    return success();
  }

  /// y = w (scale[i] * x + shift[i]) + b, i counting the input's channels.
  void applyBefore(const Affine &affine) {
    ArrayRef<int64_t> shape = shapeOf(op.getWeightOperand().get());
    int64_t groups = affine.scale.size() / shape[1], outputsPerGroup = shape[0] / groups;
    auto inputOf = [=](int64_t o, int64_t i) { return i + o / outputsPerGroup * shape[1]; };
    forEachWeight(original(), [&](int64_t o, int64_t i, int64_t k, const float *weights) {
      bias[o] += weights[k] * affine.shift[inputOf(o, i)];
    });
    if (!affine.keepsScale())
      changeWeights([&](int64_t o, int64_t i) { return affine.scale[inputOf(o, i)]; });
  }

  /// Gives the op its new constants; weights that did not change are kept.
  void store(PatternRewriter &rewriter) {
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPoint(op);
    Value oldWeight = op.getWeightOperand().get(), oldBias = op.getBiasValue();
    std::string name = qnn::layerName(op) + "_weight", biasName = qnn::layerName(op) + "_bias";
    rewriter.modifyOpInPlace(op, [&] {
      if (changed)
        op.getWeightOperand().set(qnn::ConstantOp::create(rewriter, qnn::nameLoc(op->getContext(), name, name),
                                                          qnn::toAttr(op->getContext(), changed, name)));
      Value newBias = floatConstant(rewriter, qnn::nameLoc(op->getContext(), biasName, biasName),
                                    {int64_t(bias.size())}, bias, biasName);
      if (oldBias)
        op->setOperand(2, newBias);
      else
        op->insertOperands(2, newBias);
    });
    eraseDeadConstants(rewriter, {oldWeight, oldBias});
  }

private:
  explicit Parameters(AccumulatorOpInterface op) : op(op) {}

  Tensor original() { return qnn::toTensor(floatConstantValue(op.getWeightOperand().get())); }

  /// f(output channel, input channel of the group, position, elements) for each weight.
  template <typename F> static void forEachWeight(const Tensor &weights, F f) {
    const Shape &shape = weights.shape();
    int64_t taps = weights.count() / (shape[0] * shape[1]), k = 0;
    for (int64_t o = 0; o < shape[0]; ++o)
      for (int64_t i = 0; i < shape[1]; ++i)
        for (int64_t t = 0; t < taps; ++t, ++k)
          f(o, i, k, weights.as<float>());
  }

  /// Multiplies each weight by factor(output channel, input channel of the group).
  template <typename F> void changeWeights(F factor) {
    Tensor weights = original();
    changed = Tensor(weights.type());
    float *out = changed.mutableAs<float>();
    forEachWeight(weights, [&](int64_t o, int64_t i, int64_t k, const float *in) { out[k] = in[k] * factor(o, i); });
  }

  AccumulatorOpInterface op;
  /// New weights, where they differ from the old ones.
  Tensor changed;
  SmallVector<double> bias;
};

LogicalResult refuse(PatternRewriter &rewriter, Operation *op, StringRef why) {
  remarkMissed(op, passName, "NotFolded") << remark::reason("{0}", why.str());
  return rewriter.notifyMatchFailure(op, why);
}

/// An accumulator op, and what its result goes through.
struct Producer {
  AccumulatorOpInterface op;
  /// The last one first.
  SmallVector<Operation *> movements;

  /// The one that `value` is the result of, moved at most, each result read once but for the value itself.
  static std::optional<Producer> of(Value value) {
    SmallVector<Operation *> movements;
    for (Operation *last = value.getDefiningOp(); isa_and_present<qnn::ReshapeOp, qnn::TransposeOp>(last);
         last = value.getDefiningOp()) {
      if (!movements.empty() && !last->hasOneUse())
        return std::nullopt;
      movements.push_back(last);
      value = last->getOperand(0);
    }
    auto op = value.getDefiningOp<AccumulatorOpInterface>();
    if (!op || (!movements.empty() && !value.hasOneUse()))
      return std::nullopt;
    return Producer{op, movements};
  }

  bool hasClamp() {
    auto clamped = dyn_cast<qnn::ClampOpInterface>(op.getOperation());
    return clamped && clamped.getClamp();
  }
};

/// What `op` does to each channel of a layer that stands on the other side of the movements; fails where the elements
/// of a channel are scaled or shifted by different numbers.
FailureOr<Affine> affineOfChannels(Operation *op, ArrayRef<Operation *> movements, Direction direction,
                                   ArrayRef<int64_t> layerShape, int64_t channelAxis) {
  if (movements.empty())
    return matchAffine(op, channelAxis);
  ArrayRef<int64_t> shape = shapeOf(affineInput(op));
  for (int64_t axis = 0, rank = shape.size(); axis != rank; ++axis) {
    FailureOr<Affine> affine = matchAffine(op, axis);
    if (failed(affine))
      continue;
    auto follow = [&](ArrayRef<double> numbers) {
      return movedChannels(numbers, shape, axis, movements, direction, layerShape, channelAxis);
    };
    std::optional<SmallVector<double>> scale = follow(affine->scale), shift = follow(affine->shift);
    if (scale && shift)
      return Affine{*scale, *shift};
  }
  return failure();
}

/// The op's result is no value of the model's any more, nor has its range.
void renameChanged(Operation *op, StringRef suffix) {
  std::string name = qnn::derivedName(op, qnn::valueName(op->getResult(0)) + suffix.str());
  op->setLoc(qnn::withValueName(op->getLoc(), name));
  op->removeDiscardableAttr(qnn::rangeAttrName);
}

/// conv -> batch_norm, conv -> mul, linear -> add, ...: into what comes before.
struct FoldIntoProducer : RewritePattern {
  explicit FoldIntoProducer(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const final {
    Value input = affineInput(op);
    if (!input)
      return rewriter.notifyMatchFailure(op, "not affine");
    std::optional<Producer> found = Producer::of(input);
    if (!found)
      return rewriter.notifyMatchFailure(op, "not behind an accumulator op");
    AccumulatorOpInterface producer = found->op;
    FailureOr<Affine> affine = affineOfChannels(op, found->movements, Direction::backward,
                                                shapeOf(producer->getResult(0)), producer.getResultChannelAxis());
    if (failed(affine))
      return refuse(rewriter, op, "not one finite scale and shift per channel");
    if (!input.hasOneUse())
      return refuse(rewriter, op, "the producer's result has another user");
    if (found->hasClamp())
      return refuse(rewriter, op, "an activation stands in between");
    StringRef why;
    FailureOr<Parameters> parameters =
        Parameters::of(producer, affine->keepsScale() ? Change::none : Change::outputs, why);
    if (failed(parameters) || failed(parameters->applyBehind(*affine, rewriter, why)))
      return refuse(rewriter, op, why);
    remarkPassed(op, passName, "FoldedIntoProducer") << remark::add("into '{0}'", qnn::layerName(producer));
    parameters->store(rewriter);
    replace(rewriter, op, producer, input);
    return success();
  }

private:
  /// What `op` computed, `input` is now: its name and its range are those of the producer, and of what moves that.
  static void replace(PatternRewriter &rewriter, Operation *op, Operation *producer, Value input) {
    SmallVector<Value> operands(op->getOperands());
    Attribute range = op->getDiscardableAttr(qnn::rangeAttrName);
    for (Operation *mover = input.getDefiningOp();; mover = mover->getOperand(0).getDefiningOp()) {
      mover->setLoc(qnn::fusedLoc(mover, op));
      if (range)
        mover->setDiscardableAttr(qnn::rangeAttrName, range);
      if (mover == producer)
        break;
    }
    if (op->hasAttr(qnn::intermediateAttrName))
      producer->setAttr(qnn::intermediateAttrName, rewriter.getUnitAttr());
    else
      producer->removeAttr(qnn::intermediateAttrName);
    if (Attribute isInLayer = op->getDiscardableAttr(qnn::inLayerAttrName))
      producer->setDiscardableAttr(qnn::inLayerAttrName, isInLayer);
    rewriter.replaceOp(op, input);
    eraseDeadConstants(rewriter, operands);
  }
};

/// batch_norm -> conv, mul -> linear, ...: into what comes after.
struct FoldIntoConsumer : OpInterfaceRewritePattern<AccumulatorOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(AccumulatorOpInterface op, PatternRewriter &rewriter) const final {
    LogicalResult changed = failure();
    // A chain of them, from its end.
    while (succeeded(foldOne(op, rewriter)))
      changed = success();
    return changed;
  }

private:
  static LogicalResult foldOne(AccumulatorOpInterface op, PatternRewriter &rewriter) {
    Value activation = op.getActivationOperand().get();
    SmallVector<Operation *> movements = ownMovementsBefore(activation);
    Value moved = movements.empty() ? activation : movements.back()->getOperand(0);
    Operation *producer = moved.getDefiningOp();
    if (!producer || !affineInput(producer))
      return rewriter.notifyMatchFailure(op, "not behind an affine op");
    // Activations have their channels where results have them.
    FailureOr<Affine> affine =
        affineOfChannels(producer, movements, Direction::forward, shapeOf(activation), op.getResultChannelAxis());
    if (failed(affine))
      return refuse(rewriter, producer, "not one finite scale and shift per channel");
    if (!moved.hasOneUse())
      return refuse(rewriter, producer, "the result has another user");
    if (!op.sumsAllWeights() && !affine->keepsZero())
      return refuse(rewriter, producer,
                    "the following layer pads with zeros, which the shift "
                    "would have to reach");
    StringRef why;
    FailureOr<Parameters> parameters = Parameters::of(op, Change::any, why);
    if (failed(parameters))
      return refuse(rewriter, producer, why);
    remarkPassed(producer, passName, "FoldedIntoConsumer") << remark::add("into '{0}'", qnn::layerName(op));
    parameters->applyBefore(*affine);
    parameters->store(rewriter);
    for (Operation *movement : movements)
      renameChanged(movement, "/unscaled");
    bypass(rewriter, producer);
    return success();
  }

  static void bypass(PatternRewriter &rewriter, Operation *producer) {
    SmallVector<Value> operands(producer->getOperands());
    rewriter.replaceOp(producer, affineInput(producer));
    eraseDeadConstants(rewriter, operands);
  }
};

/// (layer(x) matmul y) * c -> (c * layer(x)) matmul y: the scale of attention, which needs no rounding of its own.
struct FoldIntoFactor : RewritePattern {
  explicit FoldIntoFactor(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const final {
    Value input = affineInput(op);
    auto product = input ? input.getDefiningOp<qnn::MatMulOp>() : qnn::MatMulOp();
    if (!product || product.getClamp() || !input.hasOneUse())
      return rewriter.notifyMatchFailure(op, "not behind a product that nobody else reads");
    FailureOr<Affine> affine = matchAffine(op, 0);
    if (failed(affine) || !affine->keepsZero() || !llvm::all_equal(affine->scale))
      return rewriter.notifyMatchFailure(op, "not a scale of one number");
    StringRef why = "no factor is the result of a layer that nobody else reads";
    for (Value factor : product->getOperands()) {
      std::optional<Producer> layer = Producer::of(factor);
      if (!layer || !factor.hasOneUse() || layer->hasClamp())
        continue;
      FailureOr<Parameters> parameters = Parameters::of(layer->op, Change::outputs, why);
      const Affine factors{SmallVector<double>(layer->op.getOutputChannels(), affine->scale.front()),
                           SmallVector<double>(layer->op.getOutputChannels(), 0.0)};
      if (failed(parameters) || failed(parameters->applyBehind(factors, rewriter, why)))
        continue;
      fold(op, product, *layer, *parameters, rewriter);
      return success();
    }
    return refuse(rewriter, op, why);
  }

private:
  static void fold(Operation *op, qnn::MatMulOp product, Producer &layer, Parameters &parameters,
                   PatternRewriter &rewriter) {
    remarkPassed(op, passName, "FoldedIntoFactor")
        << remark::add("into '{0}'", qnn::layerName(layer.op.getOperation()));
    parameters.store(rewriter);
    renameChanged(layer.op, "/scaled");
    for (Operation *movement : layer.movements)
      renameChanged(movement, "/scaled");
    product->setLoc(qnn::fusedLoc(product, op));
    product->removeDiscardableAttr(qnn::rangeAttrName);
    if (Attribute range = op->getDiscardableAttr(qnn::rangeAttrName))
      product->setDiscardableAttr(qnn::rangeAttrName, range);
    SmallVector<Value> operands(op->getOperands());
    rewriter.replaceOp(op, product);
    eraseDeadConstants(rewriter, operands);
  }
};

/// A batch norm that stands alone: a convolution of each channel with itself, whose weights have a scale per channel,
/// over the values seen as an image where they are none. So nothing is rounded between its product and its sum.
struct ExpandBatchNorm : OpRewritePattern<qnn::BatchNormOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(qnn::BatchNormOp op, PatternRewriter &rewriter) const final {
    FailureOr<Affine> affine = matchAffine(op, 1);
    if (failed(affine))
      return rewriter.notifyMatchFailure(op, "parameters are not constant, or not finite");
    remarkPassed(op, passName, "Expanded") << remark::reason("no neighbour can take it");
    SmallVector<Value> parameters(op->getOperands().drop_front());
    toConv(op, *affine, rewriter);
    eraseDeadConstants(rewriter, parameters);
    return success();
  }

private:
  static Value constant(qnn::BatchNormOp op, PatternRewriter &rewriter, ArrayRef<int64_t> shape,
                        ArrayRef<double> values, StringRef suffix) {
    std::string name = qnn::layerName(op) + suffix.str();
    return floatConstant(rewriter, qnn::nameLoc(op.getContext(), name, name), shape, values, name);
  }

  static void toConv(qnn::BatchNormOp op, const Affine &affine, PatternRewriter &rewriter) {
    int64_t channels = affine.scale.size();
    ArrayRef<int64_t> shape = op.getType().getShape();
    bool isImage = shape.size() == 3 || shape.size() == 4;
    SmallVector<int64_t> image(shape);
    if (!isImage)
      image = {shape[0], shape[1], ShapedType::getNumElements(shape.drop_front(2))};
    SmallVector<int64_t> kernel(image.size(), 1);
    kernel[0] = channels;
    Value weight = constant(op, rewriter, kernel, affine.scale, "_weight");
    Value bias = constant(op, rewriter, {channels}, affine.shift, "_bias");
    Attribute range = op->getDiscardableAttr(qnn::rangeAttrName);
    auto type = op.getType().clone(image);
    Value input = op.getInput();
    std::string name = qnn::derivedName(op, qnn::valueName(op) + "/image");
    if (!isImage)
      input = qnn::ReshapeOp::create(rewriter, qnn::nameLoc(op.getContext(), name, name), type, input, image);
    auto conv = qnn::ConvOp::create(rewriter, op.getLoc(), type, input, weight, bias,
                                    /*strides=*/DenseI64ArrayAttr(), /*pads=*/DenseI64ArrayAttr(),
                                    /*dilations=*/DenseI64ArrayAttr(), rewriter.getI64IntegerAttr(channels),
                                    /*clamp=*/qnn::ClampAttr());
    if (range)
      conv->setDiscardableAttr(qnn::rangeAttrName, range);
    Value result = conv;
    if (!isImage)
      result = qnn::ReshapeOp::create(rewriter, op.getLoc(), op.getType(), conv, shape);
    rewriter.replaceOp(op, result);
  }
};

struct FoldBatchNorms : tare::impl::FoldBatchNormsBase<FoldBatchNorms> {
  void runOnFunction() final {
    apply<FoldIntoProducer>();
    apply<FoldIntoConsumer>();
    apply<FoldIntoFactor>();
    apply<ExpandBatchNorm>();
    getOperation().walk([&](qnn::BatchNormOp op) {
      op.emitOpError("of layer '") << qnn::layerName(op)
                                   << "' cannot be folded: its parameters must be constant, finite, and "
                                      "the variance positive";
      signalPassFailure();
    });
  }

  template <typename Pattern> void apply() {
    RewritePatternSet patterns(&getContext());
    patterns.add<Pattern>(&getContext());
    ConstantMemory memory(getOperation());
    walkAndApplyPatterns(getOperation(), std::move(patterns), &memory);
  }
};

} // namespace
