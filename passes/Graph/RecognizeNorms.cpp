//===- RecognizeNorms.cpp - One op for a normalization in several ---------===//
//
// Invariant: afterwards nothing that divides by the root of a variance is written out where the op says the same, and
// no product or sum along one axis stands behind such an op alone.
//
//===----------------------------------------------------------------------===//
#include "Graph/Affine.h"
#include "Graph/Variance.h"
#include "Remarks.h"
#include "tare/Dialect/Qnn/DerivedNames.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Passes/Passes.h"

#include "mlir/Transforms/WalkPatternRewriteDriver.h"

#include <cmath>
#include <tuple>

namespace tare {
#define GEN_PASS_DEF_RECOGNIZENORMS
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;

namespace {

constexpr StringLiteral passName = "tare-recognize-norms";

bool isLimited(Operation *op) {
  auto clamped = dyn_cast<qnn::ClampOpInterface>(op);
  return clamped && clamped.getClamp();
}

/// The op that computes the value, where it is of this kind and limits nothing.
template <typename OpTy> OpTy unlimited(Value value) {
  auto op = value ? value.getDefiningOp<OpTy>() : OpTy();
  return op && !isLimited(op) ? op : OpTy();
}

/// The v of v ^ exponent, or null.
Value baseOf(Value value, double exponent) {
  auto power = value.getDefiningOp<qnn::PowOp>();
  return power && power.getExponent().convertToDouble() == exponent ? power.getInput() : Value();
}

/// What a root is taken of, and the least that the root was limited to.
struct Root {
  Value square;
  double least = 0;
};

/// The x of max(x, least), where the limit is above 0; x itself otherwise.
Root withoutLimit(Value value) {
  auto clip = value.getDefiningOp<qnn::ClipOp>();
  if (!clip || !std::isinf(clip.getInterval().getMax()) || !(clip.getInterval().getMin() > 0))
    return {value};
  return {clip.getInput(), clip.getInterval().getMin()};
}

/// sqrt(v), limited or not.
std::optional<Root> rootIn(Value value) {
  auto [root, least] = withoutLimit(value);
  if (auto op = root.getDefiningOp<qnn::SqrtOp>())
    return Root{op.getInput(), least};
  if (Value v = baseOf(root, 0.5))
    return Root{v, least};
  return std::nullopt;
}

/// 1 / sqrt(v), the root limited or not.
std::optional<Root> reciprocalRootIn(Value value) {
  if (auto reciprocal = value.getDefiningOp<qnn::ReciprocalOp>())
    return rootIn(reciprocal.getInput());
  if (auto quotient = unlimited<qnn::DivOp>(value); quotient && scalarConstant(quotient.getLhs()) == 1.0)
    return rootIn(quotient.getRhs());
  if (Value v = baseOf(value, -0.5))
    return Root{v};
  return std::nullopt;
}

/// A value and the constant that is one of the op's two operands, in either order; nothing where none is.
template <typename OpTy> std::optional<std::pair<Value, double>> withScalar(Value value) {
  auto op = unlimited<OpTy>(value);
  if (!op)
    return std::nullopt;
  if (std::optional<double> rhs = scalarConstant(op.getRhs()))
    return std::pair(op.getLhs(), *rhs);
  std::optional<double> lhs = scalarConstant(op.getLhs());
  return lhs ? std::optional(std::pair(op.getRhs(), *lhs)) : std::nullopt;
}

/// A mean that keeps its axes.
struct Mean {
  Value of;
  SmallVector<int64_t> axes;

  static std::optional<Mean> match(Value value) {
    auto op = unlimited<qnn::ReduceMeanOp>(value);
    if (!op || !op.getKeepDims())
      return std::nullopt;
    Mean mean{op.getInput(), SmallVector<int64_t>(op.getAxes())};
    llvm::sort(mean.axes);
    return mean;
  }
  bool operator==(const Mean &) const = default;
};

/// x of x - mean(x), with the mean.
std::optional<Mean> centered(Value value) {
  auto difference = unlimited<qnn::SubOp>(value);
  std::optional<Mean> mean = difference ? Mean::match(difference.getRhs()) : std::nullopt;
  return mean && mean->of == difference.getLhs() ? mean : std::nullopt;
}

/// What is normalized, and how.
struct Norm {
  Mean mean;
  double epsilon;
  bool keepsMean;
  /// Whose squares the variance is the mean of.
  Value distances;
  /// What the root has instead of the mean of the squares, over that: n in a Euclidean length.
  double multiple = 1;

