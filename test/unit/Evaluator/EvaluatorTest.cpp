//===- EvaluatorTest.cpp - Every form of the IR runs ----------------------===//
#include "tare/Evaluator/Evaluator.h"
#include "Modules.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Steps.h"
#include "tare/Tensor/Parallel.h"

#include "mlir/AsmParser/AsmParser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

using namespace tare;

namespace {

using Reals = std::vector<float>;

class EvaluatorTest : public testing::Test {
protected:
  /// The outputs of @main for these inputs.
  std::vector<Tensor> run(const std::string &text, std::vector<Tensor> inputs) {
    module = parse(*context, text);
    if (!module)
      return {};
    auto evaluator = Evaluator::create(*module);
    return mlir::succeeded(evaluator) ? evaluator->run(inputs) : std::vector<Tensor>();
  }

  std::unique_ptr<mlir::MLIRContext> context = makeContext();
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

/// round half to even of x / scale, plus zero, saturated; NaN is the least. In double, as it is defined.
template <typename T> T quantizedOne(float x, float scale, int zero, int min, int max) {
  double q = std::nearbyint(double(x / scale)) + zero;
  return T(std::isnan(q) ? min : std::clamp(q, double(min), double(max)));
}

template <typename T>
void expectQuantizes(mlir::MLIRContext &context, const std::string &element, int zero, int min, int max) {
  constexpr float scale = 0.25f, infinity = HUGE_VALF;
  Reals reals{0.0f, -0.0f, NAN, infinity, -infinity, 3e38f, -3e38f, 1e-38f};
  for (int tie = -600; tie <= 600; ++tie)
    for (float beside : {-1e-6f, 0.0f, 1e-6f})
      reals.push_back((float(tie) / 2 + beside * float(tie)) * scale);
  for (int step = -70000; step <= 70000; step += 7)
    reals.push_back(float(step) * scale * 1.1f);
  int64_t count = reals.size();
  auto type = mlir::parseType("tensor<" + std::to_string(count) + "x!quant.uniform<" + element +
                                  ", 0.25:" + std::to_string(zero) + ">>",
                              &context);
  ASSERT_TRUE(type);
  Tensor integers = quantized(makeTensor<float>({count}, reals), type);
  for (int64_t i = 0; i != count; ++i)
    ASSERT_EQ(integers.as<T>()[i], quantizedOne<T>(reals[i], scale, zero, min, max)) << reals[i] << " on " << element;
}

/// (A2) One rule, of run time and of constants.
TEST_F(EvaluatorTest, NaNIsTheLeastIntegerEverywhere) {
  Tensor nan = makeTensor<float>({2}, {NAN, 0.5f});
  for (const char *grid :
       {"i8:f32, 0.25", "i8:f32, 0.25:7", "i8<-127:127>:f32, 0.25", "i8:f32, 0.1234567890123456", "i16:f32, 0.25:-300",
        "i32:f32, 0.25", "i32:f32, 0.1234567890123456", "u8:f32, 0.25:128", "i8:f32:0, {0.25:3,0.5:5}"}) {
    mlir::Type type = mlir::parseType("tensor<2x!quant.uniform<" + std::string(grid) + ">>", context.get());
    ASSERT_TRUE(type) << grid;
    qnn::Grid meant = *qnn::Grid::of(type);
    auto first = [&](const Tensor &integers) -> int64_t {
      switch (integers.element()) {
      case ElementType::i8:
        return integers.as<int8_t>()[0];
      case ElementType::u8:
        return integers.as<uint8_t>()[0];
      case ElementType::i16:
        return integers.as<int16_t>()[0];
      default:
        return integers.as<int32_t>()[0];
      }
    };
    EXPECT_EQ(first(quantized(nan, type)), meant.min) << grid;
    EXPECT_EQ(first(constantOnGrid(nan, type)), meant.min) << grid;
    EXPECT_EQ(qnn::integerOf(NAN, meant, 0), meant.min) << grid;
  }
}

TEST_F(EvaluatorTest, QuantizesAsDefined) {
  expectQuantizes<int8_t>(*context, "i8:f32", 0, -128, 127);
  expectQuantizes<int8_t>(*context, "i8:f32", -128, -128, 127);
  expectQuantizes<int8_t>(*context, "i8<-127:127>:f32", 5, -127, 127);
  expectQuantizes<uint8_t>(*context, "u8:f32", 200, 0, 255);
  expectQuantizes<int16_t>(*context, "i16:f32", -300, -32768, 32767);
  expectQuantizes<uint16_t>(*context, "u16:f32", 65535, 0, 65535);
}

TEST_F(EvaluatorTest, FloatConvWithFusedActivation) {
  auto outputs = run(R"(func.func @main(%x: tensor<1x1x1x3xf32>) -> tensor<1x2x1x3xf32> {
    %w = qnn.constant dense<[[[[2.0]]], [[[-1.0]]]]> : tensor<2x1x1x1xf32> as tensor<2x1x1x1xf32>
    %b = qnn.constant dense<[0.5, 0.0]> : tensor<2xf32> as tensor<2xf32>
    %0 = qnn.conv %x, %w, %b {clamp = #qnn.clamp<0.0, 4.0>} : (tensor<1x1x1x3xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x1x3xf32>
    return %0 : tensor<1x2x1x3xf32> })",
                     {makeTensor<float>({1, 1, 1, 3}, {-1, 1, 3})});
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_EQ(valuesOf<float>(outputs[0]), (Reals{0, 2.5, 4, 1, 0, 0}));
}

// ONNX's weights are [I, O / group, k], the dialect's [O, I / group, k]: two groups tell the two apart.
TEST_F(EvaluatorTest, ConvTransposeInGroups) {
  auto outputs = run(R"(func.func @main(%x: tensor<1x4x1xf32>) -> tensor<1x2x1xf32> {
    %w = qnn.constant dense<[[[1.0], [10.0]], [[100.0], [1000.0]]]> : tensor<2x2x1xf32> as tensor<2x2x1xf32>
    %0 = qnn.conv_transpose %x, %w {group = 2 : i64} : (tensor<1x4x1xf32>, tensor<2x2x1xf32>) -> tensor<1x2x1xf32>
    return %0 : tensor<1x2x1xf32> })",
                     {makeTensor<float>({1, 4, 1}, {1, 2, 3, 4})});
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_EQ(valuesOf<float>(outputs[0]), (Reals{21, 4300}));
}

