//===- ReferenceTest.cpp - Reference kernels on hand-computed cases -------===//
#include "Cases.h"

#include "tare/Kernels/Normalization.h"
#include "tare/Kernels/Rounding.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

using namespace tare;
using namespace tare::kernels;
using namespace tare::kernels::test;

namespace {

/// y = clamp(zero + (acc * m >> q)), the whole i8 range.
std::unique_ptr<program::RequantT> requantI8(std::vector<int32_t> m, std::vector<uint8_t> q, int32_t zero = 0) {
  auto requant = std::make_unique<program::RequantT>();
  requant->multipliers = std::move(m);
  requant->shifts = std::move(q);
  requant->zero_point = zero;
  requant->clamp_min = -128;
  requant->clamp_max = 127;
  return requant;
}

template <typename Parameters> Case makeCase(Parameters parameters, std::vector<Tensor> operands) {
  Case test;
  test.op = makeOp(std::move(parameters));
  test.operands = std::move(operands);
  return test;
}

program::ConvT conv2d(std::vector<int32_t> strides, std::vector<int32_t> pads) {
  program::ConvT conv;
  conv.strides = std::move(strides), conv.pads = std::move(pads), conv.dilations = {1, 1};
  return conv;
}

} // namespace

// (A14)
TEST(ConvReference, BareSumAndZeroPoints) {
  // S_w = .5, Z_w = 3, q_w = [5, 1, -4]; S_x = .25, Z_x = -2, q_x = [4, -2, 9]:
  // bare sum -18, full sum -65, value -8.125.
  Tensor x = makeTensor<int8_t>({1, 1, 1, 3}, {4, -2, 9});
  Tensor raw = makeTensor<int8_t>({1, 1, 1, 3}, {5, 1, -4}), centred = makeTensor<int8_t>({1, 1, 1, 3}, {2, -2, -7});
  EXPECT_EQ(
      elements<int32_t>(runReference(makeCase(conv2d({1, 1}, {0, 0, 0, 0}), {x, raw, makeTensor<int32_t>({1}, {0})}))),
      (std::vector<int32_t>{-18}));
  // The bias carries -Zx * sum(w) = 2 * (2 - 2 - 7).
  Tensor full = runReference(makeCase(conv2d({1, 1}, {0, 0, 0, 0}), {x, centred, makeTensor<int32_t>({1}, {-14})}));
  EXPECT_EQ(elements<int32_t>(full), (std::vector<int32_t>{-65}));
  EXPECT_EQ(full.as<int32_t>()[0] * 0.5 * 0.25, -8.125);
}

TEST(ConvReference, PaddingContributesTheZeroPoint) {
  program::ConvT conv = conv2d({1, 1}, {1, 1, 1, 1});
  conv.input_zero_point = 10;
  Tensor x = makeTensor<int8_t>({1, 1, 1, 1}, {7}), w = makeTensor<int8_t>({1, 3, 3, 1}, {1, 1, 1, 1, 1, 1, 1, 1, 1});
  // 8 padded elements of 10, one of 7; the bias takes out 9 * 10.
  EXPECT_EQ(elements<int32_t>(runReference(makeCase(std::move(conv), {x, w, makeTensor<int32_t>({1}, {-90})}))),
            (std::vector<int32_t>{-3}));
}

TEST(ConvReference, RequantizesPerChannel) {
  program::ConvT conv = conv2d({1, 1}, {0, 0, 0, 0});
  conv.requant = requantI8({1, 3}, {1, 2}, 5);
  Tensor x = makeTensor<int8_t>({1, 1, 2, 1}, {3, -100}), w = makeTensor<int8_t>({2, 1, 1, 1}, {1, 2});
  Case test = makeCase(std::move(conv), {x, w, makeTensor<int32_t>({2}, {0, 1})});
  // Accumulators 3, 7; -100, -199: 1.5 -> 2, 5.25 -> 5; -50, -149.25 -> -149 +
  // 5 = -144 saturates.
  EXPECT_EQ(elements<int8_t>(runReference(test)), (std::vector<int8_t>{7, 10, -45, -128}));
}

