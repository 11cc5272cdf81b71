//===- ElementFunction.cpp - Several ops that are one function ------------===//
#include "Graph/ElementFunction.h"
#include "Graph/Affine.h"
#include "Graph/ElementSelection.h"
#include "tare/Kernels/Functions.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace tare;

using Kind = program::FunctionKind;

namespace {

/// Whether each element of the result is computed from those at its place and from single numbers. `type` is that of
/// the floats; truths that are computed on the way have its shape.
bool isElementwise(Operation *op, RankedTensorType type) {
  auto isOfShape = [&](Value value) {
    return value.getType() == type || value.getType() == type.clone(Builder(type.getContext()).getI1Type());
  };
  if (!op || op->getNumResults() != 1 || !isOfShape(op->getResult(0)))
    return false;
  if (auto function = dyn_cast<qnn::UnaryFunctionOpInterface>(op))
    return !function.getFunctionAxis();
  return (isa<qnn::AddOp, qnn::SubOp, qnn::MulOp, qnn::DivOp>(op) || selectionOf(op)) &&
         llvm::all_of(op->getOperands(), [&](Value operand) { return isOfShape(operand) || scalarConstant(operand); });
}

/// The values behind which something is still to be computed, the last one first.
class Frontier {
public:
  explicit Frontier(Operation *last) { values.insert(last->getResult(0)); }

  Value only() const { return values.size() == 1 ? values.front() : Value(); }

  /// The op of the last value, in place of which its operands are.
  Operation *advance(RankedTensorType type) {
    Value last = *llvm::max_element(values, [](Value a, Value b) { return isBefore(a, b); });
    Operation *op = last.getDefiningOp();
    if (!isElementwise(op, type))
      return nullptr;
    values.remove(last);
    for (Value operand : op->getOperands())
      if (!scalarConstant(operand))
        values.insert(operand);
    return op;
  }

private:
  static bool isBefore(Value a, Value b) {
    Operation *first = a.getDefiningOp(), *second = b.getDefiningOp();
    return second && (!first || first->isBeforeInBlock(second));
  }

  llvm::SmallSetVector<Value, 8> values;
};

double computed(Operation *op, double a, double b, double c) {
  if (ElementSelection selection = selectionOf(op))
    return selection(a, b, c);
  return llvm::TypeSwitch<Operation *, double>(op)
      .Case<qnn::AddOp>([&](auto) { return a + b; })
      .Case<qnn::SubOp>([&](auto) { return a - b; })
      .Case<qnn::MulOp>([&](auto) { return a * b; })
      .Case<qnn::DivOp>([&](auto) { return a / b; });
}

double evaluated(const qnn::Function &function, double x) {
  return kernels::evaluate(function.kind, function.parameters, x, /*channel=*/0);
}

/// Numbers between which no function of the dialect has anything that these do not show, and others far away.
SmallVector<double> densePoints() {
  constexpr double perUnit = 61.7, end = 16, furthest = 1e6;
  // Where something small that is added shows.
  SmallVector<double> points{0, 1e-2, -1e-2, 1e-4, -1e-4, 1e-6, -1e-6};
  for (double i = -end * perUnit; i <= end * perUnit; ++i)
    points.push_back(i / perUnit);
  for (double far = end; far <= furthest; far *= 1.7)
    points.append({far, -far});
  return points;
}

/// Where functions say their parameters.
struct Probes {
  static constexpr double far = 1e4, step = 1e-3;
  static constexpr double points[] = {-far, -1, -step, 0, step, 1, far};

  explicit Probes(ArrayRef<double> results)
      : lowest(results[0]), atMinusOne(results[1]), slope((results[4] - results[2]) / (2 * step)), atZero(results[3]),
        atOne(results[5]), highest(results[6]) {}