TEST_F(EvaluatorTest, PReluHasASlopePerChannel) {
  auto outputs = run(R"(func.func @main(%x: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
    %0 = qnn.prelu %x {slope = array<f64: 0.5, 0.25>} : (tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
    return %0 : tensor<1x2x2xf32> })",
                     {makeTensor<float>({1, 2, 2}, {-4, 4, -4, 4})});
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_EQ(valuesOf<float>(outputs[0]), (Reals{-2, 4, -1, 4}));
}

// Round half to even, saturate, and back; one list of scales along an axis.
TEST_F(EvaluatorTest, CastsFollowOnnx) {
  auto outputs = run(
      R"(
    !q = !quant.uniform<i8:f32, 0.5:10>
    !p = !quant.uniform<i8:f32:1, {0.5, 0.25}>
    func.func @main(%x: tensor<1x6xf32>, %y: tensor<2x2xf32>) -> (tensor<1x6x!q>, tensor<1x6xf32>, tensor<2x2x!p>) {
      %0 = quant.qcast %x : tensor<1x6xf32> to tensor<1x6x!q>
      %1 = quant.dcast %0 : tensor<1x6x!q> to tensor<1x6xf32>
      %2 = quant.qcast %y : tensor<2x2xf32> to tensor<2x2x!p>
      return %0, %1, %2 : tensor<1x6x!q>, tensor<1x6xf32>, tensor<2x2x!p> })",
      {makeTensor<float>({1, 6}, {0.25, 0.75, -0.25, 1000, -1000, NAN}), makeTensor<float>({2, 2}, {1, 1, -1, -1})});
  ASSERT_EQ(outputs.size(), 3u);
  EXPECT_EQ(valuesOf<int8_t>(outputs[0]), (std::vector<int8_t>{10, 12, 10, 127, -128, -128}));
  EXPECT_EQ(valuesOf<float>(outputs[1]), (Reals{0, 1, 0, 58.5, -69, -69}));
  EXPECT_EQ(valuesOf<int8_t>(outputs[2]), (std::vector<int8_t>{2, 4, -2, -4}));
}

