//===- Inputs.cpp - The shapes of a model's inputs ------------------------===//
#include "Inputs.h"
#include "ConstantData.h"
#include "TensorReader.h"
#include "tare/Tensor/Convert.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"

#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <utility>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;
using Dimension = proto::TensorShapeProto::Dimension;

namespace {

/// Some exporters write 0 or -1 for a dimension that they leave open.
bool isStatic(const Dimension &dim) { return dim.has_dim_value() && dim.dim_value() > 0; }

/// "1x3xheightx224"
std::string print(const proto::TensorShapeProto &shape) {
  std::string text;
  for (const Dimension &dim : shape.dim()) {
    text += text.empty() ? "" : "x";
    text += isStatic(dim) ? std::to_string(dim.dim_value()) : dim.dim_param().empty() ? "?" : dim.dim_param();
  }
  return text.empty() ? "scalar" : text;
}

/// The type of a tensor of ONNX's type; nothing for one that is not supported.
std::optional<ElementType> elementOf(int32_t dataType) {
  return isFloat(dataType) ? ElementType::f32 : storedType(dataType);
}

const InputShape *find(const std::vector<InputShape> &shapes, const std::string &name) {
  auto found = llvm::find_if(shapes, [&](const InputShape &shape) { return shape.name == name; });
  return found == shapes.end() ? nullptr : &*found;
}

bool isInput(const Graph &graph, const std::string &name) {
  return llvm::any_of(graph.inputs, [&](const auto *input) { return input->name() == name; });
}

/// Whether some input has a dimension of that name.
bool isDimension(const Graph &graph, const std::string &name) {
  return llvm::any_of(graph.inputs, [&](const auto *input) {
    return llvm::any_of(input->type().tensor_type().shape().dim(),
                        [&](const Dimension &dim) { return !isStatic(dim) && dim.dim_param() == name; });
  });
}

/// ", and its open dimensions 'N', 'height'"; nothing where none has a name.
std::string openDimensions(const Graph &graph) {
  llvm::SetVector<llvm::StringRef> names;
  for (const auto *input : graph.inputs)
    for (const Dimension &dim : input->type().tensor_type().shape().dim())
      if (!isStatic(dim) && !dim.dim_param().empty())
        names.insert(dim.dim_param());
  std::string text;
  for (llvm::StringRef name : names)
    text += (text.empty() ? ", and its open dimensions '" : ", '") + name.str() + "'";
  return text;
}

LogicalResult checkNames(const Graph &graph, const std::vector<InputShape> &shapes, const Reporter &reporter) {
  std::string names;
  for (const proto::ValueInfoProto *input : graph.inputs)
    names += (names.empty() ? "'" : ", '") + input->name() + "'";
  for (const InputShape &shape : shapes) {
    bool isNamed = shape.dims.size() == 1 && isDimension(graph, shape.name);
    if (!isInput(graph, shape.name) && !isNamed)
      return reporter.error(fmt::format("--input-shape names '{}', but the model's inputs are {}{}", shape.name,
                                        names.empty() ? "none" : names, openDimensions(graph)));
    if (find(shapes, shape.name) != &shape)
      return reporter.error("--input-shape is given twice for '" + shape.name + "'");
  }
  return mlir::success();
}

/// The shapes of inputs, and what they say about named dimensions: "N" is one number in all of them.
class Binder {
public:
  Binder(const Graph &graph, const ImportOptions &options, const Reporter &reporter)
      : shapes(options.inputShapes), data(options.sampleValues), known(options.known), reporter(reporter) {
    for (const InputShape &shape : shapes)
      if (!isInput(graph, shape.name))
        named[shape.name] = shape.dims.front();
  }

  /// Learns named dimensions from the shape that the user gives for `input`, if any.
  LogicalResult learn(const proto::ValueInfoProto &input);
  mlir::FailureOr<BoundInput> bind(const proto::ValueInfoProto &input) const;

private:
  Tensor knownInData(const BoundInput &input) const;
  mlir::FailureOr<Shape> declaredShape(const std::string &name, const proto::TensorShapeProto *declared) const;
  /// The number that stands for an open dimension, where some other input tells it.
  std::optional<int64_t> lookUp(const Dimension &dim) const {
    auto found = named.find(dim.dim_param());
    return dim.dim_param().empty() || found == named.end() ? std::nullopt : std::optional(found->second);
  }

  std::optional<Shape> shapeInData(const std::string &name, const proto::TensorShapeProto *declared) const;

