//===- ExactResultsTest.cpp - Results in double, by hand ------------------===//
#include "Driver/Check/ExactResults.h"

#include "tare/Dialect/Qnn/QnnDialect.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace mlir;
using namespace tare;
using testing::ElementsAre;
using testing::ElementsAreArray;

namespace {

constexpr char grids[] = R"(
!x = !quant.uniform<i16:f32, 0.25:3>
!z = !quant.uniform<i16:f32, 0.5:-2>
!y = !quant.uniform<i16:f32, 0.125:1>
!p = !quant.uniform<i16:f32, 3.0517578125e-5:-32768>
!n = !quant.uniform<i8:f32, 1.0:0>
!a = !quant.uniform<i16:f32:0, {0.25, 0.5}>
)";

/// The function's casts, in their order.
class ExactResultsTest : public testing::Test {
protected:
  void parse(const std::string &text) {
    context.loadDialect<qnn::QnnDialect, func::FuncDialect, quant::QuantDialect>();
    module = parseSourceString<ModuleOp>(grids + text, &context);
    ASSERT_TRUE(module);
    module->walk([&](quant::QuantizeCastOp cast) { casts.push_back(cast); });
  }

  void keep(size_t cast, const std::vector<int16_t> &integers) {
    auto type = mlir::cast<RankedTensorType>(casts[cast].getType());
    Tensor tensor(ElementType::i16, Shape(type.getShape().begin(), type.getShape().end()));
    std::copy(integers.begin(), integers.end(), tensor.mutableAs<int16_t>());
    exact.keep(casts[cast], tensor);
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  std::vector<quant::QuantizeCastOp> casts;
  ExactResults exact;
};

/// Two operands on grids of their own; the second one's rows are repeated, and so are the elements of a column.
std::string sumOf(const std::string &op, const std::string &clamp = "") {
  return "func.func @main(%x: tensor<2x3xf32>, %z: tensor<2x1xf32>) -> tensor<2x3xf32> {\n"
         "  %xq = quant.qcast %x : tensor<2x3xf32> to tensor<2x3x!x>\n"
         "  %xd = quant.dcast %xq : tensor<2x3x!x> to tensor<2x3xf32>\n"
         "  %zq = quant.qcast %z : tensor<2x1xf32> to tensor<2x1x!z>\n"
         "  %zd = quant.dcast %zq : tensor<2x1x!z> to tensor<2x1xf32>\n"
         "  %s = qnn." +
         op + " %xd, %zd " + clamp +
         " : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>\n"
         "  %sq = quant.qcast %s : tensor<2x3xf32> to tensor<2x3x!y>\n"
         "  %sd = quant.dcast %sq : tensor<2x3x!y> to tensor<2x3xf32>\n"
         "  return %sd : tensor<2x3xf32>\n}";
}

TEST_F(ExactResultsTest, SumsBroadcast) {
  parse(sumOf("add"));
  // x = 0.25 * (q - 3): 0, 1, 2 and -1, -2, 5; z = 0.5 * (q + 2): 3, -4.
  keep(0, {3, 7, 11, -1, -5, 23});
  keep(1, {4, -10});
  // 3, 4, 5, -5, -6, 1 in steps of 0.125 above 1.
  EXPECT_THAT(*exact.of(casts[2]), ElementsAre(25, 33, 41, -39, -47, 9));
}

TEST_F(ExactResultsTest, DifferencesHaveASignAndALimit) {
  parse(sumOf("sub", "{clamp = #qnn.clamp<-2.0, 3.0>}"));
  keep(0, {3, 7, 11, -1, -5, 23});
  keep(1, {4, -10});
  // -3, -2, -1, 3, 2, 9 within [-2, 3].
  EXPECT_THAT(*exact.of(casts[2]), ElementsAre(-15, -15, -7, 25, 17, 25));
}

TEST_F(ExactResultsTest, ResultsStayOnTheirGrid) {
  parse(sumOf("add"));
  keep(0, {32767, 32767, 32767, -32768, -32768, -32768});
  keep(1, {32767, -32768});
  EXPECT_THAT(*exact.of(casts[2]), ElementsAre(32767, 32767, 32767, -32768, -32768, -32768));
}

TEST_F(ExactResultsTest, NothingWithoutTheOperandsIntegers) {
  parse(sumOf("add"));
  EXPECT_FALSE(exact.of(casts[2]));
  keep(0, {3, 7, 11, -1, -5, 23});
  EXPECT_FALSE(exact.of(casts[2]));
}

/// Of elements that cancel: 0, where float32 may have anything that its sums round away.
TEST_F(ExactResultsTest, MeansHaveTheirAxes) {
  parse(R"(func.func @main(%x: tensor<2x3xf32>) -> tensor<3xf32> {
  %xq = quant.qcast %x : tensor<2x3xf32> to tensor<2x3x!x>
  %xd = quant.dcast %xq : tensor<2x3x!x> to tensor<2x3xf32>
  %m = qnn.reduce_mean %xd {axes = array<i64: 0>, clamp = #qnn.clamp<-1.0, 1.0>} : (tensor<2x3xf32>) -> tensor<3xf32>
  %mq = quant.qcast %m : tensor<3xf32> to tensor<3x!y>
  %md = quant.dcast %mq : tensor<3x!y> to tensor<3xf32>
  return %md : tensor<3xf32>
})");
  // x = 0.25 * (q - 3): 1, 2, 3 and -1, -1.5, 4.
  keep(0, {7, 11, 15, -1, -3, 19});
  // 0, 0.25, and 3.5 within 1, in steps of 0.125 above 1.
  EXPECT_THAT(*exact.of(casts[1]), ElementsAre(1, 3, 9));
}

std::string onOne(const std::string &op, const std::string &shape, const std::string &from, const std::string &to) {
  std::string real = "tensor<" + shape + "xf32>", x = "tensor<" + shape + "x" + from + ">",
              y = "tensor<" + shape + "x" + to + ">";
  return "func.func @main(%x: " + real + ") -> " + real + " {\n  %xq = quant.qcast %x : " + real + " to " + x +
         "\n  %xd = quant.dcast %xq : " + x + " to " + real + "\n  %f = qnn." + op + " : (" + real + ") -> " + real +
         "\n  %fq = quant.qcast %f : " + real + " to " + y + "\n  %fd = quant.dcast %fq : " + y + " to " + real +
         "\n  return %fd : " + real + "\n}";
}

/// Along the axis in the middle: what lies behind it is not the row's.
TEST_F(ExactResultsTest, SoftmaxIsAlongItsAxis) {
  parse(onOne("softmax %xd {axis = 1 : i64}", "2x3x2", "!x", "!p"));
  std::vector<int16_t> q = {3, 7, 5, 3, 4, -9, 23, 3, 19, 11, 3, 3};
  keep(0, q);
  std::vector<int64_t> expected(12);
  for (int n = 0; n != 2; ++n)
    for (int k = 0; k != 2; ++k) {
      double sum = 0;
      for (int c = 0; c != 3; ++c)
        sum += std::exp(0.25 * (q[(n * 3 + c) * 2 + k] - 3));
      for (int c = 0; c != 3; ++c)
        expected[(n * 3 + c) * 2 + k] =
            std::llrint(std::exp(0.25 * (q[(n * 3 + c) * 2 + k] - 3)) / sum / 3.0517578125e-5) - 32768;
    }
  EXPECT_THAT(*exact.of(casts[1]), ElementsAreArray(expected));
}

/// exp(8000) is infinite; what is below the largest is not.
TEST_F(ExactResultsTest, SoftmaxOfLargeNumbers) {
  parse(onOne("softmax %xd {axis = 1 : i64}", "1x2", "!x", "!p"));
  keep(0, {32003, 32003});
  EXPECT_THAT(*exact.of(casts[1]), ElementsAre(16384 - 32768, 16384 - 32768));
}

TEST_F(ExactResultsTest, FunctionsAreThoseOfTheKernels) {
  parse(onOne("sqrt %xd", "1x4", "!x", "!y"));
  keep(0, {3, 7, 67, 19});
  // The roots of 0, 1, 16, 4.
  EXPECT_THAT(*exact.of(casts[1]), ElementsAre(1, 9, 33, 17));
}

/// Of what is no number: the grid's lowest.
TEST_F(ExactResultsTest, NoNumberIsTheLowest) {
  parse(onOne("sqrt %xd", "1x1", "!x", "!y"));
  keep(0, {-1});
  std::vector<int64_t> integers = *exact.of(casts[1]);
  EXPECT_TRUE(integers[0] == -32768 || integers[0] == 1); // The kernels' own root of a negative number may be 0.
}

/// A function of each channel, and a grid of each channel, are not known here.
TEST_F(ExactResultsTest, NothingPerChannel) {
  parse(onOne("prelu %xd {slope = array<f64: 0.5, 0.25>}", "1x2", "!x", "!y"));
  keep(0, {-1, -5});
  EXPECT_FALSE(exact.of(casts[1]));
  casts.clear();
  parse(onOne("sqrt %xd", "2x1", "!a", "!y"));
  keep(0, {1, 4});
  EXPECT_FALSE(exact.of(casts[1]));
}

TEST_F(ExactResultsTest, NothingOfOtherOps) {
  parse(onOne("reshape %xd {shape = array<i64: 1, 4>}", "1x4", "!x", "!y"));
  keep(0, {3, 7, 67, 19});
  EXPECT_FALSE(exact.of(casts[1]));
}

/// What the model knows itself: real numbers behind a cast, and integers.
TEST_F(ExactResultsTest, ConstantsAreKnown) {
  parse(R"(
func.func @main(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %xq = quant.qcast %x : tensor<1x2xf32> to tensor<1x2x!x>
  %xd = quant.dcast %xq : tensor<1x2x!x> to tensor<1x2xf32>
  %c = qnn.constant dense<[[2.0, -4.0]]> : tensor<1x2xf32> as tensor<1x2xf32>
  %cq = quant.qcast %c : tensor<1x2xf32> to tensor<1x2x!n>
  %cd = quant.dcast %cq : tensor<1x2x!n> to tensor<1x2xf32>
  %s = qnn.add %xd, %cd : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %sq = quant.qcast %s : tensor<1x2xf32> to tensor<1x2x!y>
  %sd = quant.dcast %sq : tensor<1x2x!y> to tensor<1x2xf32>
  %i = qnn.constant dense<[[6, -6]]> : tensor<1x2xi32> as tensor<1x2x!quant.uniform<i32:f32, 0.5>>
  %id = quant.dcast %i : tensor<1x2x!quant.uniform<i32:f32, 0.5>> to tensor<1x2xf32>
  %t = qnn.add %sd, %id : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %tq = quant.qcast %t : tensor<1x2xf32> to tensor<1x2x!y>
  %td = quant.dcast %tq : tensor<1x2x!y> to tensor<1x2xf32>
  return %td : tensor<1x2xf32>
})");
  keep(0, {7, 11});
  // 1 + 2 and 2 - 4; then 3 more and 3 less.
  EXPECT_THAT(*exact.of(casts[2]), ElementsAre(25, -15));
  keep(2, {25, -15});
  EXPECT_THAT(*exact.of(casts[3]), ElementsAre(49, -39));
}

} // namespace
