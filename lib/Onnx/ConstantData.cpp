//===- ConstantData.cpp - Arithmetic on tensors known at import -----------===//
#include "ConstantData.h"
#include "tare/Dialect/Qnn/Steps.h"
#include "tare/Tensor/Convert.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <limits>

using namespace tare;
using namespace tare::onnx;

bool tare::onnx::isSignedInteger(ElementType element) {
  return element == ElementType::i8 || element == ElementType::i16 || element == ElementType::i32 ||
         element == ElementType::i64;
}

llvm::SmallVector<int64_t> tare::onnx::toIntegers(const Tensor &tensor) {
  return visit(tensor.element(), [&](auto zero) {
    const auto *data = tensor.as<decltype(zero)>();
    llvm::SmallVector<int64_t> values;
    for (int64_t i = 0; i < tensor.count(); ++i)
      values.push_back(static_cast<int64_t>(data[i]));
    return values;
  });
}

std::vector<double> tare::onnx::toDoubles(const Tensor &tensor) {
  return visit(tensor.element(), [&](auto zero) {
    const auto *data = tensor.as<decltype(zero)>();
    return std::vector<double>(data, data + tensor.count());
  });
}

Tensor tare::onnx::fromIntegers(llvm::ArrayRef<int64_t> values) {
  Tensor tensor(ElementType::i64, Shape{int64_t(values.size())});
  std::copy(values.begin(), values.end(), tensor.mutableAs<int64_t>());
  return tensor;
}

Tensor tare::onnx::fromInteger(int64_t value) { return fromIntegers({value}).reshaped({}); }

/// By the exponents' bits, of which vectors find the largest: a search that may end early has none.
static bool allFinite(const float *data, int64_t count) {
  constexpr uint32_t exponent = 0x7f800000;
  uint32_t largest = 0;
  for (int64_t i = 0; i < count; ++i)
    largest = std::max(largest, std::bit_cast<uint32_t>(data[i]) & exponent);
  return largest != exponent;
}

std::optional<std::string> tare::onnx::findNonFinite(const Tensor &tensor) {
  if (tensor.element() != ElementType::f32)
    return std::nullopt;
  const float *begin = tensor.as<float>(), *end = begin + tensor.count();
  if (allFinite(begin, tensor.count()))
    return std::nullopt;
  const float *found = std::find_if(begin, end, [](float value) { return !std::isfinite(value); });
  std::string index;
  int64_t position = found - begin;
  for (auto [stride, dim] : llvm::zip(stridesOf(tensor.shape()), tensor.shape())) {
    index += (index.empty() ? "" : ", ") + std::to_string(position / stride);
    position %= stride;
  }
  return fmt::format("holds {} at index [{}]; every weight must be finite", *found, index);
}

std::optional<Tensor> tare::onnx::withoutMinusInfinity(const Tensor &tensor) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  if (tensor.element() != ElementType::f32)
    return std::nullopt;
  const float *begin = tensor.as<float>(), *end = begin + tensor.count();
  if (std::find(begin, end, -infinity) == end)
    return std::nullopt;
  Tensor result(tensor.type());
  std::replace_copy(begin, end, result.mutableAs<float>(), -infinity, std::numeric_limits<float>::lowest());
  return result;
}

Tensor tare::onnx::boolean(bool value) {
  Tensor tensor(ElementType::boolean, Shape{});
  *tensor.mutableAs<bool>() = value;
  return tensor;
}

bool tare::onnx::hidesRows(const Tensor &tensor) {
  int64_t length = tensor.shape().empty() ? 1 : tensor.shape().back();
  if (tensor.element() != ElementType::f32 || length < 2)
    return false;
  const float *values = tensor.as<float>();
  for (int64_t row = 0; row < tensor.count() / length; ++row)
    if (std::all_of(values + row * length, values + (row + 1) * length,
                    [](float value) { return value == -std::numeric_limits<float>::infinity(); }))
      return true;
  return false;
}

Tensor tare::onnx::withFloat32(const Tensor &tensor) {
  if (tensor.element() != ElementType::f64)
    return tensor;
  Tensor floats(ElementType::f32, tensor.shape());
  std::copy_n(tensor.as<double>(), tensor.count(), floats.mutableAs<float>());
  return floats;
}

Tensor tare::onnx::rounded(const Tensor &floats, qnn::FloatFormat format) {
  Tensor result(floats.type());
  const float *begin = floats.as<float>();
  std::transform(begin, begin + floats.count(), result.mutableAs<float>(),
                 format == qnn::FloatFormat::F16 ? roundToHalf : roundToBfloat16);
  return result;
}

