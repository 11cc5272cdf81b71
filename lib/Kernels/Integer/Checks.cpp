//===- Checks.cpp - What the operators' infer functions share -------------===//
#include "Checks.h"

#include "tare/Kernels/Functions.h"
#include "tare/Kernels/Rounding.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tare::kernels {

namespace {
template <typename T> constexpr IntegerRange limits() {
  return {std::numeric_limits<T>::min(), std::numeric_limits<T>::max()};
}
} // namespace

IntegerRange rangeOf(ElementType type) {
  switch (type) {
  case ElementType::i8:
    return limits<int8_t>();
  case ElementType::i16:
    return limits<int16_t>();
  case ElementType::i32:
    return limits<int32_t>();
  default:
    return limits<int64_t>();
  }
}

Status checkShape(const Shape &shape, std::string_view what) {
  TARE_TRY(
      require(int64_t(shape.size()) <= maxRank, "{} has rank {}, expected at most {}", what, shape.size(), maxRank));
  int64_t count = 1;
  for (int64_t dim : shape) {
    if (dim < 1)
      return failure("{} has the shape {}, expected positive dimensions", what, toString(shape));
    if (dim > maxElements / count)
      return failure("{} has the shape {}, expected at most {} elements", what, toString(shape), maxElements);
    count *= dim;
  }
  return success();
}

Status checkOperands(std::span<const TensorType> operands, size_t expected) {
  TARE_TRY(require(operands.size() == expected, "expected {} operand{}, found {}", expected, expected == 1 ? "" : "s",
                   operands.size()));
  static constexpr std::string_view names[] = {"operand 0", "operand 1", "operand 2"};
  for (size_t i = 0; i < operands.size(); ++i)
    TARE_TRY(
        checkShape(operands[i].shape, i < std::size(names) ? std::string(names[i]) : fmt::format("operand {}", i)));
  return success();
}

Status checkElement(const TensorType &type, std::initializer_list<ElementType> allowed, std::string_view what) {
  if (std::find(allowed.begin(), allowed.end(), type.element) != allowed.end())
    return success();
  std::string names;
  for (ElementType element : allowed)
    names += fmt::format("{}{}", names.empty() ? "" : " or ", nameOf(element));
  return failure("{} is {}, expected {}", what, nameOf(type.element), names);
}

Status checkActivation(const TensorType &type, std::string_view what) {
  return checkElement(type, {ElementType::i8, ElementType::i16}, what);
}

Status checkRank(const TensorType &type, int64_t least, int64_t most, std::string_view what) {
  int64_t rank = type.shape.size();
  if (rank >= least && rank <= most)
    return success();
  if (least == most)
    return failure("{} has the shape {}, expected rank {}", what, toString(type.shape), least);
  return failure("{} has the shape {}, expected a rank from {} to {}", what, toString(type.shape), least, most);
}

Status checkWithin(int64_t value, int64_t min, int64_t max, std::string_view what) {
  return require(value >= min && value <= max, "{} is {}, expected a value in [{}, {}]", what, value, min, max);
}

Status checkListLength(size_t found, size_t expected, std::string_view what) {
  return require(found == expected, "{} has {} value{}, expected {}", what, found, found == 1 ? "" : "s", expected);
}

Status checkList(const std::vector<int32_t> &values, int64_t min, int64_t max, std::string_view what) {
  for (size_t i = 0; i < values.size(); ++i)
    if (values[i] < min || values[i] > max)
      return failure("{}[{}] is {}, expected a value in [{}, {}]", what, i, values[i], min, max);
  return success();
}

Status checkZeroPoint(int64_t zeroPoint, ElementType type, std::string_view what) {
  auto [min, max] = rangeOf(type);
  return require(zeroPoint >= min && zeroPoint <= max, "{} is {}, expected a value in [{}, {}] ({})", what, zeroPoint,
                 min, max, nameOf(type));
}

Status checkOutputGrid(int64_t zeroPoint, int64_t clampMin, int64_t clampMax, program::Rounding rounding,
                       ElementType output) {
  TARE_TRY(checkZeroPoint(zeroPoint, output, "zero_point"));
  TARE_TRY(checkZeroPoint(clampMin, output, "clamp_min"));
  TARE_TRY(checkZeroPoint(clampMax, output, "clamp_max"));
  TARE_TRY(require(clampMin <= clampMax, "clamp_min is {} and clamp_max {}, expected clamp_min <= clamp_max", clampMin,
                   clampMax));
  return require(rounding >= program::Rounding::MIN && rounding <= program::Rounding::MAX,
                 "rounding is {}, expected at most {}", int(rounding), int(program::Rounding::MAX));
}

