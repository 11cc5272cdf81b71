//===- Functions.h - The functions of tables ------------------------------===//
//
// y = f(x) of real numbers. The graph's ops evaluate themselves by these, tables are made of them, the program says
// which of them a table stands for, and the proof compares the two.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_KERNELS_FUNCTIONS_H
#define TARE_KERNELS_FUNCTIONS_H

#include "tare/Program/program_generated.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>

namespace tare::kernels {

/// One of the functions.
struct FunctionDefinition {
  /// How many numbers `evaluate` reads.
  size_t parameters;
  double (*evaluate)(double x, const double *parameters);
};

/// The definition of each, in the schema's order.
inline const FunctionDefinition &definitionOf(program::FunctionKind kind) {
  static constexpr FunctionDefinition definitions[] = {
      /*relu*/ {0, [](double x, const double *) { return std::max(x, 0.0); }},
      /*clip: lower, upper*/ {2, [](double x, const double *p) { return std::min(std::max(x, p[0]), p[1]); }},
      /*sigmoid*/ {0, [](double x, const double *) { return 1.0 / (1.0 + std::exp(-x)); }},
      /*tanh*/ {0, [](double x, const double *) { return std::tanh(x); }},
      /*hard_swish*/ {0, [](double x, const double *) { return x * std::clamp(x / 6.0 + 0.5, 0.0, 1.0); }},
      /*reciprocal*/ {0, [](double x, const double *) { return 1.0 / x; }},
      /*leaky_relu: slope*/ {1, [](double x, const double *p) { return x < 0 ? p[0] * x : x; }},
      /*hard_sigmoid: alpha, beta*/
      {2, [](double x, const double *p) { return std::clamp(p[0] * x + p[1], 0.0, 1.0); }},
      /*truncate*/ {0, [](double x, const double *) { return std::trunc(x); }},
      /*swish*/ {0, [](double x, const double *) { return x / (1.0 + std::exp(-x)); }},
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

/// How many channels the parameters tell apart; 1 where all have the same function.
inline int64_t channelsOf(program::FunctionKind kind, std::span<const double> parameters) {
  size_t each = definitionOf(kind).parameters;
  return each == 0 ? 1 : int64_t(parameters.size() / each);
}

} // namespace tare::kernels

#endif // TARE_KERNELS_FUNCTIONS_H