TEST(ConvReference, OneDimensionalWithStrideAndDilation) {
  program::ConvT conv;
  conv.strides = {2}, conv.pads = {1, 0}, conv.dilations = {2};
  Tensor x = makeTensor<int8_t>({1, 5, 1}, {1, 2, 3, 4, 5}), w = makeTensor<int8_t>({1, 2, 1}, {1, 10});
  // Starts -1, 1: 0 + 10 * 2, 2 + 10 * 4.
  Tensor y = runReference(makeCase(std::move(conv), {x, w, makeTensor<int32_t>({1}, {0})}));
  EXPECT_EQ(y.shape(), (Shape{1, 2, 1}));
  EXPECT_EQ(elements<int32_t>(y), (std::vector<int32_t>{20, 42}));
}

TEST(ConvReference, EqualsAnExplicitlyPaddedConvolution) {
  // Another formulation: pad with the zero point first, then each output is a
  // sum over all (ky, kx, i) of a dense window.
  Random random(3);
  for (int trial = 0; trial < 60; ++trial) {
    Case test = generators[0].make(random);
    auto &conv = *test.op.AsConv();
    conv.requant.reset();
    const Shape &xs = test.operands[0].shape(), &ws = test.operands[1].shape();
    if (xs.size() != 4 || test.operands[0].element() != ElementType::i8)
      continue;
    Tensor y = runReference(test);
    const Shape &ys = y.shape();
    int64_t height = xs[1] + conv.pads[0] + conv.pads[2], width = xs[2] + conv.pads[1] + conv.pads[3];
    std::vector<int64_t> padded(xs[0] * height * width * xs[3], conv.input_zero_point);
    for (int64_t i = 0; i < test.operands[0].count(); ++i) {
      int64_t c = i % xs[3], column = i / xs[3] % xs[2], row = i / xs[3] / xs[2] % xs[1], n = i / xs[3] / xs[2] / xs[1];
      padded[((n * height + row + conv.pads[0]) * width + column + conv.pads[1]) * xs[3] + c] =
          test.operands[0].as<int8_t>()[i];
    }
    for (int64_t i = 0; i < y.count(); ++i) {
      int64_t o = i % ys[3], column = i / ys[3] % ys[2], row = i / ys[3] / ys[2] % ys[1], n = i / ys[3] / ys[2] / ys[1];
      int64_t sum = test.operands[2].as<int32_t>()[o], first = o / (ws[0] / conv.group) * ws[3];
      for (int64_t k = 0; k < ws[1] * ws[2] * ws[3]; ++k) {
        int64_t c = k % ws[3], kx = k / ws[3] % ws[2], ky = k / ws[3] / ws[2];
        int64_t sy = row * conv.strides[0] + ky * conv.dilations[0],
                sx = column * conv.strides[1] + kx * conv.dilations[1];
        sum += padded[((n * height + sy) * width + sx) * xs[3] + first + c] *
               test.operands[1].as<int8_t>()[o * ws[1] * ws[2] * ws[3] + k];
      }
      ASSERT_EQ(y.as<int32_t>()[i], sum);
    }
  }
}

// (A16)
TEST(ConvTransposeReference, ScattersCentredValues) {
  program::ConvTransposeT conv;
  conv.strides = {2}, conv.pads = {0, 0}, conv.dilations = {1}, conv.output_padding = {1};
  conv.input_zero_point = 1;
  Tensor x = makeTensor<int8_t>({1, 2, 1}, {3, 5}), w = makeTensor<int8_t>({1, 3, 1}, {1, 10, 100});
  Tensor y = runReference(makeCase(std::move(conv), {x, w, makeTensor<int32_t>({1}, {7})}));
  EXPECT_EQ(y.shape(), (Shape{1, 6, 1}));
  // 2 * [1, 10, 100] at 0 and 4 * [1, 10, 100] at 2.
  EXPECT_EQ(elements<int32_t>(y), (std::vector<int32_t>{9, 27, 211, 47, 407, 7}));
}

// (A15)
TEST(LinearReference, MultipliesByTransposedWeights) {
  Tensor x = makeTensor<int8_t>({2, 2}, {1, 2, 3, 4}), w = makeTensor<int8_t>({3, 2}, {1, 0, 0, 1, 1, 1});
  EXPECT_EQ(elements<int32_t>(runReference(makeCase(program::LinearT(), {x, w, makeTensor<int32_t>({3}, {0, 0, 10})}))),
            (std::vector<int32_t>{1, 2, 13, 3, 4, 17}));
}