  double lowest, atMinusOne, slope, atZero, atOne, highest;
};

/// Enough to tell most of them apart.
constexpr double fewPoints[] = {-7.3, -2.6, -1.1, -0.4, 0.3, 0.9, 2.2, 6.7};

/// What exporters leave away of a number's digits.
constexpr double tolerance = 2e-5;
/// What double rounds away of sums that cancel. An epsilon against a division by 0 is more.
constexpr double rounded = 1e-13;
/// What is taken for another function that was meant to be this one.
constexpr double nearTolerance = 0.02;
/// Beyond this the exponential of a float32 number has no end: what is computed from it is what exporters did not think
/// of.
constexpr double overflow = 40;

bool isFarOff(double x, double found, double expected) {
  if (!std::isfinite(found))
    return std::abs(x) < overflow;
  return !(std::abs(found - expected) <= nearTolerance * std::max(1.0, std::abs(expected)));
}

/// How far digits that are left away of a number take the function at x: beside its result, and beside what it changes
/// by where x does. Where it is 0 and stays so, not at all: whoever reads it may divide by it.
double allowance(const qnn::Function &function, double x, double expected) {
  constexpr double change = 1e-3;
  double spread = 0;
  for (double factor : {1 - change, 1 + change})
    spread = std::max(spread, std::abs(evaluated(function, x * factor) - expected) / change);
  return tolerance * std::max(std::abs(expected), spread) + rounded;
}

bool isOff(const qnn::Function &function, double x, double found) {
  if (!std::isfinite(found))
    return std::abs(x) < overflow;
  const double expected = evaluated(function, x);
  return !(std::abs(found - expected) <= allowance(function, x, expected));
}

/// Functions without numbers of their own.
constexpr Kind plainKinds[] = {Kind::abs,      Kind::sigmoid, Kind::tanh, Kind::hard_swish, Kind::swish, Kind::softplus,
                               Kind::softsign, Kind::mish,    Kind::gelu, Kind::gelu_tanh,  Kind::relu};

/// Functions with numbers, as a few results say them; those that cannot be are left out.
SmallVector<qnn::Function> withParameters(const Probes &probes) {
  constexpr double far = Probes::far;
  SmallVector<qnn::Function> found;
  auto [lowest, atMinusOne, slope, atZero, atOne, highest] = probes;
  found.push_back({Kind::leaky_relu, {-atMinusOne}});
  bool isLimited = lowest > -far / 2 || highest < far / 2;
  if (lowest < highest && isLimited)
    found.push_back({Kind::clip, {lowest < -far / 2 ? -HUGE_VAL : lowest, highest > far / 2 ? HUGE_VAL : highest}});
  if (atZero > 0 && atZero < 1 && slope > 0)
    found.push_back({Kind::hard_sigmoid, {slope, atZero}});
  if (atOne > 0 && atOne < 1)
    found.push_back({Kind::scaled_swish, {-std::log(1 / atOne - 1)}});
  if (lowest < 0) {
    found.push_back({Kind::elu, {-lowest}});
    found.push_back({Kind::celu, {-lowest}});
    found.push_back({Kind::selu, {-lowest / atOne, atOne}});
  }
  // As ONNX has the attributes of its operators.
  for (qnn::Function &function : found)
    for (double &parameter : function.parameters)
      parameter = float(parameter);
  return found;
}

/// Functions that begin at a number that stands in what they are written in, where `highest` is what they make of a
/// large one.
SmallVector<qnn::Function> withThresholds(ArrayRef<double> constants, double highest) {
  SmallVector<qnn::Function> found;
  for (double number : constants) {
    found.push_back({Kind::thresholded_relu, {number}});
    found.push_back({Kind::shrink, {std::abs(number), float(Probes::far - highest)}});
  }
  return found;
}

/// Neither the identity nor a function that needs no number.
bool isItself(const qnn::Function &function) {
  auto near = [](double a, double b) { return std::abs(a - b) <= tolerance; };
  switch (function.kind) {
  case Kind::leaky_relu:
    return !near(function.parameters[0], 0) && !near(function.parameters[0], 1);
  case Kind::scaled_swish:
    return function.parameters[0] > 0;
  case Kind::shrink:
    return function.parameters[0] > 0;
  default:
    return true;
  }
}

} // namespace

