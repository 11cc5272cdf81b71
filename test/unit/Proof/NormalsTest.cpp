//===- NormalsTest.cpp - Bounds of normalizations -------------------------===//
#include "Models.h"

#include "tare/Kernels/Normalization.h"
#include "tare/Kernels/Registry.h"
#include "tare/Proof/Proof.h"

#include <cmath>
#include <random>

using namespace tare;
using namespace tare::proof;

namespace {

struct Norm {
  int64_t elements;
  double scale, outputScale;
  bool keepsMean;
  std::vector<int16_t> gamma;
  std::vector<int32_t> beta;
};

std::shared_ptr<const program::Model> modelOfNorm(const Norm &norm) {
  test::NetworkBuilder builder;
  uint32_t x = builder.input("x", {ElementType::i8, {1, norm.elements}});
  uint32_t gamma = builder.constant<int16_t>("g", {norm.elements}, norm.gamma);
  uint32_t beta = builder.constant<int32_t>("b", {norm.elements}, norm.beta);
  program::NormalizeT table;
  table.offset = int64_t(5) << 2 * kernels::varianceBits(ElementType::i8, norm.elements, norm.keepsMean);
  table.axes = {1}, table.axis = 1, table.keep_mean = norm.keepsMean, table.input_zero_point = 3;
  // (A74)
  const double scale = std::ldexp(norm.scale, -kernels::normalBits(ElementType::i8, norm.elements)) / norm.outputScale;
  int exponent;
  const double fraction = std::frexp(scale, &exponent);
  table.requant = test::requant({int32_t(std::nearbyint(fraction * 32768))}, {uint8_t(15 - exponent)}, -10);
  uint32_t y = builder.layer("n", std::move(table), {x, gamma, beta});
  test::setGrid(builder, x, {0.1}, 3), test::setGrid(builder, gamma, {norm.scale});
  test::setGrid(builder, y, {norm.outputScale}, -10);
  builder.output("y", y);
  return test::modelOf(builder);
}

/// How far one row is from the real numbers, in LSB.
double rowError(const program::Model &model, const Norm &norm, const std::vector<int8_t> &row) {
  const program::LayerT &layer = *model.program().layers[0];
  const TensorType type{ElementType::i8, {1, norm.elements}};
  Tensor y(ElementType::i8, type.shape);
  const std::vector<ConstTensorView> operands = {{type, row.data()},
                                                 {model.type(layer.operands[1]), norm.gamma.data()},
                                                 {model.type(layer.operands[2]), norm.beta.data()}};
  kernels::lookup(layer.op.type)->reference(layer.op, operands, y.mutableView());
  double n = double(norm.elements), sum = 0, squares = 0, worst = 0;
  const double zero = norm.keepsMean ? 3 : 0;
  for (int8_t x : row)
    sum += norm.keepsMean ? 0 : x, squares += (x - zero) * (x - zero);
  const double root = std::sqrt(n * squares - sum * sum + 5);
  const double point = std::ldexp(1.0, kernels::normalBits(ElementType::i8, norm.elements));
  for (size_t i = 0; i < row.size(); ++i) {
    const double real = norm.scale * (norm.gamma[i] * (n * (row[i] - zero) - sum) / root + norm.beta[i] / point);
    worst = std::max(worst, std::abs(y.as<int8_t>()[i] - std::clamp(-10 + real / norm.outputScale, -128.0, 127.0)));
  }
  return worst;
}

// (A75)
TEST(ProofOfNormals, NoRowIsWorseThanTheBound) {
  std::mt19937 random(4);
  auto any = [&](int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(random); };
  for (int64_t elements : {1, 2, 3, 50, 700})
    for (bool keepsMean : {false, true})
      for (double outputScale : {0.005, 0.05, 0.4}) {
        Norm norm{elements, 1.0 / 1024, outputScale, keepsMean, {}, {}};
        for (int64_t i = 0; i < elements; ++i)
          norm.gamma.push_back(int16_t(any(-2000, 2000))), norm.beta.push_back(int32_t(any(-9000, 9000)));
        auto model = modelOfNorm(norm);
        LayerProof proof = proveLayer(*model, *model->program().layers[0]);
        EXPECT_EQ(proof.method, Method::bound);
        for (int trial = 0; trial < 100; ++trial) {
          std::vector<int8_t> row(elements);
          const int64_t low = any(-128, 126), high = any(low, 127);
          for (int8_t &each : row)
            each = int8_t(any(low, high));
          ASSERT_LE(rowError(*model, norm, row), proof.worst.error) << elements << " elements, " << outputScale;
        }
        EXPECT_LT(proof.worst.error, 6.0);
      }
}

} // namespace