TEST(LinearReference, SixteenBitActivationsHave64BitAccumulators) {
  std::vector<int16_t> x(1 << 12, -32768);
  std::vector<int8_t> w(1 << 12, -128);
  Tensor bias = makeTensor<int64_t>({1}, {int64_t(1) << 40});
  Tensor y = runReference(
      makeCase(program::LinearT(), {makeTensor<int16_t>({1, 1 << 12}, x), makeTensor<int8_t>({1, 1 << 12}, w), bias}));
  EXPECT_EQ(elements<int64_t>(y), (std::vector<int64_t>{(int64_t(1) << 34) + (int64_t(1) << 40)}));
}

// (A17)
TEST(MatMulReference, SubtractsBothZeroPointsAndBroadcasts) {
  program::MatMulT matmul;
  matmul.lhs_zero_point = 1, matmul.rhs_zero_point = -1;
  Tensor a = makeTensor<int8_t>({2, 1, 2}, {1, 2, 3, 4}), b = makeTensor<int8_t>({2, 2}, {0, 1, 2, 3});
  // (a - 1) = [0 1], [2 3]; (b + 1) = [1 2; 3 4].
  EXPECT_EQ(elements<int32_t>(runReference(makeCase(std::move(matmul), {a, b}))), (std::vector<int32_t>{3, 4, 11, 16}));
}

// (A20)
TEST(AddReference, SubtractsWithANegativeMultiplier) {
  program::AddT add;
  add.lhs_zero_point = 1, add.rhs_zero_point = 2, add.lhs_multiplier = 3, add.rhs_multiplier = -2, add.shift = 1;
  add.zero_point = 4, add.clamp_min = -128, add.clamp_max = 20;
  Tensor a = makeTensor<int8_t>({1, 3}, {2, 1, 100}), b = makeTensor<int8_t>({1}, {3});
  // (3 - 2) / 2 -> 1; (0 - 2) / 2 = -1; clamped.
  EXPECT_EQ(elements<int8_t>(runReference(makeCase(std::move(add), {a, b}))), (std::vector<int8_t>{5, 3, 20}));
}

// (A21)
TEST(MulReference, MultipliesCentredValues) {
  program::MulT mul;
  mul.lhs_zero_point = -1, mul.rhs_zero_point = 3, mul.requant = requantI8({1}, {2}, 1);
  Tensor a = makeTensor<int8_t>({2}, {4, -6}), b = makeTensor<int8_t>({2}, {5, 4});
  // 5 * 2 / 4 = 2.5 -> 3; -5 * 1 / 4 = -1.25 -> -1.
  EXPECT_EQ(elements<int8_t>(runReference(makeCase(std::move(mul), {a, b}))), (std::vector<int8_t>{4, 0}));
}

// (A22)
TEST(RescaleReference, Clamps) {
  program::RescaleT rescale;
  rescale.input_zero_point = -128, rescale.requant = requantI8({1}, {1}, -128);
  rescale.requant->clamp_max = -100;
  Tensor x = makeTensor<int8_t>({3}, {-128, -125, 127});
  EXPECT_EQ(elements<int8_t>(runReference(makeCase(std::move(rescale), {x}))), (std::vector<int8_t>{-128, -126, -100}));
}

// (A23)
TEST(LookupReference, ReadsTheChannelsTable) {
  std::vector<int8_t> tables(512);
  tables[0] = 1, tables[255] = 2, tables[256] = 3, tables[511] = 4;
  Tensor x = makeTensor<int8_t>({2, 2}, {-128, -128, 127, 127});
  EXPECT_EQ(elements<int8_t>(runReference(makeCase(program::LookupT(), {x, makeTensor<int8_t>({2, 256}, tables)}))),
            (std::vector<int8_t>{1, 3, 2, 4}));
}

