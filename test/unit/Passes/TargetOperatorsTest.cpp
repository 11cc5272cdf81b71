//===- TargetOperatorsTest.cpp - Which operator an op becomes -------------===//
#include "Arithmetic/TargetOperators.h"
#include "tare/Dialect/Qnn/QnnOps.h"

#include "mlir/IR/MLIRContext.h"

#include <gtest/gtest.h>
#include <set>

using namespace mlir;
using namespace tare;

namespace {

std::string operatorOfOp(MLIRContext &context, StringRef op) { return operatorOf(OperationName(op, &context)).str(); }

TEST(TargetOperators, MostAreCalledAsTheirOp) {
  MLIRContext context;
  context.loadDialect<qnn::QnnDialect>();
  EXPECT_EQ(operatorOfOp(context, "qnn.conv"), "conv");
  EXPECT_EQ(operatorOfOp(context, "qnn.reduce_mean"), "reduce_mean");
  EXPECT_EQ(operatorOfOp(context, "qnn.sub"), "add");
  EXPECT_EQ(operatorOfOp(context, "qnn.sigmoid"), "lookup");
  EXPECT_EQ(operatorOfOp(context, "qnn.prelu"), "lookup");
  EXPECT_EQ(operatorOfOp(context, "qnn.relu"), "rescale");
  EXPECT_EQ(operatorOfOp(context, "qnn.clip"), "rescale");
  EXPECT_EQ(operatorOfOp(context, "qnn.requantize"), "rescale");
  EXPECT_EQ(operatorOfOp(context, "qnn.constant"), "");
}

/// Every op of the graph that quantization knows is one of hardware, but for those that others are made of before.
TEST(TargetOperators, EveryOpBecomesOne) {
  MLIRContext context;
  context.loadDialect<qnn::QnnDialect>();
  std::set<std::string> without;
  for (RegisteredOperationName op : context.getRegisteredOperationsByDialect("qnn"))
    if (op.hasInterface<qnn::GridOpInterface>() && operatorOf(op).empty())
      without.insert(op.stripDialect().str());
  EXPECT_EQ(without, (std::set<std::string>{"div", "reinterpret", "round"}));
}

/// Every operator of hardware is one that some op becomes, or stands at the border, or is the host's.
TEST(TargetOperators, EveryOperatorHasAnOp) {
  MLIRContext context;
  context.loadDialect<qnn::QnnDialect>();
  std::set<std::string> made;
  for (RegisteredOperationName op : context.getRegisteredOperationsByDialect("qnn"))
    made.insert(operatorOf(op).str());
  std::set<std::string> without;
  for (const std::string &name : allOperatorNames())
    if (!made.contains(name))
      without.insert(name);
  EXPECT_EQ(without, (std::set<std::string>{"dequantize", "quantize"}));
}

} // namespace