  /// Below these a length is no length of numbers on a grid but stands against division by zero; it may be added to the
  /// square as well.
  static constexpr double mostLimit = 1e-10;

  static std::optional<Norm> match(std::optional<Root> root) {
    if (!root)
      return std::nullopt;
    auto [v, leastSquare] = withoutLimit(root->square);
    double limit = std::max(root->least * root->least, leastSquare), epsilon = 0, multiple = 1;
    if (auto sum = withScalar<qnn::AddOp>(v))
      std::tie(v, epsilon) = *sum;
    if (auto product = withScalar<qnn::MulOp>(v))
      std::tie(v, multiple) = *product;
    std::optional<Mean> variance = Mean::match(v);
    Value distances = variance ? rootOf(variance->of) : Value();
    if (!distances || !(epsilon >= 0) || !std::isfinite(epsilon) || !(multiple > 0) || !std::isfinite(multiple) ||
        !(limit <= std::max(epsilon, mostLimit)))
      return std::nullopt;
    epsilon = std::max(epsilon, limit) / multiple;
    if (std::optional<Mean> mean = centered(distances); mean && mean->axes == variance->axes)
      return Norm{*mean, epsilon, false, distances, multiple};
    return Norm{{distances, variance->axes}, epsilon, true, distances, multiple};
  }

  /// As remarks call it.
  StringRef kind() const { return !keepsMean ? "norm" : multiple == 1 ? "RMS norm" : "unit length"; }

  /// Whether this is what the root divides.
  bool divides(Value value) const { return value == distances || (!keepsMean && centered(value) == mean); }

  Value create(OpBuilder &builder, Location loc) const {
    IntegerAttr axis;
    DenseF64ArrayAttr gamma;
    if (multiple != 1) {
      axis = builder.getI64IntegerAttr(mean.axes.back());
      SmallVector<double> scales(cast<ShapedType>(mean.of.getType()).getDimSize(mean.axes.back()),
                                 1 / std::sqrt(multiple));
      gamma = builder.getDenseF64ArrayAttr(scales);
    }
    return qnn::NormalizeOp::create(builder, loc, mean.of.getType(), mean.of, mean.axes, APFloat(epsilon), keepsMean,
                                    axis, gamma, DenseF64ArrayAttr(), qnn::ClampAttr());
  }
};

/// A reciprocal root, times a constant or alone.
struct Factor {
  Norm norm;
  Value scale;

  static std::optional<Factor> match(Value value) {
    if (std::optional<Root> root = reciprocalRootIn(value)) {
      std::optional<Norm> norm = Norm::match(root);
      return norm ? std::optional(Factor{*norm, nullptr}) : std::nullopt;
    }
    auto product = unlimited<qnn::MulOp>(value);
    if (!product)
      return std::nullopt;
    for (auto [root, scale] : {std::pair(product.getLhs(), product.getRhs()), {product.getRhs(), product.getLhs()}})
      if (floatConstantValue(scale))
        if (std::optional<Norm> norm = Norm::match(reciprocalRootIn(root)))
          return Factor{*norm, scale};
    return std::nullopt;
  }
};

/// A product and its factor of one of these, in either order.
struct Scaled {
  Value value;
  Factor factor;
  Value by;

  static std::optional<Scaled> match(Value value) {
    auto product = unlimited<qnn::MulOp>(value);
    if (!product)
      return std::nullopt;
    for (auto [other, by] : {std::pair(product.getLhs(), product.getRhs()), {product.getRhs(), product.getLhs()}})
      if (std::optional<Factor> factor = Factor::match(by))
        return Scaled{other, *factor, by};
    return std::nullopt;
  }
};

class Rewriter {
public:
  Rewriter(Operation *op, PatternRewriter &rewriter) : op(op), rewriter(rewriter) {}

