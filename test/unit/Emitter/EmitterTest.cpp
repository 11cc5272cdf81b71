//===- EmitterTest.cpp - A program is what its IR was ---------------------===//
#include "tare/Emitter/Emitter.h"

#include "Passes/RandomNetwork.h"
#include "tare/Dialect/Npu/NpuOps.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Passes/Passes.h"
#include "tare/Program/Reader.h"
#include "tare/Runtime/Context.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>

using namespace mlir;
using namespace tare;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

class EmitterTest : public testing::TestWithParam<unsigned> {
protected:
  EmitterTest() {
    context.loadDialect<npu::NpuDialect, qnn::QnnDialect, func::FuncDialect>();
    context.getDiagEngine().registerHandler([&](Diagnostic &diagnostic) { message += diagnostic.str() + "\n"; });
  }

  void run(ModuleOp module) {
    PassManager passes(&context);
    passes.addPass(createSetTarget());
    passes.addNestedPass<func::FuncOp>(createCancelTransposes());
    passes.addNestedPass<func::FuncOp>(createPlanMemory());
    ASSERT_TRUE(succeeded(passes.run(module))) << message;
  }

  OwningOpRef<ModuleOp> parse(llvm::StringRef text) {
    OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(module) << message;
    return module;
  }

  /// Of a function's body and border that are given as text.
  program::ProgramT emit(llvm::StringRef text) {
    OwningOpRef<ModuleOp> module = parse(text);
    run(*module);
    FailureOr<EmittedProgram> emitted = emitProgram(*module);
    EXPECT_TRUE(succeeded(emitted)) << message;
    return succeeded(emitted) ? std::move(emitted->program) : program::ProgramT();
  }

  MLIRContext context;
  std::string message;
};

/// Integers at the border need a grid: what the host would do there.
void addHostSteps(func::FuncOp function) {
  Builder builder(function.getContext());
  Attribute quantize =
      npu::QuantizeStepAttr::get(function.getContext(), builder.getF32FloatAttr(0.5), 0, builder.getI8Type(), false);
  Attribute dequantize =
      npu::DequantizeStepAttr::get(function.getContext(), builder.getDenseF64ArrayAttr({0.25}), 0, 0);
  for (unsigned i = 0; i != function.getNumArguments(); ++i)
    function.setArgAttr(i, npu::hostStepsAttrName, builder.getArrayAttr(quantize));
  for (unsigned i = 0; i != function.getNumResults(); ++i)
    function.setResultAttr(i, npu::hostStepsAttrName, builder.getArrayAttr(dequantize));
}

std::vector<Tensor> randomOperands(const Evaluator &evaluator) {
  std::mt19937 random(3);
  std::vector<Tensor> operands;
  for (const Evaluator::Port &port : evaluator.inputs()) {
    operands.emplace_back(port.type);
    for (int64_t i = 0; i != port.type.count(); ++i)
      operands.back().mutableAs<int8_t>()[i] = random();
  }
  return operands;
}

std::vector<Tensor> execute(std::span<const std::byte> bytes, llvm::ArrayRef<Tensor> operands) {
  auto model = program::readMemory(bytes, nullptr, "test.tare");
  EXPECT_TRUE(model) << (model ? "" : model.error().message);
  auto session = runtime::Session::create(*model);
  auto runner = (*session)->makeContext();
  std::vector<Tensor> results;
  std::vector<const void *> inputs;
  std::vector<void *> outputs;
  for (const Tensor &operand : operands)
    inputs.push_back(operand.data());
  for (size_t i = 0; i != (*session)->outputCount(); ++i) {
    results.emplace_back((*session)->describeOutput(i, runtime::Form::program).type);
    outputs.push_back(results.back().mutableAs<void>());
  }
  EXPECT_TRUE((*runner)->run(inputs, outputs));
  return results;
}