  const std::vector<InputShape> &shapes;
  const std::vector<InputValue> &data;
  ImportOptions::Known known;
  const Reporter &reporter;
  llvm::StringMap<int64_t> named;
};

const proto::TensorShapeProto *shapeOf(const proto::ValueInfoProto &input) {
  const auto &type = input.type().tensor_type();
  return type.has_shape() ? &type.shape() : nullptr;
}

LogicalResult Binder::learn(const proto::ValueInfoProto &input) {
  const InputShape *given = find(shapes, input.name());
  const proto::TensorShapeProto *declared = shapeOf(input);
  if (!given || !declared)
    return mlir::success();
  bool agrees = size_t(declared->dim_size()) == given->dims.size();
  for (size_t axis = 0; agrees && axis < given->dims.size(); ++axis) {
    const Dimension &dim = declared->dim(axis);
    agrees = !isStatic(dim) || dim.dim_value() == given->dims[axis];
    if (!isStatic(dim))
      named[dim.dim_param()] = given->dims[axis];
  }
  if (agrees)
    return mlir::success();
  return reporter.error(fmt::format("--input-shape gives input '{}' the shape {}, but the model says {}", input.name(),
                                    toString(given->dims), print(*declared)));
}

/// The model's own shape; only the first dimension may be open.
mlir::FailureOr<Shape> Binder::declaredShape(const std::string &name, const proto::TensorShapeProto *declared) const {
  if (!declared)
    return reporter.error("input '" + name + "' has no shape; give it with --input-shape " + name + "=DIMS");
  Shape shape;
  for (int axis = 0; axis < declared->dim_size(); ++axis) {
    const Dimension &dim = declared->dim(axis);
    std::optional<int64_t> size = isStatic(dim) ? std::optional(dim.dim_value()) : lookUp(dim);
    if (!size && axis > 0)
      return reporter.error(fmt::format("input '{}' has the shape {}, whose dimension {} ('{}') is open; give "
                                        "the shape with --input-shape {}=DIMS{}",
                                        name, print(*declared), axis, dim.dim_param(), name,
                                        dim.dim_param().empty() ? "" : ", or --input-shape " + dim.dim_param() + "=N"));
    shape.push_back(size.value_or(1));
  }
  if (!shape.empty() && !isStatic(declared->dim(0)) && !lookUp(declared->dim(0)))
    reporter.warning(
        "OpenDimension",
        fmt::format("input '{}' has an open first dimension ('{}'), taken as 1", name, declared->dim(0).dim_param()),
        fmt::format("--input-shape {}=DIMS sets it", name));
  return shape;
}

/// The shape that data have where the model leaves some of it open, and what it does say agrees.
std::optional<Shape> Binder::shapeInData(const std::string &name, const proto::TensorShapeProto *declared) const {
  auto found = llvm::find_if(data, [&](const InputValue &value) { return value.name == name; });
  if (found == data.end())
    return std::nullopt;
  const Shape &shape = found->value.shape();
  bool agrees = !declared || size_t(declared->dim_size()) == shape.size();
  bool isOpen = !declared;
  for (size_t axis = 0; declared && agrees && axis < shape.size(); ++axis) {
    const Dimension &dim = declared->dim(axis);
    isOpen |= !isStatic(dim);
    agrees = isStatic(dim) ? dim.dim_value() == shape[axis] : lookUp(dim).value_or(shape[axis]) == shape[axis];
  }
  return agrees && isOpen ? std::optional(shape) : std::nullopt;
}

mlir::FailureOr<BoundInput> Binder::bind(const proto::ValueInfoProto &input) const {
  if (!input.type().has_tensor_type())
    return reporter.error("input '" + input.name() + "' is not a tensor; only tensors are supported");
  const InputShape *given = find(shapes, input.name());
  std::optional<Shape> shown = given ? std::optional(given->dims) : shapeInData(input.name(), shapeOf(input));
  mlir::FailureOr<Shape> shape = shown ? mlir::FailureOr<Shape>(*shown) : declaredShape(input.name(), shapeOf(input));
  if (failed(shape))
    return failure();
  BoundInput bound{input.name(), input.type().tensor_type().elem_type(), std::move(*shape)};
  bound.known = knownInData(bound);
  bool positive = llvm::all_of(bound.shape, [](int64_t dim) { return dim > 0; });
  if ((!positive && !bound.known) || !isSane({ElementType::f32, bound.shape}))
    return reporter.error(
        fmt::format("input '{}' has the shape {}; no tensor can have it", input.name(), toString(bound.shape)));
  return bound;
}

/// Elements that shapes may depend on.
Tensor Binder::knownInData(const BoundInput &input) const {
  auto found = llvm::find_if(data, [&](const InputValue &value) { return value.name == input.name; });
  std::optional<ElementType> element = elementOf(input.dataType);
  if (found == data.end() || !element || found->value.shape() != input.shape)
    return Tensor();
  // Without elements nothing more is to be known.
  bool isChosen = known == ImportOptions::Known::all ||
                  (known == ImportOptions::Known::lists && input.shape.size() <= 1) || found->value.count() == 0;
  if (!isChosen || (!found->value && found->value.count() != 0))
    return Tensor();
  Tensor elements(*element, input.shape);
  return convert(found->value.view(), elements.mutableView()) ? elements : Tensor();
}

} // namespace