ElementFunction::ElementFunction(Operation *last, Value x, ArrayRef<Operation *> ops) : x(x), ops(ops) {
  llvm::sort(this->ops, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  assert(this->ops.back() == last && "the result is computed last");
}

std::vector<ElementFunction> ElementFunction::endingIn(Operation *op) {
  constexpr size_t most = 16;
  std::vector<ElementFunction> found;
  auto type = op->getNumResults() == 1 ? dyn_cast<RankedTensorType>(op->getResult(0).getType()) : RankedTensorType();
  if (!type || !type.getElementType().isF32() || !isElementwise(op, type))
    return found;
  Frontier frontier(op);
  SmallVector<Operation *> ops;
  while (ops.size() < most) {
    Operation *next = frontier.advance(type);
    if (!next)
      break;
    ops.push_back(next);
    if (Value x = frontier.only(); x && x.getType() == type && ops.size() > 1)
      found.insert(found.begin(), ElementFunction(op, x, ops));
  }
  return found;
}

SmallVector<double> ElementFunction::evaluate(ArrayRef<double> points) const {
  DenseMap<Value, SmallVector<double>> results;
  results[x] = SmallVector<double>(points);
  auto resultsOf = [&](Value value) {
    auto known = results.find(value);
    return known != results.end() ? known->second : SmallVector<double>(points.size(), *scalarConstant(value));
  };
  const SmallVector<double> none(points.size(), 0);
  for (Operation *op : ops) {
    SmallVector<double> y = resultsOf(op->getOperand(0));
    if (auto function = dyn_cast<qnn::UnaryFunctionOpInterface>(op)) {
      const qnn::Function f = function.getFunction();
      for (double &each : y)
        each = evaluated(f, each);
    } else {
      auto operand = [&](unsigned i) { return i < op->getNumOperands() ? resultsOf(op->getOperand(i)) : none; };
      for (auto [each, second, third] : llvm::zip_equal(y, operand(1), operand(2)))
        each = computed(op, each, second, third);
    }
    auto clamped = dyn_cast<qnn::ClampOpInterface>(op);
    if (std::optional<qnn::ClampAttr> clamp = clamped ? clamped.getClamp() : std::nullopt)
      for (double &each : y)
        each = std::min(std::max(each, clamp->getMin()), clamp->getMax());
    results[op->getResult(0)] = std::move(y);
  }
  return results[ops.back()->getResult(0)];
}

SmallVector<double> ElementFunction::constants() const {
  SmallVector<double> found;
  for (Operation *op : ops)
    for (Value operand : op->getOperands())
      if (std::optional<double> number = scalarConstant(operand))
        found.push_back(*number);
  return found;
}

std::optional<qnn::Function> ElementFunction::known() const {
  auto fits = [](const qnn::Function &function, ArrayRef<double> points, ArrayRef<double> results) {
    return llvm::all_of(llvm::zip(points, results), [&](auto pair) {
      auto [point, result] = pair;
      return !isOff(function, point, result);
    });
  };
  SmallVector<double> first(std::begin(fewPoints), std::end(fewPoints));
  llvm::append_range(first, Probes::points);
  const SmallVector<double> atFirst = evaluate(first);
  ArrayRef<double> few = ArrayRef(atFirst).take_front(std::size(fewPoints));
  SmallVector<qnn::Function> candidates;
  for (Kind kind : plainKinds)
    candidates.push_back({kind});
  const Probes probes(ArrayRef(atFirst).drop_front(few.size()));
  llvm::append_range(candidates, withParameters(probes));
  llvm::append_range(candidates, withThresholds(constants(), probes.highest));
  llvm::erase_if(candidates,
                 [&](const qnn::Function &function) { return !isItself(function) || !fits(function, fewPoints, few); });
  if (candidates.empty())
    return std::nullopt;
  const SmallVector<double> points = densePoints(), results = evaluate(points);
  auto *found = llvm::find_if(candidates, [&](const qnn::Function &f) { return fits(f, points, results); });
  return found == candidates.end() ? std::nullopt : std::optional(*found);
}

std::optional<ElementFunction::NearMiss> ElementFunction::nearly() const {
  SmallVector<Kind> kinds;
  const SmallVector<double> few = evaluate(fewPoints);
  for (Kind kind : plainKinds)
    if (llvm::none_of(llvm::zip(fewPoints, few), [&](auto pair) {
          auto [point, result] = pair;
          return isFarOff(point, result, evaluated({kind}, point));
        }))
      kinds.push_back(kind);
  if (kinds.empty())
    return std::nullopt;
  const SmallVector<double> points = densePoints(), results = evaluate(points);
  for (Kind kind : kinds) {
    NearMiss worst{{kind}, 0, 0, 0};
    double most = -1;
    bool isNear = true;
    for (auto [point, result] : llvm::zip(points, results)) {
      double expected = evaluated({kind}, point), off = std::abs(result - expected) / std::max(1.0, std::abs(expected));
      isNear = isNear && !isFarOff(point, result, expected);
      if (off > most)
        most = off, worst = {{kind}, point, result, expected};
    }
    if (isNear)
      return worst;
  }
  return std::nullopt;
}