  /// The op becomes the norm, times `scale` and plus `shift`, where they are there.
  LogicalResult replace(const Norm &norm, Value scale = nullptr, Value shift = nullptr) {
    if (norm.mean.of.getType() != op->getResult(0).getType())
      return rewriter.notifyMatchFailure(op, "has another shape than what it normalizes");
    remarkPassed(op, passName, "RecognizedNorm") << remark::add("{0}", norm.kind());
    const bool isAll = !scale && !shift;
    Value y = norm.create(rewriter, isAll ? op->getLoc() : at("_normalized"));
    Operation *last = y.getDefiningOp();
    if (scale)
      last = qnn::MulOp::create(rewriter, shift ? at("_scaled") : op->getLoc(), y, scale, nullptr);
    if (shift)
      last = qnn::AddOp::create(rewriter, op->getLoc(), last->getResult(0), shift, nullptr);
    if (Attribute range = op->getDiscardableAttr(qnn::rangeAttrName))
      last->setDiscardableAttr(qnn::rangeAttrName, range);
    if (auto clamped = dyn_cast<qnn::ClampOpInterface>(op); clamped && clamped.getClamp())
      cast<qnn::ClampOpInterface>(last).setClampAttr(*clamped.getClamp());
    rewriter.replaceOp(op, last);
    return mlir::success();
  }

private:
  Location at(StringRef step) {
    return qnn::nameLoc(op->getContext(), qnn::layerName(op) + step.str(),
                        qnn::derivedName(op, qnn::valueName(op->getResult(0)) + step.str()));
  }

  Operation *op;
  PatternRewriter &rewriter;
};

/// d / sqrt(v)
struct RecognizeQuotient : OpRewritePattern<qnn::DivOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(qnn::DivOp op, PatternRewriter &rewriter) const final {
    std::optional<Norm> norm = Norm::match(rootIn(op.getRhs()));
    if (!norm || !norm->divides(op.getLhs()))
      return rewriter.notifyMatchFailure(op, "divides by no root of a variance of the dividend");
    return Rewriter(op, rewriter).replace(*norm);
  }
};

/// d * (1 / sqrt(v)), or d * (scale / sqrt(v))
struct RecognizeProduct : OpRewritePattern<qnn::MulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(qnn::MulOp op, PatternRewriter &rewriter) const final {
    for (auto [value, by] : {std::pair(op.getLhs(), op.getRhs()), {op.getRhs(), op.getLhs()}})
      if (std::optional<Factor> factor = Factor::match(by); factor && factor->norm.divides(value))
        return Rewriter(op, rewriter).replace(factor->norm, factor->scale);
    return rewriter.notifyMatchFailure(op, "is no product with the reciprocal root of a variance of the factor");
  }
};

