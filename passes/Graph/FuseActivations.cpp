//===- FuseActivations.cpp - Limits into the ops before them --------------===//
//
// Invariant: afterwards no relu or clip stands behind an op that can limit its
// result by itself and that nobody else reads, none stands behind an op whose
// results lie within its limits anyway, and swishes, hard swishes and hard
// sigmoids that were written out are one op each.
//
//===----------------------------------------------------------------------===//
#include "Graph/Affine.h"
#include "Graph/Limits.h"
#include "Remarks.h"
#include "tare/Passes/Passes.h"

#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include <algorithm>

namespace tare {
#define GEN_PASS_DEF_FUSEACTIVATIONS
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;

namespace {

constexpr StringLiteral passName = "tare-fuse-activations";

struct Interval {
  double min = -HUGE_VAL, max = HUGE_VAL;

  /// What remains of this interval after a limitation to `outer`.
  Interval limitedTo(const Interval &outer) const {
    return {std::clamp(min, outer.min, outer.max), std::clamp(max, outer.min, outer.max)};
  }
  bool within(const Interval &outer) const { return min >= outer.min && max <= outer.max; }
  qnn::ClampAttr attr(MLIRContext *context) const { return qnn::ClampAttr::get(context, min, max); }
};

/// The limits of a relu or clip.
std::optional<Interval> intervalOf(Operation *op) {
  auto limits = limitsOf(op);
  return limits ? std::optional(Interval{limits->first, limits->second}) : std::nullopt;
}

void takeRange(Operation *from, Operation *to) {
  if (Attribute range = from->getDiscardableAttr(qnn::rangeAttrName))
    to->setDiscardableAttr(qnn::rangeAttrName, range);
}

bool near(std::optional<double> value, double expected) {
  return value && std::abs(*value - expected) <= 1e-6 * std::abs(expected);
}

/// The operand of a binary op that is not the scalar constant `expected`.
template <typename OpTy> Value otherThan(Value value, double expected) {
  auto op = value.getDefiningOp<OpTy>();
  if (!op || op.getClamp())
    return nullptr;
  if (near(scalarConstant(op.getRhs()), expected))
    return op.getLhs();
  return near(scalarConstant(op.getLhs()), expected) ? op.getRhs() : Value();
}

/// v where `value` is v / 6.
Value timesSixth(Value value) {
  if (auto div = value.getDefiningOp<qnn::DivOp>())
    return near(scalarConstant(div.getRhs()), 6.0) && !div.getClamp() ? div.getLhs() : Value();
  return otherThan<qnn::MulOp>(value, 1.0 / 6.0);
}

/// x where `value` is clip(x + 3, 0, 6).
Value shiftedClip(Value value) {
  Operation *clip = value.getDefiningOp();
  std::optional<Interval> limits = clip ? intervalOf(clip) : std::nullopt;
  if (!limits || limits->min != 0.0 || limits->max != 6.0)
    return nullptr;
  return otherThan<qnn::AddOp>(clip->getOperand(0), 3.0);
}

/// The other operand of a multiplication, for either order.
Value otherOperand(qnn::MulOp op, Value one) { return op.getLhs() == one ? op.getRhs() : op.getLhs(); }

/// clip(x + 3, 0, 6) / 6 -> hard_sigmoid(x)
struct RecognizeHardSigmoid : RewritePattern {
  explicit RecognizeHardSigmoid(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const final {
    if (!isa<qnn::DivOp, qnn::MulOp>(op))
      return rewriter.notifyMatchFailure(op, "neither div nor mul");
    Value clip = timesSixth(op->getResult(0));
    Value x = clip ? shiftedClip(clip) : Value();
    if (!x || x.getType() != op->getResult(0).getType())
      return rewriter.notifyMatchFailure(op, "not clip(x + 3, 0, 6) / 6");
    remarkPassed(op, passName, "RecognizedHardSigmoid");
    auto sigmoid = qnn::HardSigmoidOp::create(rewriter, op->getLoc(), x.getType(), x, APFloat(1.0 / 6.0), APFloat(0.5));
    takeRange(op, sigmoid);
    rewriter.replaceOp(op, sigmoid);
    return success();
  }
};

/// x * hard_sigmoid(x) and x * clip(x + 3, 0, 6) / 6 -> hard_swish(x)
struct RecognizeHardSwish : RewritePattern {
  explicit RecognizeHardSwish(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const final {
    if (!isa<qnn::DivOp, qnn::MulOp>(op))
      return rewriter.notifyMatchFailure(op, "neither div nor mul");
    Value x = ofHardSigmoid(dyn_cast<qnn::MulOp>(op));
    if (!x)
      if (Value product = timesSixth(op->getResult(0)))
        x = ofShiftedClip(product.getDefiningOp<qnn::MulOp>());
    if (!x || x.getType() != op->getResult(0).getType())
      return rewriter.notifyMatchFailure(op, "not x * clip(x + 3, 0, 6) / 6");
    remarkPassed(op, passName, "RecognizedHardSwish");
    auto swish = qnn::HardSwishOp::create(rewriter, op->getLoc(), x.getType(), x);
    takeRange(op, swish);
    rewriter.replaceOp(op, swish);
    return success();
  }

private:
  /// x where `mul` is x * hard_sigmoid(x) with slope 1/6 and offset 1/2.
  static Value ofHardSigmoid(qnn::MulOp mul) {
    if (!mul || mul.getClamp())
      return nullptr;
    for (Value factor : mul->getOperands()) {
      auto sigmoid = factor.getDefiningOp<qnn::HardSigmoidOp>();
      if (sigmoid && sigmoid.getInput() == otherOperand(mul, factor) &&
          near(sigmoid.getAlpha().convertToDouble(), 1.0 / 6.0) && near(sigmoid.getBeta().convertToDouble(), 0.5))
        return sigmoid.getInput();
    }
    return nullptr;
  }

  /// x where `mul` is x * clip(x + 3, 0, 6).
  static Value ofShiftedClip(qnn::MulOp mul) {
    if (!mul || mul.getClamp())
      return nullptr;
    for (Value factor : mul->getOperands())
      if (Value x = shiftedClip(factor); x && x == otherOperand(mul, factor))
        return x;
    return nullptr;
  }
};

/// op -> relu becomes op with a clamp; clip -> clip becomes one clip; a limit
/// that changes nothing vanishes.
struct FuseLimit : RewritePattern {
  explicit FuseLimit(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const final {
    std::optional<Interval> limits = intervalOf(op);
    if (!limits)
      return rewriter.notifyMatchFailure(op, "neither relu nor clip");
    Value input = op->getOperand(0);
    Operation *producer = computedBy(input);
    if (!producer)
      return rewriter.notifyMatchFailure(op, "limits a graph input");
    auto [least, greatest] = imageOf(producer);
    Interval image{least, greatest};
    if (image.within(*limits)) {
      remarkPassed(op, passName, "RemovedLimit") << remark::reason("'{0}' already lies within", qnn::valueName(input));
      if (input.hasOneUse())
        input.getDefiningOp()->setLoc(qnn::fusedLoc(input.getDefiningOp(), op));
      rewriter.replaceOp(op, input);
      return success();
    }
    if (producer != input.getDefiningOp())
      return fuseThrough(op, producer, image.limitedTo(*limits), rewriter);
    return fuse(op, producer, image.limitedTo(*limits), rewriter);
  }

private:
  /// Into the op whose result was moved to other places before it is limited.
  static LogicalResult fuseThrough(Operation *op, Operation *producer, Interval interval, PatternRewriter &rewriter) {
    auto clamped = dyn_cast<qnn::ClampOpInterface>(producer);
    if (!clamped)
      return refuse(op, "the producer cannot limit its result", rewriter);
    Value input = op->getOperand(0);
    if (!input.hasOneUse())
      return refuse(op, "the producer's result has another user", rewriter);
    remarkPassed(op, passName, "FusedActivation") << remark::add("into '{0}'", qnn::layerName(producer));
    rewriter.modifyOpInPlace(producer, [&] { clamped.setClampAttr(interval.attr(op->getContext())); });
    renameBy(op, input);
    rewriter.replaceOp(op, input);
    return success();
  }

  static LogicalResult fuse(Operation *op, Operation *producer, Interval interval, PatternRewriter &rewriter) {
    auto clamped = dyn_cast<qnn::ClampOpInterface>(producer);
    auto clip = intervalOf(producer);
    if (!clamped && !clip)
      return refuse(op, "the producer cannot limit its result", rewriter);
    if (!producer->getResult(0).hasOneUse())
      return refuse(op, "the producer's result has another user", rewriter);
    remarkPassed(op, passName, "FusedActivation") << remark::add("into '{0}'", qnn::layerName(producer));
    auto attr = interval.attr(op->getContext());
    Operation *result = producer;
    if (clamped)
      rewriter.modifyOpInPlace(producer, [&] { clamped.setClampAttr(attr); });
    else
      result =
          qnn::ClipOp::create(rewriter, producer->getLoc(), op->getResult(0).getType(), producer->getOperand(0), attr);
    result->setLoc(qnn::fusedLoc(producer, op));
    takeRange(op, result);
    rewriter.replaceOp(op, result->getResults());
    if (!clamped)
      rewriter.eraseOp(producer);
    return success();
  }

  static LogicalResult refuse(Operation *op, StringRef why, PatternRewriter &rewriter) {
    remarkMissed(op, passName, "NotFused") << remark::reason("{0}", why.str());
    return rewriter.notifyMatchFailure(op, why);
  }
};

/// x * sigmoid(x) -> swish(x), which is rounded once, not three times.
struct RecognizeSwish : OpRewritePattern<qnn::MulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(qnn::MulOp op, PatternRewriter &rewriter) const final {
    for (Value factor : op->getOperands()) {
      auto sigmoid = factor.getDefiningOp<qnn::SigmoidOp>();
      if (!sigmoid || sigmoid.getInput() != otherOperand(op, factor) || op.getClamp())
        continue;
      remarkPassed(op, passName, "RecognizedSwish");
      auto swish = qnn::SwishOp::create(rewriter, op->getLoc(), op.getType(), sigmoid.getInput());
      takeRange(op, swish);
      rewriter.replaceOp(op, swish);
      return success();
    }
    return rewriter.notifyMatchFailure(op, "not x * sigmoid(x)");
  }
};

struct FuseActivations : tare::impl::FuseActivationsBase<FuseActivations> {
  void runOnFunction() final {
    // Written-out functions first: their clips must not fuse into their adds.
    apply<RecognizeHardSigmoid>();
    apply<RecognizeHardSwish>();
    apply<RecognizeSwish>();
    // What a recognized function leaves behind, so that its operand has one user again.
    eraseDeadOps(getOperation().getBody());
    apply<FuseLimit>();
  }

  template <typename Pattern> void apply() {
    RewritePatternSet patterns(&getContext());
    patterns.add<Pattern>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace
