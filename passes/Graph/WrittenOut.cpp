#include "Graph/WrittenOut.h"
#include "Graph/Affine.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace tare;

Polynomial Polynomial::constant(double value) { return value == 0 ? Polynomial() : Polynomial{{{{0, 0}, value}}}; }

static void add(Polynomial &sum, std::pair<unsigned, unsigned> powers, double coefficient) {
  double &known = sum.coefficients[powers];
  known += coefficient;
  if (known == 0)
    sum.coefficients.erase(powers);
}

Polynomial Polynomial::operator+(const Polynomial &other) const {
  Polynomial sum = *this;
  for (const auto &[powers, coefficient] : other.coefficients)
    add(sum, powers, coefficient);
  return sum;
}

Polynomial Polynomial::operator*(const Polynomial &other) const {
  Polynomial product;
  for (const auto &[mine, a] : coefficients)
    for (const auto &[its, b] : other.coefficients)
      add(product, {mine.first + its.first, mine.second + its.second}, a * b);
  return product;
}

bool Polynomial::isNearly(const Polynomial &other) const {
  auto areNear = [](const auto &mine, const auto &its) {
    return mine.first == its.first && std::abs(mine.second - its.second) <= tolerance * std::abs(its.second);
  };
  return coefficients.size() == other.coefficients.size() &&
         std::equal(coefficients.begin(), coefficients.end(), other.coefficients.begin(), areNear);
}

unsigned Polynomial::degree() const {
  unsigned highest = 0;
  for (const auto &[powers, coefficient] : coefficients)
    highest = std::max(highest, powers.first + powers.second);
  return highest;
}

std::optional<double> Polynomial::number() const {
  if (coefficients.empty())
    return 0;
  if (degree() != 0)
    return std::nullopt;
  return coefficients.begin()->second;
}

namespace {

class Reader {
public:
  Reader(Value x, Value t) : x(x), t(t) {}

  std::optional<Polynomial> read(Value value, unsigned depth = 0) {
    constexpr unsigned deepest = 12, highest = 4;
    if (value == x)
      return Polynomial::x();
    if (value == t)
      return Polynomial::t();
    if (std::optional<double> number = scalarConstant(value))
      return Polynomial::constant(*number);
    Operation *op = value.getDefiningOp();
    if (!op || depth == deepest)
      return std::nullopt;
    std::optional<Polynomial> result = readOp(op, depth + 1);
    return result && result->degree() <= highest ? result : std::nullopt;
  }

private:
  std::optional<Polynomial> readOp(Operation *op, unsigned depth) {
    if (auto clamped = dyn_cast<qnn::ClampOpInterface>(op); clamped && clamped.getClamp())
      return std::nullopt;
    return llvm::TypeSwitch<Operation *, std::optional<Polynomial>>(op)
        .Case<qnn::AddOp>([&](auto) { return combined(op, depth, [](auto &a, auto &b) { return a + b; }); })
        .Case<qnn::SubOp>([&](auto) {
          return combined(op, depth, [](auto &a, auto &b) { return a + Polynomial::constant(-1) * b; });
        })
        .Case<qnn::MulOp>([&](auto) { return combined(op, depth, [](auto &a, auto &b) { return a * b; }); })
        .Case<qnn::DivOp>([&](auto) { return quotient(op, depth); })
        .Case<qnn::PowOp>([&](qnn::PowOp power) { return powerOf(power, depth); })
        .Default(std::nullopt);
  }

  template <typename F> std::optional<Polynomial> combined(Operation *op, unsigned depth, F f) {
    std::optional<Polynomial> lhs = read(op->getOperand(0), depth);
    std::optional<Polynomial> rhs = lhs ? read(op->getOperand(1), depth) : std::nullopt;
    return rhs ? std::optional(f(*lhs, *rhs)) : std::nullopt;
  }

  std::optional<Polynomial> quotient(Operation *op, unsigned depth) {
    std::optional<double> divisor = scalarConstant(op->getOperand(1));
    std::optional<Polynomial> dividend = divisor && *divisor != 0 ? read(op->getOperand(0), depth) : std::nullopt;
    return dividend ? std::optional(*dividend * Polynomial::constant(1 / *divisor)) : std::nullopt;
  }

  std::optional<Polynomial> powerOf(qnn::PowOp op, unsigned depth) {
    double exponent = op.getExponent().convertToDouble();
    if (exponent != 2 && exponent != 3)
      return std::nullopt;
    std::optional<Polynomial> base = read(op.getInput(), depth);
    if (!base)
      return std::nullopt;
    return exponent == 2 ? *base * *base : *base * *base * *base;
  }

  Value x, t;
};

} // namespace

std::optional<Polynomial> tare::writtenOut(Value value, Value x, Value t) { return Reader(x, t).read(value); }
