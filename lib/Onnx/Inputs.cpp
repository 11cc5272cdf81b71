//===- Inputs.cpp - The shapes of a model's inputs ------------------------===//
#include "Inputs.h"
#include "Dimensions.h"
#include "ShapeExample.h"
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

namespace {

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
  Shape example = exampleShape(declared, [this](const Dimension &dim) { return lookUp(dim); });
  if (!declared)
    return reporter.error(fmt::format("input '{}' has no shape; give it with --input-shape, for example {}", name,
                                      exampleText(name, example)));
  Shape shape;
  for (int axis = 0; axis < declared->dim_size(); ++axis) {
    const Dimension &dim = declared->dim(axis);
    std::optional<int64_t> size = isStatic(dim) ? std::optional(dim.dim_value()) : lookUp(dim);
    if (!size && axis > 0 && isZero(dim))
      return reporter.error(fmt::format("input '{}' has the shape {}, whose dimension {} is 0, so that it has no "
                                        "elements; give the shape that is meant with --input-shape, for example {}",
                                        name, print(*declared), axis, exampleText(name, example)));
    if (!size && axis > 0)
      return reporter.error(fmt::format(
          "input '{}' has the shape {}, whose dimension {} ('{}') is open; give the shape with --input-shape, for "
          "example {}{}",
          name, print(*declared), axis, dim.dim_param(), exampleText(name, example),
          dim.dim_param().empty()
              ? ""
              : ", or " + exampleText(dim.dim_param(), {example[axis]}) + " for this dimension alone"));
    shape.push_back(size.value_or(1));
  }
  if (shape.empty() || isStatic(declared->dim(0)) || lookUp(declared->dim(0)))
    return shape;
  example.front() = 8;
  reporter.warning("OpenDimension",
                   fmt::format("input '{}' has an open first dimension ('{}'), taken as 1", name,
                               isZero(declared->dim(0)) ? "0" : declared->dim(0).dim_param()),
                   fmt::format("--input-shape {} makes it 8", exampleText(name, example)));
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

/// Elements that shapes may depend on. Those of float64 stay what they are: what is computed of them is computed so.
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
  bool isDouble = input.dataType == proto::TensorProto::DOUBLE && found->value.element() == ElementType::f64;
  if (isDouble)
    return found->value;
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
    if (graph.dropped.contains(input->name()))
      continue;
    mlir::FailureOr<BoundInput> one = binder.bind(*input);
    if (failed(one))
      return failure();
    bound.push_back(std::move(*one));
  }
  return bound;
}
