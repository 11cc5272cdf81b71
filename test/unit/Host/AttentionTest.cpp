//===- AttentionTest.cpp - Attention on the host --------------------------===//
#include "Nodes.h"

#include <array>
#include <cmath>

using namespace tare;
using namespace tare::host;
using namespace tare::test;

namespace {

TEST(HostAttention, MasksAndAverages) {
  // Queries of 0 weigh all keys the same.
  Tensor q = floats({1, 1, 2, 1}, {0, 0}), k = ones({1, 1, 2, 1}), v = floats({1, 1, 2, 1}, {2, 4});
  expectNear(resultsOf({"Attention", 23}, {q, k, v})[0], {3, 3});
  expectNear(resultsOf({"ai.onnx.preview.FlexAttention", 1}, {q, k, v})[0], {3, 3});
  // A window of no key to the left begins at the query's own.
  expectNear(resultsOf({"Attention", 25, with({{"left_window_size", int64_t(0)}})}, {q, k, v})[0], {3, 4});
  expectNear(resultsOf({"Attention", 25, with({{"left_window_size", int64_t(1)}})}, {q, k, v})[0], {3, 3});
  expectNear(resultsOf({"Attention", 23, with({{"is_causal", int64_t(1)}})}, {q, k, v})[0], {2, 3});
  // A query that may see nothing gets 0.
  Tensor mask(ElementType::boolean, {2, 2});
  std::copy_n(std::array{false, false, false, true}.begin(), 4, mask.mutableAs<bool>());
  expectNear(resultsOf({"Attention", 23}, {q, k, v, mask})[0], {0, 4});
}

constexpr int64_t float16 = 10, bfloat16 = 16;

/// The first share of `count` equal numbers.
float shareOf(int64_t type, int64_t count) {
  return resultsOf({"Softmax", 13, with({{"float_type", type}})}, {ones({1, count})})[0].as<float>()[0];
}

TEST(HostSoftmax, RoundsEachStepTo16Bits) {
  // 1/6 = 170.7 / 1024 = 1365.3 / 8192.
  EXPECT_EQ(shareOf(bfloat16, 6), 171.0f / 1024);
  EXPECT_EQ(shareOf(float16, 6), 1365.0f / 8192);
  // 300, which one by one no bfloat16 comes to: 256 + 1 is 256. 1/300 = 218.5 / 65536.
  EXPECT_EQ(shareOf(bfloat16, 300), 218.0f / 65536);
}

TEST(HostAttention, RoundsEachStepTo16Bits) {
  // The root of 1/sqrt(2) is 215.3 / 256; its square 180.6 / 256.
  Tensor q = floats({1, 1, 1, 2}, {1, 0}), v = ones({1, 1, 1, 2});
  auto score = [&](host::Attributes attributes) {
    return resultsOf({"Attention", 23, std::move(attributes)}, {q, q, v}, 4)[3].as<float>()[0];
  };
  EXPECT_EQ(score(with({{"float_type", bfloat16}})), 181.0f / 256);
  EXPECT_EQ(score({}), float(std::sqrt(0.5)));
  // A float32 model whose softmax is of bfloat16: 1/3 = 170.7 / 512; of float16 it is 1365.3 / 4096.
  Tensor k = ones({1, 1, 3, 2}), w = floats({1, 1, 3, 1}, {1, 0, 0});
  auto share = [&](int64_t type) {
    return resultsOf({"Attention", 23, with({{"softmax_precision", type}})}, {q, k, w})[0].as<float>()[0];
  };
  EXPECT_EQ(share(bfloat16), 171.0f / 512);
  EXPECT_EQ(share(float16), 1365.0f / 4096);
  EXPECT_EQ(share(1), 1.0f / 3);
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
  expectNear(resultsOf({op, 1, sizes}, {x, w})[0], {2, 3, 2, 3});
  // A bias of each column: that of the values is seen.
  expectNear(resultsOf({op, 1, sizes}, {x, w, floats({4}, {5, 0, 10, 20})})[0], {12, 23, 12, 23});
  // The first query sees itself alone.
  Attributes causal = sizes;
  causal.set("unidirectional", int64_t(1));
  expectNear(resultsOf({op, 1, causal}, {x, w})[0], {1, 2, 2, 3});
}

TEST(HostMicrosoftAttention, ContinuesAPast) {
  const std::string op = "com.microsoft.Attention";
  Tensor x = floats({1, 1, 1}, {1}), w = floats({1, 3}, {0, 0, 4});
  // One key before, of value 8; both weigh alike. Present is past and what is new.
  Tensor past = floats({2, 1, 1, 1, 1}, {7, 8});
  Attributes heads = with({{"num_heads", int64_t(1)}});
  std::vector<Tensor> found = resultsOf({op, 1, heads}, {x, w, Tensor(), Tensor(), past}, 2);
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
  expectNear(resultsOf({"RotaryEmbedding", 23}, operands)[0], {-5, 3});
  operands[3] = tensor<int64_t>({1, 1}, {2});
  EXPECT_EQ(problemOf({"RotaryEmbedding", 23}, operands), "position 2 is out of range for 2 cosines");
}

} // namespace
