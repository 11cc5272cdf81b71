// Matrix products, normalizations, layers with a state, attention, signals: what is refused, and small cases by hand.
#include "../Kernels/Tensors.h"

#include "tare/Host/Operator.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

using namespace tare;
using namespace tare::host;
using namespace tare::test;

namespace {

using Operands = std::vector<Tensor>;

/// A null tensor is left out.
std::vector<std::optional<Operand>> operandsOf(const Operands &tensors) {
  std::vector<std::optional<Operand>> operands;
  for (const Tensor &each : tensors)
    operands.push_back(each ? std::optional(Operand{each.type(), each}) : std::nullopt);
  return operands;
}

/// The results, all of which must be given.
std::vector<Tensor> evaluate(const Node &node, const Operands &tensors, size_t results = 1) {
  Result<std::vector<TensorType>> types = inferTypes(node, operandsOf(tensors), results);
  EXPECT_TRUE(types) << types.error().message;
  std::vector<Tensor> found;
  if (!types)
    return std::vector<Tensor>(results);
  for (const TensorType &type : *types)
    found.emplace_back(type);
  std::vector<const Tensor *> pointers;
  for (const Tensor &each : tensors)
    pointers.push_back(each ? &each : nullptr);
  Status done = run(node, pointers, found);
  EXPECT_TRUE(done) << done.error().message;
  return found;
}

/// What is wrong with a node, or with its operands' elements; empty: nothing.
std::string problemOf(const Node &node, const Operands &tensors, size_t results = 1) {
  Result<std::vector<TensorType>> types = inferTypes(node, operandsOf(tensors), results);
  if (!types)
    return types.error().message;
  std::vector<Tensor> found;
  for (const TensorType &type : *types)
    found.emplace_back(type);
  std::vector<const Tensor *> pointers;
  for (const Tensor &each : tensors)
    pointers.push_back(each ? &each : nullptr);
  Status done = run(node, pointers, found);
  return done ? "" : done.error().message;
}

Attributes with(Attributes::Map values) { return Attributes(std::move(values)); }

void expectNear(const Tensor &found, const std::vector<float> &expected) {
  ASSERT_EQ(found.count(), int64_t(expected.size()));
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(found.as<float>()[i], expected[i], 1e-5) << "element " << i;
}

Tensor floats(Shape shape, const std::vector<float> &values) { return tensor<float>(std::move(shape), values); }
Tensor ones(Shape shape) {
  Tensor x(ElementType::f32, std::move(shape));
  std::fill_n(x.mutableAs<float>(), x.count(), 1.0f);
  return x;
}

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

TEST(HostMatMul, IntegersWrap) {
  Tensor a = tensor<int8_t>({1, 2}, {100, 100}), b = tensor<int8_t>({2, 1}, {2, 3});
  EXPECT_EQ(elements<int8_t>(evaluate({"MatMul", 13}, {a, b})[0]), std::vector<int8_t>{int8_t(500 - 512)});
  Tensor c = tensor<uint64_t>({1}, {UINT64_MAX});
  EXPECT_EQ(elements<uint64_t>(evaluate({"MatMul", 13}, {c, c})[0]), std::vector<uint64_t>{1});
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
  expectNear(evaluate(node, {a, b, c})[0], {84, 146, 128, 206});
  EXPECT_EQ(problemOf(node, {a, b, ones({3, 1, 2})}), "C has the shape 3x1x2, which does not broadcast to 2x2");
  EXPECT_EQ(problemOf(node, {ones({2}), b}), "A has 1 dimensions, expected 2");
}

TEST(HostGemm, OfIntegersSaturates) {
  Tensor a = tensor<int32_t>({1, 1}, {1 << 30});
  Node node{"Gemm", 13, with({{"alpha", 8.0}})};
  EXPECT_EQ(elements<int32_t>(evaluate(node, {a, tensor<int32_t>({1, 1}, {-1})})[0]), std::vector<int32_t>{INT32_MIN});
}

Node einsum(std::string equation) { return {"Einsum", 12, with({{"equation", std::move(equation)}})}; }

TEST(HostEinsum, ByHand) {
  Tensor a = floats({2, 2}, {1, 2, 3, 4}), b = floats({2, 2}, {5, 6, 7, 8});
  expectNear(evaluate(einsum("ij,jk"), {a, b})[0], {19, 22, 43, 50});
  expectNear(evaluate(einsum("ii"), {a})[0], {5});
  expectNear(evaluate(einsum("ii->i"), {a})[0], {1, 4});
  expectNear(evaluate(einsum("ba"), {a})[0], {1, 3, 2, 4});
  expectNear(evaluate(einsum("i j, j i, i -> j"), {a, b, floats({2}, {1, 10})})[0], {185, 334});
  expectNear(evaluate(einsum("...j->..."), {a})[0], {3, 7});
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
  expectNear(evaluate({"Det", 11}, {floats({2, 2, 2}, {0, 1, 2, 3, 1, 2, 2, 4})})[0], {-2, 0});
  EXPECT_EQ(problemOf({"Det", 11}, {ones({2, 3})}), "X has matrices of 2x3, expected square ones");
}

TEST(HostMatMulNBits, ByHand) {
  Node node{"com.microsoft.MatMulNBits", 1,
            with({{"K", int64_t(2)}, {"N", int64_t(1)}, {"bits", int64_t(4)}, {"block_size", int64_t(16)}})};
  std::vector<uint8_t> bytes(8, 0);
  bytes[0] = 0x2f; // 15 and 2.
  Operands operands{floats({1, 2}, {1, 10}), tensor<uint8_t>({1, 1, 8}, bytes), floats({1}, {0.5f})};
  expectNear(evaluate(node, operands)[0], {(7 + 10 * -6) * 0.5f});
  operands.push_back(tensor<uint8_t>({1}, {1}));
  expectNear(evaluate(node, operands)[0], {(14 + 10 * 1) * 0.5f});
  node.attributes.set("block_size", int64_t(17));
  EXPECT_EQ(problemOf(node, operands), "attribute 'block_size' is 17, expected a power of 2");
}

//===----------------------------------------------------------------------===//
// Normalizations
//===----------------------------------------------------------------------===//

TEST(HostNormalization, ByHand) {
  Tensor x = floats({1, 4}, {1, 3, 5, 7}), one = ones({4});
  float inverse = 1 / std::sqrt(5.0f);
  std::vector<float> expected{-3 * inverse, -inverse, inverse, 3 * inverse};
  Node layer{"LayerNormalization", 17, with({{"epsilon", 0.0}})};
  std::vector<Tensor> found = evaluate(layer, {x, one}, 3);
  expectNear(found[0], expected);
  expectNear(found[1], {4});
  expectNear(found[2], {inverse});
  Node group{"GroupNormalization", 21, with({{"num_groups", int64_t(2)}, {"epsilon", 0.0}})};
  expectNear(evaluate(group, {x, one, one})[0], {0, 2, 0, 2});
  group.opset = 18;
  EXPECT_EQ(problemOf(group, {x, one, one}), "scale has the shape 4, expected 2");
  group.attributes.set("num_groups", int64_t(3));
  EXPECT_EQ(problemOf(group, {x, one, one}), "attribute 'num_groups' is 3, which does not divide 4 channels");
}

TEST(HostNormalization, Batch) {
  Tensor x = floats({2, 1}, {1, 3}), zero = floats({1}, {0}), one = ones({1});
  Operands operands{x, one, one, zero, one};
  Node node{"BatchNormalization", 15, with({{"epsilon", 0.0}})};
  expectNear(evaluate(node, operands)[0], {2, 4});
  EXPECT_EQ(problemOf(node, operands, 3), "has 3 results, expected at most 1");
  node.attributes.set("training_mode", int64_t(1));
  node.attributes.set("momentum", 0.5);
  std::vector<Tensor> found = evaluate(node, operands, 3);
  expectNear(found[0], {0, 2});
  expectNear(found[1], {1});
  expectNear(found[2], {1});
}

TEST(HostNormalization, Refuses) {
  Tensor x = ones({2, 3, 4});
  EXPECT_EQ(problemOf({"LRN", 13}, {x}), "attribute 'size' is 0, expected at least 1");
  EXPECT_EQ(problemOf({"LpNormalization", 1, with({{"p", int64_t(3)}})}, {x}), "attribute 'p' is 3, expected 1 to 2");
  EXPECT_EQ(problemOf({"MeanVarianceNormalization", 13}, {x}), "axis 3 is out of range for 3 dimensions");
  EXPECT_EQ(problemOf({"InstanceNormalization", 6}, {x, ones({2}), ones({3})}), "scale has the shape 2, expected 3");
  EXPECT_EQ(problemOf({"LayerNormalization", 17, with({{"axis", int64_t(3)}})}, {x, ones({4})}),
            "axis 3 is out of range for 3 dimensions");
}

TEST(HostNormalization, EmbeddingsAreLookedUpInTables) {
  Tensor table = floats({2, 2}, {0, 2, 4, 0}), zero = floats({2, 2}, {0, 0, 0, 0});
  Node node{"com.microsoft.EmbedLayerNormalization", 1};
  Operands operands{tensor<int32_t>({1, 2}, {1, 0}), {}, table, zero, {}, ones({2}), floats({2}, {0, 0})};
  expectNear(evaluate(node, operands)[0], {1, -1, -1, 1});
  operands[0] = tensor<int32_t>({1, 2}, {1, 2});
  EXPECT_EQ(problemOf(node, operands), "index 2 is out of range for 2 elements");
  operands[2] = ones({2, 2, 2});
  EXPECT_EQ(problemOf(node, operands), "word_embedding has 3 dimensions, expected 2");
  operands[2] = ones({4});
  EXPECT_EQ(problemOf(node, operands), "word_embedding has 1 dimensions, expected 2");
}

TEST(HostNormalization, EmbeddingsCountTheOnesOfTheirMask) {
  Tensor table = floats({2, 2}, {0, 2, 4, 0}), zero = floats({3, 2}, {0, 0, 0, 0, 0, 0});
  Node node{"com.microsoft.EmbedLayerNormalization", 1};
  Operands operands{tensor<int32_t>({2, 3}, {1, 0, 1, 0, 0, 1}), {}, table, zero, {}, ones({2}), floats({2}, {0, 0}),
                    tensor<int32_t>({2, 3}, {1, 1, 0, 0, 2, 1})};
  Tensor counts = evaluate(node, operands, 2)[1];
  EXPECT_EQ(std::vector<int32_t>(counts.as<int32_t>(), counts.as<int32_t>() + 2), (std::vector<int32_t>{2, 1}));
  operands.pop_back();
  counts = evaluate(node, operands, 2)[1];
  EXPECT_EQ(std::vector<int32_t>(counts.as<int32_t>(), counts.as<int32_t>() + 2), (std::vector<int32_t>{0, 0}));
}

//===----------------------------------------------------------------------===//
// Layers with a state
//===----------------------------------------------------------------------===//

/// h = x + h, by functions that do nothing.
Node sums(std::string direction) {
  std::vector<std::string> functions(direction == "bidirectional" ? 2 : 1, "Affine");
  return {"RNN", 14, with({{"activations", functions}, {"direction", std::move(direction)}})};
}

TEST(HostRecurrent, GoesBothWays) {
  Tensor x = floats({3, 1, 1}, {1, 2, 4});
  std::vector<Tensor> found = evaluate(sums("bidirectional"), {x, ones({2, 1, 1}), ones({2, 1, 1})}, 2);
  expectNear(found[0], {1, 7, 3, 6, 7, 4});
  expectNear(found[1], {7, 7});
}

TEST(HostRecurrent, StopsAtTheEndOfASequence) {
  Tensor x = floats({3, 2, 1}, {1, 10, 2, 20, 4, 40}), weight = ones({1, 1, 1});
  Operands operands{x, weight, weight, {}, tensor<int32_t>({2}, {2, 3})};
  std::vector<Tensor> found = evaluate(sums("reverse"), operands, 2);
  expectNear(found[0], {3, 70, 2, 60, 0, 40});
  expectNear(found[1], {3, 70});
  operands[4] = tensor<int32_t>({2}, {2, 4});
  EXPECT_EQ(problemOf(sums("forward"), operands), "a sequence has the length 4, expected 0 to 3");
}

TEST(HostRecurrent, Refuses) {
  Tensor x = ones({3, 2, 1}), weight = ones({1, 1, 1});
  EXPECT_EQ(problemOf(sums("up"), {x, weight, weight}),
            "attribute 'direction' is 'up', expected forward, reverse or bidirectional");
  EXPECT_EQ(problemOf(sums("forward"), {x, ones({1, 1, 2}), weight}), "W has the shape 1x1x2, expected 1x1x1");
  EXPECT_EQ(problemOf({"LSTM", 14}, {x, weight, weight}), "W has the shape 1x1x1, expected 1x4x1");
  Node node = sums("forward");
  node.attributes.set("activations", std::vector<std::string>{"Sine"});
  EXPECT_EQ(problemOf(node, {x, weight, weight}), "attribute 'activations' is not a list of 1 known functions");
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

TEST(HostAttention, MasksAndAverages) {
  // Queries of 0 weigh all keys the same.
  Tensor q = floats({1, 1, 2, 1}, {0, 0}), k = ones({1, 1, 2, 1}), v = floats({1, 1, 2, 1}, {2, 4});
  expectNear(evaluate({"Attention", 23}, {q, k, v})[0], {3, 3});
  expectNear(evaluate({"ai.onnx.preview.FlexAttention", 1}, {q, k, v})[0], {3, 3});
  // A window of no key to the left begins at the query's own.
  expectNear(evaluate({"Attention", 25, with({{"left_window_size", int64_t(0)}})}, {q, k, v})[0], {3, 4});
  expectNear(evaluate({"Attention", 25, with({{"left_window_size", int64_t(1)}})}, {q, k, v})[0], {3, 3});
  expectNear(evaluate({"Attention", 23, with({{"is_causal", int64_t(1)}})}, {q, k, v})[0], {2, 3});
  // A query that may see nothing gets 0.
  Tensor mask(ElementType::boolean, {2, 2});
  std::copy_n(std::array{false, false, false, true}.begin(), 4, mask.mutableAs<bool>());
  expectNear(evaluate({"Attention", 23}, {q, k, v, mask})[0], {0, 4});
}

TEST(HostAttention, Refuses) {
  Tensor q = ones({1, 3, 2, 4}), k = ones({1, 2, 2, 4});
  EXPECT_EQ(problemOf({"Attention", 23}, {q, k, k}), "has 3 heads of queries and 2 of keys, expected a multiple");
  EXPECT_EQ(problemOf({"Attention", 23}, {q, q, q, {}, q}), "of past_key and past_value one is missing");
  EXPECT_EQ(problemOf({"Attention", 23}, {q, q, q, ones({3, 3})}),
            "attn_mask has the shape 3x3, which does not broadcast to 1x3x2x2");
  EXPECT_EQ(problemOf({"Attention", 23}, {ones({1, 2, 4}), ones({1, 2, 4}), ones({1, 2, 4})}),
            "has 0 heads of queries and 0 of keys, expected a multiple");
}

/// [Q K V] = x W + b of rows as wide as their sizes say; with one head and equal keys each query gets the values' mean.
TEST(HostMicrosoftAttention, RowsOfTheirOwnSizes) {
  const std::string op = "com.microsoft.Attention";
  // Two queries of [1, 2]; queries and keys have rows of 1, values of 2. Keys are 0: all weigh alike.
  Tensor x = floats({1, 2, 2}, {1, 2, 3, 4}), w = floats({2, 4}, {1, 0, 1, 0, 1, 0, 0, 1});
  Attributes sizes = with({{"num_heads", int64_t(1)}, {"qkv_hidden_sizes", std::vector<int64_t>{1, 1, 2}}});
  expectNear(evaluate({op, 1, sizes}, {x, w})[0], {2, 3, 2, 3});
  // A bias of each column: that of the values is seen.
  expectNear(evaluate({op, 1, sizes}, {x, w, floats({4}, {5, 0, 10, 20})})[0], {12, 23, 12, 23});
  // The first query sees itself alone.
  Attributes causal = sizes;
  causal.set("unidirectional", int64_t(1));
  expectNear(evaluate({op, 1, causal}, {x, w})[0], {1, 2, 2, 3});
}

TEST(HostMicrosoftAttention, ContinuesAPast) {
  const std::string op = "com.microsoft.Attention";
  Tensor x = floats({1, 1, 1}, {1}), w = floats({1, 3}, {0, 0, 4});
  // One key before, of value 8; both weigh alike. Present is past and what is new.
  Tensor past = floats({2, 1, 1, 1, 1}, {7, 8});
  Attributes heads = with({{"num_heads", int64_t(1)}});
  std::vector<Tensor> found = evaluate({op, 1, heads}, {x, w, Tensor(), Tensor(), past}, 2);
  expectNear(found[0], {6});
  expectNear(found[1], {7, 0, 8, 4});
}

TEST(HostMicrosoftAttention, Refuses) {
  const std::string op = "com.microsoft.Attention";
  Tensor x = ones({1, 2, 4}), w = ones({4, 12});
  auto refusal = [&](Attributes::Map attributes, const Tensor &weights, size_t results = 1) {
    return problemOf({op, 1, with(std::move(attributes))}, {x, weights}, results);
  };
  using Sizes = std::vector<int64_t>;
  EXPECT_EQ(refusal({{"num_heads", int64_t(2)}}, w), "");
  EXPECT_EQ(refusal({}, w), "attribute 'num_heads' is 0, expected 1 to 1073741824");
  EXPECT_EQ(refusal({{"num_heads", int64_t(3)}}, w), "rows of 4 do not divide among 3 heads");
  EXPECT_EQ(refusal({{"num_heads", int64_t(1)}, {"qkv_hidden_sizes", Sizes{6, 6}}}, w),
            "attribute 'qkv_hidden_sizes' has 2 elements, expected 3");
  EXPECT_EQ(refusal({{"num_heads", int64_t(1)}, {"qkv_hidden_sizes", Sizes{13, 13, 13}}}, w),
            "rows of 13 do not divide among 1 heads");
  EXPECT_EQ(refusal({{"num_heads", int64_t(1)}, {"qkv_hidden_sizes", Sizes{-1, -1, 14}}}, w),
            "rows of -1 do not divide among 1 heads");
  EXPECT_EQ(refusal({{"num_heads", int64_t(1)}, {"qkv_hidden_sizes", Sizes{4, 4, 3}}}, w),
            "weights has rows of 12, expected 11");
  EXPECT_EQ(refusal({{"num_heads", int64_t(1)}, {"qkv_hidden_sizes", Sizes{4, 3, 5}}}, w),
            "queries have rows of 4, but keys of 3");
  EXPECT_EQ(refusal({{"num_heads", int64_t(1)}, {"qkv_hidden_sizes", Sizes{3, 3, 6}}}, w, 2),
            "present is asked for, but keys and values have rows of different lengths");
  EXPECT_EQ(refusal({{"num_heads", int64_t(1)}, {"do_rotary", int64_t(1)}}, w),
            "attribute 'do_rotary' is set, which is not supported");
  EXPECT_NE(refusal({{"num_heads", int64_t(1)}}, ones({5, 12})), "");
}

TEST(HostRotaryEmbedding, ByHand) {
  // A quarter turn at place 1.
  Operands operands{floats({1, 1, 1, 2}, {3, 5}), floats({2, 1}, {1, 0}), floats({2, 1}, {0, 1}),
                    tensor<int64_t>({1, 1}, {1})};
  expectNear(evaluate({"RotaryEmbedding", 23}, operands)[0], {-5, 3});
  operands[3] = tensor<int64_t>({1, 1}, {2});
  EXPECT_EQ(problemOf({"RotaryEmbedding", 23}, operands), "position 2 is out of range for 2 cosines");
}

//===----------------------------------------------------------------------===//
// Signals
//===----------------------------------------------------------------------===//

TEST(HostDft, ByHand) {
  Tensor x = floats({1, 3, 1}, {1, 2, 3});
  float half = std::sqrt(3.0f) / 2;
  std::vector<Tensor> found = evaluate({"DFT", 17}, {x});
  expectNear(found[0], {6, 0, -1.5f, half, -1.5f, -half});
  std::vector<Tensor> back = evaluate({"DFT", 17, with({{"inverse", int64_t(1)}})}, found);
  expectNear(back[0], {1, 0, 2, 0, 3, 0});
  EXPECT_EQ(problemOf({"DFT", 17, with({{"onesided", int64_t(1)}})}, found),
            "input is complex, expected real numbers (attribute 'onesided' is set)");
  EXPECT_EQ(problemOf({"DFT", 20}, {x, {}, tensor<int64_t>({}, {-1})}),
            "axis -1 is that of the parts of complex numbers");
  EXPECT_EQ(problemOf({"DFT", 20}, {x, tensor<int64_t>({}, {0})}), "dft_length is 0, expected 1 to 1099511627776");
}

TEST(HostStft, Refuses) {
  Tensor x = ones({1, 8, 1}), step = tensor<int64_t>({}, {0}), two = tensor<int64_t>({}, {2});
  EXPECT_EQ(problemOf({"STFT", 17}, {x, step}), "frame_step is 0, expected 1 to 1099511627776");
  EXPECT_EQ(problemOf({"STFT", 17}, {x, two, ones({9})}), "signal has 8 elements, expected at least the 9 of a frame");
  EXPECT_EQ(evaluate({"STFT", 17}, {x, two, ones({4})})[0].shape(), (Shape{1, 3, 3, 2}));
}

TEST(HostWindow, ByHand) {
  Tensor four = tensor<int64_t>({}, {4}), one = tensor<int64_t>({}, {1});
  expectNear(evaluate({"HannWindow", 17}, {four})[0], {0, 0.5f, 1, 0.5f});
  Node symmetric{"HannWindow", 17, with({{"periodic", int64_t(0)}})};
  expectNear(evaluate(symmetric, {four})[0], {0, 0.75f, 0.75f, 0});
  expectNear(evaluate(symmetric, {one})[0], {1});
  EXPECT_EQ(problemOf({"HannWindow", 17}, {tensor<int64_t>({}, {-1})}), "size is -1, expected 0 to 1099511627776");
  EXPECT_EQ(problemOf({"HannWindow", 17, with({{"output_datatype", int64_t(8)}})}, {one}),
            "attribute 'output_datatype' is 8, expected a type of numbers");
}

} // namespace
