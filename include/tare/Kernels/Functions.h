//===- Functions.h - The functions of tables ------------------------------===//
//
// y = f(x) of real numbers. The graph's ops evaluate themselves by these, tables are made of them, the program says
// which of them a table stands for, and the proof compares the two.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_KERNELS_FUNCTIONS_H
#define TARE_KERNELS_FUNCTIONS_H

#include "tare/Schema/program_generated.h"
#include "tare/Tensor/Tensor.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>

namespace tare::kernels {

/// One of the functions.
struct FunctionDefinition {
  /// Where the slope jumps, an interpolated table is off in proportion to how far apart its entries are, elsewhere to
  /// the square of that; where the function itself jumps, it matters on which side x is.
  enum class Bends { smoothly, withCorners, withJumps };

  /// How many numbers `evaluate` reads.
  size_t parameters;
  double (*evaluate)(double x, const double *parameters);
  Bends bends = Bends::smoothly;
  /// Where it gives a number.
  double least = -HUGE_VAL, greatest = HUGE_VAL;

  constexpr bool hasCorner() const { return bends != Bends::smoothly; }
  constexpr bool hasJumps() const { return bends == Bends::withJumps; }
};

/// log(1 + exp(x)), which is x where exp overflows.
inline double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

/// x / (1 + |x|), which is 1 at infinity.
inline double softsign(double x) { return std::isinf(x) ? std::copysign(1.0, x) : x / (1.0 + std::abs(x)); }

/// The share of x that its gelu is, by the tanh: (1 + tanh(u)) / 2 = 1 / (1 + exp(-2 u)).
inline double geluShare(double x) {
  return 1.0 / (1.0 + std::exp(-2.0 * std::sqrt(M_2_PI) * (x + 0.044715 * x * x * x)));
}

/// x * share, which is 0 where nothing is left of x.
inline double withoutInfinity(double x, double share) { return share == 0 ? 0.0 : x * share; }

/// The definition of each, in the schema's order.
inline const FunctionDefinition &definitionOf(program::FunctionKind kind) {
  constexpr auto smooth = FunctionDefinition::Bends::smoothly, corners = FunctionDefinition::Bends::withCorners,
                 jumps = FunctionDefinition::Bends::withJumps;
  static constexpr FunctionDefinition definitions[] = {
      /*relu*/ {0, [](double x, const double *) { return std::max(x, 0.0); }, corners},
      /*clip: lower, upper*/ {2, [](double x, const double *p) { return std::min(std::max(x, p[0]), p[1]); }, corners},
      /*sigmoid*/ {0, [](double x, const double *) { return 1.0 / (1.0 + std::exp(-x)); }},
      /*tanh*/ {0, [](double x, const double *) { return std::tanh(x); }},
      /*hard_swish*/ {0, [](double x, const double *) { return x * std::clamp(x / 6.0 + 0.5, 0.0, 1.0); }, corners},
      /*reciprocal*/ {0, [](double x, const double *) { return 1.0 / x; }},
      /*leaky_relu: slope*/ {1, [](double x, const double *p) { return x < 0 ? p[0] * x : x; }, corners},
      /*hard_sigmoid: alpha, beta*/
      {2, [](double x, const double *p) { return std::clamp(p[0] * x + p[1], 0.0, 1.0); }, corners},
      /*truncate*/ {0, [](double x, const double *) { return std::trunc(x); }, jumps},
      /*swish*/ {0, [](double x, const double *) { return x / (1.0 + std::exp(-x)); }},
      /*abs*/ {0, [](double x, const double *) { return std::abs(x); }, corners},
      /*sign*/ {0, [](double x, const double *) { return double(x > 0) - double(x < 0); }, jumps},
      /*floor*/ {0, [](double x, const double *) { return std::floor(x); }, jumps},
      /*ceil*/ {0, [](double x, const double *) { return std::ceil(x); }, jumps},
      /*nearest*/ {0, [](double x, const double *) { return std::nearbyint(x); }, jumps},
      /*sqrt*/ {0, [](double x, const double *) { return std::sqrt(x); }, smooth, 0},
      /*exp*/ {0, [](double x, const double *) { return std::exp(x); }},
      /*log*/ {0, [](double x, const double *) { return std::log(x); }, smooth, 0},
      /*erf*/ {0, [](double x, const double *) { return std::erf(x); }},
      /*pow: exponent*/ {1, [](double x, const double *p) { return std::pow(x, p[0]); }},
      /*sin*/ {0, [](double x, const double *) { return std::sin(x); }},
      /*cos*/ {0, [](double x, const double *) { return std::cos(x); }},
      /*tan*/ {0, [](double x, const double *) { return std::tan(x); }},
      /*asin*/ {0, [](double x, const double *) { return std::asin(x); }, smooth, -1, 1},
      /*acos*/ {0, [](double x, const double *) { return std::acos(x); }, smooth, -1, 1},
      /*atan*/ {0, [](double x, const double *) { return std::atan(x); }},
      /*sinh*/ {0, [](double x, const double *) { return std::sinh(x); }},
      /*cosh*/ {0, [](double x, const double *) { return std::cosh(x); }},
      /*asinh*/ {0, [](double x, const double *) { return std::asinh(x); }},
      /*acosh*/ {0, [](double x, const double *) { return std::acosh(x); }, smooth, 1},
      /*atanh*/ {0, [](double x, const double *) { return std::atanh(x); }, smooth, -1, 1},
      /*elu: alpha*/ {1, [](double x, const double *p) { return x < 0 ? p[0] * std::expm1(x) : x; }, corners},
      /*selu: alpha, gamma*/
      {2, [](double x, const double *p) { return p[1] * (x < 0 ? p[0] * std::expm1(x) : x); }, corners},
      /*celu: alpha*/ {1, [](double x, const double *p) { return x < 0 ? p[0] * std::expm1(x / p[0]) : x; }},
      /*softplus*/ {0, [](double x, const double *) { return softplus(x); }},
      /*softsign*/ {0, [](double x, const double *) { return softsign(x); }},
      /*mish*/ {0, [](double x, const double *) { return withoutInfinity(x, std::tanh(softplus(x))); }},
      /*gelu*/ {0, [](double x, const double *) { return withoutInfinity(x, 0.5 * std::erfc(-x * M_SQRT1_2)); }},
      /*gelu_tanh*/ {0, [](double x, const double *) { return withoutInfinity(x, geluShare(x)); }},
      /*thresholded_relu: alpha*/ {1, [](double x, const double *p) { return x > p[0] ? x : 0.0; }, jumps},
      /*shrink: lambd, bias*/
      {2, [](double x, const double *p) { return x < -p[0]  ? x + p[1]
                                                 : x > p[0] ? x - p[1]
                                                            : 0.0; }, jumps},
      /*scaled_swish: alpha*/ {1, [](double x, const double *p) { return x / (1.0 + std::exp(-p[0] * x)); }},
  };
  static_assert(std::size(definitions) == size_t(program::FunctionKind::MAX) + 1,
                "a function of the schema has no definition");
  return definitions[size_t(kind)];
}

/// f(x) in a channel: the parameters are those of one function, which all channels have, or of one per channel.
inline double evaluate(program::FunctionKind kind, std::span<const double> parameters, double x, int64_t channel) {
  const FunctionDefinition &definition = definitionOf(kind);
  bool isShared = parameters.size() == definition.parameters;
  return definition.evaluate(x, parameters.data() + (isShared ? 0 : channel * definition.parameters));
}

/// The same at the nearest x that the function has a number for: a grid, whose steps are beside x, may have gone
/// beyond.
inline double evaluateWithin(program::FunctionKind kind, std::span<const double> parameters, double x,
                             int64_t channel) {
  const FunctionDefinition &definition = definitionOf(kind);
  return evaluate(kind, parameters, std::clamp(x, definition.least, definition.greatest), channel);
}

/// (A3) What a table's function reads for an integer: the real number of the grid as float32, which a model computes
/// with.
inline double readAt(double scale, int64_t steps) { return double(float(scale * double(steps))); }

/// How many channels the parameters tell apart; 1 where all have the same function.
inline int64_t channelsOf(program::FunctionKind kind, std::span<const double> parameters) {
  size_t each = definitionOf(kind).parameters;
  return each == 0 ? 1 : int64_t(parameters.size() / each);
}

} // namespace tare::kernels

namespace tare::kernels::floating {

/// How many units in the last place of float32 function() is off from evaluate() at most, for each function: less than
/// two where it evaluates in float32; half a unit and a hundredth where it evaluates in double and rounds once; half of
/// one where an instruction rounds rightly.
inline constexpr double unitsOff = 2;

/// evaluate() of many float32 numbers by vectors, where there is a loop for the function, else false; y may be x. The
/// numbers are the same on every processor. (Of x = -infinity it is the limit where evaluate() has no number.)
bool function(program::FunctionKind kind, std::span<const double> parameters, const ConstTensorView &x,
              const TensorView &y);

} // namespace tare::kernels::floating

#endif // TARE_KERNELS_FUNCTIONS_H
