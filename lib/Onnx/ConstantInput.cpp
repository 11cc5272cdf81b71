//===- ConstantInput.cpp - An input that the user makes a constant --------===//
#include "ConstantData.h"
#include "Dimensions.h"
#include "Inputs.h"
#include "TensorReader.h"
#include "tare/Tensor/Convert.h"
#include "llvm/ADT/STLExtras.h"

#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <utility>

using namespace tare;
using namespace tare::onnx;

/// Writes an element; false where the type does not have the number.
template <typename N> static bool store(N number, Tensor &tensor, int64_t index) {
  return visit(tensor.element(), [&](auto zero) {
    using T = decltype(zero);
    bool holds = true;
    if constexpr (std::is_same_v<T, bool>)
      holds = number == 0 || number == 1;
    else if constexpr (std::is_integral_v<T> && std::is_integral_v<N>)
      holds = std::in_range<T>(number);
    else if constexpr (std::is_integral_v<T>)
      holds = std::trunc(number) == number && number >= double(std::numeric_limits<T>::lowest()) &&
              number < std::ldexp(1.0, std::numeric_limits<T>::digits);
    if (holds)
      tensor.mutableAs<T>()[index] = static_cast<T>(number);
    return holds;
  });
}

/// Writes one of the values that the user gives; false where the type does not have it. Words are bools, and nothing
/// else.
static bool storeGiven(const Tensor &given, int64_t index, Tensor &value) {
  switch (given.element()) {
  case ElementType::boolean:
    return value.element() == ElementType::boolean && store(int64_t(given.as<bool>()[index]), value, index);
  case ElementType::i64:
    return store(given.as<int64_t>()[index], value, index);
  default:
    return store(given.as<double>()[index], value, index);
  }
}

static std::string textOf(const Tensor &given, int64_t index) {
  if (given.element() == ElementType::boolean)
    return given.as<bool>()[index] ? "true" : "false";
  return fmt::format("{}", toDoubles(given)[index]);
}

/// The shape that the model and the user say; 0 for what stays open.
static Shape knownShape(const proto::ValueInfoProto &input, const std::vector<InputShape> &shapes) {
  const proto::TensorShapeProto *declared = shapeOf(input);
  if (const InputShape *given = find(shapes, input.name()))
    return given->dims;
  Shape shape;
  for (int axis = 0; declared && axis < declared->dim_size(); ++axis) {
    const Dimension &dim = declared->dim(axis);
    const InputShape *named = dim.dim_param().empty() ? nullptr : find(shapes, dim.dim_param());
    shape.push_back(isStatic(dim) ? dim.dim_value() : named && named->dims.size() == 1 ? named->dims.front() : 0);
  }
  return shape;
}

/// As many elements as there are values, where that settles what is open: of several dimensions the first is 1.
static Shape shapeFor(Shape shape, int64_t values) {
  if (llvm::count(shape, 0) > 1 && shape.front() == 0)
    shape.front() = 1;
  int64_t known = 1;
  for (int64_t dim : shape)
    known *= dim == 0 ? 1 : dim;
  if (llvm::count(shape, 0) == 1 || values == known)
    for (int64_t &dim : shape)
      dim = dim == 0 ? values / known : dim;
  return shape;
}

mlir::FailureOr<Tensor> tare::onnx::constantInput(const proto::ValueInfoProto &input, const InputValue &given,
                                                  const std::vector<InputShape> &shapes, const Reporter &reporter) {
  auto refuse = [&](const std::string &why) {
    return reporter.error("--input-value: input '" + input.name() + "' " + why);
  };
  std::optional<ElementType> element = elementOf(input.type().tensor_type().elem_type());
  if (!element)
    return refuse("has elements of type " + dataTypeName(input.type().tensor_type().elem_type()));
  const proto::TensorShapeProto *declared = shapeOf(input);
  const int64_t count = given.value.count();
  Shape shape = shapeFor(knownShape(input, shapes), count);
  if (!declared && shape.empty() && count != 1)
    shape = {count};
  if (elementCount(shape) != count)
    return refuse(fmt::format("has the shape {}, found {} values{}", declared ? print(*declared) : toString(shape),
                              count, llvm::is_contained(shape, 0) ? "; bind it with --input-shape" : ""));
  bool isDouble = input.type().tensor_type().elem_type() == proto::TensorProto::DOUBLE;
  Tensor value(isDouble ? ElementType::f64 : *element, shape);
  for (int64_t i = 0; i < count; ++i)
    if (!storeGiven(given.value, i, value))
      return refuse(fmt::format("holds {}, found {}", nameOf(*element), textOf(given.value, i)));
  return value;
}
