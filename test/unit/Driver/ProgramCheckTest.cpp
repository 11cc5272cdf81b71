//===- ProgramCheckTest.cpp - A wrong program is found --------------------===//
#include "Driver/Check/ProgramCheck.h"

#include "tare/Dialect/Npu/NpuDialect.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Emitter/Emitter.h"
#include "tare/Kernels/Registry.h"
#include "tare/Passes/Pipelines.h"
#include "tare/Program/Reader.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Parser/Parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace mlir;
using namespace tare;
using testing::HasSubstr;

namespace {

constexpr char network[] = R"(
func.func @main(%x: tensor<1x4xf32> {qnn.name = "x", qnn.range = #qnn.range<-1.0, 1.0, calibrated>}) -> (tensor<1x2xf32> {qnn.name = "z"}) {
  %w = qnn.constant dense<[[1.0, 0.5, -0.25, 0.75], [-0.5, 1.0, 0.25, -1.0], [0.25, -0.75, 1.0, 0.5]]> : tensor<3x4xf32> as tensor<3x4xf32>
  %v = qnn.constant dense<[[1.0, -0.5, 0.25], [0.5, 1.0, -0.75]]> : tensor<2x3xf32> as tensor<2x3xf32>
  %y = qnn.linear %x, %w {qnn.range = #qnn.range<-2.5, 2.5, calibrated>} : (tensor<1x4xf32>, tensor<3x4xf32>) -> tensor<1x3xf32> loc("first"("y"))
  %z = qnn.linear %y, %v {qnn.range = #qnn.range<-4.0, 4.0, calibrated>} : (tensor<1x3xf32>, tensor<2x3xf32>) -> tensor<1x2xf32> loc("second"("z"))
  return %z : tensor<1x2xf32>
})";

class ProgramCheckTest : public testing::Test {
protected:
  ProgramCheckTest() {
    context.loadDialect<npu::NpuDialect, qnn::QnnDialect, func::FuncDialect, quant::QuantDialect>();
    module = parseSourceString<ModuleOp>(network, &context);
    run([](OpPassManager &passes) { buildQuantizePipeline(passes, {}); });
    qdq = module->clone();
    run(buildFusePipeline);
    run([](OpPassManager &passes) { buildLowerPipeline(passes, {}); });
    FailureOr<EmittedProgram> emitted = emitProgram(*module);
    auto bytes = program::serialize(std::move(emitted->program), emitted->constants);
    auto file = std::make_shared<const std::vector<std::byte>>(std::move(*bytes));
    model = *program::readMemory(*file, file, "m.tare");
    for (int sample = 0; sample != 3; ++sample) {
      Tensor x(ElementType::f32, {1, 4});
      for (int i = 0; i != 4; ++i)
        x.mutableAs<float>()[i] = float((sample * 7 + i * 5) % 9) / 4 - 1;
      inputs.push_back({x});
    }
  }

  void run(llvm::function_ref<void(OpPassManager &)> build) {
    PassManager passes(&context);
    build(passes);
    ASSERT_TRUE(succeeded(passes.run(*module)));
  }

  ProgramCheck check(std::shared_ptr<const program::Model> of) {
    auto session = runtime::Session::create(std::move(of));
    return *checkProgram(*qdq, *session, inputs, 2, {});
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module, qdq;
  std::shared_ptr<const program::Model> model;
  std::vector<std::vector<Tensor>> inputs;
};

TEST_F(ProgramCheckTest, ARightProgramHasNoMismatch) {
  ProgramCheck found = check(model);
  EXPECT_FALSE(found.mismatch);
  // The input, the first layer, and the second's accumulators.
  EXPECT_EQ(found.layers, 3);
  EXPECT_EQ(found.elements, 3 * (4 + 3 + 2));
  EXPECT_LE(found.largest, 1.25);
}

TEST_F(ProgramCheckTest, AWrongMultiplierIsFoundInItsLayerAlone) {
  program::ProgramT wrong = model->program();
  for (auto &layer : wrong.layers)
    if (program::RequantT *requant = kernels::requantOf(layer->op))
      for (int32_t &multiplier : requant->multipliers)
        multiplier -= multiplier / 8;
  ProgramCheck found = check(model->withProgram(std::move(wrong)));
  ASSERT_TRUE(found.mismatch);
  EXPECT_EQ(found.mismatch->layer, "first");
  EXPECT_GT(found.mismatch->largest, 4);
  EXPECT_THAT(found.mismatch->message(), HasSubstr("this is a bug in Tare"));
  // What comes after it has the wrong operands, and computes rightly on them.
  EXPECT_LT(found.mismatch->elements, found.elements);
}

TEST_F(ProgramCheckTest, AWrongZeroPointIsFound) {
  program::ProgramT wrong = model->program();
  for (auto &layer : wrong.layers)
    if (program::RequantT *requant = kernels::requantOf(layer->op))
      requant->zero_point += 3;
  ProgramCheck found = check(model->withProgram(std::move(wrong)));
  ASSERT_TRUE(found.mismatch);
  EXPECT_EQ(found.mismatch->layer, "first");
  EXPECT_EQ(found.mismatch->explained, 1);
}

} // namespace