/// x * g + (shift - mean * g) and x * g - (mean * g - shift), g a reciprocal root, times a scale or alone
struct RecognizeFolded : RewritePattern {
  explicit RecognizeFolded(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const final {
    if (!isa<qnn::AddOp, qnn::SubOp>(op))
      return rewriter.notifyMatchFailure(op, "no sum");
    const bool isSum = isa<qnn::AddOp>(op);
    for (unsigned first : {0u, 1u}) {
      std::optional<Scaled> scaled = first && !isSum ? std::nullopt : Scaled::match(op->getOperand(first));
      if (!scaled || scaled->factor.norm.keepsMean || scaled->value != scaled->factor.norm.mean.of)
        continue;
      Value rest = op->getOperand(1 - first);
      if (!isSum && isOfMean(rest, *scaled)) // x * g - mean * g
        return Rewriter(op, rewriter).replace(scaled->factor.norm, scaled->factor.scale);
      auto difference = unlimited<qnn::SubOp>(rest);
      if (!difference)
        continue;
      Value shift = isSum ? difference.getLhs() : difference.getRhs();
      Value product = isSum ? difference.getRhs() : difference.getLhs();
      if (isOfMean(product, *scaled))
        return Rewriter(op, rewriter).replace(scaled->factor.norm, scaled->factor.scale, shift);
    }
    return rewriter.notifyMatchFailure(op, "is no x * g + (shift - mean * g)");
  }

private:
  static bool isOfMean(Value value, const Scaled &scaled) {
    auto product = unlimited<qnn::MulOp>(value);
    if (!product)
      return false;
    Value other = product.getLhs() == scaled.by ? product.getRhs() : product.getLhs();
    bool hasFactor = product.getLhs() == scaled.by || product.getRhs() == scaled.by;
    return hasFactor && Mean::match(other) == scaled.factor.norm.mean;
  }
};

/// A product or a sum with a constant along one axis becomes gamma or beta of the only op before it.
struct MergeAffine : RewritePattern {
  explicit MergeAffine(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const final {
    Value input = isLimited(op) ? Value() : affineInput(op);
    auto norm = unlimited<qnn::NormalizeOp>(input);
    if (!norm || !norm->hasOneUse() || !qnn::isFloatTensor(input))
      return rewriter.notifyMatchFailure(op, "stands behind no normalization that nobody else reads");
    for (int64_t axis : candidates(norm))
      if (FailureOr<Affine> affine = matchAffine(op, axis); succeeded(affine)) {
        merge(norm, op, axis, *affine, rewriter);
        return mlir::success();
      }
    return rewriter.notifyMatchFailure(op, "has no constant along the normalization's axis");
  }

private:
  /// Its own axis; where it has none, first the normalized ones.
  static SmallVector<int64_t> candidates(qnn::NormalizeOp norm) {
    if (std::optional<uint64_t> axis = norm.getAxis())
      return {int64_t(*axis)};
    SmallVector<int64_t> axes(llvm::reverse(norm.getAxes()));
    for (int64_t axis = 0; axis < cast<ShapedType>(norm.getType()).getRank(); ++axis)
      if (!llvm::is_contained(axes, axis))
        axes.push_back(axis);
    return axes;
  }

  static void merge(qnn::NormalizeOp norm, Operation *op, int64_t axis, const Affine &affine,
                    PatternRewriter &rewriter) {
    remarkPassed(op, passName, "MergedIntoNorm");
    SmallVector<double> gamma(affine.scale), beta(affine.shift);
    for (auto [c, scale] : llvm::enumerate(affine.scale)) {
      gamma[c] *= norm.getGamma() ? (*norm.getGamma())[c] : 1;
      beta[c] += norm.getBeta() ? (*norm.getBeta())[c] * scale : 0;
    }
    bool isShifted = llvm::any_of(beta, [](double value) { return value != 0; });
    auto merged = qnn::NormalizeOp::create(
        rewriter, qnn::fusedLoc(norm, op), op->getResult(0).getType(), norm.getInput(), norm.getAxes(),
        norm.getEpsilon(), norm.getKeepMean(), rewriter.getI64IntegerAttr(axis), rewriter.getDenseF64ArrayAttr(gamma),
        isShifted ? rewriter.getDenseF64ArrayAttr(beta) : DenseF64ArrayAttr(), qnn::ClampAttr());
    if (Attribute range = op->getDiscardableAttr(qnn::rangeAttrName))
      merged->setDiscardableAttr(qnn::rangeAttrName, range);
    rewriter.replaceOp(op, merged);
    rewriter.eraseOp(norm);
  }
};

/// Whether the root of a mean of squares divides the op's operand.
bool isNearMiss(Operation *op) {
  auto isRoot = [](Value value) {
    if (auto sum = unlimited<qnn::AddOp>(value))
      value = scalarConstant(sum.getRhs()) ? sum.getLhs() : sum.getRhs();
    return Norm::match(rootIn(withoutLimit(value).square)).has_value();
  };
  if (auto quotient = dyn_cast<qnn::DivOp>(op))
    return isRoot(quotient.getRhs()) && scalarConstant(quotient.getLhs()) != 1.0;
  auto product = dyn_cast<qnn::MulOp>(op);
  return product && llvm::any_of(product.getOperands(), [](Value value) { return bool(Factor::match(value)); });
}

struct RecognizeNorms : tare::impl::RecognizeNormsBase<RecognizeNorms> {
  void runOnFunction() final {
    RewritePatternSet norms(&getContext()), parameters(&getContext());
    norms.add<RecognizeQuotient, RecognizeProduct, RecognizeFolded>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(norms));
    // Those that a norm brings with it, too.
    parameters.add<MergeAffine>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(parameters));
    // What the normalizations were written in, and what they were scaled by.
    eraseDeadOps(getOperation().getBody());
    getOperation().walk([](Operation *op) {
      if (isNearMiss(op))
        remarkMissed(op, passName, "RecognizedNorm")
            << remark::reason("it does not divide by the root of its own variance plus a number, or limits it");
    });
  }
};

} // namespace