llvm::SmallVector<int64_t> tare::onnx::stridesOf(llvm::ArrayRef<int64_t> shape) {
  llvm::SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t axis = shape.size(); axis > 1; --axis)
    strides[axis - 2] = strides[axis - 1] * shape[axis - 1];
  return strides;
}

namespace {

/// One walk over the result, its last axis as the inner loop.
template <typename T> void gatherElements(const T *from, T *to, const Shape &shape, llvm::ArrayRef<int64_t> strides) {
  int64_t count = elementCount(shape), length = shape.empty() ? 1 : shape.back();
  int64_t step = strides.empty() ? 0 : strides.back(), offset = 0;
  llvm::SmallVector<int64_t> index(shape.size());
  for (int64_t done = 0; done < count; done += length) {
    for (int64_t i = 0; i < length; ++i)
      to[done + i] = from[offset + i * step];
    for (size_t axis = shape.size(); axis-- > 1;) {
      offset += strides[axis - 1];
      if (++index[axis - 1] < shape[axis - 1])
        break;
      offset -= strides[axis - 1] * shape[axis - 1];
      index[axis - 1] = 0;
    }
  }
}

} // namespace

Tensor tare::onnx::gatherStrided(const Tensor &tensor, const Shape &shape, llvm::ArrayRef<int64_t> strides,
                                 int64_t offset) {
  Tensor result(tensor.element(), shape);
  visit(tensor.element(), [&](auto zero) {
    using T = decltype(zero);
    gatherElements(tensor.as<T>() + offset, result.mutableAs<T>(), shape, strides);
  });
  return result;
}

Tensor tare::onnx::transposed(const Tensor &tensor, llvm::ArrayRef<int64_t> permutation) {
  llvm::SmallVector<int64_t> own = stridesOf(tensor.shape()), strides;
  Shape shape;
  for (int64_t axis : permutation) {
    shape.push_back(tensor.shape()[axis]);
    strides.push_back(own[axis]);
  }
  return gatherStrided(tensor, shape, strides);
}

Tensor tare::onnx::indicesAlong(const Shape &shape, int64_t axis) {
  Tensor result(ElementType::i32, shape);
  int32_t *out = result.mutableAs<int32_t>();
  int64_t stride = stridesOf(shape)[axis];
  for (int64_t i = 0, count = result.count(); i < count; ++i)
    out[i] = static_cast<int32_t>(i / stride % shape[axis]);
  return result;
}

Tensor tare::onnx::dequantize(const Tensor &integers, const qnn::Grid &grid) {
  Tensor result(ElementType::f32, integers.shape());
  float *out = result.mutableAs<float>();
  int64_t stride = grid.axis ? stridesOf(integers.shape())[*grid.axis] : 1;
  int64_t channels = grid.axis ? integers.shape()[*grid.axis] : 1;
  visit(integers.element(), [&](auto zero) {
    const auto *in = integers.as<decltype(zero)>();
    for (int64_t i = 0, count = result.count(); i < count; ++i)
      out[i] = qnn::realOf(int64_t(in[i]), grid, i / stride % channels);
  });
  return result;
}

std::optional<Shape> tare::onnx::broadcastShapes(const Shape &a, const Shape &b) {
  Shape shape(std::max(a.size(), b.size()));
  for (size_t i = 0; i < shape.size(); ++i) {
    int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
    int64_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1)
      return std::nullopt;
    shape[shape.size() - 1 - i] = x == 1 ? y : x;
  }
  return shape;
}

Tensor tare::onnx::broadcastTo(const Tensor &tensor, const Shape &shape) {
  if (tensor.shape() == shape)
    return tensor;
  llvm::SmallVector<int64_t> own = stridesOf(tensor.shape());
  llvm::SmallVector<int64_t> strides(shape.size());
  for (size_t i = 0; i < own.size(); ++i)
    if (tensor.shape()[i] != 1)
      strides[shape.size() - own.size() + i] = own[i];
  return gatherStrided(tensor, shape, strides);
}

qnn::Grid tare::onnx::wholeRange(ElementType element, llvm::ArrayRef<double> scales) {
  qnn::Grid grid;
  grid.scales.assign(scales.begin(), scales.end());
  grid.zeroPoints.assign(scales.size(), 0);
  grid.bits = 8 * sizeOf(element);
  grid.isSigned = isSignedInteger(element);
  int64_t values = int64_t(1) << grid.bits;
  grid.min = grid.isSigned ? -values / 2 : 0;
  grid.max = grid.min + values - 1;
  return grid;
}