// (A24)
TEST(LookupReference, InterpolatesAt16Bits) {
  std::vector<int16_t> table(513);
  table[256] = 10, table[257] = 11, table[511] = 100, table[512] = 356;
  Tensor x = makeTensor<int16_t>({5}, {0, 63, 64, 127, 32767});
  // 10 + 63/128 -> 10, 10 + 1/2 -> 11, 10 + 127/128 -> 11; 100 + 256 * 127/128
  // = 354.
  EXPECT_EQ(elements<int16_t>(runReference(makeCase(program::LookupT(), {x, makeTensor<int16_t>({513}, table)}))),
            (std::vector<int16_t>{10, 10, 11, 11, 354}));
}

// (A25)
TEST(MaxPoolReference, PaddingNeverWins) {
  program::MaxPoolT pool;
  pool.kernel = {2, 2}, pool.strides = {1, 2}, pool.pads = {1, 1, 0, 0}, pool.dilations = {1, 1};
  Tensor x = makeTensor<int8_t>({1, 1, 3, 1}, {-5, -7, -3});
  EXPECT_EQ(elements<int8_t>(runReference(makeCase(std::move(pool), {x}))), (std::vector<int8_t>{-5, -3}));
}

// (A26)
TEST(AveragePoolReference, DividesByTheCountedElements) {
  program::AveragePoolT pool;
  pool.kernel = {2}, pool.strides = {1}, pool.pads = {1, 0};
  pool.input_zero_point = 1, pool.requant = requantI8({2, 1}, {1, 1});
  Tensor x = makeTensor<int8_t>({1, 2, 1}, {5, 8});
  // One element: 4; two: 11 / 2 -> 6.
  EXPECT_EQ(elements<int8_t>(runReference(makeCase(std::move(pool), {x}))), (std::vector<int8_t>{4, 6}));
}

// (A27)
TEST(ReduceMeanReference, SumsOverTheAxes) {
  program::ReduceMeanT mean;
  mean.axes = {1}, mean.keep_dims = false, mean.input_zero_point = 1, mean.requant = requantI8({1}, {1}, 3);
  Tensor x = makeTensor<int8_t>({1, 2, 2}, {3, 10, 5, -20});
  Tensor y = runReference(makeCase(std::move(mean), {x}));
  EXPECT_EQ(y.shape(), (Shape{1, 2}));
  EXPECT_EQ(elements<int8_t>(y), (std::vector<int8_t>{6, -3})); // 6 / 2 + 3; -12 / 2 + 3
}

// (A28)
TEST(SoftmaxReference, NormalizesTheTable) {
  program::SoftmaxT softmax;
  softmax.axis = 1, softmax.requant = requantI8({1}, {7}, -128);
  std::vector<int32_t> table(256);
  table[0] = 30000, table[5] = 10000;
  Tensor x = makeTensor<int8_t>({1, 3}, {15, 10, -100});
  // e = 30000, 10000, 0: p = 24576, 8192, 0 of 2^15.
  EXPECT_EQ(elements<int8_t>(runReference(makeCase(std::move(softmax), {x, makeTensor<int32_t>({256}, table)}))),
            (std::vector<int8_t>{64, -64, -128}));
}

// (A29)
TEST(RearrangeReference, Concat) {
  program::ConcatT concat;
  concat.axis = 1;
  Tensor a = makeTensor<int32_t>({2, 1}, {1, 2}), b = makeTensor<int32_t>({2, 2}, {3, 4, 5, 6});
  EXPECT_EQ(elements<int32_t>(runReference(makeCase(std::move(concat), {a, b}))),
            (std::vector<int32_t>{1, 3, 4, 2, 5, 6}));
}