mlir::FailureOr<std::vector<BoundInput>> tare::onnx::bindInputs(const Graph &graph, const ImportOptions &options,
                                                                const Reporter &reporter) {
  if (failed(checkNames(graph, options.inputShapes, reporter)))
    return failure();
  Binder binder(graph, options, reporter);
  for (const proto::ValueInfoProto *input : graph.inputs)
    if (failed(binder.learn(*input)))
      return failure();
  std::vector<BoundInput> bound;
  for (const proto::ValueInfoProto *input : graph.inputs) {
    mlir::FailureOr<BoundInput> one = binder.bind(*input);
    if (failed(one))
      return failure();
    bound.push_back(std::move(*one));
  }
  return bound;
}

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

mlir::FailureOr<Tensor> tare::onnx::constantInput(const proto::ValueInfoProto &input, const InputValue &given,
                                                  const Reporter &reporter) {
  auto refuse = [&](const std::string &why) {
    return reporter.error("--input-value: input '" + input.name() + "' " + why);
  };
  std::optional<ElementType> element = elementOf(input.type().tensor_type().elem_type());
  if (!element)
    return refuse("has elements of type " + dataTypeName(input.type().tensor_type().elem_type()));
  const proto::TensorShapeProto *declared = shapeOf(input);
  // A list where the model leaves that open.
  Shape shape;
  for (int axis = 0; declared && axis < declared->dim_size(); ++axis)
    shape.push_back(isStatic(declared->dim(axis)) ? declared->dim(axis).dim_value() : given.value.count());
  if (!declared && given.value.count() != 1)
    shape = {given.value.count()};
  if (elementCount(shape) != given.value.count())
    return refuse(fmt::format("has the shape {}, found {} values", declared ? print(*declared) : toString(shape),
                              given.value.count()));
  Tensor value(*element, shape);
  for (int64_t i = 0; i < value.count(); ++i)
    if (bool isWhole = given.value.element() == ElementType::i64;
        !(isWhole ? store(given.value.as<int64_t>()[i], value, i) : store(given.value.as<double>()[i], value, i)))
      return refuse(fmt::format("holds {}, found {}", nameOf(*element), toDoubles(given.value)[i]));
  return value;
}

Result<InputValue> tare::onnx::parseInputValue(std::string_view text) {
  Error malformed{fmt::format("--input-value must be NAME=VALUES, for example sr=16000, found '{}'", text)};
  auto [name, list] = llvm::StringRef(text).rsplit('=');
  llvm::SmallVector<llvm::StringRef> parts;
  list.split(parts, ',');
  if (name.empty() || name.size() == text.size())
    return malformed;
  InputValue given{name.str(), Tensor(ElementType::i64, Shape{int64_t(parts.size())})};
  auto isWhole = [&](auto part) {
    return !part.value().trim().getAsInteger(10, given.value.mutableAs<int64_t>()[part.index()]);
  };
  if (llvm::all_of(llvm::enumerate(parts), isWhole))
    return given;
  given.value = Tensor(ElementType::f64, given.value.shape());
  for (auto [index, part] : llvm::enumerate(parts))
    if (part.trim().getAsDouble(given.value.mutableAs<double>()[index]) ||
        !std::isfinite(given.value.as<double>()[index]))
      return malformed;
  return given;
}

Result<std::vector<InputShape>> tare::onnx::parseInputShapes(std::string_view text) {
  llvm::SmallVector<llvm::StringRef> parts;
  llvm::StringRef(text).split(parts, ',');
  // "batch=1,height=320"; of "x=1,3" a part is a number alone.
  if (parts.size() == 1 || !llvm::all_of(parts, [](llvm::StringRef part) { return part.contains('='); }))
    parts = {llvm::StringRef(text)};
  std::vector<InputShape> shapes;
  for (llvm::StringRef part : parts) {
    Result<InputShape> shape = parseInputShape(part);
    if (!shape)
      return shape.error();
    shapes.push_back(*shape);
  }
  return shapes;
}

Result<InputShape> tare::onnx::parseInputShape(std::string_view text) {
  Error malformed{fmt::format("--input-shape must be NAME=DIMS, for example x=1,3,224,224, found '{}'", text)};
  auto [name, dims] = llvm::StringRef(text).rsplit('=');
  if (name.empty() || name.size() == text.size())
    return malformed;
  InputShape shape{name.str(), {}};
  llvm::SmallVector<llvm::StringRef> parts;
  if (!dims.trim().empty())
    dims.split(parts, ',');
  for (llvm::StringRef part : parts) {
    int64_t dim = 0;
    if (part.trim().getAsInteger(10, dim) || dim < 1)
      return malformed;
    shape.dims.push_back(dim);
  }
  return shape;
}