// S_w = .5, S_x = .25, Z_x = -2, q_w = [5, 1, -4], q_x = [4, -2, 9]: sum (q_x + 2) * q_w = -14; -14 / 8 = -1.75.
TEST_F(EvaluatorTest, FusedOpComputesOnRealValues) {
  auto outputs = run(R"(
    !x = !quant.uniform<i8:f32, 0.25:-2>
    !w = !quant.uniform<i8<-127:127>:f32:0, {0.5}>
    !t = !quant.uniform<i32:f32:1, {0.125}>
    func.func @main(%x: tensor<1x3x!x>) -> (tensor<1x1x!t>, tensor<1x1x!x>) {
      %w = qnn.constant dense<[[5, 1, -4]]> : tensor<1x3xi8> as tensor<1x3x!w>
      %0 = qnn.linear %x, %w : (tensor<1x3x!x>, tensor<1x3x!w>) -> tensor<1x1x!t>
      %1 = qnn.linear %x, %w : (tensor<1x3x!x>, tensor<1x3x!w>) -> tensor<1x1x!x>
      return %0, %1 : tensor<1x1x!t>, tensor<1x1x!x> })",
                     {makeTensor<int8_t>({1, 3}, {4, -2, 9})});
  ASSERT_EQ(outputs.size(), 2u);
  EXPECT_EQ(valuesOf<int32_t>(outputs[0]), (std::vector<int32_t>{-14}));
  EXPECT_EQ(valuesOf<int8_t>(outputs[1]), (std::vector<int8_t>{-9}));
}

// Data movement touches no integer, however large: 2^24 + 1 is no float.
TEST_F(EvaluatorTest, MovementKeepsIntegersAsTheyAre) {
  auto outputs = run(R"(
    func.func @main(%x: tensor<1x2x!quant.uniform<i32:f32:1, {0.5, 0.25}>>) -> tensor<2x1x!quant.uniform<i32:f32:0, {0.5, 0.25}>> {
      %0 = qnn.transpose %x {permutation = array<i64: 1, 0>} : (tensor<1x2x!quant.uniform<i32:f32:1, {0.5, 0.25}>>) -> tensor<2x1x!quant.uniform<i32:f32:0, {0.5, 0.25}>>
      return %0 : tensor<2x1x!quant.uniform<i32:f32:0, {0.5, 0.25}>> })",
                     {makeTensor<int32_t>({1, 2}, {16777217, -16777217})});
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_EQ(valuesOf<int32_t>(outputs[0]), (std::vector<int32_t>{16777217, -16777217}));
}

TEST_F(EvaluatorTest, IntegerOpsRunOnTheirKernels) {
  auto outputs = run(R"(func.func @main(%x: tensor<1x2xi8>) -> tensor<1x1xi32> {
    %w = npu.constant dense<[[3, -2]]> : tensor<1x2xi8>
    %b = npu.constant dense<7> : tensor<1xi32>
    %0 = npu.linear %x, %w, %b : (tensor<1x2xi8>, tensor<1x2xi8>, tensor<1xi32>) -> tensor<1x1xi32>
    return %0 : tensor<1x1xi32> })",
                     {makeTensor<int8_t>({1, 2}, {10, -20})});
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_EQ(valuesOf<int32_t>(outputs[0]), (std::vector<int32_t>{77}));
}

TEST_F(EvaluatorTest, NamesItsPorts) {
  module = parse(*context,
                 R"(func.func @main(%x: tensor<1xf32> {qnn.name = "image"}) -> (tensor<1xf32> {qnn.name = "logits"}) {
    %0 = qnn.relu %x : (tensor<1xf32>) -> tensor<1xf32>
    return %0 : tensor<1xf32> })");
  auto evaluator = Evaluator::create(*module);
  ASSERT_TRUE(mlir::succeeded(evaluator));
  EXPECT_EQ(evaluator->inputs()[0].name, "image");
  EXPECT_EQ(evaluator->outputs()[0].name, "logits");
  EXPECT_EQ(evaluator->outputs()[0].type, (TensorType{ElementType::f32, {1}}));
}

TEST_F(EvaluatorTest, RefusesAModuleWithoutMain) {
  module = parse(*context, "func.func @other() { return }");
  mlir::ScopedDiagnosticHandler silence(context.get(), [](mlir::Diagnostic &) { return mlir::success(); });
  EXPECT_TRUE(mlir::failed(Evaluator::create(*module)));
}

