//===- NetworkTest.cpp - A TFLite network that is being written -----------===//
#include "Network.h"

#include <cstring>
#include <gtest/gtest.h>

using namespace tare;
using namespace tare::tflite;

namespace {

const TensorFacts activation{schema::TensorType::INT8, {1, 4}, {{0.5F}, 3}};

/// A network of one Relu.
std::string relu() {
  Network network;
  Index x = network.addTensor("x", activation), y = network.addTensor("x", activation);
  network.addOperator(BuiltinOperator::RELU, {x}, y);
  return network.finish({{"in", x}}, {{"out", y}}, "test");
}

} // namespace

TEST(Network, TheFileIsOfThePublishedFormat) {
  const std::string file = relu();
  EXPECT_EQ(file.substr(4, 4), "TFL3");
  flatbuffers::Verifier verifier(reinterpret_cast<const uint8_t *>(file.data()), file.size());
  ASSERT_TRUE(schema::VerifyModelBuffer(verifier));
  const schema::Model &model = *schema::GetModel(file.data());
  EXPECT_EQ(model.version(), 3U);
  EXPECT_EQ(model.buffers()->Get(0)->data(), nullptr);
  EXPECT_EQ(model.signature_defs()->Get(0)->inputs()->Get(0)->name()->str(), "in");
  EXPECT_EQ(file, relu());
}

TEST(Network, NamesAreTheirOwn) {
  const std::string file = relu();
  const auto &tensors = *schema::GetModel(file.data())->subgraphs()->Get(0)->tensors();
  EXPECT_EQ(tensors.Get(0)->name()->str(), "x");
  EXPECT_EQ(tensors.Get(1)->name()->str(), "x_1");
  EXPECT_EQ(tensors.Get(1)->quantization()->scale()->Get(0), 0.5F);
  EXPECT_EQ(tensors.Get(1)->quantization()->zero_point()->Get(0), 3);
}

TEST(Network, EqualConstantsShareTheirBytes) {
  Network network;
  const std::vector<int32_t> two{1, 2}, others{2, 1};
  network.addIntegers("a", two, {2});
  network.addIntegers("b", two, {2, 1});
  network.addIntegers("c", others, {2});
  const std::string file = network.finish({}, {}, "");
  const schema::Model &model = *schema::GetModel(file.data());
  const auto &tensors = *model.subgraphs()->Get(0)->tensors();
  EXPECT_EQ(model.buffers()->size(), 3U);
  EXPECT_EQ(tensors.Get(0)->buffer(), tensors.Get(1)->buffer());
  EXPECT_NE(tensors.Get(0)->buffer(), tensors.Get(2)->buffer());
  EXPECT_EQ(std::memcmp(model.buffers()->Get(1)->data()->data(), two.data(), 8), 0);
}

TEST(Network, OperatorsOfOneVersionShareACode) {
  Network network;
  Index x = network.addTensor("x", activation), y = network.addTensor("y", activation);
  for (int i = 0; i != 3; ++i)
    network.addOperator(BuiltinOperator::GELU, {x}, y, schema::GeluOptionsT());
  const auto counts = network.operators();
  EXPECT_EQ(counts, (std::map<std::string, int64_t>{{"GELU", 3}}));
  const std::string file = network.finish({}, {}, "");
  const auto &codes = *schema::GetModel(file.data())->operator_codes();
  ASSERT_EQ(codes.size(), 1U);
  // Beyond a byte: what readers from before see says so.
  EXPECT_EQ(codes.Get(0)->builtin_code(), BuiltinOperator::GELU);
  EXPECT_EQ(codes.Get(0)->deprecated_builtin_code(), 127);
}

TEST(Versions, AreThoseOfTypesRanksAndOptions) {
  const TensorFacts narrow{schema::TensorType::INT8, {1, 4, 4, 8}, {{0.5F}, 0}};
  TensorFacts wide = narrow, deep = narrow, filter = narrow;
  wide.type = schema::TensorType::INT16;
  deep.shape = {1, 2, 2, 2, 8};
  filter.shape = {8, 1, 1, 4};
  auto version = [](BuiltinOperator code, std::vector<TensorFacts> inputs, const TensorFacts &output) {
    return versionOf(code, {}, inputs, output);
  };
  EXPECT_EQ(version(BuiltinOperator::CONV_2D, {narrow, narrow}, narrow), 3);
  EXPECT_EQ(version(BuiltinOperator::CONV_2D, {wide, narrow}, wide), 4);
  EXPECT_EQ(version(BuiltinOperator::CONV_2D, {narrow, filter}, narrow), 6);
  EXPECT_EQ(version(BuiltinOperator::TRANSPOSE, {narrow}, narrow), 2);
  EXPECT_EQ(version(BuiltinOperator::TRANSPOSE, {deep}, deep), 4);
  EXPECT_EQ(version(BuiltinOperator::QUANTIZE, {narrow}, wide), 2);
  TensorFacts fine = narrow;
  fine.grid = {{0.125F}, 0};
  EXPECT_EQ(version(BuiltinOperator::MUL, {narrow, narrow}, narrow), 2);
  EXPECT_EQ(version(BuiltinOperator::MUL, {narrow, narrow}, fine), 3);
}
