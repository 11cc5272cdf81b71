//===- TablesTest.cpp - Tables and bounds against brute force -------------===//
//
// (A44) tables, (A45) softmax, (A46) linear resize, (A47) the border.
//
//===----------------------------------------------------------------------===//
#include "Models.h"

#include "tare/Kernels/Registry.h"
#include "tare/Proof/Proof.h"

#include <cmath>
#include <numeric>
#include <random>

using namespace tare;
using namespace tare::proof;
using test::modelOf;
using test::setGrid;

namespace {

std::unique_ptr<program::FunctionT> function(program::FunctionKind kind, std::vector<double> parameters = {}) {
  auto result = std::make_unique<program::FunctionT>();
  result->kind = kind;
  result->parameters = std::move(parameters);
  result->clamp_min = -128, result->clamp_max = 127;
  return result;
}

/// What the only layer gives for operands, by its definition.
Tensor reference(const program::Model &model, const std::vector<Tensor> &operands) {
  const program::LayerT &layer = *model.program().layers[0];
  std::vector<ConstTensorView> views;
  for (const Tensor &operand : operands)
    views.push_back(operand.view());
  Tensor result(model.type(layer.result).element, model.type(layer.result).shape);
  kernels::lookup(layer.op.type)->reference(layer.op, views, result.mutableView());
  return result;
}

LayerProof proofOf(const program::Model &model) { return proveLayer(model, *model.program().layers[0]); }

/// y[2] of a leaky relu with a slope per channel, 256 entries each, one of which is 3 off.
std::shared_ptr<const program::Model> tableModel(std::unique_ptr<program::FunctionT> meaning) {
  test::NetworkBuilder builder;
  std::vector<int8_t> table;
  for (double slope : {0.25, 0.5})
    for (int x = -128; x < 128; ++x)
      table.push_back(int8_t(std::nearbyint(x < 0 ? slope * x : x)));
  table[256 + 40] += 3;
  uint32_t x = builder.input("x", {ElementType::i8, {1, 2}}), t = builder.constant<int8_t>("t", {2, 256}, table);
  program::LookupT lookup;
  lookup.function = std::move(meaning);
  uint32_t y = builder.layer("f", std::move(lookup), {x, t});
  setGrid(builder, x, {0.1}), setGrid(builder, y, {0.1});
  builder.output("y", y);
  return modelOf(builder);
}

/// (A44)
TEST(ProofOfTables, EveryInputOfEveryChannel) {
  LayerProof proof = proofOf(*tableModel(function(program::FunctionKind::leaky_relu, {0.25, 0.5})));
  EXPECT_EQ(proof.method, Method::table);
  EXPECT_EQ(proof.channels, 2);
  EXPECT_EQ(proof.steps, 512);
  EXPECT_EQ(proof.channel, 1);
  EXPECT_EQ(proof.worst.accumulator, 40 - 128);
  // r is a float32 number.
  EXPECT_NEAR(proof.worst.error, 3.0, 1e-5);
}

TEST(ProofOfTables, WithoutItsFunctionNothingIsProven) {
  LayerProof proof = proofOf(*tableModel(nullptr));
  EXPECT_EQ(proof.method, Method::unknown);
  EXPECT_NE(proof.reason.find("does not say which function its table stands for"), std::string::npos);
  EXPECT_FALSE(proof.isMeasured());
}

TEST(ProofOfTables, AnotherFunctionIsFarOff) {
  EXPECT_GT(proofOf(*tableModel(function(program::FunctionKind::sigmoid))).worst.error, 50);
}

/// A softmax of so many elements, with the table of its scale.
std::shared_ptr<const program::Model> softmaxModel(int64_t elements, double scale, double outputScale) {
  test::NetworkBuilder builder;
  std::vector<int32_t> table;
  for (int d = 0; d < 256; ++d)
    table.push_back(int32_t(std::nearbyint(65535 * std::exp(-scale * d))));
  uint32_t x = builder.input("x", {ElementType::i8, {1, elements}});
  uint32_t t = builder.constant<int32_t>("t", {256}, table);
  program::SoftmaxT softmax;
  softmax.axis = 1;
  int exponent;
  double fraction = std::frexp(std::ldexp(1.0, -15) / outputScale, &exponent);
  softmax.requant = test::requant({int32_t(std::nearbyint(fraction * 32768))}, {uint8_t(15 - exponent)}, -128);
  uint32_t y = builder.layer("s", std::move(softmax), {x, t});
  setGrid(builder, x, {scale}), setGrid(builder, y, {outputScale}, -128);
  builder.output("y", y);
  return modelOf(builder);
}

/// How far one row is from the real softmax, in LSB.
double rowError(const program::Model &model, const Tensor &x, double scale, double outputScale) {
  const program::LayerT &layer = *model.program().layers[0];
  Tensor table(ElementType::i32, {256});
  std::memcpy(table.mutableAs<int32_t>(), model.constant(layer.operands[1]), 1024);
  Tensor y = reference(model, {x, table});
  double sum = 0, worst = 0;
  for (int64_t i = 0; i < x.count(); ++i)
    sum += std::exp(scale * x.as<int8_t>()[i]);
  for (int64_t i = 0; i < x.count(); ++i) {
    double real = std::min(127.0, -128 + std::exp(scale * x.as<int8_t>()[i]) / sum / outputScale);
    worst = std::max(worst, std::abs(y.as<int8_t>()[i] - real));
  }
  return worst;
}

// (A45)
TEST(ProofOfSoftmax, NoRowIsWorseThanTheBound) {
  std::mt19937 random(4);
  for (int64_t elements : {1, 2, 3, 50, 700})
    for (double scale : {0.003, 0.05, 0.4})
      for (double outputScale : {1.0 / 255, 1.0 / 2048}) {
        auto model = softmaxModel(elements, scale, outputScale);
        LayerProof proof = proofOf(*model);
        EXPECT_EQ(proof.method, Method::bound);
        double worst = 0;
        for (int trial = 0; trial < 200; ++trial) {
          // One largest element among others that are all alike, or random.
          int64_t low = std::uniform_int_distribution<int64_t>(-128, 126)(random);
          Tensor x(ElementType::i8, {1, elements});
          for (int64_t i = 0; i < elements; ++i)
            x.mutableAs<int8_t>()[i] =
                int8_t(trial % 2 ? low : std::uniform_int_distribution<int64_t>(low, 127)(random));
          x.mutableAs<int8_t>()[0] = 127;
          worst = std::max(worst, rowError(*model, x, scale, outputScale));
        }
        EXPECT_LE(worst, proof.worst.error) << elements << " elements, " << scale << ", " << outputScale;
        EXPECT_LT(proof.worst.error, 4 * worst + 0.6) << elements << " elements, " << scale << ", " << outputScale;
      }
}

/// One axis of four outputs between two inputs.
std::shared_ptr<const program::Model> resizeModel(std::vector<uint16_t> weights, std::string coordinates) {
  test::NetworkBuilder builder;
  program::ResizeT resize;
  resize.mode = program::ResizeMode::linear;
  auto axis = std::make_unique<program::ResizeAxisT>();
  axis->lower = {0, 0, 0}, axis->upper = {1, 1, 1}, axis->weight = std::move(weights);
  axis->coordinates = std::move(coordinates), axis->scale = 3;
  resize.axes.push_back(std::move(axis));
  uint32_t x = builder.input("x", {ElementType::i16, {1, 2, 1}});
  uint32_t y = builder.layer("r", std::move(resize), {x});
  setGrid(builder, x, {0.5}), setGrid(builder, y, {0.5});
  builder.output("y", y);
  return modelOf(builder);
}

/// Coordinates i / 3: the weights are thirds, which 11 bits do not hold. The three outputs are those of an input of 1.
std::shared_ptr<const program::Model> thirds(std::string coordinates) {
  return resizeModel({0, 683, 1365}, std::move(coordinates));
}

// (A46)
TEST(ProofOfResize, WeightsOfElevenBitsAreNoThirds) {
  auto model = thirds("asymmetric");
  LayerProof proof = proofOf(*model);
  EXPECT_EQ(proof.reason, "");
  ASSERT_EQ(proof.method, Method::bound);
  double off = std::abs(683 / 2048.0 - 1 / 3.0) * 65535;
  EXPECT_NEAR(proof.worst.error, off + 0.5, 1e-2);
  double worst = 0;
  for (int16_t low : {-32768, -32767, 5, 32767})
    for (int16_t high : {-32768, 32766, 32767, 7}) {
      Tensor x(ElementType::i16, {1, 2, 1});
      x.mutableAs<int16_t>()[0] = low, x.mutableAs<int16_t>()[1] = high;
      Tensor y = reference(*model, {x});
      for (int i = 0; i < 3; ++i)
        worst = std::max(worst, std::abs(y.as<int16_t>()[i] - (low + (high - low) * (i / 3.0))));
    }
  EXPECT_LE(worst, proof.worst.error);
  EXPECT_GT(worst, off - 0.5);
}

/// Without coordinates each weight may be half of 2^-11 off.
TEST(ProofOfResize, WithoutCoordinatesWeightsAreRounded) {
  EXPECT_NEAR(proofOf(*thirds("")).worst.error, 65535.0 / 4096 + 0.5, 1e-9);
}

TEST(ProofOfResize, OtherElementsThanItsCoordinatesAreTold) {
  LayerProof proof = proofOf(*thirds("align_corners"));
  EXPECT_EQ(proof.method, Method::unknown);
  EXPECT_EQ(proof.reason, "it reads other elements than its coordinates say");
}

/// From steps of 1/2 at i8 to those of `step`, with so many bits of weights and behind the point.
std::shared_ptr<const program::Model> rescaledModel(double step, int weightBits, int fractionBits) {
  test::NetworkBuilder builder;
  program::ResizeT resize;
  resize.mode = program::ResizeMode::rescaled;
  resize.weight_bits = uint8_t(weightBits), resize.fraction_bits = uint8_t(fractionBits);
  resize.input_zero_point = 5;
  auto axis = std::make_unique<program::ResizeAxisT>();
  axis->lower = {0, 0, 0}, axis->upper = {1, 1, 1};
  for (int i : {0, 1, 2})
    axis->weight.push_back(uint16_t(std::nearbyint(std::ldexp(i / 3.0, weightBits))));
  axis->coordinates = "asymmetric", axis->scale = 3;
  resize.axes.push_back(std::move(axis));
  int exponent;
  double fraction = std::frexp(std::ldexp(0.5 / step, -fractionBits), &exponent);
  resize.requant = test::requant({int32_t(std::nearbyint(fraction * 32768))}, {uint8_t(15 - exponent)}, -7);
  uint32_t x = builder.input("x", {ElementType::i8, {1, 2, 1}});
  uint32_t y = builder.layer("r", std::move(resize), {x});
  setGrid(builder, x, {0.5}, 5), setGrid(builder, y, {step}, -7);
  builder.output("y", y);
  return modelOf(builder);
}

// (A57)
TEST(ProofOfResize, NoResultOnAnotherGridIsWorseThanTheBound) {
  for (double step : {0.013, 0.3, 2.1})
    for (auto [weights, fraction] : {std::pair(11, 11), {11, 2}, {15, 13}}) {
      auto model = rescaledModel(step, weights, fraction);
      LayerProof proof = proofOf(*model);
      ASSERT_EQ(proof.method, Method::bound) << proof.reason;
      double worst = 0;
      for (int low = -128; low < 128; low += 3)
        for (int high : {-128, low - 1, low + 1, 5, 127}) {
          high = std::clamp(high, -128, 127);
          Tensor x(ElementType::i8, {1, 2, 1});
          x.mutableAs<int8_t>()[0] = int8_t(low), x.mutableAs<int8_t>()[1] = int8_t(high);
          Tensor y = reference(*model, {x});
          for (int i = 0; i < 3; ++i) {
            double real = std::clamp(-7 + 0.5 * (low - 5 + (high - low) * (i / 3.0)) / step, -128.0, 127.0);
            worst = std::max(worst, std::abs(y.as<int8_t>()[i] - real));
          }
        }
      EXPECT_LE(worst, proof.worst.error) << step << ", " << weights << ", " << fraction;
      EXPECT_GT(worst, proof.worst.error / 3) << step << ", " << weights << ", " << fraction;
    }
}

TEST(ProofOfMovement, IsExactOnOneGrid) {
  for (double scale : {0.5, 0.25}) {
    test::NetworkBuilder builder;
    uint32_t x = builder.input("x", {ElementType::i8, {1, 4}});
    program::ReshapeT reshape;
    reshape.shape = {4};
    uint32_t y = builder.layer("r", std::move(reshape), {x});
    setGrid(builder, x, {0.5}), setGrid(builder, y, {scale});
    builder.output("y", y);
    LayerProof proof = proofOf(*modelOf(builder));
    EXPECT_TRUE(proof.isMeasured());
    EXPECT_EQ(proof.worst.error, scale == 0.5 ? 0 : 128);
  }
}

// (A47)
TEST(ProofOfTheBorder, FloatsAddLittle) {
  test::NetworkBuilder builder;
  program::QuantizeT quantize;
  quantize.scale = 0.3f, quantize.zero_point = 5, quantize.output = ElementType::i16;
  uint32_t x = builder.input("x", {ElementType::f32, {1, 4}}), y = builder.layer("q", std::move(quantize), {x});
  setGrid(builder, y, {0.3f}, 5);
  builder.output("y", y);
  LayerProof proof = proofOf(*modelOf(builder));
  EXPECT_EQ(proof.method, Method::border);
  EXPECT_GT(proof.worst.error, 0.5);
  EXPECT_LT(proof.worst.error, 0.503);
}

} // namespace
