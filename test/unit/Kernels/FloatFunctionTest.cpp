// Functions by vectors against their formulas in double.
#include "Tensors.h"

#include "tare/Kernels/Functions.h"

#include <cmath>

using namespace tare;
using namespace tare::kernels;
using namespace tare::test;
using Kind = program::FunctionKind;

namespace {

struct Case {
  const char *name;
  Kind kind;
  std::vector<double> parameters;
  double low, high;
};

const Case cases[] = {{"hard_swish", Kind::hard_swish, {}, -10, 10},
                      {"hard_sigmoid", Kind::hard_sigmoid, {0.3, 0.4}, -10, 10},
                      {"abs", Kind::abs, {}, -3, 3},
                      {"sqrt", Kind::sqrt, {}, 0, 1000},
                      {"reciprocal", Kind::reciprocal, {}, 0.01, 1000},
                      {"sigmoid", Kind::sigmoid, {}, -100, 100},
                      {"swish", Kind::swish, {}, -100, 100},
                      {"tanh", Kind::tanh, {}, -30, 30},
                      {"mish", Kind::mish, {}, -60, 60},
                      {"gelu", Kind::gelu, {}, -12, 12},
                      {"gelu_tanh", Kind::gelu_tanh, {}, -12, 12},
                      {"elu", Kind::elu, {0.7}, -30, 30},
                      {"exp", Kind::exp, {}, -100, 80},
                      {"log", Kind::log, {}, 1e-6, 1000},
                      {"erf", Kind::erf, {}, -6, 6},
                      {"softplus", Kind::softplus, {}, -100, 100},
                      {"sin", Kind::sin, {}, -300000, 300000},
                      {"cos", Kind::cos, {}, -300000, 300000}};

class FloatFunctions : public testing::TestWithParam<Case> {};

TEST_P(FloatFunctions, AreTheFormulas) {
  const Case &test = GetParam();
  // No whole number of blocks.
  constexpr int64_t count = 100'003;
  Tensor x(ElementType::f32, {count}), y(ElementType::f32, {count});
  for (int64_t i = 0; i < count; ++i)
    x.mutableAs<float>()[i] = float(test.low + (test.high - test.low) * double(i) / double(count - 1));
  ASSERT_TRUE(floating::function(test.kind, test.parameters, x.view(), y.mutableView()));
  double worst = 0, at = 0;
  for (int64_t i = 0; i < count; ++i) {
    double expected = evaluate(test.kind, test.parameters, x.as<float>()[i], 0);
    double error = std::abs(y.as<float>()[i] - expected) / std::max(1.0, std::abs(expected));
    if (!(error <= worst))
      worst = error, at = x.as<float>()[i];
  }
  EXPECT_LE(worst, 1e-6) << "at " << at;
}

TEST_P(FloatFunctions, KeepsNan) {
  Tensor x(ElementType::f32, {4096}), y(ElementType::f32, {4096});
  std::fill_n(x.mutableAs<float>(), 4096, 1.0f);
  x.mutableAs<float>()[7] = std::nanf("");
  ASSERT_TRUE(floating::function(GetParam().kind, GetParam().parameters, x.view(), y.mutableView()));
  EXPECT_TRUE(std::isnan(y.as<float>()[7]));
  EXPECT_FALSE(std::isnan(y.as<float>()[8]));
}

INSTANTIATE_TEST_SUITE_P(All, FloatFunctions, testing::ValuesIn(cases),
                         [](const auto &info) { return std::string(info.param.name); });

} // namespace
