//===- ReplayTest.cpp - A run again from one value on ---------------------===//
#include "tare/Evaluator/Replay.h"
#include "Modules.h"

#include "tare/Dialect/Qnn/QnnOps.h"

#include <gtest/gtest.h>

using namespace tare;

namespace {

using Reals = std::vector<float>;

class ReplayTest : public testing::Test {
protected:
  void make(const std::string &text) {
    module = parse(*context, text);
    ASSERT_TRUE(module);
    function = module->lookupSymbol<mlir::func::FuncOp>("main");
    auto made = Replay::create(*module);
    ASSERT_TRUE(mlir::succeeded(made));
    replay.emplace(std::move(*made));
  }

  /// The results of the function's ops that are no constants.
  std::vector<mlir::Value> computed() {
    std::vector<mlir::Value> values;
    for (mlir::Operation &op : function.front().without_terminator())
      if (!mlir::isa<qnn::ConstantOp>(op))
        values.push_back(op.getResult(0));
    return values;
  }

  std::unique_ptr<mlir::MLIRContext> context = makeContext();
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp function;
  std::optional<Replay> replay;
};

constexpr char diamond[] = R"(func.func @main(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  %c = qnn.constant dense<[10.0, 20.0]> : tensor<2xf32> as tensor<2xf32>
  %0 = qnn.add %x, %c : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %1 = qnn.add %0, %0 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %2 = qnn.sub %1, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %1, %2 : tensor<2xf32>, tensor<2xf32> })";

TEST_F(ReplayTest, WhatFollowsOfAValueIsComputedAnew) {
  make(diamond);
  auto values = replay->run(makeTensor<float>({2}, {1, 2}), {});
  ASSERT_TRUE(values);
  EXPECT_EQ(valuesOf<float>(replay->outputs(*values)[0]), (Reals{22, 44}));
  EXPECT_EQ(valuesOf<float>(replay->outputs(*values)[1]), (Reals{21, 42}));
  auto changed = replay->rerun(*values, computed()[0], makeTensor<float>({2}, {1, 1}), {});
  ASSERT_TRUE(changed);
  EXPECT_EQ(valuesOf<float>(replay->outputs(*changed)[1]), (Reals{1, 0}));
  // Of an input all is; of an output what nothing reads.
  auto other = replay->rerun(*values, function.getArgument(0), makeTensor<float>({2}, {0, 0}), {});
  EXPECT_EQ(valuesOf<float>(replay->outputs(*other)[1]), (Reals{20, 40}));
  auto last = replay->rerun(*values, computed()[2], makeTensor<float>({2}, {5, 6}), {});
  EXPECT_EQ(valuesOf<float>(replay->outputs(*last)[0]), (Reals{22, 44}));
  EXPECT_EQ(valuesOf<float>(replay->outputs(*last)[1]), (Reals{5, 6}));
  // The run itself is as it was.
  EXPECT_EQ(valuesOf<float>(replay->outputs(*values)[1]), (Reals{21, 42}));
}

TEST_F(ReplayTest, ItEndsWhereItIsToldTo) {
  make(diamond);
  auto values = replay->run(makeTensor<float>({2}, {1, 2}), {});
  auto changed = replay->rerun(*values, computed()[0], makeTensor<float>({2}, {1, 1}), {}, computed()[1]);
  EXPECT_EQ(valuesOf<float>(replay->at(*changed, computed()[1])), (Reals{2, 2}));
  EXPECT_EQ(valuesOf<float>(replay->at(*changed, computed()[2])), (Reals{21, 42}));
}

TEST_F(ReplayTest, ValuesAreEdited) {
  make(diamond);
  std::vector<mlir::Value> seen;
  auto edit = [&](mlir::Value value, const Replay::Values &values) {
    seen.push_back(value);
    if (value == function.getArgument(0))
      return makeTensor<float>({2}, {0, 0});
    return value == computed()[1] ? makeTensor<float>({2}, {replay->at(values, value).as<float>()[0], 7}) : Tensor();
  };
  auto values = replay->run(makeTensor<float>({2}, {1, 2}), edit);
  EXPECT_EQ(valuesOf<float>(replay->outputs(*values)[1]), (Reals{20, 7}));
  EXPECT_EQ(seen, (std::vector<mlir::Value>{function.getArgument(0), computed()[0], computed()[1], computed()[2]}));
  // The value that has changed is not edited, what follows of it is.
  seen.clear();
  auto changed = replay->rerun(*values, computed()[0], makeTensor<float>({2}, {3, 3}), edit);
  EXPECT_EQ(valuesOf<float>(replay->outputs(*changed)[1]), (Reals{6, 7}));
  EXPECT_EQ(seen, (std::vector<mlir::Value>{computed()[1], computed()[2]}));
}

TEST_F(ReplayTest, AnOperandIsAnotherConstant) {
  make(diamond);
  mlir::Operation *first = computed()[0].getDefiningOp();
  replay->substitute(first->getOpOperand(1), makeTensor<float>({2}, {100, 200}));
  auto values = replay->run(makeTensor<float>({2}, {1, 2}), {});
  EXPECT_EQ(valuesOf<float>(replay->outputs(*values)[0]), (Reals{202, 404}));
  // The constant itself is the model's.
  EXPECT_EQ(valuesOf<float>(replay->at(*values, first->getOperand(1))), (Reals{10, 20}));
}

TEST_F(ReplayTest, ALoopIsComputedAsAWhole) {
  make(R"(func.func @main(%x: tensor<3x1xf32>, %h: tensor<1xf32>) -> (tensor<1xf32>, tensor<3x1xf32>) {
    %a = qnn.add %x, %x : (tensor<3x1xf32>, tensor<3x1xf32>) -> tensor<3x1xf32>
    %s:3 = qnn.loop_begin 3 sequences(%a) states(%h) : (tensor<3x1xf32>, tensor<1xf32>) -> (tensor<1xi64>, tensor<1xf32>, tensor<1xf32>)
    %n = qnn.add %s#1, %s#2 : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
    %e:2 = qnn.loop_end %s#0 carries(%n) collects(%n) : (tensor<1xi64>, tensor<1xf32>, tensor<1xf32>) -> (tensor<1xf32>, tensor<3x1xf32>)
    return %e#0, %e#1 : tensor<1xf32>, tensor<3x1xf32> })");
  auto values = replay->run({makeTensor<float>({3, 1}, {1, 2, 3}), makeTensor<float>({1}, {100})}, {});
  ASSERT_TRUE(values);
  EXPECT_EQ(valuesOf<float>(replay->outputs(*values)[0]), (Reals{112}));
  EXPECT_EQ(valuesOf<float>(replay->outputs(*values)[1]), (Reals{102, 106, 112}));
  EXPECT_TRUE(replay->isInLoop(computed()[2]));
  EXPECT_FALSE(replay->isInLoop(computed()[0]));
  EXPECT_FALSE(replay->isInLoop(computed()[3]));
  auto changed = replay->rerun(*values, computed()[0], makeTensor<float>({3, 1}, {1, 1, 1}), {});
  ASSERT_TRUE(changed);
  EXPECT_EQ(valuesOf<float>(replay->outputs(*changed)[1]), (Reals{101, 102, 103}));
}

} // namespace
