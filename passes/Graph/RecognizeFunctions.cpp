//===- RecognizeFunctions.cpp - One op for a function in several ----------===//
//
// Invariant: afterwards no function of the dialect that activations are is written out in other functions, limits,
// sums, products and selections with single numbers. Written out, each step would be rounded to a grid of its own.
//
//===----------------------------------------------------------------------===//
#include "Graph/Affine.h"
#include "Graph/ElementFunction.h"
#include "Graph/WrittenOut.h"
#include "Remarks.h"
#include "tare/Kernels/Functions.h"
#include "tare/Passes/Passes.h"

#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "llvm/ADT/SetVector.h"

#include <cmath>

namespace tare {
#define GEN_PASS_DEF_RECOGNIZEFUNCTIONS
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;

namespace {

constexpr StringLiteral passName = "tare-recognize-functions";

/// What a function's op may be written in: sums, products, and what they may be scaled by.
bool isArithmetic(Operation *op) {
  return isa_and_present<qnn::AddOp, qnn::SubOp, qnn::MulOp, qnn::DivOp, qnn::PowOp>(op);
}

/// The values that `value` is computed from by arithmetic, itself included: those nearest first, not many.
SmallVector<Value> arithmeticSources(Value value) {
  constexpr size_t most = 16;
  llvm::SmallSetVector<Value, most> found;
  found.insert(value);
  for (size_t i = 0; i != found.size() && found.size() < most; ++i)
    if (Operation *op = found[i].getDefiningOp(); isArithmetic(op))
      for (Value operand : op->getOperands())
        if (!scalarConstant(operand))
          found.insert(operand);
  return llvm::to_vector(found);
}

/// What a value is in x and in t, a function of something in x.
struct Gate {
  Polynomial argument, whole;
};

/// The first value x that `value` is a gate of, with the function's result `t` of `argument`, that `accepts` takes.
template <typename F> Value findGate(Value value, Value argument, Value t, F accepts) {
  for (Value x : arithmeticSources(argument)) {
    std::optional<Polynomial> inner = x.getType() == value.getType() ? writtenOut(argument, x, nullptr) : std::nullopt;
    std::optional<Polynomial> outer = inner ? writtenOut(value, x, t) : std::nullopt;
    if (outer && accepts(Gate{*inner, *outer}))
      return x;
  }
  return nullptr;
}

Polynomial times(double factor, const Polynomial &polynomial) { return Polynomial::constant(factor) * polynomial; }

/// x / 2 * (1 + t)
bool isHalfGate(const Gate &gate) {
  Polynomial half = times(0.5, Polynomial::x());
  return gate.whole.isNearly(half + half * Polynomial::t());
}

bool isGelu(const Gate &gate) { return isHalfGate(gate) && gate.argument.isNearly(times(M_SQRT1_2, Polynomial::x())); }

bool isGeluTanh(const Gate &gate) {
  const double slope = std::sqrt(2 / M_PI);
  const Polynomial x = Polynomial::x();
  return isHalfGate(gate) && gate.argument.isNearly(times(slope, x) + times(slope * 0.044715, x * x * x));
}

/// The c of c * x; nothing of other polynomials.
std::optional<double> slopeOf(const Polynomial &polynomial) {
  auto term = polynomial.coefficients.find({1, 0});
  return polynomial.coefficients.size() == 1 && term != polynomial.coefficients.end() ? std::optional(term->second)
                                                                                      : std::nullopt;
}

/// exp's x where `value` is 1 + exp(c x) with a c that `accepts` takes, or null.
template <typename F> Value onePlusScaledExp(Value value, F acceptsSlope) {
  for (Value source : arithmeticSources(value)) {
    auto exp = source.getDefiningOp<qnn::ExpOp>();
    auto accepts = [&](const Gate &gate) {
      std::optional<double> slope = slopeOf(gate.argument);
      return slope && acceptsSlope(*slope) && gate.whole.isNearly(Polynomial::constant(1) + Polynomial::t());
    };
    if (Value x = exp ? findGate(value, exp.getInput(), source, accepts) : Value())
      return x;
  }
  return nullptr;
}

/// The same with a known c.
Value onePlusExp(Value value, double c) {
  return onePlusScaledExp(value,
                          [c](double slope) { return std::abs(slope - c) <= Polynomial::tolerance * std::abs(c); });
}

/// The x of log(1 + exp(x)), as one op or as several.
Value softplusInput(Value value) {
  if (auto softplus = value.getDefiningOp<qnn::SoftplusOp>())
    return softplus.getInput();
  auto log = value.getDefiningOp<qnn::LogOp>();
  return log ? onePlusExp(log.getInput(), 1) : Value();
}

/// The rewriting of one op, whose function `OpTy` is.
class Recognized {
public:
  Recognized(Operation *op, PatternRewriter &rewriter) : op(op), rewriter(rewriter) {}

