//===- Gates.cpp - Gelu, Swish and their like -----------------------------===//
#include "Function.h"
#include "tare/Kernels/Functions.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::host;
using program::FunctionKind;

namespace {

//===----------------------------------------------------------------------===//
// Gelu, Swish and their like
//===----------------------------------------------------------------------===//

double geluOf(double x) { return kernels::definitionOf(FunctionKind::gelu).evaluate(x, nullptr); }
double geluByTanh(double x) { return kernels::definitionOf(FunctionKind::gelu_tanh).evaluate(x, nullptr); }

void inferGelu(Inference &n) {
  std::string approximate = n.attributes().text("approximate", "none");
  if (approximate != "none" && approximate != "tanh")
    n.error(fmt::format("attribute 'approximate' is '{}', expected 'none' or 'tanh'", approximate));
  inferSame<Elements::floats>(n);
}

void runGelu(Evaluation &e) {
  if (e.attributes().text("approximate", "none") == "tanh")
    mapFloats(e, geluByTanh);
  else
    mapFloats(e, geluOf);
}

/// x and a bias for the last axis.
template <bool isRequired> void inferBiased(Inference &n) {
  inferSame<Elements::floats>(n);
  if (!isRequired && !n.has(1))
    return;
  expectOneType(n, 0, 1);
  if (!n.failed() && (n.rank(1) != 1 || n.rank(0) < 1 || n.shape(1)[0] != n.shape(0).back()))
    n.error(fmt::format("the bias has the shape {}, expected the last dimension of {}", toString(n.shape(1)),
                        toString(n.shape(0))));
}

template <double (*f)(double)> void runBiased(Evaluation &e) {
  if (!e.has(1))
    return mapFloats(e, f);
  visitFloats(e.operand(0).element(), [&](auto zero) {
    using T = decltype(zero);
    const T *x = e.operand(0).as<T>(), *bias = e.operand(1).as<T>();
    T *y = e.result().mutableAs<T>();
    int64_t count = e.result().count(), length = e.operand(1).count();
    for (int64_t i = 0; i < count; i += length)
      for (int64_t j = 0; j < length; ++j)
        y[i + j] = static_cast<T>(f(double(x[i + j] + bias[j])));
  });
}

/// x * sigmoid(alpha * x)
double swish(double x, double alpha) { return kernels::withoutInfinity(x, 1 / (1 + std::exp(-alpha * x))); }

void runSwish(Evaluation &e) {
  double alpha = e.attributes().number("alpha", 1);
  mapFloats(e, [&](double x) { return swish(x, alpha); });
}

void runQuickGelu(Evaluation &e) {
  double alpha = e.attributes().number("alpha", 1.702f);
  mapFloats(e, [&](double x) { return swish(x, alpha); });
}

void inferSwiGlu(Inference &n) {
  inferSame<Elements::floats>(n);
  if (n.type(0) != n.type(1))
    n.error(fmt::format("the operands are {} and {}, expected one type", toString(n.type(0)), toString(n.type(1))));
}

void runSwiGlu(Evaluation &e) {
  double alpha = e.attributes().number("alpha", 1);
  visitFloats(e.operand(0).element(), [&](auto zero) {
    using T = decltype(zero);
    const T *a = e.operand(0).as<T>(), *b = e.operand(1).as<T>();
    T *y = e.result().mutableAs<T>();
    for (int64_t i = 0, count = e.result().count(); i < count; ++i)
      y[i] = static_cast<T>(swish(double(a[i]), alpha) * double(b[i]));
  });
}

//===----------------------------------------------------------------------===//
// Experimental operators of the first operator sets
//===----------------------------------------------------------------------===//

void runAffine(Evaluation &e) {
  double alpha = e.attributes().number("alpha", 1), beta = e.attributes().number("beta", 0);
  mapFloats(e, [&](double x) { return alpha * x + beta; });
}

void runParametricSoftplus(Evaluation &e) {
  double alpha = e.attributes().number("alpha", 1), beta = e.attributes().number("beta", 1);
  mapFloats(e, [&](double x) { return alpha * kernels::softplus(beta * x); });
}

void runScaledTanh(Evaluation &e) {
  double alpha = e.attributes().number("alpha", 1), beta = e.attributes().number("beta", 1);
  mapFloats(e, [&](double x) { return alpha * std::tanh(beta * x); });
}

} // namespace

void host::addGates(Operators &all) {
  all.add("Affine", inferSame<Elements::floats>, runAffine);
  all.add("Gelu", inferGelu, runGelu);
  all.add("ParametricSoftplus", inferSame<Elements::floats>, runParametricSoftplus);
  all.add("ScaledTanh", inferSame<Elements::floats>, runScaledTanh);
  all.add("SwiGLU", inferSwiGlu, runSwiGlu);
  all.add("Swish", inferSame<Elements::floats>, runSwish);
  all.add("com.microsoft.BiasGelu", inferBiased<true>, runBiased<geluOf>);
  all.add("com.microsoft.FastGelu", inferBiased<false>, runBiased<geluByTanh>);
  all.add("com.microsoft.Gelu", inferSame<Elements::floats>, runGelu);
  all.add("com.microsoft.QuickGelu", inferSame<Elements::floats>, runQuickGelu);
}