TEST_P(EmitterTest, ProgramEqualsItsIr) {
  OwningOpRef<ModuleOp> module = makeRandomNetwork(context, GetParam());
  run(*module);
  addHostSteps(module->lookupSymbol<func::FuncOp>("main"));
  FailureOr<Evaluator> evaluator = Evaluator::create(*module);
  ASSERT_TRUE(succeeded(evaluator)) << message;
  std::vector<Tensor> operands = randomOperands(*evaluator);
  std::vector<Tensor> expected = evaluator->run(operands);

  FailureOr<EmittedProgram> emitted = emitProgram(*module);
  ASSERT_TRUE(succeeded(emitted)) << message;
  auto bytes = program::serialize(emitted->program, emitted->constants);
  ASSERT_TRUE(bytes) << bytes.error().message;
  EXPECT_EQ(*bytes, *program::serialize(emitProgram(*module)->program, emitted->constants));

  std::vector<Tensor> results = execute(*bytes, operands);
  ASSERT_EQ(results.size(), expected.size());
  for (size_t i = 0; i != results.size(); ++i) {
    ASSERT_EQ(results[i].type(), expected[i].type());
    EXPECT_EQ(std::memcmp(results[i].data(), expected[i].data(), expected[i].type().bytes()), 0) << "output " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(RandomNetworks, EmitterTest, testing::Range(0u, 60u));

TEST_F(EmitterTest, DescribesItsBorder) {
  program::ProgramT program = emit(R"(
    func.func @main(%x: tensor<1x3x8x8xf32> {qnn.name = "image"}) -> (tensor<1x2x8x8xf32> {qnn.name = "mask"}) {
      %w = npu.constant dense<1> : tensor<2x1x1x3xi8>
      %b = npu.constant dense<1> : tensor<2xi32>
      %q = npu.quantize %x scale = 0.5 zero_point = 3 output = i8 : (tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xi8>
      %t = npu.transpose %q permutation = [0, 2, 3, 1] : (tensor<1x3x8x8xi8>) -> tensor<1x8x8x3xi8>
      %c = npu.conv %t, %w, %b strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1]
         : (tensor<1x8x8x3xi8>, tensor<2x1x1x3xi8>, tensor<2xi32>) -> tensor<1x8x8x2xi32> loc("conv1"("conv1_out"))
      %u = npu.transpose %c permutation = [0, 3, 1, 2] : (tensor<1x8x8x2xi32>) -> tensor<1x2x8x8xi32>
      %d = npu.dequantize %u scales = [0.5, 0.25] axis = 1 zero_point = 0 : (tensor<1x2x8x8xi32>) -> tensor<1x2x8x8xf32>
      return %d : tensor<1x2x8x8xf32>
    })");
  ASSERT_EQ(program.inputs.size(), 1u);
  EXPECT_EQ(program.inputs[0]->name, "image");
  EXPECT_EQ(program.inputs[0]->layout, "NCHW");
  EXPECT_THAT(program.inputs[0]->scales, ElementsAre(0.5));
  EXPECT_EQ(program.inputs[0]->zero_point, 3);
  ASSERT_EQ(program.outputs.size(), 1u);
  EXPECT_EQ(program.outputs[0]->name, "mask");
  EXPECT_EQ(program.outputs[0]->layout, "NCHW");
  EXPECT_THAT(program.outputs[0]->scales, ElementsAre(0.5, 0.25));
  // Of what the dequantize reads, which is channels-last.
  EXPECT_EQ(program.outputs[0]->axis, 3);
  EXPECT_EQ(program.target->name, "generic");
  EXPECT_THAT(program.target->description, HasSubstr("multiplier_bits: 15"));
  std::vector<std::string> names;
  for (const auto &layer : program.layers)
    names.push_back(layer->name);
  EXPECT_THAT(names, testing::Contains("conv1"));
}

/// From -65.5 to 62, in steps of 0.5. What the readers tell apart may begin a step below the grid and end a step above.
TEST_F(EmitterTest, SaysWhatAnInputsGridMayCutOff) {
  auto cuts = [&](const std::string &low, const std::string &high) {
    program::ProgramT program = emit(R"(
    func.func @main(%x: tensor<1x4xf32> {qnn.name = "x", qnn.told_apart = array<f64: )" +
                                     low + ", " + high + R"(>}) -> (tensor<1x4xi8> {qnn.name = "y"}) {
      %q = npu.quantize %x scale = 0.5 zero_point = 3 output = i8 : (tensor<1x4xf32>) -> tensor<1x4xi8>
      %r = npu.reshape %q shape = [1, 4] : (tensor<1x4xi8>) -> tensor<1x4xi8>
      return %r : tensor<1x4xi8>
    })");
    return std::pair(program.inputs[0]->is_cut_below, program.inputs[0]->is_cut_above);
  };
  EXPECT_EQ(cuts("-66.0", "62.5"), std::pair(true, true));
  EXPECT_EQ(cuts("-66.25", "62.5"), std::pair(false, true));
  EXPECT_EQ(cuts("-66.0", "62.75"), std::pair(true, false));
  EXPECT_EQ(cuts("0.0", "6.0"), std::pair(true, true));
}

TEST_F(EmitterTest, HostStepsGiveTheGridOfTheTensor) {
  program::ProgramT program = emit(R"(
    func.func @main(%x: tensor<1x8x8x3xi8> {npu.host_steps = [
          #npu.quantize_step<scale = 0.5 : f32, zero_point = 3, output = i8>, #npu.transpose_step<permutation = [0, 2, 3, 1]>]})
        -> (tensor<1x8x8x3xi8> {npu.host_steps = [
          #npu.transpose_step<permutation = [0, 3, 1, 2]>, #npu.dequantize_step<scales = [0.5, 0.25, 1.0], axis = 1, zero_point = 0>]}) {
      %p = npu.max_pool %x kernel = [1, 1] strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] : (tensor<1x8x8x3xi8>) -> tensor<1x8x8x3xi8>
      return %p : tensor<1x8x8x3xi8>
    })");
  EXPECT_EQ(program.inputs[0]->layout, "NHWC");
  EXPECT_EQ(program.inputs[0]->host_steps.size(), 2u);
  EXPECT_EQ(program.outputs[0]->layout, "NHWC");
  EXPECT_THAT(program.outputs[0]->scales, ElementsAre(0.5, 0.25, 1.0));
  EXPECT_EQ(program.outputs[0]->axis, 3);
}

TEST_F(EmitterTest, EqualConstantsAreStoredOnce) {
  program::ProgramT program = emit(R"(
    func.func @main(%x: tensor<4xi8> {npu.host_steps = [#npu.quantize_step<scale = 0.5 : f32, zero_point = 3, output = i8>]})
        -> (tensor<4xi8> {npu.host_steps = [#npu.dequantize_step<scales = [0.5], axis = 0, zero_point = 0>]}) {
      %a = npu.constant dense<1> : tensor<256xi8>
      %b = npu.constant dense<1> : tensor<256xi8>
      %c = npu.constant dense<2> : tensor<256xi8>
      %0 = npu.lookup %x, %a : (tensor<4xi8>, tensor<256xi8>) -> tensor<4xi8>
      %1 = npu.lookup %0, %b : (tensor<4xi8>, tensor<256xi8>) -> tensor<4xi8>
      %2 = npu.lookup %1, %c : (tensor<4xi8>, tensor<256xi8>) -> tensor<4xi8>
      return %2 : tensor<4xi8>
    })");
  size_t constants =
      std::count_if(program.tensors.begin(), program.tensors.end(), [](auto &tensor) { return tensor->constant; });
  EXPECT_EQ(constants, 2u);
}

/// Zeros on the grids of two layers are two biases, and a third layer's on a grid that is there already is none more.
TEST_F(EmitterTest, EqualIntegersOnOtherGridsAreStoredAgain) {
  program::ProgramT program = emit(R"(
    func.func @main(%x: tensor<1x2xi8> {npu.host_steps = [#npu.quantize_step<scale = 0.5 : f32, zero_point = 0, output = i8>]})
        -> (tensor<1x2xi8> {npu.host_steps = [#npu.dequantize_step<scales = [0.5], axis = 0, zero_point = 0>]}) {
      %w = npu.constant dense<1> : tensor<2x2xi8>
      %a = npu.constant dense<0> : tensor<2xi32> {npu.grid = !quant.uniform<i32:f32:0, {0.5, 0.25}>}
      %b = npu.constant dense<0> : tensor<2xi32> {npu.grid = !quant.uniform<i32:f32:0, {0.5, 0.125}>}
      %c = npu.constant dense<0> : tensor<2xi32> {npu.grid = !quant.uniform<i32:f32:0, {0.5, 0.25}>}
      %0 = npu.linear %x, %w, %a requant = <multipliers = [3], shifts = [2], zero_point = 0, clamp = [-128, 127]> : (tensor<1x2xi8>, tensor<2x2xi8>, tensor<2xi32>) -> tensor<1x2xi8> loc("one")
      %1 = npu.linear %0, %w, %b requant = <multipliers = [3], shifts = [2], zero_point = 0, clamp = [-128, 127]> : (tensor<1x2xi8>, tensor<2x2xi8>, tensor<2xi32>) -> tensor<1x2xi8> loc("two")
      %2 = npu.linear %1, %w, %c requant = <multipliers = [3], shifts = [2], zero_point = 0, clamp = [-128, 127]> : (tensor<1x2xi8>, tensor<2x2xi8>, tensor<2xi32>) -> tensor<1x2xi8> loc("three")
      return %2 : tensor<1x2xi8>
    })");
  ASSERT_EQ(program.layers.size(), 3u);
  auto bias = [&](size_t layer) { return program.layers[layer]->operands[2]; };
  EXPECT_NE(bias(0), bias(1));
  EXPECT_EQ(bias(0), bias(2));
  EXPECT_THAT(program.tensors[bias(0)]->scales, ElementsAre(0.5, 0.25));
  EXPECT_THAT(program.tensors[bias(1)]->scales, ElementsAre(0.5, 0.125));
}

/// A grid is its scales, its axis and its zero point.
TEST_F(EmitterTest, GridsDifferInZeroPointsAndAxesToo) {
  program::ProgramT program = emit(R"(
    func.func @main(%x: tensor<2x2xi8> {npu.host_steps = [#npu.quantize_step<scale = 0.5 : f32, zero_point = 0, output = i8>]})
        -> (tensor<2x2xi8> {npu.host_steps = [#npu.dequantize_step<scales = [0.5], axis = 0, zero_point = 0>]}) {
      %a = npu.constant dense<1> : tensor<2x2xi8> {npu.grid = !quant.uniform<i8:f32, 0.5:3>}
      %b = npu.constant dense<1> : tensor<2x2xi8> {npu.grid = !quant.uniform<i8:f32, 0.5:4>}
      %c = npu.constant dense<1> : tensor<2x2xi8> {npu.grid = !quant.uniform<i8:f32:0, {0.5, 0.25}>}
      %d = npu.constant dense<1> : tensor<2x2xi8> {npu.grid = !quant.uniform<i8:f32:1, {0.5, 0.25}>}
      %e = npu.constant dense<1> : tensor<2x2xi8> {npu.grid = !quant.uniform<i8:f32, 0.5:4>}
      %0 = npu.concat %a, %b, %c, %d, %e axis = 0 : (tensor<2x2xi8>, tensor<2x2xi8>, tensor<2x2xi8>, tensor<2x2xi8>, tensor<2x2xi8>) -> tensor<10x2xi8>
      %1 = npu.slice %0 starts = [0, 0] steps = [1, 1] sizes = [2, 2] : (tensor<10x2xi8>) -> tensor<2x2xi8>
      return %1 : tensor<2x2xi8>
    })");
  ASSERT_FALSE(program.layers.empty());
  std::vector<uint32_t> operands = program.layers[0]->operands;
  ASSERT_EQ(operands.size(), 5u);
  EXPECT_EQ(operands[1], operands[4]);
  operands.pop_back();
  std::ranges::sort(operands);
  EXPECT_EQ(std::ranges::adjacent_find(operands), operands.end());
}

TEST_F(EmitterTest, SaysWhatIsMissing) {
  EXPECT_TRUE(
      failed(emitProgram(*parse("func.func @main(%x: tensor<4xi8>) -> tensor<4xi8> { return %x : tensor<4xi8> }"))));
  EXPECT_THAT(message, HasSubstr("the module has no 'npu.target'"));
  EXPECT_TRUE(failed(emitProgram(*parse("func.func @other() { return }"))));
  EXPECT_THAT(message, HasSubstr("has no function @main"));
  OwningOpRef<ModuleOp> module = parse(R"(module attributes {npu.target = #npu.target<{name = "tiny", activations = [
      {type = "i8", symmetric = true, accumulator_bits = 32}], multiplier_bits = 15, shift = {min = 0, max = 31}, rounding = "half_up",
      ops = ["conv"]}>} {
    func.func @main(%x: tensor<4xi8>) -> tensor<2x2xi8> {
      %t = npu.constant dense<0> : tensor<256xi8>
      %0 = npu.lookup %x, %t : (tensor<4xi8>, tensor<256xi8>) -> tensor<4xi8> loc("gelu")
      %1 = npu.reshape %0 shape = [2, 2] : (tensor<4xi8>) -> tensor<2x2xi8>
      %2 = npu.lookup %1, %t : (tensor<2x2xi8>, tensor<256xi8>) -> tensor<2x2xi8> loc("mish")
      return %2 : tensor<2x2xi8>
    }
  })");
  EXPECT_TRUE(failed(emitProgram(*module)));
  EXPECT_THAT(message, HasSubstr("layer 'gelu' needs the operator lookup, which the target 'tiny' does not have"));
  EXPECT_THAT(message, HasSubstr("layer 'mish' needs the operator lookup, which the target 'tiny' does not have"));
  module = parse(R"(module attributes {npu.target = #npu.target<{name = "tiny", activations = [
      {type = "i8", symmetric = true, accumulator_bits = 32}], multiplier_bits = 15, shift = {min = 0, max = 31}, rounding = "half_up"}>} {
    func.func @main(%x: tensor<4xi8> {qnn.name = "x"}) -> tensor<4xi8> { return %x : tensor<4xi8> }
  })");
  EXPECT_TRUE(failed(emitProgram(*module)));
  EXPECT_THAT(message, HasSubstr("'x' has no address: run --tare-plan-memory first"));
}

} // namespace
