//===- Checks.h - What the operators' infer functions share -----*- C++ -*-===//
//
// Rules about types, lists and requantizations. Each failure is one message
// that states the rule and the value found.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_KERNELS_INTEGER_CHECKS_H
#define TARE_LIB_KERNELS_INTEGER_CHECKS_H

#include "tare/Schema/program_generated.h"
#include "tare/Tensor/Result.h"
#include "tare/Tensor/Tensor.h"

#include <fmt/core.h>

#include <initializer_list>
#include <span>
#include <string_view>

/// Returns the error of a Status from the calling function.
#define TARE_TRY(STATUS)                                                                                               \
  if (auto tareStatus = (STATUS); !tareStatus)                                                                         \
  return tareStatus.error()

namespace tare::kernels {

/// More elements than this in one tensor are refused, so that sizes and sums of
/// sizes never overflow.
inline constexpr int64_t maxElements = int64_t(1) << 40;
inline constexpr int64_t maxRank = 8;

template <typename... Args> Error failure(fmt::format_string<Args...> format, Args &&...args) {
  return Error{fmt::format(format, std::forward<Args>(args)...)};
}

/// Success where `condition` holds, else the formatted error.
template <typename... Args> Status require(bool condition, fmt::format_string<Args...> format, Args &&...args) {
  if (condition)
    return success();
  return failure(format, std::forward<Args>(args)...);
}

/// The least and the greatest value of an integer element type.
struct IntegerRange {
  int64_t min, max;
};
IntegerRange rangeOf(ElementType type);

/// Every dimension positive, at most maxRank of them, at most maxElements
/// elements.
Status checkShape(const Shape &shape, std::string_view what);
/// As many operands as expected, each of a valid shape.
Status checkOperands(std::span<const TensorType> operands, size_t expected);
/// The element type is one of `allowed`.
Status checkElement(const TensorType &type, std::initializer_list<ElementType> allowed, std::string_view what);
/// i8 or i16.
Status checkActivation(const TensorType &type, std::string_view what);
Status checkRank(const TensorType &type, int64_t least, int64_t most, std::string_view what);
/// min <= value <= max
Status checkWithin(int64_t value, int64_t min, int64_t max, std::string_view what);
Status checkListLength(size_t found, size_t expected, std::string_view what);
/// Every value in [min, max].
Status checkList(const std::vector<int32_t> &values, int64_t min, int64_t max, std::string_view what);
Status checkZeroPoint(int64_t zeroPoint, ElementType type, std::string_view what);
/// Clamp bounds and zero point that fit the output type, and a rounding that
/// this build knows.
Status checkOutputGrid(int64_t zeroPoint, int64_t clampMin, int64_t clampMax, program::Rounding rounding,
                       ElementType output);
/// Lists of length 1 or `channels`, multipliers >= 0, shifts in [0, 62], and
/// the output's grid; with stages their own shifts and bias, and (A40). A null requantization is an error. So is a
/// function (A64), but of operators that may have one: checkLayerRequant.
Status checkRequant(const program::RequantT *requant, int64_t channels, ElementType output);
Status checkLayerRequant(const program::RequantT *requant, int64_t channels, ElementType output);

/// The size of the axis that a requantization's lists are indexed by, where an operator has no channels of its own.
inline int64_t lastDim(const Shape &shape) { return shape.empty() ? 1 : shape.back(); }

/// That a function has as many parameters as it, or it in each of so many channels, reads.
Status checkFunction(const program::FunctionT &function, int64_t channels);

/// The numpy broadcast of two shapes.
Result<Shape> broadcastShapes(const Shape &lhs, const Shape &rhs);
/// a * b, limited to int64's maximum; a and b are not negative.
int64_t saturatingMultiply(int64_t a, int64_t b);

/// The parameters of an operator whose kind the registry has already matched.
template <typename Parameters> const Parameters &parameters(const program::OpUnion &op) {
  assert(op.type == program::OpUnionTraits<Parameters>::enum_value && op.value && "another operator's kernel");
  return *static_cast<const Parameters *>(op.value);
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_CHECKS_H
