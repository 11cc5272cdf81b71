// By how many units in the last place functions by vectors are off from their formulas in double, at every 16411th of
// all float32 numbers.
#include "Tensors.h"

#include "tare/Kernels/Functions.h"

#include <bit>
#include <cmath>
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

Tensor allNumbers() {
  constexpr uint32_t stride = 16411;
  constexpr int64_t count = (int64_t(1) << 32) / stride;
  Tensor x(ElementType::f32, {count});
  for (int64_t i = 0; i < count; ++i)
    x.mutableAs<float>()[i] = std::bit_cast<float>(uint32_t(i * stride));
  return x;
}

class FloatFunctionErrors : public testing::TestWithParam<int> {};

TEST_P(FloatFunctionErrors, AreWithinTheirBound) {
  Kind kind = Kind(GetParam());
  std::vector<double> parameters = parametersOf(kind);
  static const Tensor x = allNumbers();
  Tensor y(ElementType::f32, x.shape());
  if (!floating::function(kind, parameters, x.view(), y.mutableView()))
    return; // In double, rounded once: half a unit.
  double units = 0;
  float at = 0;
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
  EXPECT_LE(units, floating::unitsOff) << "at " << at;
}

TEST_P(FloatFunctionErrors, AreTheSameInPlace) {
  Kind kind = Kind(GetParam());
  Tensor x = allNumbers(), y(ElementType::f32, x.shape());
  if (!floating::function(kind, parametersOf(kind), x.view(), y.mutableView()))
    return;
  ASSERT_TRUE(floating::function(kind, parametersOf(kind), x.view(), x.mutableView()));
  EXPECT_EQ(std::memcmp(x.data(), y.data(), x.count() * sizeof(float)), 0);
}

INSTANTIATE_TEST_SUITE_P(All, FloatFunctionErrors, testing::Range(0, int(Kind::MAX) + 1),
                         [](const auto &info) { return std::string(program::EnumNameFunctionKind(Kind(info.param))); });

} // namespace
