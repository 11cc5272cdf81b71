//===- Inputs.cpp - The shapes of a model's inputs ------------------------===//
#include "Inputs.h"
#include "TensorReader.h"
#include "llvm/ADT/STLExtras.h"

#include <fmt/format.h>

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

const InputShape *find(const std::vector<InputShape> &shapes, const std::string &name) {
  auto found = llvm::find_if(shapes, [&](const InputShape &shape) { return shape.name == name; });
  return found == shapes.end() ? nullptr : &*found;
}

LogicalResult checkNames(const Graph &graph, const std::vector<InputShape> &shapes, const Reporter &reporter) {
  std::string names;
  for (const proto::ValueInfoProto *input : graph.inputs)
    names += (names.empty() ? "'" : ", '") + input->name() + "'";
  for (const InputShape &shape : shapes) {
    bool known = llvm::any_of(graph.inputs, [&](const auto *input) { return input->name() == shape.name; });
    if (!known)
      return reporter.error(fmt::format("--input-shape names '{}', but the model's inputs are {}", shape.name,
                                        names.empty() ? "none" : names));
    if (find(shapes, shape.name) != &shape)
      return reporter.error("--input-shape is given twice for '" + shape.name + "'");
  }
  return mlir::success();
}

/// The shapes of inputs, and what they say about named dimensions: "N" is one number in all of them.
class Binder {
public:
  Binder(const std::vector<InputShape> &shapes, const Reporter &reporter) : shapes(shapes), reporter(reporter) {}

  /// Learns named dimensions from the shape that the user gives for `input`, if any.
  LogicalResult learn(const proto::ValueInfoProto &input);
  mlir::FailureOr<BoundInput> bind(const proto::ValueInfoProto &input) const;

private:
  mlir::FailureOr<Shape> declaredShape(const std::string &name, const proto::TensorShapeProto *declared) const;
  /// The number that stands for an open dimension, where some other input tells it.
  std::optional<int64_t> lookUp(const Dimension &dim) const {
    auto found = named.find(dim.dim_param());
    return dim.dim_param().empty() || found == named.end() ? std::nullopt : std::optional(found->second);
  }

  const std::vector<InputShape> &shapes;
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
                                        "the shape with --input-shape {}=DIMS",
                                        name, print(*declared), axis, dim.dim_param(), name));
    shape.push_back(size.value_or(1));
  }
  if (!shape.empty() && !isStatic(declared->dim(0)) && !lookUp(declared->dim(0)))
    reporter.warning(
        "OpenDimension",
        fmt::format("input '{}' has an open first dimension ('{}'), taken as 1", name, declared->dim(0).dim_param()),
        fmt::format("--input-shape {}=DIMS sets it", name));
  return shape;
}

mlir::FailureOr<BoundInput> Binder::bind(const proto::ValueInfoProto &input) const {
  if (!input.type().has_tensor_type())
    return reporter.error("input '" + input.name() + "' is not a tensor; only tensors are supported");
  const InputShape *given = find(shapes, input.name());
  mlir::FailureOr<Shape> shape =
      given ? mlir::FailureOr<Shape>(given->dims) : declaredShape(input.name(), shapeOf(input));
  if (failed(shape))
    return failure();
  bool positive = llvm::all_of(*shape, [](int64_t dim) { return dim > 0; });
  if (!positive || !isSane({ElementType::f32, *shape}))
    return reporter.error(
        fmt::format("input '{}' has the shape {}; no tensor can have it", input.name(), toString(*shape)));
  return BoundInput{input.name(), input.type().tensor_type().elem_type(), std::move(*shape)};
}

} // namespace

mlir::FailureOr<std::vector<BoundInput>>
tare::onnx::bindInputs(const Graph &graph, const std::vector<InputShape> &shapes, const Reporter &reporter) {
  if (failed(checkNames(graph, shapes, reporter)))
    return failure();
  Binder binder(shapes, reporter);
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
