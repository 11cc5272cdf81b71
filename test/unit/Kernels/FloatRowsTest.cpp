// Rows times constant weights: against the loops in double, and the same bits alone, among other rows and on each
// processor.
#include "Tensors.h"

#include "../../../lib/Kernels/Float/Matrix/RowProducts.h"

#include <cstring>

using namespace tare;
using namespace tare::kernels;
using namespace tare::kernels::floating;
using namespace tare::test;

#if defined(__x86_64__)
namespace {

struct Case {
  Tensor x, w, bias;

  OptionalView biasView() const { return bias ? OptionalView(bias.view()) : std::nullopt; }
  int64_t rows() const { return x.shape()[0]; }
  int64_t outputs() const { return w.shape()[0]; }
};

Case draw(Random &random) {
  int64_t inputs = random.size(1, 300), outputs = random.size(1, 200);
  Case drawn{random.floats({random.flip() ? 1 : random.size(2, 40), inputs}), random.floats({outputs, inputs}), {}};
  if (random.flip())
    drawn.bias = random.floats({outputs});
  return drawn;
}

std::vector<const RowLoops *> loopsOfThisProcessor() {
  std::vector<const RowLoops *> loops;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    loops.push_back(&avx2Rows);
  if (__builtin_cpu_supports("avx512f"))
    loops.push_back(&avx512Rows);
  return loops;
}

/// The result for some rows; nothing behind it is written.
std::vector<float> product(const RowLoops &loops, const Case &of, int64_t firstRow, int64_t rows) {
  constexpr float untouched = 77;
  const int64_t inputs = of.x.shape()[1], count = rows * of.outputs();
  std::vector<float> result(count + 64, untouched);
  PackedConstants constants;
  multiplyRows(loops, {{ElementType::f32, {rows, inputs}}, of.x.as<float>() + firstRow * inputs}, of.w.view(),
               of.biasView(), {{ElementType::f32, {rows, of.outputs()}}, result.data()}, constants);
  EXPECT_EQ(std::count(result.begin() + count, result.end(), untouched), 64);
  result.resize(count);
  return result;
}

TEST(FloatRows, EqualLoopsInDouble) {
  Random random(3);
  for (int i = 0; i < 200; ++i) {
    Case drawn = draw(random);
    Tensor expected(ElementType::f32, {drawn.rows(), drawn.outputs()});
    reference::linear(drawn.x.view(), drawn.w.view(), drawn.biasView(), expected.mutableView());
    for (const RowLoops *loops : loopsOfThisProcessor())
      expectClose(tensor<float>(expected.shape(), product(*loops, drawn, 0, drawn.rows())), expected);
  }
}

TEST(FloatRows, EachRowHasTheBitsThatItHasAlone) {
  Random random(4);
  for (int i = 0; i < 100; ++i) {
    Case drawn = draw(random);
    for (const RowLoops *loops : loopsOfThisProcessor()) {
      std::vector<float> together = product(*loops, drawn, 0, drawn.rows());
      for (int64_t row = 0; row < drawn.rows(); ++row) {
        std::vector<float> alone = product(*loops, drawn, row, 1);
        ASSERT_EQ(0, std::memcmp(alone.data(), together.data() + row * drawn.outputs(), alone.size() * sizeof(float)));
      }
    }
  }
}

TEST(FloatRows, AreLimited) {
  Random random(6);
  for (int i = 0; i < 50; ++i) {
    Case drawn = draw(random);
    const Clamp clamp{-0.5f, random.flip() ? 0.75f : INFINITY};
    for (const RowLoops *loops : loopsOfThisProcessor()) {
      std::vector<float> expected = product(*loops, drawn, 0, drawn.rows());
      Tensor limited(ElementType::f32, {drawn.rows(), drawn.outputs()});
      PackedConstants constants;
      multiplyRows(*loops, drawn.x.view(), drawn.w.view(), drawn.biasView(), limited.mutableView(), constants, clamp);
      for (float &value : expected)
        value = std::clamp(value, clamp.low, clamp.high);
      ASSERT_EQ(elements<float>(limited), expected);
    }
  }
}

/// What a row is limited to does not make a number of what is none.
TEST(FloatRows, KeepNan) {
  Random random(7);
  Case drawn = draw(random);
  drawn.x.mutableAs<float>()[0] = NAN;
  for (const RowLoops *loops : loopsOfThisProcessor())
    for (Clamp clamp : {Clamp{0, INFINITY}, Clamp{0, 6}}) {
      Tensor y(ElementType::f32, {drawn.rows(), drawn.outputs()});
      PackedConstants constants;
      multiplyRows(*loops, drawn.x.view(), drawn.w.view(), drawn.biasView(), y.mutableView(), constants, clamp);
      for (int64_t i = 0; i < y.count(); ++i)
        ASSERT_EQ(std::isnan(y.as<float>()[i]), i < drawn.outputs()) << i;
    }
}

TEST(FloatRows, SameBitsOnEachProcessor) {
  std::vector<const RowLoops *> loops = loopsOfThisProcessor();
  if (loops.size() < 2)
    GTEST_SKIP() << "this processor has one set of vectors, if any: NOTHING IS COMPARED";
  Random random(5);
  for (int i = 0; i < 100; ++i) {
    Case drawn = draw(random);
    ASSERT_EQ(product(*loops[0], drawn, 0, drawn.rows()), product(*loops[1], drawn, 0, drawn.rows()));
  }
}

} // namespace
#endif