  template <typename OpTy, typename... Parameters> LogicalResult as(Value x, Parameters... parameters) {
    remarkPassed(op, passName, "RecognizedFunction") << remark::add("{0}", OpTy::getOperationName());
    auto function = OpTy::create(rewriter, op->getLoc(), op->getResult(0).getType(), x, parameters...);
    if (Attribute range = op->getDiscardableAttr(qnn::rangeAttrName))
      function->setDiscardableAttr(qnn::rangeAttrName, range);
    if (Attribute isInLayer = op->getDiscardableAttr(qnn::inLayerAttrName))
      function->setDiscardableAttr(qnn::inLayerAttrName, isInLayer);
    rewriter.replaceOp(op, function);
    return success();
  }

  /// x * sigmoid(alpha * x)
  LogicalResult asSwish(Value x, double alpha) {
    if (std::abs(alpha - 1) <= Polynomial::tolerance)
      return as<qnn::SwishOp>(x);
    return as<qnn::ScaledSwishOp>(x, APFloat(alpha));
  }

private:
  Operation *op;
  PatternRewriter &rewriter;
};

/// Sums and products with erf, tanh or a sigmoid: gelu in its two forms, mish, and swish.
struct RecognizeGate : RewritePattern {
  explicit RecognizeGate(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const final {
    if (!isArithmetic(op))
      return rewriter.notifyMatchFailure(op, "no sum or product");
    Value value = op->getResult(0);
    Recognized recognized(op, rewriter);
    for (Value source : arithmeticSources(value)) {
      if (auto erf = source.getDefiningOp<qnn::ErfOp>())
        if (Value x = findGate(value, erf.getInput(), source, isGelu))
          return recognized.as<qnn::GeluOp>(x);
      if (auto sigmoid = source.getDefiningOp<qnn::SigmoidOp>()) {
        std::optional<double> alpha;
        auto accepts = [&](const Gate &gate) {
          alpha = slopeOf(gate.argument);
          return alpha && *alpha > 0 && gate.whole.isNearly(Polynomial::x() * Polynomial::t());
        };
        if (Value x = findGate(value, sigmoid.getInput(), source, accepts))
          return recognized.asSwish(x, *alpha);
      }
      auto tanh = source.getDefiningOp<qnn::TanhOp>();
      if (!tanh)
        continue;
      if (Value x = findGate(value, tanh.getInput(), source, isGeluTanh))
        return recognized.as<qnn::GeluTanhOp>(x);
      if (Value x = softplusInput(tanh.getInput()); x && isProduct(value, x, source))
        return recognized.as<qnn::MishOp>(x);
    }
    return rewriter.notifyMatchFailure(op, "no gelu, mish or swish");
  }

private:
  static bool isProduct(Value value, Value x, Value t) {
    std::optional<Polynomial> whole = x.getType() == value.getType() ? writtenOut(value, x, t) : std::nullopt;
    return whole && whole->isNearly(Polynomial::x() * Polynomial::t());
  }
};

/// 1 / (1 + exp(-x)) -> sigmoid(x), and x / (1 + exp(-alpha * x)) -> swish
struct RecognizeLogistic : RewritePattern {
  explicit RecognizeLogistic(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const final {
    auto quotient = dyn_cast<qnn::DivOp>(op);
    auto reciprocal = dyn_cast<qnn::ReciprocalOp>(op);
    if (!reciprocal && (!quotient || quotient.getClamp()))
      return rewriter.notifyMatchFailure(op, "no quotient");
    Recognized recognized(op, rewriter);
    const Value divisor = op->getOperands().back();
    if (reciprocal || scalarConstant(quotient.getLhs()) == 1.0) {
      Value x = onePlusExp(divisor, -1);
      if (!x || x.getType() != op->getResult(0).getType())
        return rewriter.notifyMatchFailure(op, "does not divide by 1 + exp(-x)");
      return recognized.as<qnn::SigmoidOp>(x);
    }
    double alpha = 0;
    Value x = onePlusScaledExp(divisor, [&](double slope) { return (alpha = -slope) > 0; });
    if (!x || quotient.getLhs() != x || x.getType() != op->getResult(0).getType())
      return rewriter.notifyMatchFailure(op, "is no x / (1 + exp(-alpha * x))");
    return recognized.asSwish(x, alpha);
  }
};

/// log(1 + exp(x)) -> softplus(x)
struct RecognizeSoftplus : OpRewritePattern<qnn::LogOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(qnn::LogOp op, PatternRewriter &rewriter) const final {
    Value x = onePlusExp(op.getInput(), 1);
    if (!x || x.getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "is no log(1 + exp(x))");
    return Recognized(op, rewriter).as<qnn::SoftplusOp>(x);
  }
};

/// Whatever computes one of the functions.
struct RecognizeByResults : RewritePattern {
  explicit RecognizeByResults(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 0, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const final {
    // Limits fuse into what is before them, at no cost.
    if (!isa_and_present<qnn::QnnDialect>(op->getDialect()) || isa<qnn::ReluOp, qnn::ClipOp>(op))
      return rewriter.notifyMatchFailure(op, "no end of a function");
    for (const ElementFunction &written : ElementFunction::endingIn(op))
      if (std::optional<qnn::Function> function = written.known())
        return replace(Recognized(op, rewriter), *function, written.operand());
    return rewriter.notifyMatchFailure(op, "none of the functions");
  }

private:
  static LogicalResult replace(Recognized recognized, const qnn::Function &function, Value x) {
    using Kind = program::FunctionKind;
    auto parameter = [&](size_t i) { return APFloat(function.parameters[i]); };
    switch (function.kind) {
    case Kind::abs:
      return recognized.as<qnn::AbsOp>(x);
    case Kind::relu:
      return recognized.as<qnn::ReluOp>(x);
    case Kind::clip:
      return recognized.as<qnn::ClipOp>(
          x, qnn::ClampAttr::get(x.getContext(), function.parameters[0], function.parameters[1]));
    case Kind::sigmoid:
      return recognized.as<qnn::SigmoidOp>(x);
    case Kind::tanh:
      return recognized.as<qnn::TanhOp>(x);
    case Kind::hard_swish:
      return recognized.as<qnn::HardSwishOp>(x);
    case Kind::hard_sigmoid:
      return recognized.as<qnn::HardSigmoidOp>(x, parameter(0), parameter(1));
    case Kind::leaky_relu:
      return recognized.as<qnn::LeakyReluOp>(x, parameter(0));
    case Kind::swish:
      return recognized.as<qnn::SwishOp>(x);
    case Kind::scaled_swish:
      return recognized.as<qnn::ScaledSwishOp>(x, parameter(0));
    case Kind::elu:
      return recognized.as<qnn::EluOp>(x, parameter(0));
    case Kind::celu:
      return recognized.as<qnn::CeluOp>(x, parameter(0));
    case Kind::selu:
      return recognized.as<qnn::SeluOp>(x, parameter(0), parameter(1));
    case Kind::thresholded_relu:
      return recognized.as<qnn::ThresholdedReluOp>(x, parameter(0));
    case Kind::shrink:
      return recognized.as<qnn::ShrinkOp>(x, parameter(0), parameter(1));
    case Kind::softplus:
      return recognized.as<qnn::SoftplusOp>(x);
    case Kind::softsign:
      return recognized.as<qnn::SoftsignOp>(x);
    case Kind::mish:
      return recognized.as<qnn::MishOp>(x);
    case Kind::gelu:
      return recognized.as<qnn::GeluOp>(x);
    case Kind::gelu_tanh:
      return recognized.as<qnn::GeluTanhOp>(x);
    default:
      llvm_unreachable("no function that is looked for");
    }
  }
};

/// Says of what is left that it is nearly a function.
void reportNearMiss(Operation *op) {
  if (!isArithmetic(op))
    return;
  for (const ElementFunction &written : ElementFunction::endingIn(op))
    if (std::optional<ElementFunction::NearMiss> miss = written.nearly()) {
      remarkMissed(op, passName, "NotRecognized") << remark::reason(
          "nearly {0} of '{1}': {2:f5} at {3:f3}, expected {4:f5}", program::EnumNameFunctionKind(miss->function.kind),
          qnn::valueName(written.operand()), miss->found, miss->at, miss->expected);
      return;
    }
}

struct RecognizeFunctions : tare::impl::RecognizeFunctionsBase<RecognizeFunctions> {
  void runOnFunction() final {
    RewritePatternSet patterns(&getContext());
    patterns.add<RecognizeGate, RecognizeLogistic, RecognizeSoftplus, RecognizeByResults>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
    // What the functions were written in, so that x has one user again.
    eraseDeadOps(getOperation().getBody());
    if (getContext().getRemarkEngine())
      getOperation().walk([](Operation *op) { reportNearMiss(op); });
  }
};

} // namespace
