//===- ExtremesTest.cpp - Long sums of the largest products ---------------===//
//
// Vectors hold parts of sums in fewer bits than a sum needs, as many products as
// fit: here all products are the largest there are, and their number is just
// below, at and above every power of two that such a limit is near.
//
//===----------------------------------------------------------------------===//
#include "Cases.h"

#include <gtest/gtest.h>

#include <cstring>

using namespace tare;
using namespace tare::kernels;
using namespace tare::kernels::test;

namespace {

/// What is summed, and the one value of all activations and weights.
struct Extreme {
  ElementType type;
  int64_t length;
  int32_t activation;
  int8_t weight;
};

constexpr int32_t leastOf(ElementType type) { return type == ElementType::i8 ? -128 : -32768; }

std::vector<Extreme> extremes(const std::vector<int64_t> &lengths) {
  std::vector<Extreme> result;
  for (ElementType type : {ElementType::i8, ElementType::i16})
    for (int64_t length : lengths)
      for (int32_t activation : {leastOf(type), -leastOf(type) - 1})
        for (int8_t weight : {int8_t(-128), int8_t(127)})
          result.push_back({type, length, activation, weight});
  return result;
}

template <typename T> Tensor filled(Shape shape, int64_t value) {
  Tensor tensor(ElementTypeOf<T>::value, std::move(shape));
  std::fill_n(tensor.mutableAs<T>(), tensor.count(), T(value));
  return tensor;
}

Tensor activations(ElementType type, Shape shape, int64_t value) {
  return type == ElementType::i8 ? filled<int8_t>(shape, value) : filled<int16_t>(shape, value);
}

Tensor biases(ElementType type, int64_t channels) {
  return type == ElementType::i8 ? filled<int32_t>({channels}, 0) : filled<int64_t>({channels}, 0);
}

/// The exact sum of one element, from nothing but its definition.
void expectEvery(const Case &test, const Extreme &extreme, int64_t sum) {
  Result<TensorType> type = test.kernel().infer(test.op, test.types());
  ASSERT_TRUE(type) << type.error().message;
  std::unique_ptr<FastKernel> fast =
      test.kernel().prepare ? test.kernel().prepare(test.op, test.prepared(), *type) : nullptr;
  if (!fast)
    return;
  Tensor result(*type), scratch(ElementType::u8, {int64_t(fast->scratchBytes()) + 1});
  fast->run(test.views(), result.mutableView(), scratch.mutableAs<std::byte>(), {});
  for (int64_t i = 0; i < result.count(); ++i) {
    // Modulo 2^32, as accumulators of 8-bit activations are.
    int64_t found = result.element() == ElementType::i64 ? result.as<int64_t>()[i] : result.as<int32_t>()[i];
    int64_t expected = result.element() == ElementType::i64 ? sum : int64_t(int32_t(uint32_t(uint64_t(sum))));
    ASSERT_EQ(found, expected) << test.kernel().name << ": " << extreme.length << " products of " << extreme.activation
                               << " and " << int(extreme.weight);
  }
}

const std::vector<int64_t> lengths = {255,  256,  257,  509,  510,   511,   512,   513,   600,   640,  1023,
                                      1025, 4095, 4097, 8193, 16383, 16384, 16385, 33000, 65536, 66000};

} // namespace

TEST(Extremes, Linear) {
  // A single row has kernels of its own.
  for (const Extreme &one : extremes(lengths))
    for (int64_t rows : {1, 3}) {
      Case test;
      test.operands = {activations(one.type, {rows, one.length}, one.activation),
                       filled<int8_t>({17, one.length}, one.weight), biases(one.type, 17)};
      test.op = makeOp(program::LinearT());
      test.constants = 2;
      expectEvery(test, one, one.length * one.activation * one.weight);
    }
}

TEST(Extremes, Convolution) {
  for (const Extreme &one : extremes({511, 513, 600, 640, 1025, 16385}))
    for (int64_t kernel : {1, 5}) {
      // One spatial dimension, whose whole length is the window's.
      int64_t channels = one.length / kernel;
      program::ConvT conv;
      conv.strides = conv.dilations = {1}, conv.pads = {0, 0};
      Case test;
      test.operands = {activations(one.type, {1, kernel, channels}, one.activation),
                       filled<int8_t>({17, kernel, channels}, one.weight), biases(one.type, 17)};
      test.op = makeOp(std::move(conv));
      test.constants = 2;
      expectEvery(test, one, kernel * channels * one.activation * one.weight);
    }
}

TEST(Extremes, DepthwiseConvolution) {
  for (const Extreme &one : extremes({255, 257, 509, 510, 511, 512, 513, 600, 1025, 16385})) {
    constexpr int64_t channels = 33;
    program::ConvT conv;
    conv.strides = conv.dilations = {1}, conv.pads = {0, 0};
    conv.group = channels;
    Case test;
    test.operands = {activations(one.type, {1, one.length + 3, channels}, one.activation),
                     filled<int8_t>({channels, one.length, 1}, one.weight), biases(one.type, channels)};
    test.op = makeOp(std::move(conv));
    test.constants = 2;
    expectEvery(test, one, one.length * one.activation * one.weight);
  }
}

TEST(Extremes, ProductOfActivations) {
  for (const Extreme &one : extremes({127, 128, 129, 255, 257, 511, 513, 1025, 16385}))
    for (int32_t zero : {0, leastOf(one.type), -leastOf(one.type) - 1}) {
      int32_t other = one.weight < 0 ? leastOf(one.type) : -leastOf(one.type) - 1;
      program::MatMulT matmul;
      matmul.lhs_zero_point = zero, matmul.rhs_zero_point = zero;
      Case test;
      test.operands = {activations(one.type, {3, one.length}, one.activation),
                       activations(one.type, {one.length, 17}, other)};
      test.op = makeOp(std::move(matmul));
      expectEvery(test, one, one.length * int64_t(one.activation - zero) * int64_t(other - zero));
    }
}
