//===- LayoutTest.cpp - Layout passes change no result --------------------===//
#include "Layout/LayoutChoice.h"
#include "RandomNetwork.h"
#include "tare/Dialect/Npu/NpuDialect.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Passes/Passes.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

using namespace mlir;
using namespace tare;

namespace {

std::vector<Tensor> evaluate(ModuleOp module) {
  FailureOr<Evaluator> evaluator = Evaluator::create(module);
  EXPECT_TRUE(succeeded(evaluator));
  std::mt19937 random(7);
  std::vector<Tensor> operands;
  for (const Evaluator::Port &port : evaluator->inputs()) {
    operands.emplace_back(port.type);
    for (int64_t i = 0; i != port.type.count(); ++i)
      operands.back().mutableAs<int8_t>()[i] = random();
  }
  return evaluator->run(operands);
}

int64_t transposedBytes(ModuleOp module) {
  int64_t bytes = 0;
  module.walk([&](npu::TransposeOp op) { bytes += tare::transposedBytes(op.getInput(), op.getPermutation()); });
  return bytes;
}

class CancelTransposes : public testing::TestWithParam<unsigned> {};

TEST_P(CancelTransposes, KeepsEveryResultAndMovesNoMore) {
  MLIRContext context;
  context.loadDialect<npu::NpuDialect, func::FuncDialect>();
  OwningOpRef<ModuleOp> module = makeRandomNetwork(context, GetParam());
  ASSERT_TRUE(succeeded(verify(*module)));
  std::vector<Tensor> before = evaluate(*module);
  int64_t bytesBefore = transposedBytes(*module);

  PassManager passes(&context);
  passes.addNestedPass<func::FuncOp>(createCancelTransposes());
  ASSERT_TRUE(succeeded(passes.run(*module)));

  std::vector<Tensor> after = evaluate(*module);
  ASSERT_EQ(before.size(), after.size());
  for (size_t i = 0; i != before.size(); ++i) {
    ASSERT_EQ(before[i].type(), after[i].type());
    EXPECT_EQ(std::memcmp(before[i].data(), after[i].data(), before[i].type().bytes()), 0) << "output " << i;
  }
  EXPECT_LE(transposedBytes(*module), bytesBefore);
}

INSTANTIATE_TEST_SUITE_P(RandomNetworks, CancelTransposes, testing::Range(0u, 1500u));

} // namespace
