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

/// A parameter, with the operator's default, which is of float32.
struct Parameter {
  std::string_view name;
  float fallback;
};
constexpr size_t mostParameters = 4;

/// ONNX's operator, empty for none, and the function that it is.
struct FunctionRow {
  std::string_view name;
  FunctionKind kind;
  Parameter parameters[mostParameters];
};

// Made of the dialect's records: include/tare/Dialect/Qnn/FunctionRows.td.
#define GET_FunctionRows_IMPL
#include "FunctionRows.inc"

/// Selu's had fewer digits once.
float fallbackOf(const FunctionRow &function, const Parameter &parameter, int64_t opset) {
  if (function.kind != FunctionKind::selu || opset >= 6)
    return parameter.fallback;
  return parameter.name == "alpha" ? 1.6732f : 1.0507f;
}

template <size_t row> void runFunction(Evaluation &e) {
  const FunctionRow &function = FunctionRows[row];
  std::array<double, mostParameters> parameters = {};
  for (size_t i = 0; i != mostParameters && !function.parameters[i].name.empty(); ++i)
    parameters[i] =
        e.attributes().number(function.parameters[i].name, fallbackOf(function, function.parameters[i], e.opset()));
  auto *evaluate = kernels::definitionOf(function.kind).evaluate;
  mapFloats(e, [&](double x) { return evaluate(x, parameters.data()); });
}

template <size_t row> void addTableFunction(Operators &all) {
  if constexpr (!FunctionRows[row].name.empty())
    all.add(FunctionRows[row].name, inferSame<Elements::floats>, runFunction<row>);
}

template <size_t... rows> void addTableFunctions(Operators &all, std::index_sequence<rows...>) {
  (addTableFunction<rows>(all), ...);
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
  addTableFunctions(all, std::make_index_sequence<std::size(FunctionRows)>());
  // Of more types than floats, or no function of a table.
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