// Images keep their channels last between convolutions; nobody outside sees it.
TEST_F(EvaluatorTest, TheOrderOfChannelsIsNobodysBusiness) {
  module =
      parse(*context,
            R"(func.func @main(%x: tensor<1x2x6x5xf32>) -> (tensor<1x8x2x2xf32>, tensor<1x3x6x5xf32>, tensor<1x3xf32>) {
    %w = qnn.constant dense<[[[[0.5]], [[-1.0]]], [[[2.0]], [[0.25]]], [[[-0.5]], [[1.5]]]]> : tensor<3x2x1x1xf32> as tensor<3x2x1x1xf32>
    %v = qnn.constant dense<0.125> : tensor<4x3x3x3xf32> as tensor<4x3x3x3xf32>
    %k = qnn.constant dense<[[[1.0]], [[2.0]], [[-3.0]]]> : tensor<3x1x1xf32> as tensor<3x1x1xf32>
    %0 = qnn.conv %x, %w : (tensor<1x2x6x5xf32>, tensor<3x2x1x1xf32>) -> tensor<1x3x6x5xf32>
    %1 = qnn.mul %0, %k : (tensor<1x3x6x5xf32>, tensor<3x1x1xf32>) -> tensor<1x3x6x5xf32>
    %2 = qnn.relu %1 : (tensor<1x3x6x5xf32>) -> tensor<1x3x6x5xf32>
    %3 = qnn.conv %2, %v {pads = array<i64: 1, 1, 1, 1>} : (tensor<1x3x6x5xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x5xf32>
    %4 = qnn.reduce_mean %2 {axes = array<i64: 2, 3>, keep_dims} : (tensor<1x3x6x5xf32>) -> tensor<1x3x1x1xf32>
    %5 = qnn.sigmoid %4 : (tensor<1x3x1x1xf32>) -> tensor<1x3x1x1xf32>
    %6 = qnn.mul %2, %5 : (tensor<1x3x6x5xf32>, tensor<1x3x1x1xf32>) -> tensor<1x3x6x5xf32>
    %s = qnn.slice %x {starts = array<i64: 0, 0, 0, 0>, sizes = array<i64: 1, 1, 6, 5>, steps = array<i64: 1, 1, 1, 1>} : (tensor<1x2x6x5xf32>) -> tensor<1x1x6x5xf32>
    %t = qnn.concat %s, %3 {axis = 1 : i64} : (tensor<1x1x6x5xf32>, tensor<1x4x6x5xf32>) -> tensor<1x5x6x5xf32>
    %7 = qnn.concat %t, %6 {axis = 1 : i64} : (tensor<1x5x6x5xf32>, tensor<1x3x6x5xf32>) -> tensor<1x8x6x5xf32>
    %8 = qnn.max_pool %7 {kernel = array<i64: 3, 2>, strides = array<i64: 3, 2>} : (tensor<1x8x6x5xf32>) -> tensor<1x8x2x2xf32>
    %9 = qnn.relu %8 : (tensor<1x8x2x2xf32>) -> tensor<1x8x2x2xf32>
    %10 = qnn.reshape %4 {shape = array<i64: 1, 3>} : (tensor<1x3x1x1xf32>) -> tensor<1x3xf32>
    return %9, %6, %10 : tensor<1x8x2x2xf32>, tensor<1x3x6x5xf32>, tensor<1x3xf32> })");
  ASSERT_TRUE(module);
  auto evaluator = Evaluator::create(*module);
  ASSERT_TRUE(mlir::succeeded(evaluator));
  Tensor x(ElementType::f32, {1, 2, 6, 5});
  for (int i = 0; i < 60; ++i)
    x.mutableAs<float>()[i] = float(i * 37 % 61) / 8 - 3;

  // One op after the other on row-major values.
  mlir::Block &block = module->lookupSymbol<mlir::func::FuncOp>("main").front();
  llvm::DenseMap<mlir::Value, Tensor> expected{{block.getArgument(0), x}};
  for (mlir::Operation &op : block.without_terminator()) {
    if (mlir::ElementsAttr constant = qnn::constantValue(op.getResult(0))) {
      expected[op.getResult(0)] = qnn::toTensor(constant);
      continue;
    }
    std::vector<Tensor> operands;
    for (mlir::Value operand : op.getOperands())
      operands.push_back(expected[operand]);
    expected[op.getResult(0)] = *evaluateOp(&op, operands);
  }
  size_t observed = 0;
  auto sorted = [](Reals values) { return std::sort(values.begin(), values.end()), values; };
  for (auto order : {Evaluator::ElementOrder::rowMajor, Evaluator::ElementOrder::any}) {
    auto results = evaluator->run(
        x,
        [&](mlir::Value value, const Tensor &tensor) {
          ++observed;
          Reals seen = valuesOf<float>(tensor), wanted = valuesOf<float>(expected[value]);
          if (order == Evaluator::ElementOrder::rowMajor)
            EXPECT_EQ(tensor.type(), expected[value].type());
          EXPECT_EQ(order == Evaluator::ElementOrder::any ? sorted(seen) : seen,
                    order == Evaluator::ElementOrder::any ? sorted(wanted) : wanted);
        },
        order);
    for (auto [result, value] : llvm::zip(results, block.getTerminator()->getOperands())) {
      EXPECT_EQ(result.type(), expected[value].type());
      EXPECT_EQ(valuesOf<float>(result), valuesOf<float>(expected[value]));
    }
  }
  EXPECT_EQ(observed, 2 * evaluator->computedValues().size());
  EXPECT_EQ(evaluator->computedValues().size(), 13u);
}

