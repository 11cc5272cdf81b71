//===- TFLiteTest.cpp - Programs as TFLite flatbuffers --------------------===//
#include "tare/TFLite/TFLite.h"

#include <gtest/gtest.h>

using namespace tare;

namespace {

/// y = a * b of four integers each, on grids or on none.
program::Model product(bool isOnGrids, bool isWhole = true) {
  program::ProgramT program;
  for (const char *name : {"a", "b", "y"}) {
    auto tensor = std::make_unique<program::TensorT>();
    tensor->name = name;
    tensor->type = ElementType::i8;
    tensor->shape = {1, 4};
    if (isOnGrids)
      tensor->scales = {0.5};
    program.tensors.push_back(std::move(tensor));
  }
  program::MulT mul;
  if (isWhole) {
    mul.requant = std::make_unique<program::RequantT>();
    mul.requant->clamp_min = -128;
    mul.requant->clamp_max = 127;
  }
  auto layer = std::make_unique<program::LayerT>();
  layer->name = "product";
  layer->op.Set(std::move(mul));
  layer->operands = {0, 1};
  layer->result = 2;
  program.layers.push_back(std::move(layer));
  for (uint32_t tensor : {0U, 1U, 2U}) {
    auto port = std::make_unique<program::PortT>();
    port->name = program.tensors[tensor]->name;
    port->tensor = tensor;
    (tensor == 2 ? program.outputs : program.inputs).push_back(std::move(port));
  }
  return program::Model("p.tare", std::move(program), {}, nullptr);
}

} // namespace

TEST(TFLite, ALayerIsAnOperator) {
  auto file = tflite::writeModel(product(true));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->bytes.substr(4, 4), "TFL3");
  EXPECT_EQ(file->operators, (std::map<std::string, int64_t>{{"MUL", 1}}));
  // (A7) in place of (A11).
  EXPECT_EQ(file->roundedOtherwise, (std::map<std::string, int64_t>{{"mul", 1}}));
}

TEST(TFLite, IntegersWithoutAMeaningAreRefused) {
  auto file = tflite::writeModel(product(false));
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().message,
            "has no TFLite form; layer 'product' (mul): the program does not say what its integers "
            "mean; convert the model anew");
}

TEST(TFLite, AccumulatorsThatLeaveAreRefused) {
  auto file = tflite::writeModel(product(true, false));
  ASSERT_FALSE(file);
  EXPECT_NE(file.error().message.find("layer 'product' (mul): leaves as its accumulator"), std::string::npos);
}
