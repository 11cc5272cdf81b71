//===- MovementsTest.cpp - Movements are composed without a trace ----------===//
#include "Graph/Rearrangement.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnOps.h"
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

/// A module whose @main moves and computes element by element, the same for the same seed.
class Generator {
public:
  Generator(MLIRContext &context, unsigned seed) : random(seed), builder(&context), loc(builder.getUnknownLoc()) {}

  OwningOpRef<ModuleOp> run() {
    OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
    builder.setInsertionPointToStart(module->getBody());
    Type input = typeOf({1 + pick(2), 2 * (1 + pick(3)), 1 + pick(4), 2 * (1 + pick(2))});
    auto function = func::FuncOp::create(builder, loc, "main", builder.getFunctionType({input, input}, {}));
    builder.setInsertionPointToStart(function.addEntryBlock());
    values.assign(function.getArguments().begin(), function.getArguments().end());
    for (int i = 0, n = 4 + pick(14); i != n; ++i)
      values.push_back(makeOp());
    SmallVector<Value> outputs;
    for (int i = 0, n = 1 + pick(3); i != n; ++i)
      outputs.push_back(values[values.size() - 1 - pick(std::min<int>(values.size(), 6))]);
    func::ReturnOp::create(builder, loc, outputs);
    function.setType(builder.getFunctionType({input, input}, ValueRange(outputs).getTypes()));
    return module;
  }

private:
  int pick(int limit) { return random() % limit; }
  RankedTensorType typeOf(ArrayRef<int64_t> shape) { return RankedTensorType::get(shape, builder.getF32Type()); }
  static ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }
  /// Mostly the last ones, so that there are chains.
  Value anyValue() { return values[values.size() - 1 - pick(std::min<int>(values.size(), pick(3) ? 2 : 8))]; }

  Value makeOp() {
    Value value = anyValue();
    switch (pick(6)) {
    case 0:
    case 1:
      return reshaped(value);
    case 2:
    case 3:
      return transposed(value);
    case 4:
      return computed(value);
    default:
      return joined(value);
    }
  }

  Value reshaped(Value value) {
    SmallVector<int64_t> shape{1};
    for (int64_t left = llvm::product_of(shapeOf(value)); left != 1;) {
      int64_t factor = 2;
      while (left % factor != 0)
        ++factor;
      left /= factor;
      if (pick(2))
        shape.push_back(factor);
      else
        shape[pick(shape.size())] *= factor;
    }
    return qnn::ReshapeOp::create(builder, loc, typeOf(shape), value, shape);
  }

  Value transposed(Value value) {
    SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(value).size()));
    std::shuffle(permutation.begin(), permutation.end(), random);
    SmallVector<int64_t> shape = llvm::map_to_vector(permutation, [&](int64_t axis) { return shapeOf(value)[axis]; });
    return qnn::TransposeOp::create(builder, loc, typeOf(shape), value, permutation);
  }

  Value computed(Value value) {
    if (pick(2))
      return qnn::SigmoidOp::create(builder, loc, value.getType(), value);
    auto number = qnn::ConstantOp::create(builder, loc, DenseElementsAttr::get(typeOf({}), 1.5f));
    return qnn::MulOp::create(builder, loc, value.getType(), number, value, nullptr);
  }

  Value joined(Value value) {
    for (Value other : llvm::reverse(values))
      if (other != value && other.getType() == value.getType())
        return qnn::SubOp::create(builder, loc, value.getType(), value, other, nullptr);
    return computed(value);
  }

  std::mt19937 random;
  OpBuilder builder;
  Location loc;
  SmallVector<Value> values;
};

std::vector<Tensor> evaluate(ModuleOp module) {
  FailureOr<Evaluator> evaluator = Evaluator::create(module);
  EXPECT_TRUE(succeeded(evaluator));
  std::mt19937 random(7);
  std::vector<Tensor> operands;
  for (const Evaluator::Port &port : evaluator->inputs()) {
    operands.emplace_back(port.type);
    for (int64_t i = 0; i != port.type.count(); ++i)
      operands.back().mutableAs<float>()[i] = std::uniform_real_distribution<float>(-3, 3)(random);
  }
  return evaluator->run(operands);
}

int countTransposes(ModuleOp module) {
  int count = 0;
  module.walk([&](qnn::TransposeOp) { ++count; });
  return count;
}

class ComposeMovements : public testing::TestWithParam<unsigned> {};

TEST_P(ComposeMovements, KeepsEveryResultBitForBit) {
  MLIRContext context;
  context.loadDialect<qnn::QnnDialect, func::FuncDialect>();
  OwningOpRef<ModuleOp> module = Generator(context, GetParam()).run();
  ASSERT_TRUE(succeeded(verify(*module)));
  std::vector<Tensor> before = evaluate(*module);
  int transposes = countTransposes(*module);

  PassManager passes(&context);
  passes.addNestedPass<func::FuncOp>(createMergeDuplicates());
  passes.addNestedPass<func::FuncOp>(createComposeMovements());
  ASSERT_TRUE(succeeded(passes.run(*module)));

  std::vector<Tensor> after = evaluate(*module);
  ASSERT_EQ(before.size(), after.size());
  for (size_t i = 0; i != before.size(); ++i) {
    ASSERT_EQ(before[i].type(), after[i].type());
    EXPECT_EQ(std::memcmp(before[i].data(), after[i].data(), before[i].type().bytes()), 0) << "output " << i;
  }
  EXPECT_LE(countTransposes(*module), transposes);
}

INSTANTIATE_TEST_SUITE_P(RandomNetworks, ComposeMovements, testing::Range(0u, 1500u));

TEST(Rearrangement, WritesOneTransposeWithoutReshapesWhereAxesStayWhole) {
  Rearrangement movement({1, 4, 2, 3});
  movement.transpose({0, 2, 3, 1});
  movement.transpose({0, 2, 1, 3});
  WrittenMovement written = movement.write();
  EXPECT_EQ(written.permutation, (SmallVector<int64_t>{0, 3, 2, 1}));
  EXPECT_EQ(written.count({1, 4, 2, 3}), 1u);
}

TEST(Rearrangement, IsNoneOfFactorsWhereAReshapeCutsThroughThem) {
  Rearrangement movement({4, 9});
  movement.transpose({1, 0});
  EXPECT_FALSE(movement.reshape({6, 6}));
}

} // namespace
