//===- GoldenTest.cpp - Folders of golden vectors -------------------------===//
#include "NetworkBuilder.h"

#include "tare/Golden/VectorWriter.h"
#include "tare/Kernels/Rounding.h"
#include "tare/Program/Reader.h"
#include "tare/Tensor/Npy.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <random>

using namespace tare;
using namespace tare::golden;

namespace {

class GoldenTest : public testing::Test {
protected:
  void SetUp() override {
    std::string name = std::filesystem::temp_directory_path() / "tare-golden-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    place = name;
  }
  void TearDown() override { std::filesystem::remove_all(place); }

  /// The folder of a program's vectors for `samples` random samples.
  Vectors write(std::shared_ptr<const program::Model> model, WriterOptions options) {
    auto session = runtime::Session::create(model, {.forceReference = true});
    EXPECT_TRUE(session);
    auto writer = VectorWriter::create(place / "golden", *session, options);
    EXPECT_TRUE(writer) << writer.error().message;
    for (int64_t sample = 0; sample != options.samples; ++sample)
      EXPECT_TRUE(writer->writeSample(sample, {inputOf(**session, sample)}));
    EXPECT_FALSE(std::filesystem::exists(place / "golden"));
    EXPECT_TRUE(writer->commit());
    return writer->vectors();
  }

  Tensor inputOf(const runtime::Session &session, int64_t sample) const {
    std::mt19937 random(sample);
    Tensor x(session.describeInput(0, runtime::Form::program).type);
    for (size_t i = 0; i != x.type().bytes(); ++i)
      x.mutableAs<int8_t>()[i] = int8_t(random());
    return x;
  }

  Tensor read(const Array &array) const {
    auto tensor = readNpy(place / "golden" / array.file);
    EXPECT_TRUE(tensor) << tensor.error().message;
    return *tensor;
  }

  std::filesystem::path place;
};

std::shared_ptr<const program::Model> modelOf(test::NetworkBuilder &builder) {
  auto bytes = std::make_shared<std::vector<std::byte>>(builder.bytes());
  auto model = program::readMemory(*bytes, bytes, "made by hand");
  EXPECT_TRUE(model) << model.error().message;
  return *model;
}

/// Two layers that share their weights, then an addition; with grids where asked for.
test::NetworkBuilder network(bool grids) {
  test::NetworkBuilder builder;
  uint32_t x = builder.input("x/y", {ElementType::i8, {1, 3}});
  uint32_t w = builder.constant<int8_t>("w", {3, 3}, {1, -2, 3, 0, 5, -127, 9, 9, 9});
  uint32_t b = builder.constant<int32_t>("b", {3}, {10, -20, 0});
  program::LinearT one, two;
  one.requant = test::requant({20000, 30000, 25000}, {16, 20, 18}), two.requant = test::requant({20000}, {20});
  uint32_t y = builder.layer("a/b c", std::move(one), {x, w, b}), z = builder.layer("", std::move(two), {y, w, b});
  program::AddT add;
  add.lhs_multiplier = 3, add.rhs_multiplier = -2, add.shift = 2, add.clamp_min = -128, add.clamp_max = 127;
  uint32_t sum = builder.layer("sum", std::move(add), {y, z});
  if (grids)
    for (uint32_t tensor : {x, w, y, z, sum})
      builder.program.tensors[tensor]->scales = {0.5};
  builder.output("out", sum);
  return builder;
}

} // namespace

TEST(GoldenNames, AreSafe) {
  EXPECT_EQ(safeName("conv1"), "conv1");
  EXPECT_EQ(safeName("model/layer.1-a b/Conv"), "model_layer.1-a_b_Conv");
  EXPECT_EQ(safeName("/../.."), "_.._..");
  EXPECT_EQ(safeName("Schicht_\xc3\xa4\xc3\xb6:0"), "Schicht_0");
  EXPECT_EQ(safeName(""), "");
  EXPECT_EQ(safeName(std::string(300, 'x')).size(), 64u);
}

