//===- Cases.cpp - Operators with operands, for the kernels' tests --------===//
#include "Cases.h"

#include "tare/Kernels/Rounding.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tare::kernels::test {

std::vector<TensorType> Case::types() const {
  std::vector<TensorType> result;
  for (const Tensor &operand : operands)
    result.push_back(operand.type());
  return result;
}

std::vector<ConstTensorView> Case::views() const {
  std::vector<ConstTensorView> result;
  for (const Tensor &operand : operands)
    result.push_back(operand.view());
  return result;
}

std::vector<Operand> Case::prepared() const {
  std::vector<Operand> result;
  for (size_t i = 0; i < operands.size(); ++i)
    result.push_back({operands[i].type(), i + constants >= operands.size() ? operands[i].data() : nullptr});
  return result;
}

namespace {
template <typename T> void fillIntegers(Random &random, Tensor &tensor) {
  int64_t min = std::numeric_limits<T>::min(), max = std::numeric_limits<T>::max();
  bool extreme = random.chance(15);
  for (int64_t i = 0; i < tensor.count(); ++i)
    tensor.mutableAs<T>()[i] =
        T(random.chance(extreme ? 60 : 4) ? (random.chance(50) ? min : max) : random.integer(min, max));
}
} // namespace

Tensor randomTensor(Random &random, TensorType type) {
  Tensor tensor(type);
  switch (type.element) {
  case ElementType::i8:
    fillIntegers<int8_t>(random, tensor);
    break;
  case ElementType::i16:
    fillIntegers<int16_t>(random, tensor);
    break;
  case ElementType::i32: // Accumulators and biases: far from wrapping.
    for (int64_t i = 0; i < tensor.count(); ++i)
      tensor.mutableAs<int32_t>()[i] = int32_t(random.integer(-1000000, 1000000));
    break;
  case ElementType::i64:
    for (int64_t i = 0; i < tensor.count(); ++i)
      tensor.mutableAs<int64_t>()[i] = random.integer(-1000000000000, 1000000000000);
    break;
  default:
    for (int64_t i = 0; i < tensor.count(); ++i)
      tensor.mutableAs<float>()[i] = float(random.integer(-1000000, 1000000)) / float(random.integer(1, 50000));
  }
  return tensor;
}

Tensor runReference(const Case &test) {
  Result<TensorType> type = test.kernel().infer(test.op, test.types());
  EXPECT_TRUE(bool(type)) << (type ? "" : type.error().message);
  if (!type)
    return Tensor();
  Tensor result(*type);
  test.kernel().reference(test.op, test.views(), result.mutableView());
  return result;
}

/// Turns it into three stages whose shifts sum up to about `shift`.
static void makeStages(Random &random, program::RequantT &requant, int64_t channels, int shift) {
  program::StagesT stages;
  int first = int(random.integer(0, std::clamp(shift, 0, 31))), rest = std::clamp(shift - first, 0, 62);
  int last = int(random.integer(std::max(0, rest - 31), std::min(rest, 31)));
  stages.accumulator_shift = uint8_t(first), stages.product_shift = uint8_t(rest - last);
  stages.output_shift = uint8_t(last);
  int64_t reach = std::min<int64_t>(int64_t(1) << (last + 7), INT32_MAX / 2);
  for (int64_t c = 0, biases = random.chance(30) ? 1 : channels; c < biases; ++c)
    stages.bias.push_back(int32_t(random.integer(-reach, reach)));
  // What the product leaves of 32 bits must hold the bias.
  for (int32_t &multiplier : requant.multipliers)
    while (kernels::largestStagedSum(multiplier, stages.product_shift, reach) > INT32_MAX)
      multiplier /= 2;
  requant.stages = std::make_unique<program::StagesT>(stages);
  requant.shifts.clear();
  requant.zero_point = 0;
  requant.rounding = program::Rounding::half_away;
}

std::unique_ptr<program::RequantT> randomRequant(Random &random, int64_t channels, ElementType output,
                                                 double magnitude) {
  auto requant = std::make_unique<program::RequantT>();
  int64_t min = output == ElementType::i8 ? -128 : -32768, max = -min - 1;
  int bits = int(random.pick<int64_t>({1, 8, 15, 31}));
  int64_t multipliers = random.chance(30) ? 1 : channels, shifts = random.chance(30) ? 1 : channels;
  for (int64_t c = 0; c < multipliers; ++c)
    requant->multipliers.push_back(
        int32_t(random.integer(random.chance(5) ? 0 : (int64_t(1) << (bits - 1)), (int64_t(1) << bits) - 1)));
  // Scaled accumulators of about the size of the output range, give or take
  // some bits.
  int centre = int(std::log2(std::max(magnitude, 1.0) / double(max))) + bits;
  for (int64_t c = 0; c < shifts; ++c)
    requant->shifts.push_back(uint8_t(std::clamp<int64_t>(centre + random.integer(-3, 3), 0, 62)));
  requant->zero_point = int32_t(random.chance(30) ? min : random.integer(min, max));
  requant->clamp_min = int32_t(random.chance(60) ? min : random.integer(min, max));
  requant->clamp_max = int32_t(random.chance(60) ? max : random.integer(requant->clamp_min, max));
  requant->rounding = program::Rounding(random.integer(0, int64_t(program::Rounding::MAX)));
  if (random.chance(20))
    makeStages(random, *requant, channels, centre);
  return requant;
}

/// Turns it into a function of what fills 16 bits: any table, as kernels know no functions.
static void makeFunction(Random &random, program::RequantT &requant) {
  program::LayerFunctionT function;
  function.shifts = requant.shifts;
  for (uint8_t &shift : function.shifts)
    shift = uint8_t(std::max(0, shift - 8));
  function.zero_point = int32_t(random.integer(INT16_MIN, INT16_MAX));
  function.fraction_bits = uint8_t(random.integer(0, kernels::mostFractionBits));
  int64_t reach = std::min<int64_t>(INT16_MAX, int64_t(random.chance(50) ? 128 : 300) << function.fraction_bits);
  for (int64_t i = 0; i < kernels::interpolatedTableSize; ++i)
    function.table.push_back(int16_t(random.integer(-reach, reach)));
  function.scale = 0.01;
  function.function = std::make_unique<program::FunctionT>();
  function.function->kind = program::FunctionKind::swish;
  requant.function = std::make_unique<program::LayerFunctionT>(function);
  requant.shifts.clear();
}

std::unique_ptr<program::RequantT> randomLayerRequant(Random &random, int64_t channels, ElementType output,
                                                      double magnitude) {
  std::unique_ptr<program::RequantT> requant = randomRequant(random, channels, output, magnitude);
  if (output == ElementType::i8 && !requant->stages && random.chance(40))
    makeFunction(random, *requant);
  return requant;
}

} // namespace tare::kernels::test
