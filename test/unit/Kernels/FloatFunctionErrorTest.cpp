// By how many units in the last place functions by vectors are off from their formulas in double, at every 4099th of
// all float32 numbers; TARE_TEST_STRIDE=1 looks at all of them.
#include "Tensors.h"

#include "../../../lib/Kernels/Float/Function/FunctionLoops.h"

#include "tare/Kernels/Functions.h"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>

using namespace tare;
using namespace tare::kernels;
using namespace tare::test;
using Kind = program::FunctionKind;

namespace {

/// What a float32 beside `x` is away from it.
double unitOf(double x) {
  int exponent = 0;
  (void)std::frexp(x, &exponent);
  return std::ldexp(1.0, std::max(exponent, -125) - 24);
}

/// Some parameters of a function that has any.
std::vector<double> parametersOf(Kind kind) {
  std::vector<double> all{0.7, 1.3};
  if (kind == Kind::clip)
    all = {-1, 2};
  all.resize(definitionOf(kind).parameters);
  return all;
}

/// Calls f(Tensor) with many of all float32 numbers, some at a time.
template <typename F> void forAllNumbers(F f) {
  const char *given = std::getenv("TARE_TEST_STRIDE");
  const uint64_t stride = given ? std::strtoull(given, nullptr, 10) : 4099, end = uint64_t(1) << 32;
  for (uint64_t first = 0; first < end;) {
    std::vector<float> numbers;
    for (; numbers.size() < 100'003 && first < end; first += stride)
      numbers.push_back(std::bit_cast<float>(uint32_t(first)));
    f(tensor<float>({int64_t(numbers.size())}, numbers));
  }
}

class FloatFunctionErrors : public testing::TestWithParam<int> {
protected:
  Kind kind = Kind(GetParam());
  std::vector<double> parameters = parametersOf(kind);

  /// Whether there is a loop for it; all others are in double, rounded once: half a unit.
  bool isByVectors() const {
    Tensor x = tensor<float>({1}, {1}), y(ElementType::f32, {1});
    return floating::function(kind, parameters, x.view(), y.mutableView());
  }
};

TEST_P(FloatFunctionErrors, AreWithinTheirBound) {
  if (!isByVectors())
    return;
  double units = 0;
  float at = 0;
  forAllNumbers([&](const Tensor &x) {
    Tensor y(ElementType::f32, x.shape());
    floating::function(kind, parameters, x.view(), y.mutableView());
    for (int64_t i = 0; i < x.count(); ++i) {
      double expected = evaluate(kind, parameters, x.as<float>()[i], 0);
      float found = y.as<float>()[i];
      // Infinities are as they should be, or they are far off.
      if (std::isnan(expected) || found == float(expected))
        continue;
      double error = std::abs(found - expected) / unitOf(expected);
      if (!(error <= units))
        units = error, at = x.as<float>()[i];
    }
  });
  EXPECT_LE(units, floating::unitsOff) << "at " << at;
}

TEST_P(FloatFunctionErrors, AreTheSameInPlace) {
  if (!isByVectors())
    return;
  forAllNumbers([&](Tensor x) {
    Tensor y(ElementType::f32, x.shape());
    floating::function(kind, parameters, x.view(), y.mutableView());
    floating::function(kind, parameters, x.view(), x.mutableView());
    ASSERT_EQ(std::memcmp(x.data(), y.data(), x.count() * sizeof(float)), 0);
  });
}

#if defined(__x86_64__)
/// Of NaN each set gives NaN, with bits of its own.
void expectSameNumbers(const Tensor &expected, const Tensor &found) {
  for (int64_t i = 0; i < expected.count(); ++i) {
    float e = expected.as<float>()[i], f = found.as<float>()[i];
    ASSERT_TRUE(std::bit_cast<uint32_t>(e) == std::bit_cast<uint32_t>(f) || (std::isnan(e) && std::isnan(f))) << i;
  }
}

TEST_P(FloatFunctionErrors, AreTheSameOnEveryProcessor) {
  std::vector<floating::FunctionLoops> sets;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    sets.push_back(floating::avx2Functions);
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
    sets.push_back(floating::avx512Functions);
  if (!isByVectors())
    return;
  forAllNumbers([&](const Tensor &x) {
    Tensor expected(ElementType::f32, x.shape()), found(ElementType::f32, x.shape());
    floating::portableFunctions(kind, parameters.data(), x.as<float>(), expected.mutableAs<float>(), x.count());
    for (floating::FunctionLoops loops : sets) {
      loops(kind, parameters.data(), x.as<float>(), found.mutableAs<float>(), x.count());
      ASSERT_NO_FATAL_FAILURE(expectSameNumbers(expected, found));
    }
  });
}
#endif

INSTANTIATE_TEST_SUITE_P(All, FloatFunctionErrors, testing::Range(0, int(Kind::MAX) + 1),
                         [](const auto &info) { return std::string(program::EnumNameFunctionKind(Kind(info.param))); });

} // namespace
