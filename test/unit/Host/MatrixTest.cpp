//===- MatrixTest.cpp - Matrix products on the host -----------------------===//
#include "Nodes.h"

using namespace tare;
using namespace tare::host;
using namespace tare::test;

namespace {

TEST(HostMatMul, IntegersWrap) {
  Tensor a = tensor<int8_t>({1, 2}, {100, 100}), b = tensor<int8_t>({2, 1}, {2, 3});
  EXPECT_EQ(elements<int8_t>(resultsOf({"MatMul", 13}, {a, b})[0]), std::vector<int8_t>{int8_t(500 - 512)});
  Tensor c = tensor<uint64_t>({1}, {UINT64_MAX});
  EXPECT_EQ(elements<uint64_t>(resultsOf({"MatMul", 13}, {c, c})[0]), std::vector<uint64_t>{1});
}

TEST(HostMatMul, Refuses) {
  EXPECT_EQ(problemOf({"MatMul", 13}, {ones({2, 3}), ones({2, 3})}),
            "a matrix product of 2x3 and 2x3: 3 columns, 2 rows");
  EXPECT_EQ(problemOf({"MatMul", 13}, {ones({}), ones({2})}), "a matrix product of a scalar");
  EXPECT_EQ(problemOf({"MatMul", 13}, {ones({2, 2, 2}), ones({3, 2, 2})}), "the shapes 2 and 3 do not broadcast");
  EXPECT_EQ(problemOf({"MatMul", 13}, {ones({2})}), "B is missing (operand 1)");
  EXPECT_EQ(problemOf({"MatMul", 13}, {ones({2}), tensor<int32_t>({2}, {1, 2})}), "B holds int32, expected float32");
}

TEST(HostMatMul, HasNoImpossibleResult) {
  Operand row{{ElementType::f32, {int64_t(1) << 40, 0}}}, column{{ElementType::f32, {0, int64_t(1) << 40}}};
  EXPECT_FALSE(inferTypes({"MatMul", 13}, {row, column}, 1));
}

TEST(HostGemm, ByHand) {
  Tensor a = floats({2, 2}, {1, 2, 3, 4}), b = floats({2, 2}, {5, 6, 7, 8}), c = floats({2}, {100, 200});
  Node node{"Gemm", 13, with({{"alpha", 2.0}, {"beta", 0.5}, {"transB", int64_t(1)}})};
  expectNear(resultsOf(node, {a, b, c})[0], {84, 146, 128, 206});
  EXPECT_EQ(problemOf(node, {a, b, ones({3, 1, 2})}), "C has the shape 3x1x2, which does not broadcast to 2x2");
  EXPECT_EQ(problemOf(node, {ones({2}), b}), "A has 1 dimensions, expected 2");
}

TEST(HostGemm, OfIntegersSaturates) {
  Tensor a = tensor<int32_t>({1, 1}, {1 << 30});
  Node node{"Gemm", 13, with({{"alpha", 8.0}})};
  EXPECT_EQ(elements<int32_t>(resultsOf(node, {a, tensor<int32_t>({1, 1}, {-1})})[0]), std::vector<int32_t>{INT32_MIN});
}

Node einsum(std::string equation) { return {"Einsum", 12, with({{"equation", std::move(equation)}})}; }

TEST(HostEinsum, ByHand) {
  Tensor a = floats({2, 2}, {1, 2, 3, 4}), b = floats({2, 2}, {5, 6, 7, 8});
  expectNear(resultsOf(einsum("ij,jk"), {a, b})[0], {19, 22, 43, 50});
  expectNear(resultsOf(einsum("ii"), {a})[0], {5});
  expectNear(resultsOf(einsum("ii->i"), {a})[0], {1, 4});
  expectNear(resultsOf(einsum("ba"), {a})[0], {1, 3, 2, 4});
  expectNear(resultsOf(einsum("i j, j i, i -> j"), {a, b, floats({2}, {1, 10})})[0], {185, 334});
  expectNear(resultsOf(einsum("...j->..."), {a})[0], {3, 7});
}

TEST(HostEinsum, Refuses) {
  Tensor a = ones({2, 3});
  auto problem = [&](std::string equation, Operands operands) {
    std::string start = "attribute 'equation' is '" + equation + "': ";
    std::string found = problemOf(einsum(equation), operands);
    return found.substr(0, start.size()) == start ? found.substr(start.size()) : found;
  };
  EXPECT_EQ(problem("ij,jk", {a}), "it has 2 terms, expected 1");
  EXPECT_EQ(problem("ij,jk", {a, a}), "a label stands for both 3 and 2 elements");
  EXPECT_EQ(problem("ijk", {a}), "its term 'ijk' does not fit operand 0 of 2 dimensions");
  EXPECT_EQ(problem("i1", {a}), "'i1' is no term");
  EXPECT_EQ(problem("......", {a}), "'......' is no term");
  EXPECT_EQ(problem("ij->k", {a}), "its result has a label that no operand has");
  EXPECT_EQ(problem("ij->ii", {a}), "its result has a label twice");
}

TEST(HostDet, ByHand) {
  expectNear(resultsOf({"Det", 11}, {floats({2, 2, 2}, {0, 1, 2, 3, 1, 2, 2, 4})})[0], {-2, 0});
  EXPECT_EQ(problemOf({"Det", 11}, {ones({2, 3})}), "X has matrices of 2x3, expected square ones");
}

TEST(HostMatMulNBits, ByHand) {
  Node node{"com.microsoft.MatMulNBits", 1,
            with({{"K", int64_t(2)}, {"N", int64_t(1)}, {"bits", int64_t(4)}, {"block_size", int64_t(16)}})};
  std::vector<uint8_t> bytes(8, 0);
  bytes[0] = 0x2f; // 15 and 2.
  Operands operands{floats({1, 2}, {1, 10}), tensor<uint8_t>({1, 1, 8}, bytes), floats({1}, {0.5f})};
  expectNear(resultsOf(node, operands)[0], {(7 + 10 * -6) * 0.5f});
  operands.push_back(tensor<uint8_t>({1}, {1}));
  expectNear(resultsOf(node, operands)[0], {(14 + 10 * 1) * 0.5f});
  node.attributes.set("block_size", int64_t(17));
  EXPECT_EQ(problemOf(node, operands), "attribute 'block_size' is 17, expected a power of 2");
}

} // namespace