// Values share one arena, also under the second name that a reshape gives them; outputs and inputs do not.
TEST_F(EvaluatorTest, ValuesLiveUntilTheirLastReader) {
  module = parse(*context, R"(func.func @main(%x: tensor<4xf32>) -> (tensor<2x2xf32>, tensor<4xf32>, tensor<2x2xf32>) {
    %0 = qnn.add %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = qnn.reshape %0 {shape = array<i64: 2, 2>} : (tensor<4xf32>) -> tensor<2x2xf32>
    %2 = qnn.reshape %x {shape = array<i64: 2, 2>} : (tensor<4xf32>) -> tensor<2x2xf32>
    %3 = qnn.add %2, %2 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    %4 = qnn.add %3, %3 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    %5 = qnn.add %4, %3 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    %6 = qnn.add %5, %1 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    %7 = qnn.reshape %6 {shape = array<i64: 4>} : (tensor<2x2xf32>) -> tensor<4xf32>
    return %6, %7, %2 : tensor<2x2xf32>, tensor<4xf32>, tensor<2x2xf32> })");
  auto evaluator = Evaluator::create(*module);
  ASSERT_TRUE(mlir::succeeded(evaluator));
  auto first = evaluator->run(makeTensor<float>({4}, {1, 2, 3, 4}));
  auto second = evaluator->run(makeTensor<float>({4}, {-1, 0, 5, 7}));
  EXPECT_EQ(valuesOf<float>(first[0]), (Reals{8, 16, 24, 32}));
  EXPECT_EQ(valuesOf<float>(first[1]), (Reals{8, 16, 24, 32}));
  EXPECT_EQ(valuesOf<float>(first[2]), (Reals{1, 2, 3, 4}));
  EXPECT_EQ(valuesOf<float>(second[0]), (Reals{-8, 0, 40, 56}));
  EXPECT_EQ(valuesOf<float>(second[1]), (Reals{-8, 0, 40, 56}));
}

TEST_F(EvaluatorTest, ObservesEveryResultAndRunsInThreads) {
  module = parse(*context, R"(func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
    %0 = qnn.relu %x : (tensor<4xf32>) -> tensor<4xf32> loc("first")
    %1 = qnn.add %0, %0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> loc("second")
    return %1 : tensor<4xf32> })");
  auto evaluator = Evaluator::create(*module);
  ASSERT_TRUE(mlir::succeeded(evaluator));
  std::vector<int> observed(64);
  std::vector<Reals> results(64);
  parallelFor(64, 4, [&](size_t i, size_t) {
    Tensor x = makeTensor<float>({4}, {float(i), -1, 1, 0});
    results[i] = valuesOf<float>(evaluator->run(x, [&](mlir::Value, const Tensor &) { ++observed[i]; })[0]);
  });
  for (size_t i = 0; i < 64; ++i) {
    EXPECT_EQ(observed[i], 2);
    EXPECT_EQ(results[i], (Reals{2 * float(i), 0, 2, 0}));
  }
}

} // namespace
