//===- OnnxForms.cpp - Ops of the graph as nodes of ONNX ------------------===//
#include "tare/Passes/OnnxForms.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Kernels/Movement.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace tare;

namespace {

using Form = std::optional<OnnxForm>;

using List = std::vector<int64_t>;

List vec(ArrayRef<int64_t> list) { return list.vec(); }

/// ONNX's numbers of types.
constexpr int64_t onnxFloat = 1, onnxInt64 = 7;

Tensor integers(ArrayRef<int64_t> list) {
  Tensor tensor(ElementType::i64, {int64_t(list.size())});
  std::copy(list.begin(), list.end(), tensor.mutableAs<int64_t>());
  return tensor;
}

Tensor reals(Shape shape, ArrayRef<double> list) {
  Tensor tensor(ElementType::f32, std::move(shape));
  llvm::transform(list, tensor.mutableAs<float>(), [](double value) { return float(value); });
  return tensor;
}

Tensor scalar(double value) { return reals({}, value); }

OnnxForm node(StringRef op, int64_t opset, host::Attributes::Map attributes = {}, SmallVector<Tensor> constants = {}) {
  return {{op.str(), opset, host::Attributes(std::move(attributes))}, std::move(constants)};
}

/// What the op has where ONNX leaves a parameter out.
template <typename Op> Attribute usualOf(Op op, StringRef name) {
  typename Op::Properties usual;
  Op::populateDefaultProperties(op->getName(), usual);
  return Op::getInherentAttr(op->getContext(), usual, name).value_or(Attribute());
}

/// A function by its record: ONNX's operator has its parameters. Those that ONNX leaves out need not be float32
/// numbers.
template <typename Op> Form formOfFunction(Op op) {
  host::Attributes::Map attributes;
  Operation *operation = op;
  for (StringRef name : Op::parameterNames())
    if (auto number = operation->getAttrOfType<FloatAttr>(name))
      if constexpr (requires { &Op::populateDefaultProperties; })
        if (number != usualOf(op, name))
          attributes[name.str()] = number.getValueAsDouble();
  return node(Op::onnxName(), 22, std::move(attributes));
}

template <typename Op> void tryFunction(Operation *op, Form &form) {
  if constexpr (requires { Op::onnxName(); })
    if (auto function = dyn_cast<Op>(op); function && !Op::onnxName().empty())
      form = formOfFunction(function);
}

template <typename... Ops> Form formOfFunctions(Operation *op) {
  Form form;
  (tryFunction<Ops>(op, form), ...);
  return form;
}

Form formOf(qnn::ReluOp) { return node("Relu", 14); }
Form formOf(qnn::SwishOp) { return node("Swish", 24); }
Form formOf(qnn::ScaledSwishOp op) { return node("Swish", 24, {{"alpha", op.getAlpha().convertToDouble()}}); }
Form formOf(qnn::GeluOp) { return node("Gelu", 20); }
Form formOf(qnn::GeluTanhOp) { return node("Gelu", 20, {{"approximate", std::string("tanh")}}); }
Form formOf(qnn::AddOp) { return node("Add", 14); }
Form formOf(qnn::SubOp) { return node("Sub", 14); }
Form formOf(qnn::MulOp) { return node("Mul", 14); }
Form formOf(qnn::DivOp) { return node("Div", 14); }
Form formOf(qnn::SoftmaxOp op) { return node("Softmax", 13, {{"axis", int64_t(op.getAxis())}}); }
Form formOf(qnn::ConcatOp op) { return node("Concat", 13, {{"axis", int64_t(op.getAxis())}}); }
Form formOf(qnn::GatherOp op) { return node("Gather", 13, {{"axis", int64_t(op.getAxis())}}); }
Form formOf(qnn::TransposeOp op) { return node("Transpose", 13, {{"perm", vec(op.getPermutation())}}); }

/// No limit is the largest number: a Clip of ONNX leaves infinities what they are only so.
Form formOfLimits(double lower, double upper) { return node("Clip", 13, {}, {Tensor(), scalar(lower), scalar(upper)}); }

Form formOf(qnn::ClipOp op) {
  return formOfLimits(op.getInterval().getLower().convertToDouble(), op.getInterval().getUpper().convertToDouble());
}

Form formOf(qnn::PowOp op) { return node("Pow", 15, {}, {Tensor(), scalar(op.getExponent().convertToDouble())}); }

Form formOf(qnn::PReluOp op) {
  Shape shape(std::max<int64_t>(cast<RankedTensorType>(op.getType()).getRank() - 1, 1), 1);
  shape.front() = op.getSlope().size();
  return node("PRelu", 16, {}, {Tensor(), reals(shape, op.getSlope())});
}

/// Lists that the op leaves out have ONNX's defaults.
template <typename Op> host::Attributes::Map window(Op op) {
  host::Attributes::Map attributes{{"kernel_shape", vec(op.getKernel())}, {"ceil_mode", int64_t(op.getCeilMode())}};
  if (auto strides = op.getStrides())
    attributes["strides"] = vec(*strides);
  if (auto pads = op.getPads())
    attributes["pads"] = vec(*pads);
  return attributes;
}

Form formOf(qnn::MaxPoolOp op) {
  host::Attributes::Map attributes = window(op);
  if (auto dilations = op.getDilations())
    attributes["dilations"] = vec(*dilations);
  return node("MaxPool", 12, std::move(attributes));
}

Form formOf(qnn::AveragePoolOp op) {
  host::Attributes::Map attributes = window(op);
  attributes["count_include_pad"] = int64_t(op.getCountIncludePad());
  return node("AveragePool", 11, std::move(attributes));
}

Form formOf(qnn::ReduceMeanOp op) {
  return node("ReduceMean", 13, {{"axes", vec(op.getAxes())}, {"keepdims", int64_t(op.getKeepDims())}});
}

Form formOf(qnn::SliceOp op) {
  SmallVector<int64_t> ends, axes;
  for (auto [axis, size] : llvm::enumerate(op.getSizes())) {
    int64_t step = op.getSteps()[axis], end = op.getStarts()[axis] + size * step;
    // Before the first element: a negative end would count from the last.
    ends.push_back(end < 0 ? std::numeric_limits<int64_t>::min() : end);
    axes.push_back(axis);
  }
  return node("Slice", 13, {},
              {Tensor(), integers(op.getStarts()), integers(ends), integers(axes), integers(op.getSteps())});
}

Form formOf(qnn::PadOp op) {
  SmallVector<int64_t> pads(op.getLow());
  llvm::append_range(pads, op.getHigh());
  return node("Pad", 13, {{"mode", stringifyPadMode(op.getMode()).str()}},
              {Tensor(), integers(pads), scalar(op.getValue().convertToDouble())});
}

Form formOf(qnn::ReshapeOp op) { return node("Reshape", 13, {}, {Tensor(), integers(op.getShape())}); }

/// Whether the sizes are what the scales have been made of, and float32 scales say others.
bool followFromSizes(qnn::ResizeOp op) {
  ArrayRef<int64_t> given = cast<RankedTensorType>(op.getInput().getType()).getShape().drop_front(2);
  bool sayOthers = false;
  for (auto [scale, size, before] : llvm::zip_equal(op.getScales(), op.getSizes(), given)) {
    if (float(scale) != float(double(size) / double(before)))
      return false;
    sayOthers |= int64_t(std::floor(double(before) * double(float(scale)))) != size;
  }
  return sayOthers;
}

Form formOf(qnn::ResizeOp op) {
  OnnxForm form = node("Resize", 13,
                       {{"mode", stringifyResizeMode(op.getMode()).str()},
                        {"coordinate_transformation_mode", stringifyCoordinateMode(op.getCoordinates()).str()},
                        {"nearest_mode", stringifyNearestMode(op.getRounding()).str()}});
  if (followFromSizes(op)) {
    SmallVector<int64_t> sizes(op.getType().getShape());
    form.constants = {Tensor(), integers(sizes)};
    form.positions = {0, 3};
  } else {
    SmallVector<double> scales(2, 1.0);
    llvm::append_range(scales, op.getScales());
    form.constants = {Tensor(), reals({int64_t(scales.size())}, scales)};
    form.positions = {0, 2};
  }
  return form;
}

/// gamma or beta, repeated to all of the last axes from `first` on; `fallback` where it is not there.
Tensor repeated(qnn::NormalizeOp op, std::optional<ArrayRef<double>> values, int64_t first, double fallback) {
  ArrayRef<int64_t> tail = cast<RankedTensorType>(op.getType()).getShape().drop_front(first);
  int64_t count = 1, inner = 1, axis = values ? int64_t(*op.getAxis()) : first;
  for (auto [d, dim] : llvm::enumerate(tail))
    count *= dim, inner *= int64_t(d) + first > axis ? dim : 1;
  SmallVector<double> all(count, fallback);
  for (int64_t i = 0; values && i != count; ++i)
    all[i] = (*values)[i / inner % int64_t(values->size())];
  return reals(Shape(tail.begin(), tail.end()), all);
}

/// Over the last axes, or over all but those of samples and channels.
Form formOf(qnn::NormalizeOp op) {
  SmallVector<int64_t> axes(op.getAxes());
  llvm::sort(axes);
  const int64_t rank = cast<RankedTensorType>(op.getType()).getRank(), first = axes.front();
  const bool isLast = first + int64_t(axes.size()) == rank && axes.back() == rank - 1;
  const double epsilon = op.getEpsilon().convertToDouble();
  const bool hasParameters = op.getGamma() || op.getBeta();
  const int64_t axis = hasParameters ? int64_t(*op.getAxis()) : first;
  if (!isLast)
    return std::nullopt;
  if (axis >= first && op.getKeepMean() && !op.getBeta())
    return node("RMSNormalization", 23, {{"axis", first}, {"epsilon", epsilon}},
                {Tensor(), repeated(op, op.getGamma(), first, 1)});
  if (axis >= first && !op.getKeepMean())
    return node("LayerNormalization", 17, {{"axis", first}, {"epsilon", epsilon}},
                {Tensor(), repeated(op, op.getGamma(), first, 1), repeated(op, op.getBeta(), first, 0)});
  if (op.getKeepMean() || axis != 1 || first != 2)
    return std::nullopt;
  const int64_t channels = cast<RankedTensorType>(op.getType()).getDimSize(1);
  auto ofChannels = [&](std::optional<ArrayRef<double>> values, double fallback) {
    return reals({channels}, values ? SmallVector<double>(*values) : SmallVector<double>(channels, fallback));
  };
  return node("InstanceNormalization", 6, {{"epsilon", epsilon}},
              {Tensor(), ofChannels(op.getGamma(), 1), ofChannels(op.getBeta(), 0)});
}

/// Towards zero, as a cast to integers is.
Form formOf(qnn::TruncateOp) {
  OnnxForm form = node("Cast", 13, {{"to", onnxInt64}});
  form.behind.push_back(node("Cast", 13, {{"to", onnxFloat}}));
  return form;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

Form formOf(qnn::MatMulOp) { return node("MatMul", 13); }

/// Lists that a convolution leaves out have ONNX's defaults, too.
template <typename Op> host::Attributes::Map filter(Op op) {
  ArrayRef<int64_t> weight = cast<RankedTensorType>(op.getWeight().getType()).getShape();
  host::Attributes::Map attributes{{"kernel_shape", vec(weight.drop_front(2))}, {"group", int64_t(op.getGroup())}};
  if (auto strides = op.getStrides())
    attributes["strides"] = vec(*strides);
  if (auto pads = op.getPads())
    attributes["pads"] = vec(*pads);
  if (auto dilations = op.getDilations())
    attributes["dilations"] = vec(*dilations);
  return attributes;
}

/// The numbers of weights, rounded only if the model rounds them; null where they are computed.
Tensor numbersOf(Value value) {
  if (ElementsAttr integers = qnn::quantizedElement(value.getType()) ? qnn::constantValue(value) : ElementsAttr())
    return dequantized(qnn::toTensor(integers), value.getType());
  auto cast = value.getDefiningOp<quant::DequantizeCastOp>();
  auto rounded = cast ? cast.getInput().getDefiningOp<quant::QuantizeCastOp>() : quant::QuantizeCastOp();
  return realConstant(rounded ? rounded.getInput() : value);
}

/// With the weights and the bias as constants: hardware has the same as integers.
Form withParameters(OnnxForm form, qnn::AccumulatorOpInterface op, Tensor (*reordered)(const Tensor &, int64_t),
                    int64_t group) {
  Tensor weights = numbersOf(op.getWeightOperand().get());
  Tensor bias = op.getBiasValue() ? numbersOf(op.getBiasValue()) : Tensor();
  if (!weights || (op.getBiasValue() && !bias))
    return std::nullopt;
  form.constants = {Tensor(), reordered(weights, group)};
  if (bias)
    form.constants.push_back(bias);
  return form;
}

Form formOf(qnn::ConvOp op) {
  auto same = [](const Tensor &weights, int64_t) { return weights; };
  return withParameters(node("Conv", 11, filter(op)), op, same, 1);
}

Form formOf(qnn::ConvTransposeOp op) {
  host::Attributes::Map attributes = filter(op);
  if (auto padding = op.getOutputPadding())
    attributes["output_padding"] = vec(*padding);
  return withParameters(node("ConvTranspose", 11, std::move(attributes)), op, inputChannelsFirst, op.getGroup());
}

/// y = x w^T, and the bias.
Form formOf(qnn::LinearOp op) {
  Form form = withParameters(node("MatMul", 13), op, inputChannelsFirst, 1);
  if (form && form->constants.size() == 3)
    form->behind.push_back(node("Add", 14, {}, {Tensor(), form->constants.pop_back_val()}));
  return form;
}

} // namespace

OnnxForm tare::onnxFormOfLimits(double lower, double upper) { return *formOfLimits(lower, upper); }

Tensor tare::inputChannelsFirst(const Tensor &weights, int64_t group) {
  const Shape &shape = weights.shape();
  Shape split{group, shape[0] / group, shape[1]}, moved{group, shape[1], shape[0] / group};
  Shape result{group * shape[1], shape[0] / group};
  List order{0, 2, 1};
  for (size_t axis = 2; axis != shape.size(); ++axis) {
    order.push_back(int64_t(axis) + 1);
    for (Shape *each : {&split, &moved, &result})
      each->push_back(shape[axis]);
  }
  Tensor tensor(weights.element(), moved);
  kernels::transpose(weights.reshaped(split).view(), order, tensor.mutableView());
  return tensor.reshaped(result);
}

Form tare::onnxFormOf(Operation *op) {
  if (Form function = formOfFunctions<
#define GET_OP_LIST
#include "tare/Dialect/Qnn/QnnOpList.inc"
          >(op))
    return function;
  return llvm::TypeSwitch<Operation *, Form>(op)
      .Case<qnn::ReluOp, qnn::SwishOp, qnn::ScaledSwishOp, qnn::GeluOp, qnn::GeluTanhOp, qnn::AddOp, qnn::SubOp,
            qnn::MulOp, qnn::DivOp, qnn::SoftmaxOp, qnn::ConcatOp, qnn::TransposeOp, qnn::ClipOp, qnn::PowOp,
            qnn::PReluOp, qnn::MaxPoolOp, qnn::AveragePoolOp, qnn::ReduceMeanOp, qnn::SliceOp, qnn::PadOp,
            qnn::ReshapeOp, qnn::ResizeOp, qnn::NormalizeOp, qnn::TruncateOp, qnn::MatMulOp, qnn::ConvOp,
            qnn::ConvTransposeOp, qnn::LinearOp, qnn::GatherOp>([](auto each) { return formOf(each); })
      .Default([](Operation *) { return std::nullopt; });
}