namespace {
Status checkPerChannelLength(size_t found, int64_t channels, std::string_view what) {
  return require(found == 1 || int64_t(found) == channels, "{} has {} values, expected 1 or {} (the channels)", what,
                 found, channels);
}

/// What holds of a requantization in three stages.
Status checkStages(const program::RequantT &requant, int64_t channels) {
  const program::StagesT &stages = *requant.stages;
  constexpr int maxShift = 31;
  TARE_TRY(checkWithin(stages.accumulator_shift, 0, maxShift, "the stages' accumulator_shift"));
  TARE_TRY(checkWithin(stages.product_shift, 0, maxShift, "the stages' product_shift"));
  TARE_TRY(checkWithin(stages.output_shift, 0, maxShift, "the stages' output_shift"));
  TARE_TRY(checkPerChannelLength(stages.bias.size(), channels, "the stages' bias"));
  TARE_TRY(checkListLength(requant.shifts.size(), 0, "shifts beside stages"));
  TARE_TRY(require(requant.zero_point == 0, "zero_point is {}, expected 0: the stages' bias contains it",
                   requant.zero_point));
  TARE_TRY(require(requant.rounding == program::Rounding::half_away,
                   "rounding is {}, expected {} (half_away) with stages", int(requant.rounding),
                   int(program::Rounding::half_away)));
  for (size_t c = 0; c < entryCount(requant); ++c) {
    int64_t sum =
        largestStagedSum(perChannel(requant.multipliers, c), stages.product_shift, perChannel(stages.bias, c));
    TARE_TRY(require(sum <= INT32_MAX, "u + the stages' bias[{}] can reach {}, which 32 bits do not hold", c, sum));
  }
  return success();
}

Status checkShifts(const std::vector<uint8_t> &shifts, int64_t channels) {
  TARE_TRY(checkPerChannelLength(shifts.size(), channels, "shifts"));
  for (size_t i = 0; i < shifts.size(); ++i)
    if (shifts[i] > 62)
      return failure("shifts[{}] is {}, expected a value in [0, 62]", i, shifts[i]);
  return success();
}

/// What holds of a function behind the accumulator.
Status checkLayerFunction(const program::RequantT &requant, int64_t channels, ElementType output) {
  const program::LayerFunctionT &function = *requant.function;
  TARE_TRY(require(output == ElementType::i8, "the result of a layer's function is {}, expected i8", nameOf(output)));
  TARE_TRY(require(!requant.stages, "there are stages and a function, expected one of them"));
  TARE_TRY(checkListLength(requant.shifts.size(), 0, "shifts beside a function"));
  TARE_TRY(checkShifts(function.shifts, channels));
  TARE_TRY(checkZeroPoint(function.zero_point, ElementType::i16, "the function's zero_point"));
  TARE_TRY(checkWithin(function.fraction_bits, 0, mostFractionBits, "the function's fraction_bits"));
  TARE_TRY(checkListLength(function.table.size(), interpolatedTableSize, "the function's table"));
  TARE_TRY(require(std::isfinite(function.scale) && function.scale > 0,
                   "the function's scale is {}, expected a positive number", function.scale));
  TARE_TRY(require(function.function != nullptr, "the program does not say what the function's table stands for"));
  return checkFunction(*function.function, 1);
}
} // namespace

Status checkFunction(const program::FunctionT &function, int64_t channels) {
  TARE_TRY(require(function.kind >= program::FunctionKind::MIN && function.kind <= program::FunctionKind::MAX,
                   "the function is {}, expected at most {}", int(function.kind), int(program::FunctionKind::MAX)));
  size_t each = definitionOf(function.kind).parameters, found = function.parameters.size();
  return require(found == each || found == each * channels,
                 "the function has {} parameters, expected {} or {} (of each "
                 "channel)",
                 found, each, each * channels);
}

Status checkLayerRequant(const program::RequantT *requant, int64_t channels, ElementType output) {
  TARE_TRY(require(requant != nullptr, "the requantization is missing"));
  TARE_TRY(checkPerChannelLength(requant->multipliers.size(), channels, "multipliers"));
  TARE_TRY(checkList(requant->multipliers, 0, INT32_MAX, "multipliers"));
  if (requant->function) {
    TARE_TRY(checkLayerFunction(*requant, channels, output));
  } else if (requant->stages) {
    TARE_TRY(checkStages(*requant, channels));
  } else {
    TARE_TRY(checkShifts(requant->shifts, channels));
  }
  return checkOutputGrid(requant->zero_point, requant->clamp_min, requant->clamp_max, requant->rounding, output);
}

Status checkRequant(const program::RequantT *requant, int64_t channels, ElementType output) {
  TARE_TRY(require(!requant || !requant->function,
                   "it has a function, which only conv, conv_transpose, linear, matmul and mul may have"));
  return checkLayerRequant(requant, channels, output);
}

Result<Shape> broadcastShapes(const Shape &lhs, const Shape &rhs) {
  Shape result(std::max(lhs.size(), rhs.size()));
  for (size_t i = 0; i < result.size(); ++i) {
    int64_t a = i < lhs.size() ? lhs[lhs.size() - 1 - i] : 1;
    int64_t b = i < rhs.size() ? rhs[rhs.size() - 1 - i] : 1;
    if (a != b && a != 1 && b != 1)
      return failure("the shapes {} and {} do not broadcast: {} against {}", toString(lhs), toString(rhs), a, b);
    result[result.size() - 1 - i] = std::max(a, b);
  }
  TARE_TRY(checkShape(result, "the result"));
  return result;
}

int64_t saturatingMultiply(int64_t a, int64_t b) {
  int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<int64_t>::max() : product;
}

} // namespace tare::kernels
