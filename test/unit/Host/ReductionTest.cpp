//===- ReductionTest.cpp - Reductions on the host -------------------------===//
#include "Nodes.h"

#include <cmath>

using namespace tare;
using namespace tare::host;
using namespace tare::test;

namespace {

const float nan = std::nanf("");

TEST(Reductions, AxesByOperatorSet) {
  Tensor x = tensor<float>({2, 2}, {1, 2, 3, 4});
  Node old{"ReduceSum", 12, {{{"axes", std::vector<int64_t>{-1}}, {"keepdims", int64_t(0)}}}};
  EXPECT_EQ(valuesOf<float>(give(old, {x})), (std::vector<float>{3, 7}));
  EXPECT_EQ(give({"ReduceSum", 13}, {x, vec<int64_t>({0})}).shape(), (Shape{1, 2}));
  Node noop{"ReduceSumSquare", 18, {{{"noop_with_empty_axes", int64_t(1)}}}};
  EXPECT_EQ(valuesOf<float>(give(noop, {x})), (std::vector<float>{1, 4, 9, 16}));
  EXPECT_EQ(problemOf({"ReduceSum", 13}, {x, vec<int64_t>({2})}), "axis 2 is out of range for 2 dimensions");
}

TEST(Reductions, ComputedAxesAreRefused) {
  std::vector<std::optional<Operand>> operands = {Operand{{ElementType::f32, {2}}}, Operand{{ElementType::i64, {1}}}};
  Result<std::vector<TensorType>> types = inferTypes({"ReduceSum", 13}, operands, 1);
  ASSERT_FALSE(types);
  EXPECT_EQ(types.error().message, "axes must be a constant, found a computed value");
}

TEST(Reductions, OfNothing) {
  Tensor nothing(ElementType::f32, {1, 0}), integers(ElementType::i8, {1, 0}), axes = vec<int64_t>({1});
  EXPECT_EQ(*give({"ReduceProd", 18}, {nothing, axes}).as<float>(), 1);
  EXPECT_EQ(*give({"ReduceMax", 18}, {nothing, axes}).as<float>(), -infinity);
  EXPECT_EQ(*give({"ReduceMin", 18}, {integers, axes}).as<int8_t>(), 127);
  EXPECT_EQ(*give({"ReduceMean", 18}, {integers, axes}).as<int8_t>(), 0);
  EXPECT_EQ(*give({"ReduceLogSumExp", 18}, {nothing, axes}).as<float>(), -infinity);
  EXPECT_EQ(problemOf({"ArgMax", 13, {{{"axis", int64_t(1)}}}}, {nothing}),
            "axis 1 of the shape 1x0 has no elements, expected some");
}

TEST(Reductions, Places) {
  Node last{"ArgMax", 13, {{{"select_last_index", int64_t(1)}}}};
  EXPECT_EQ(valuesOf<int64_t>(give({"ArgMax", 13}, {floats({1, 5, 5})})), (std::vector<int64_t>{1}));
  EXPECT_EQ(valuesOf<int64_t>(give(last, {floats({1, 5, 5})})), (std::vector<int64_t>{2}));
  EXPECT_EQ(valuesOf<int64_t>(give({"ArgMin", 13}, {floats({1, nan, 0})})), (std::vector<int64_t>{1}));
}

TEST(Reductions, RunningSums) {
  Tensor x = vec<int32_t>({1, 2, 3});
  Node both{"CumSum", 14, {{{"exclusive", int64_t(1)}, {"reverse", int64_t(1)}}}};
  EXPECT_EQ(valuesOf<int32_t>(give({"CumSum", 14}, {x, scalar<int32_t>(0)})), (std::vector<int32_t>{1, 3, 6}));
  EXPECT_EQ(valuesOf<int32_t>(give(both, {x, scalar<int32_t>(-1)})), (std::vector<int32_t>{5, 3, 0}));
  EXPECT_EQ(problemOf({"CumSum", 14}, {x, scalar<int64_t>(INT64_MIN)}),
            "axis -9223372036854775808 is out of range for 1 dimensions");
}

} // namespace