TEST(RearrangeReference, SliceBackwards) {
  program::SliceT slice;
  slice.starts = {0, 3}, slice.steps = {1, -2}, slice.sizes = {2, 2};
  Tensor x = makeTensor<int8_t>({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_EQ(elements<int8_t>(runReference(makeCase(std::move(slice), {x}))), (std::vector<int8_t>{4, 2, 8, 6}));
}

TEST(RearrangeReference, Transpose) {
  program::TransposeT transpose;
  transpose.permutation = {1, 2, 0};
  Tensor x = makeTensor<int16_t>({2, 1, 3}, {1, 2, 3, 4, 5, 6});
  Tensor y = runReference(makeCase(std::move(transpose), {x}));
  EXPECT_EQ(y.shape(), (Shape{1, 3, 2}));
  EXPECT_EQ(elements<int16_t>(y), (std::vector<int16_t>{1, 4, 2, 5, 3, 6}));
}

// (A29)
TEST(PadReference, EachMode) {
  Tensor x = makeTensor<int8_t>({3}, {1, 2, 3});
  auto padded = [&](program::PadMode mode) {
    program::PadT pad;
    pad.low = {2}, pad.high = {1}, pad.mode = mode, pad.value = -9;
    return elements<int8_t>(runReference(makeCase(std::move(pad), {x})));
  };
  EXPECT_EQ(padded(program::PadMode::constant), (std::vector<int8_t>{-9, -9, 1, 2, 3, -9}));
  EXPECT_EQ(padded(program::PadMode::edge), (std::vector<int8_t>{1, 1, 1, 2, 3, 3}));
  EXPECT_EQ(padded(program::PadMode::reflect), (std::vector<int8_t>{3, 2, 1, 2, 3, 2}));
}

// (A31)
TEST(ResizeReference, LinearWeighsNeighbours) {
  program::ResizeT resize;
  resize.mode = program::ResizeMode::linear;
  auto axis = std::make_unique<program::ResizeAxisT>();
  axis->lower = {0, 0, 1}, axis->upper = {1, 1, 1}, axis->weight = {512, 1024, 0};
  resize.axes.push_back(std::move(axis));
  Tensor x = makeTensor<int8_t>({1, 2, 1}, {-3, 4});
  // -3 + 7/4 = -1.25; -3 + 3.5 = 0.5 -> 1; 4.
  EXPECT_EQ(elements<int8_t>(runReference(makeCase(std::move(resize), {x}))), (std::vector<int8_t>{-1, 1, 4}));
}

// (A56)
TEST(ResizeReference, AnotherGridIsRoundedToOnce) {
  program::ResizeT resize;
  resize.mode = program::ResizeMode::rescaled;
  auto axis = std::make_unique<program::ResizeAxisT>();
  axis->lower = {0, 0, 1}, axis->upper = {1, 1, 1}, axis->weight = {512, 1024, 0};
  resize.axes.push_back(std::move(axis));
  resize.input_zero_point = -1, resize.fraction_bits = 2;
  // From steps of 1 to steps of 1/4: 2^-2 * 2^-2 * 2^2 is the accumulator itself.
  resize.requant = requantI8({1}, {0});
  Tensor x = makeTensor<int8_t>({1, 2, 1}, {-3, 4});
  // -2 + 7/4 = -0.25; -2 + 3.5 = 1.5; 5; all in quarters.
  EXPECT_EQ(elements<int8_t>(runReference(makeCase(std::move(resize), {x}))), (std::vector<int8_t>{-1, 6, 20}));
}

// (A2)
TEST(BoundaryReference, QuantizeRoundsHalfToEvenAndSaturates) {
  program::QuantizeT quantize;
  quantize.scale = 0.5f, quantize.zero_point = 1, quantize.output = ElementType::i8;
  Tensor x = makeTensor<float>({6}, {0.25f, 0.75f, -0.25f, 1e30f, -INFINITY, NAN});
  EXPECT_EQ(elements<int8_t>(runReference(makeCase(std::move(quantize), {x}))),
            (std::vector<int8_t>{1, 3, 1, 127, -128, -128}));
}

// (A3)
TEST(BoundaryReference, DequantizeScalesTheAxis) {
  program::DequantizeT dequantize;
  dequantize.scales = {0.5, 3e-7}, dequantize.axis = 0, dequantize.zero_point = 2;
  Tensor x = makeTensor<int32_t>({2, 2}, {2, 3, 12, -8});
  EXPECT_EQ(elements<float>(runReference(makeCase(std::move(dequantize), {x}))),
            (std::vector<float>{0.0f, 0.5f, float(10 * 3e-7), float(-10 * 3e-7)}));
}

/// The accumulators of a case, whose result has this type.
static Tensor accumulate(const Case &test, const TensorType &result) {
  const OpKernel &kernel = test.kernel();
  Tensor accumulators(kernel.accumulatorType(test.operands[0].element()), result.shape);
  kernel.accumulate(test.op, test.views(), accumulators.mutableView());
  return accumulators;
}

/// What accumulate() gives, requantized, is what reference() gives. (A13)
TEST(Accumulators, RequantizedAreTheResult) {
  Random random(11);
  for (const Generator &generator : generators)
    for (int trial = 0; trial < 40; ++trial) {
      Case test = generator.make(random);
      // The list index of an average is the number of elements that its window counts.
      if (!test.kernel().accumulate || test.op.AsAveragePool())
        continue;
      // Those that scale nothing have no accumulators, either.
      if (test.op.AsResize() && !requantOf(test.op))
        continue;
      Tensor result = runReference(test), sums = accumulate(test, result.type());
      ASSERT_EQ(sums.shape(), result.shape()) << generator.name;
      auto sum = [&](int64_t i) {
        return sums.element() == ElementType::i32 ? sums.as<int32_t>()[i] : sums.as<int64_t>()[i];
      };
      auto output = [&](int64_t i) -> int64_t {
        return result.element() == ElementType::i8 ? result.as<int8_t>()[i] : result.as<int16_t>()[i];
      };
      const program::RequantT *requant = requantOf(test.op);
      program::RequantT ofSum;
      if (const auto *add = test.op.AsAdd())
        requant = &(ofSum = requantOfSum(*add));
      int64_t channels = result.shape().empty() ? 1 : result.shape().back();
      for (int64_t i = 0; requant && i < result.count(); ++i)
        ASSERT_EQ(requantize(sum(i), *requant, i % channels), output(i)) << generator.name;
      if (!requant)
        ASSERT_EQ(std::memcmp(sums.data(), result.data(), result.type().bytes()), 0) << generator.name;
    }
}

TEST(Accumulators, AverageSumsWhatItCounts) {
  program::AveragePoolT pool;
  pool.kernel = {2}, pool.strides = {1}, pool.pads = {1, 0}, pool.input_zero_point = 1;
  pool.requant = requantI8({1, 1}, {0, 1});
  Case test = makeCase(std::move(pool), {makeTensor<int8_t>({1, 3, 1}, {3, 5, 10})});
  Tensor result = runReference(test);
  EXPECT_EQ(elements<int64_t>(accumulate(test, result.type())), (std::vector<int64_t>{2, 6, 13}));
  EXPECT_EQ(elements<int8_t>(result), (std::vector<int8_t>{2, 3, 7}));
}

/// With an epsilon that adds 1 to a variance, which has 20 bits behind the point of so few.
program::NormalizeT normOf(std::vector<int32_t> axes, int32_t axis) {
  program::NormalizeT norm;
  norm.axes = std::move(axes), norm.axis = axis, norm.offset = 1 << 20;
  norm.requant = requantI8({1}, {8});
  return norm;
}

// (A71) to (A73): d = 4 x - 16, V = 4 * 84 - 16^2 + 1 = 9^2, f = 13.
TEST(NormalizeReference, ByHand) {
  const Tensor gamma = makeTensor<int16_t>({4}, {2, 1, -1, 3}), beta = makeTensor<int32_t>({4}, {5, -1, 0, 100});
  Case test = makeCase(normOf({1}, 1), {makeTensor<int8_t>({1, 4}, {1, 3, 5, 7}), gamma, beta});
  Tensor result = runReference(test);
  EXPECT_EQ(elements<int64_t>(accumulate(test, result.type())), (std::vector<int64_t>{-21841, -3642, -3641, 32869}));
  EXPECT_EQ(elements<int8_t>(result), (std::vector<int8_t>{-85, -14, -14, 127}));
}

// Without a mean: 4 * (x - 1) by the root of V = 4 * 56 + 1 = 15^2.
TEST(NormalizeReference, KeepsTheMean) {
  program::NormalizeT norm = normOf({0}, 1);
  norm.keep_mean = true, norm.input_zero_point = 1;
  Case test = makeCase(std::move(norm), {makeTensor<int8_t>({4, 1}, {1, 3, 5, 7}), makeTensor<int16_t>({1}, {1}),
                                         makeTensor<int32_t>({1}, {0})});
  EXPECT_EQ(elements<int64_t>(accumulate(test, runReference(test).type())),
            (std::vector<int64_t>{0, 4369, 8738, 13107}));
}

// What epsilon adds is far less than what elements that are a step apart have: of two, each is 1.
TEST(NormalizeReference, ASmallEpsilon) {
  program::NormalizeT norm = normOf({1}, 1);
  norm.offset = 1;
  Case test = makeCase(std::move(norm), {makeTensor<int8_t>({1, 2}, {9, 10}), makeTensor<int16_t>({1}, {1}),
                                         makeTensor<int32_t>({1}, {0})});
  const int64_t point = int64_t(1) << normalBits(ElementType::i8, 2);
  EXPECT_EQ(elements<int64_t>(accumulate(test, runReference(test).type())), (std::vector<int64_t>{-point, point}));
}

program::GatherT gatherAlong(int32_t axis) {
  program::GatherT gather;
  gather.axis = axis;
  return gather;
}

// (A76) The rows that indices name, from both ends, in place of the axis.
TEST(GatherReference, ByHand) {
  Case rows = makeCase(
      gatherAlong(0), {makeTensor<int8_t>({3, 2}, {1, -2, 3, -4, 5, -6}), makeTensor<int64_t>({2, 2}, {2, 0, -1, -3})});
  EXPECT_EQ(runReference(rows).shape(), (Shape{2, 2, 2}));
  EXPECT_EQ(elements<int8_t>(runReference(rows)), (std::vector<int8_t>{5, -6, 1, -2, 5, -6, 1, -2}));
  Case columns = makeCase(
      gatherAlong(1), {makeTensor<int16_t>({2, 3}, {1000, -2, 3, -4, 5, -6000}), makeTensor<int32_t>({2}, {-1, 1})});
  EXPECT_EQ(elements<int16_t>(runReference(columns)), (std::vector<int16_t>{3, -2, -6000, 5}));
  // An index without dimensions takes the axis away.
  Case one = makeCase(gatherAlong(0), {makeTensor<float>({2, 2}, {.5f, 1, 2, 4}), makeTensor<int64_t>({}, {1})});
  EXPECT_EQ(runReference(one).shape(), Shape{2});
  EXPECT_EQ(elements<float>(runReference(one)), (std::vector<float>{2, 4}));
}

// An index that names no element is an error before anything runs, and no kernel reads there.
TEST(GatherReference, IndicesOutOfRange) {
  for (int64_t index : {int64_t(3), int64_t(-4), INT64_MAX, INT64_MIN}) {
    Case test = makeCase(gatherAlong(0),
                         {makeTensor<int8_t>({3, 2}, {1, 2, 3, 4, 5, 6}), makeTensor<int64_t>({2}, {1, index})});
    Status fits = test.kernel().check(test.op, test.views());
    ASSERT_FALSE(fits);
    EXPECT_EQ(fits.error().message, "index " + std::to_string(index) + " is out of range for 3 elements");
    EXPECT_EQ(elements<int8_t>(runReference(test))[0], 3);
  }
  Case test =
      makeCase(gatherAlong(0), {makeTensor<int8_t>({3, 2}, {1, 2, 3, 4, 5, 6}), makeTensor<int32_t>({2}, {-3, 2})});
  EXPECT_TRUE(test.kernel().check(test.op, test.views()));
}

// Where nothing varies the result is beta.
TEST(NormalizeReference, WithoutAVariance) {
  Case test = makeCase(normOf({1}, 1), {makeTensor<int8_t>({1, 2}, {9, 9}), makeTensor<int16_t>({1}, {100}),
                                        makeTensor<int32_t>({1}, {1000})});
  EXPECT_EQ(elements<int64_t>(accumulate(test, runReference(test).type())), (std::vector<int64_t>{1000, 1000}));
}

// (A72) The factor of 30 bits is less than 2^-28 off, whatever the variance is.
TEST(NormalizeReference, ReciprocalRoots) {
  Random random(3);
  for (int i = 0; i < 20000; ++i) {
    const int64_t variance = random.integer(1, INT64_MAX) >> random.integer(0, 62);
    if (variance == 0)
      continue;
    const ReciprocalRoot root(variance, 10);
    const long double real = std::ldexp(1.0L, root.shift + 10) / std::sqrt((long double)variance);
    ASSERT_LT(std::abs(root.factor - real) / real, 0x1p-28L) << variance;
    ASSERT_LE(root.factor, int64_t(1) << 30);
  }
}
