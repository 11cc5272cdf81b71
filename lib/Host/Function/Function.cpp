//===- Function.cpp - Operators of one operand, element by element --------===//
#include "Function.h"
#include "Families.h"
#include "tare/Kernels/Functions.h"

using namespace tare;
using namespace tare::host;
using program::FunctionKind;

namespace {

template <Elements elements> void inferPredicate(Inference &n) {
  expectElements(n, 0, elements);
  n.give(ElementType::boolean, n.shape(0));
}

/// y = f(x) of numbers of any type.
template <typename F> void mapNumbers(Evaluation &e, F f) {
  visitNumbers(e.operand(0).element(), [&](auto zero) {
    using T = decltype(zero);
    const T *x = e.operand(0).as<T>();
    T *y = e.result().mutableAs<T>();
    for (int64_t i = 0, count = e.result().count(); i < count; ++i)
      y[i] = f(x[i]);
  });
}

/// Whether f(x).
template <typename F> void mapToBool(Evaluation &e, F f) {
  visitAny(e.operand(0).element(), [&](auto zero) {
    const auto *x = e.operand(0).as<decltype(zero)>();
    bool *y = e.result().mutableAs<bool>();
    for (int64_t i = 0, count = e.result().count(); i < count; ++i)
      y[i] = f(x[i]);
  });
}

//===----------------------------------------------------------------------===//
// Functions that tables have too
//===----------------------------------------------------------------------===//

/// The parameters, with the operator's defaults, which are of float32.
std::array<double, 2> parametersOf(FunctionKind kind, const Evaluation &e) {
  auto number = [&](std::string_view name, float fallback) { return e.attributes().number(name, fallback); };
  switch (kind) {
  case FunctionKind::leaky_relu:
    return {number("alpha", 0.01f)};
  case FunctionKind::hard_sigmoid:
    return {number("alpha", 0.2f), number("beta", 0.5f)};
  case FunctionKind::elu:
  case FunctionKind::celu:
  case FunctionKind::thresholded_relu:
    return {number("alpha", 1)};
  case FunctionKind::selu:
    return {number("alpha", e.opset() < 6 ? 1.6732f : 1.67326319f),
            number("gamma", e.opset() < 6 ? 1.0507f : 1.05070102f)};
  default:
    return {};
  }
}

template <FunctionKind kind> void runFunction(Evaluation &e) {
  std::array<double, 2> parameters = parametersOf(kind, e);
  auto *evaluate = kernels::definitionOf(kind).evaluate;
  mapFloats(e, [&](double x) { return evaluate(x, parameters.data()); });
}

template <FunctionKind kind> void addTableFunction(Operators &all, std::string_view name) {
  all.add(name, inferSame<Elements::floats>, runFunction<kind>);
}

void addTableFunctions(Operators &all) {
  addTableFunction<FunctionKind::acos>(all, "Acos");
  addTableFunction<FunctionKind::acosh>(all, "Acosh");
  addTableFunction<FunctionKind::asin>(all, "Asin");
  addTableFunction<FunctionKind::asinh>(all, "Asinh");
  addTableFunction<FunctionKind::atan>(all, "Atan");
  addTableFunction<FunctionKind::atanh>(all, "Atanh");
  addTableFunction<FunctionKind::ceil>(all, "Ceil");
  addTableFunction<FunctionKind::celu>(all, "Celu");
  addTableFunction<FunctionKind::cos>(all, "Cos");
  addTableFunction<FunctionKind::cosh>(all, "Cosh");
  addTableFunction<FunctionKind::elu>(all, "Elu");
  addTableFunction<FunctionKind::erf>(all, "Erf");
  addTableFunction<FunctionKind::exp>(all, "Exp");
  addTableFunction<FunctionKind::floor>(all, "Floor");
  addTableFunction<FunctionKind::hard_sigmoid>(all, "HardSigmoid");
  addTableFunction<FunctionKind::hard_swish>(all, "HardSwish");
  addTableFunction<FunctionKind::leaky_relu>(all, "LeakyRelu");
  addTableFunction<FunctionKind::log>(all, "Log");
  addTableFunction<FunctionKind::mish>(all, "Mish");
  addTableFunction<FunctionKind::reciprocal>(all, "Reciprocal");
  addTableFunction<FunctionKind::nearest>(all, "Round");
  addTableFunction<FunctionKind::selu>(all, "Selu");
  addTableFunction<FunctionKind::sigmoid>(all, "Sigmoid");
  addTableFunction<FunctionKind::sin>(all, "Sin");
  addTableFunction<FunctionKind::sinh>(all, "Sinh");
  addTableFunction<FunctionKind::softplus>(all, "Softplus");
  addTableFunction<FunctionKind::softsign>(all, "Softsign");
  addTableFunction<FunctionKind::sqrt>(all, "Sqrt");
  addTableFunction<FunctionKind::tan>(all, "Tan");
  addTableFunction<FunctionKind::tanh>(all, "Tanh");
  addTableFunction<FunctionKind::thresholded_relu>(all, "ThresholdedRelu");
}

//===----------------------------------------------------------------------===//
// Functions of integers too
//===----------------------------------------------------------------------===//

void runAbs(Evaluation &e) {
  mapNumbers(e, [](auto x) {
    using T = decltype(x);
    if constexpr (isFloatType<T>)
      return std::abs(x);
    else
      return x < T(0) ? minus(T(0), x) : x;
  });
}

void runNeg(Evaluation &e) {
  mapNumbers(e, [](auto x) {
    using T = decltype(x);
    if constexpr (isFloatType<T>)
      return -x; // Of zero it is minus zero.
    else
      return minus(T(0), x);
  });
}

void runRelu(Evaluation &e) {
  mapNumbers(e, [](auto x) { return x < decltype(x)(0) ? decltype(x)(0) : x; });
}

void runSign(Evaluation &e) {
  mapNumbers(e, [](auto x) {
    using T = decltype(x);
    return x > T(0) ? T(1) : x < T(0) ? T(-1) : x; // NaN stays.
  });
}

void runShrink(Evaluation &e) {
  double lambd = e.attributes().number("lambd", 0.5), bias = e.attributes().number("bias", 0);
  std::array<double, 2> parameters = {lambd, bias};
  auto *evaluate = kernels::definitionOf(FunctionKind::shrink).evaluate;
  mapNumbers(e, [&](auto x) { return elementOf<decltype(x)>(evaluate(double(x), parameters.data())); });
}

void runBitwiseNot(Evaluation &e) {
  mapNumbers(e, [](auto x) {
    if constexpr (isFloatType<decltype(x)>)
      return x;
    else
      return static_cast<decltype(x)>(~uint64_t(x));
  });
}

void runNot(Evaluation &e) {
  mapToBool(e, [](auto x) { return !x; });
}

void runIsNaN(Evaluation &e) {
  mapToBool(e, [](auto x) { return x != x; });
}

void runIsInf(Evaluation &e) {
  bool positive = e.attributes().integer("detect_positive", 1), negative = e.attributes().integer("detect_negative", 1);
  mapToBool(e, [&](auto x) { return std::isinf(double(x)) && (x > 0 ? positive : negative); });
}

} // namespace

void host::addFunction(Operators &all) {
  addTableFunctions(all);
  all.add("Abs", inferSame<Elements::numbers>, runAbs);
  all.add("BitwiseNot", inferSame<Elements::integers>, runBitwiseNot);
  all.add("IsInf", inferPredicate<Elements::floats>, runIsInf);
  all.add("IsNaN", inferPredicate<Elements::floats>, runIsNaN);
  all.add("Neg", inferSame<Elements::numbers>, runNeg);
  all.add("Not", inferPredicate<Elements::booleans>, runNot);
  all.add("Relu", inferSame<Elements::numbers>, runRelu);
  all.add("Shrink", inferSame<Elements::numbers>, runShrink);
  all.add("Sign", inferSame<Elements::numbers>, runSign);
  addGates(all);
  addPassing(all);
}