TEST_F(GoldenTest, TensorsHaveOneFile) {
  auto builder = network(true);
  auto model = modelOf(builder);
  Vectors vectors = planVectors(*model, 5);
  ASSERT_EQ(vectors.layers.size(), 3u);
  EXPECT_EQ(vectors.inputs[0].file, "inputs/000_x_y.npy");
  EXPECT_EQ(vectors.layers[0].operands[0].file, vectors.inputs[0].file);
  EXPECT_EQ(vectors.layers[0].operands[1].file, "000_a_b_c/weights.npy");
  EXPECT_EQ(vectors.layers[1].operands[1].file, "000_a_b_c/weights.npy");
  EXPECT_EQ(vectors.layers[1].operands[0].file, vectors.layers[0].result.file);
  EXPECT_EQ(vectors.layers[1].folder, "001_");
  EXPECT_EQ(vectors.outputs[0].file, "002_sum/output.npy");
  EXPECT_EQ(typeInFile(vectors.outputs[0], 5).shape, (Shape{5, 1, 3}));
  EXPECT_EQ(vectors.folders(), (std::set<std::string>{"inputs", "000_a_b_c", "001_", "002_sum"}));
}

TEST_F(GoldenTest, OutputsAreRequantizedAccumulators) {
  auto builder = network(true);
  Vectors vectors = write(modelOf(builder), {.samples = 3});
  for (const LayerVectors &layer : vectors.layers) {
    ASSERT_TRUE(layer.requant && layer.accumulators && layer.breakpoints) << layer.folder;
    Tensor sums = read(*layer.accumulators), result = read(layer.result);
    ASSERT_EQ(sums.shape(), (Shape{3, 1, 3}));
    for (int64_t i = 0; i != sums.count(); ++i) {
      int64_t sum = sums.element() == ElementType::i32 ? sums.as<int32_t>()[i] : sums.as<int64_t>()[i];
      EXPECT_EQ(result.as<int8_t>()[i], kernels::requantize(sum, *layer.requant, i % 3));
    }
    EXPECT_EQ(layer.breakpoints->steps, layer.breakpoints->written);
    Tensor channels = read(layer.breakpoints->channels), rows = read(layer.breakpoints->accumulators),
           outputs = read(layer.breakpoints->outputs);
    ASSERT_EQ(rows.count(), 2 * layer.breakpoints->written);
    for (int64_t i = 0; i != rows.count(); ++i)
      EXPECT_EQ(outputs.as<int8_t>()[i],
                kernels::requantize(rows.as<int64_t>()[i], *layer.requant, channels.as<int32_t>()[i]));
  }
}

TEST_F(GoldenTest, FewerStepsKeepTheEnds) {
  auto builder = network(true);
  auto model = modelOf(builder);
  Tensor all = read(write(model, {.samples = 1}).layers[2].breakpoints->accumulators);
  std::filesystem::remove_all(place / "golden");
  Vectors vectors = write(model, {.samples = 1, .stepsPerChannel = 7});
  Tensor some = read(vectors.layers[2].breakpoints->accumulators);
  EXPECT_EQ(vectors.layers[2].breakpoints->written, 7);
  EXPECT_EQ(vectors.layers[2].breakpoints->steps * 2, all.count());
  ASSERT_EQ(some.count(), 14);
  EXPECT_EQ(some.as<int64_t>()[0], all.as<int64_t>()[0]);
  EXPECT_EQ(some.as<int64_t>()[13], all.as<int64_t>()[all.count() - 1]);
}

TEST_F(GoldenTest, WithoutGridsThereAreNoBreakpointsAndTheReasonIsSaid) {
  auto builder = network(false);
  Vectors vectors = write(modelOf(builder), {.samples = 1});
  EXPECT_FALSE(vectors.layers[0].breakpoints);
  EXPECT_NE(vectors.layers[0].note.find("does not say which real numbers"), std::string::npos);
  EXPECT_TRUE(vectors.layers[2].breakpoints) << "an addition's sums are known from its operands' types";
}

TEST_F(GoldenTest, WhatIsThereIsLeftAlone) {
  std::filesystem::create_directories(place / "golden" / "old");
  auto builder = network(true);
  auto session = runtime::Session::create(modelOf(builder), {.forceReference = true});
  auto writer = VectorWriter::create(place / "golden", *session, {});
  ASSERT_FALSE(writer);
  EXPECT_NE(writer.error().message.find("the folder is not empty"), std::string::npos);
}
