//===- OutputPartsTest.cpp - What an output is put together from ----------===//
#include "Driver/Check/OutputParts.h"

#include "tare/Dialect/Qnn/QnnDialect.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace mlir;
using namespace tare;

namespace {

class OutputPartsTest : public testing::Test {
protected:
  OutputPartsTest() { context.loadDialect<func::FuncDialect, quant::QuantDialect, qnn::QnnDialect>(); }
  std::vector<OutputParts> partsOf(const std::string &body, const std::string &type, const std::string &name = "out") {
    module = parseSourceString<ModuleOp>(
        "func.func @main(%x: tensor<1x2xf32> {qnn.name = \"x\"}, %m: tensor<1x2xf32> {qnn.name = \"m\", qnn.range = "
        "#qnn.range<0.0, 1.0, calibrated>}) -> (" +
            type + " {qnn.name = \"" + name + "\"}) {\n" + body + "}",
        &context);
    EXPECT_TRUE(module);
    return module ? outputPartsOf(module->lookupSymbol<func::FuncOp>("main")) : std::vector<OutputParts>(1);
  }
  std::vector<int> labelsOf(const OutputParts &output, int64_t count) {
    std::vector<int> labels;
    for (int64_t i = 0; i != count; ++i)
      labels.push_back(output.partOf(i) ? int(*output.partOf(i)) : -1);
    return labels;
  }
  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

TEST_F(OutputPartsTest, OneValueIsOnePart) {
  auto outputs = partsOf(R"(
    %y = qnn.sigmoid %x {qnn.range = #qnn.range<0.0, 0.75, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("s"("y"))
    return %y : tensor<1x2xf32>)",
                         "tensor<1x2xf32>");
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_EQ(outputs[0].name, "out");
  ASSERT_EQ(outputs[0].parts.size(), 1u);
  EXPECT_EQ(outputs[0].parts[0].value, "y");
  EXPECT_EQ(outputs[0].parts[0].width, 1);
  EXPECT_EQ(outputs[0].parts[0].step, 0);
  EXPECT_EQ(outputs[0].parts[0].reach, 0.75);
  EXPECT_EQ(labelsOf(outputs[0], 2), (std::vector<int>{0, 0}));
}

/// Boxes and scores, each with its grid; what they are joined on is coarser.
TEST_F(OutputPartsTest, JoinedAndMoved) {
  auto outputs = partsOf(R"(
    %b = qnn.relu %x {qnn.range = #qnn.range<0.0, 8.0, calibrated>} : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("relu"("boxes"))
    %bq = quant.qcast %b : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i8:f32, 0.5>>
    %bd = quant.dcast %bq : tensor<1x2x!quant.uniform<i8:f32, 0.5>> to tensor<1x2xf32>
    %s = qnn.tanh %x : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("tanh"("scores"))
    %sq = quant.qcast %s : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i8:f32, 0.0078125>>
    %sd = quant.dcast %sq : tensor<1x2x!quant.uniform<i8:f32, 0.0078125>> to tensor<1x2xf32>
    %j = qnn.concat %bd, %sd {axis = 0 : i64} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<2x2xf32> loc("join")
    %t = qnn.transpose %j {permutation = array<i64: 1, 0>} : (tensor<2x2xf32>) -> tensor<2x2xf32> loc("t")
    %tq = quant.qcast %t : tensor<2x2xf32> to tensor<2x2x!quant.uniform<i8:f32, 0.25>>
    %td = quant.dcast %tq : tensor<2x2x!quant.uniform<i8:f32, 0.25>> to tensor<2x2xf32>
    return %td : tensor<2x2xf32>)",
                         "tensor<2x2xf32>");
  ASSERT_EQ(outputs[0].parts.size(), 2u);
  EXPECT_EQ(outputs[0].parts[0].value, "boxes");
  EXPECT_EQ(outputs[0].parts[0].width, HUGE_VAL);
  EXPECT_EQ(outputs[0].parts[0].step, 0.5);
  EXPECT_EQ(outputs[0].parts[0].reach, 8);
  EXPECT_EQ(outputs[0].parts[1].value, "scores");
  EXPECT_EQ(outputs[0].parts[1].width, 2);
  EXPECT_EQ(outputs[0].parts[1].step, 0.25);
  EXPECT_EQ(outputs[0].parts[1].reach, 0);
  EXPECT_EQ(labelsOf(outputs[0], 4), (std::vector<int>{0, 1, 0, 1}));
}

/// What a mask multiplies lies in the same interval, and 0.
TEST_F(OutputPartsTest, MaskedProbabilities) {
  for (bool isFirst : {false, true}) {
    auto outputs = partsOf(
        std::string(R"(
      %s = qnn.sigmoid %x : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("s"))") +
            "\n%y = qnn.mul " + (isFirst ? "%m, %s" : "%s, %m") +
            " : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> loc(\"mul\"(\"y\"))\nreturn %y : tensor<1x2xf32>",
        "tensor<1x2xf32>");
    EXPECT_EQ(outputs[0].parts[0].width, 1);
  }
  auto outputs = partsOf(R"(
    %s = qnn.sigmoid %x : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("s")
    %y = qnn.mul %s, %x : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32> loc("mul"("y"))
    return %y : tensor<1x2xf32>)",
                         "tensor<1x2xf32>");
  EXPECT_EQ(outputs[0].parts[0].width, HUGE_VAL);
}

TEST_F(OutputPartsTest, BordersAreNoPart) {
  auto outputs = partsOf(R"(
    %r = qnn.relu %x : (tensor<1x2xf32>) -> tensor<1x2xf32> loc("relu"("r"))
    %p = qnn.pad %r {low = array<i64: 0, 1>, high = array<i64: 0, 2>, value = 3.0 : f64} : (tensor<1x2xf32>) -> tensor<1x5xf32> loc("p")
    return %p : tensor<1x5xf32>)",
                         "tensor<1x5xf32>");
  ASSERT_EQ(outputs[0].parts.size(), 1u);
  EXPECT_EQ(labelsOf(outputs[0], 5), (std::vector<int>{-1, 0, 0, -1, -1}));
}

} // namespace
