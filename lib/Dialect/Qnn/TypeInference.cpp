//===- TypeInference.cpp - Shapes of results ------------------------------===//
//
// Shapes follow ONNX's operator definitions. An inferred element type is the
// first operand's: right for float and for ops that keep their operand's grid,
// and replaced by the builder where the result has a grid of its own.
//
//===----------------------------------------------------------------------===//
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnOps.h"

using namespace mlir;
using namespace tare::qnn;

namespace {

using Dims = SmallVector<int64_t>;

RankedTensorType tensorType(Value value) { return cast<RankedTensorType>(value.getType()); }

LogicalResult give(SmallVectorImpl<Type> &inferred, ArrayRef<int64_t> shape, Type element) {
  inferred.push_back(RankedTensorType::get(shape, element));
  return success();
}

/// The element type that a result has unless its builder says otherwise: float stays float; a scale per channel
/// belongs to the operand alone.
Type ownGridElement(Value operand) { return tensorType(operand).getElementType(); }

/// A list attribute with its default: `count` times `fallback`.
Dims listOr(std::optional<ArrayRef<int64_t>> list, size_t count, int64_t fallback) {
  return list ? Dims(*list) : Dims(count, fallback);
}

struct Window {
  Dims kernel, strides, pads, dilations;
};

/// One window list per spatial dimension and two pads each, all positive where they must be.
LogicalResult checkWindow(std::optional<Location> loc, const Window &window, size_t spatial) {
  if (window.kernel.size() != spatial || window.strides.size() != spatial || window.dilations.size() != spatial ||
      window.pads.size() != 2 * spatial)
    return emitOptionalError(loc, "kernel, strides and dilations must have ", spatial, " elements and pads ",
                             2 * spatial, ", found ", window.kernel.size(), ", ", window.strides.size(), ", ",
                             window.dilations.size(), " and ", window.pads.size());
  for (size_t i = 0; i < spatial; ++i)
    if (window.kernel[i] < 1 || window.strides[i] < 1 || window.dilations[i] < 1)
      return emitOptionalError(loc, "kernel, strides and dilations must be positive");
  if (llvm::any_of(window.pads, [](int64_t pad) { return pad < 0; }))
    return emitOptionalError(loc, "pads must not be negative");
  return success();
}

/// Spatial sizes after a window slides over `in` (ONNX pooling and convolution).
FailureOr<Dims> slide(std::optional<Location> loc, ArrayRef<int64_t> in, const Window &window, bool ceilMode) {
  if (failed(checkWindow(loc, window, in.size())))
    return failure();
  Dims out;
  for (size_t i = 0; i < in.size(); ++i) {
    int64_t extent = (window.kernel[i] - 1) * window.dilations[i] + 1;
    int64_t room = in[i] + window.pads[i] + window.pads[i + in.size()] - extent;
    if (room < 0)
      return emitOptionalError(loc, "the window covers ", extent, " elements of axis ", i + 2, ", found only ",
                               room + extent, " with padding");
    int64_t size = (ceilMode ? (room + window.strides[i] - 1) / window.strides[i] : room / window.strides[i]) + 1;
    // ONNX: a window that would begin in the end padding is dropped.
    if (ceilMode && (size - 1) * window.strides[i] >= in[i] + window.pads[i])
      --size;
    out.push_back(size);
  }
  return out;
}

LogicalResult checkImage(std::optional<Location> loc, ArrayRef<int64_t> shape) {
  if (shape.size() == 3 || shape.size() == 4)
    return success();
  return emitOptionalError(loc, "input must have one or two spatial dimensions, found rank ", shape.size());
}

/// Input and weight of a convolution (either direction) agree.
LogicalResult checkConv(std::optional<Location> loc, ArrayRef<int64_t> input, ArrayRef<int64_t> weight, int64_t group) {
  if (failed(checkImage(loc, input)))
    return failure();
  if (weight.size() != input.size())
    return emitOptionalError(loc, "weight must have the input's rank ", input.size(), ", found ", weight.size());
  if (group < 1 || input[1] % group || weight[0] % group)
    return emitOptionalError(loc, "group must divide input channels ", input[1], " and output channels ", weight[0],
                             ", found ", group);
  if (weight[1] != input[1] / group)
    return emitOptionalError(loc, "weight's axis 1 must be ", input[1] / group, " (input channels ", input[1],
                             " / group ", group, "), found ", weight[1]);
  return success();
}

/// numpy's broadcasting.
FailureOr<Dims> broadcast(std::optional<Location> loc, ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  Dims out(std::max(a.size(), b.size()));
  for (size_t i = 0; i < out.size(); ++i) {
    int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1, y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1)
      return emitOptionalError(loc, "shapes do not broadcast: ", x, " against ", y, " in axis ", out.size() - 1 - i);
    out[out.size() - 1 - i] = x == 1 ? y : x;
  }
  return out;
}

} // namespace

bool tare::qnn::isCompatible(TypeRange inferred, TypeRange actual) {
  if (inferred.size() != 1 || actual.size() != 1)
    return false;
  auto wanted = cast<RankedTensorType>(inferred[0]);
  auto found = dyn_cast<RankedTensorType>(actual[0]);
  if (!found || found.getShape() != wanted.getShape())
    return false;
  return found.getElementType() == wanted.getElementType() || isa<quant::QuantizedType>(found.getElementType());
}

LogicalResult ConvOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,
                                       SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> input = tensorType(op.getInput()).getShape(), weight = tensorType(op.getWeight()).getShape();
  if (failed(checkConv(loc, input, weight, op.getGroup())))
    return failure();
  size_t spatial = input.size() - 2;
  Window window{Dims(weight.drop_front(2)), listOr(op.getStrides(), spatial, 1), listOr(op.getPads(), 2 * spatial, 0),
                listOr(op.getDilations(), spatial, 1)};
  FailureOr<Dims> out = slide(loc, input.drop_front(2), window, false);
  if (failed(out))
    return failure();
  Dims shape{input[0], weight[0]};
  llvm::append_range(shape, *out);
  return give(inferred, shape, ownGridElement(op.getInput()));
}

LogicalResult ConvTransposeOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,
                                                SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> input = tensorType(op.getInput()).getShape(), weight = tensorType(op.getWeight()).getShape();
  if (failed(checkConv(loc, input, weight, op.getGroup())))
    return failure();
  size_t spatial = input.size() - 2;
  Window window{Dims(weight.drop_front(2)), listOr(op.getStrides(), spatial, 1), listOr(op.getPads(), 2 * spatial, 0),
                listOr(op.getDilations(), spatial, 1)};
  Dims extra = listOr(op.getOutputPadding(), spatial, 0);
  if (failed(checkWindow(loc, window, spatial)))
    return failure();
  if (extra.size() != spatial)
    return emitOptionalError(loc, "output_padding must have ", spatial, " elements, found ", extra.size());
  Dims shape{input[0], weight[0]};
  for (size_t i = 0; i < spatial; ++i) {
    int64_t size = (input[i + 2] - 1) * window.strides[i] + extra[i] + (window.kernel[i] - 1) * window.dilations[i] +
                   1 - window.pads[i] - window.pads[i + spatial];
    if (size < 1)
      return emitOptionalError(loc, "pads leave nothing of axis ", i + 2, ": size ", size);
    shape.push_back(size);
  }
  return give(inferred, shape, ownGridElement(op.getInput()));
}

LogicalResult LinearOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,
                                         SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> input = tensorType(op.getInput()).getShape(), weight = tensorType(op.getWeight()).getShape();
  if (weight.size() != 2 || input.empty())
    return emitOptionalError(loc, "weight must have rank 2 and input at least 1, found ", weight.size(), " and ",
                             input.size());
  if (weight[1] != input.back())
    return emitOptionalError(loc, "weight's axis 1 must be the input's last axis ", input.back(), ", found ",
                             weight[1]);
  Dims shape(input);
  shape.back() = weight[0];
  return give(inferred, shape, ownGridElement(op.getInput()));
}

LogicalResult MatMulOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,
                                         SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> a = tensorType(op.getLhs()).getShape(), b = tensorType(op.getRhs()).getShape();
  if (a.size() < 2 || b.size() < 2)
    return emitOptionalError(loc, "operands must have rank 2 or more, found ", a.size(), " and ", b.size());
  if (a.back() != b[b.size() - 2])
    return emitOptionalError(loc, "inner dimensions must agree, found ", a.back(), " and ", b[b.size() - 2]);
  FailureOr<Dims> shape = broadcast(loc, a.drop_back(2), b.drop_back(2));
  if (failed(shape))
    return failure();
  shape->push_back(a[a.size() - 2]);
  shape->push_back(b.back());
  return give(inferred, *shape, ownGridElement(op.getLhs()));
}

LogicalResult tare::qnn::inferShapeOfFirst(ValueRange operands, SmallVectorImpl<Type> &inferred) {
  Value first = operands.front();
  return give(inferred, tensorType(first).getShape(), ownGridElement(first));
}

/// Ops whose result has the shape of their first operand.
#define SHAPE_OF_FIRST_OPERAND(OP)                                                                                     \
  LogicalResult OP::inferReturnTypes(MLIRContext *, std::optional<Location>, Adaptor op,                               \
                                     SmallVectorImpl<Type> &inferred) {                                                \
    return inferShapeOfFirst(op.getOperands(), inferred);                                                              \
  }
SHAPE_OF_FIRST_OPERAND(BatchNormOp)
SHAPE_OF_FIRST_OPERAND(ReluOp)
SHAPE_OF_FIRST_OPERAND(ClipOp)
SHAPE_OF_FIRST_OPERAND(PReluOp)
SHAPE_OF_FIRST_OPERAND(SoftmaxOp)
SHAPE_OF_FIRST_OPERAND(RoundOp)
SHAPE_OF_FIRST_OPERAND(RequantizeOp)
SHAPE_OF_FIRST_OPERAND(ReinterpretOp)
#undef SHAPE_OF_FIRST_OPERAND

/// Ops that broadcast two operands.
#define BROADCASTING(OP)                                                                                               \
  LogicalResult OP::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,                           \
                                     SmallVectorImpl<Type> &inferred) {                                                \
    FailureOr<Dims> shape = broadcast(loc, tensorType(op.getLhs()).getShape(), tensorType(op.getRhs()).getShape());    \
    if (failed(shape))                                                                                                 \
      return failure();                                                                                                \
    return give(inferred, *shape, ownGridElement(op.getLhs()));                                                        \
  }
BROADCASTING(AddOp)
BROADCASTING(SubOp)
BROADCASTING(MulOp)
BROADCASTING(DivOp)
#undef BROADCASTING

LogicalResult MaxPoolOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,
                                          SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> input = tensorType(op.getInput()).getShape();
  if (failed(checkImage(loc, input)))
    return failure();
  size_t spatial = input.size() - 2;
  Window window{Dims(op.getKernel()), listOr(op.getStrides(), spatial, 1), listOr(op.getPads(), 2 * spatial, 0),
                listOr(op.getDilations(), spatial, 1)};
  FailureOr<Dims> out = slide(loc, input.drop_front(2), window, op.getCeilMode());
  if (failed(out))
    return failure();
  Dims shape{input[0], input[1]};
  llvm::append_range(shape, *out);
  return give(inferred, shape, tensorType(op.getInput()).getElementType());
}

LogicalResult AveragePoolOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,
                                              SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> input = tensorType(op.getInput()).getShape();
  if (failed(checkImage(loc, input)))
    return failure();
  size_t spatial = input.size() - 2;
  Window window{Dims(op.getKernel()), listOr(op.getStrides(), spatial, 1), listOr(op.getPads(), 2 * spatial, 0),
                Dims(spatial, 1)};
  FailureOr<Dims> out = slide(loc, input.drop_front(2), window, op.getCeilMode());
  if (failed(out))
    return failure();
  Dims shape{input[0], input[1]};
  llvm::append_range(shape, *out);
  return give(inferred, shape, ownGridElement(op.getInput()));
}

LogicalResult ReduceMeanOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,
                                             SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> input = tensorType(op.getInput()).getShape();
  Dims shape;
  for (int64_t axis : op.getAxes())
    if (axis < 0 || axis >= int64_t(input.size()))
      return emitOptionalError(loc, "axes must be in [0, ", input.size(), "), found ", axis);
  for (int64_t i = 0; i < int64_t(input.size()); ++i) {
    if (!llvm::is_contained(op.getAxes(), i))
      shape.push_back(input[i]);
    else if (op.getKeepDims())
      shape.push_back(1);
  }
  return give(inferred, shape, ownGridElement(op.getInput()));
}

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,
                                         SmallVectorImpl<Type> &inferred) {
  if (op.getInputs().empty())
    return emitOptionalError(loc, "needs at least one input");
  Dims shape(tensorType(op.getInputs().front()).getShape());
  int64_t axis = op.getAxis();
  if (axis < 0 || axis >= int64_t(shape.size()))
    return emitOptionalError(loc, "axis must be in [0, ", shape.size(), "), found ", axis);
  for (Value input : op.getInputs().drop_front()) {
    Dims next(tensorType(input).getShape());
    int64_t along = next.size() == shape.size() ? next[axis] : 0;
    if (next.size() == shape.size())
      next[axis] = shape[axis];
    if (next != shape)
      return emitOptionalError(loc, "inputs must agree in all axes but ", axis);
    shape[axis] += along;
  }
  return give(inferred, shape, tensorType(op.getInputs().front()).getElementType());
}

LogicalResult SliceOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,
                                        SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> input = tensorType(op.getInput()).getShape();
  if (op.getStarts().size() != input.size() || op.getSteps().size() != input.size() ||
      op.getSizes().size() != input.size())
    return emitOptionalError(loc, "starts, steps and sizes must have ", input.size(), " elements each");
  for (auto [dim, start, step, size] : llvm::zip(input, op.getStarts(), op.getSteps(), op.getSizes())) {
    int64_t last = start + (size - 1) * step;
    if (step == 0 || size < 1 || start < 0 || start >= dim || last < 0 || last >= dim)
      return emitOptionalError(loc, "a slice must stay within its axis of ", dim, ", found start ", start, ", step ",
                               step, ", size ", size);
  }
  return give(inferred, op.getSizes(), tensorType(op.getInput()).getElementType());
}

LogicalResult PadOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,
                                      SmallVectorImpl<Type> &inferred) {
  Dims shape(tensorType(op.getInput()).getShape());
  if (op.getLow().size() != shape.size() || op.getHigh().size() != shape.size())
    return emitOptionalError(loc, "low and high must have ", shape.size(), " elements each");
  for (auto [dim, low, high] : llvm::zip(shape, op.getLow(), op.getHigh())) {
    if (low < 0 || high < 0)
      return emitOptionalError(loc, "low and high must not be negative");
    dim += low + high;
  }
  return give(inferred, shape, tensorType(op.getInput()).getElementType());
}

LogicalResult ReshapeOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,
                                          SmallVectorImpl<Type> &inferred) {
  RankedTensorType input = tensorType(op.getInput());
  if (llvm::any_of(op.getShape(), [](int64_t dim) { return dim < 1; }))
    return emitOptionalError(loc, "shape must be positive");
  if (ShapedType::getNumElements(op.getShape()) != input.getNumElements())
    return emitOptionalError(loc, "shape must keep the ", input.getNumElements(), " elements, found ",
                             ShapedType::getNumElements(op.getShape()));
  if (isa<quant::UniformQuantizedPerAxisType>(input.getElementType()))
    return emitOptionalError(loc, "a tensor with a scale per channel cannot be reshaped");
  return give(inferred, op.getShape(), input.getElementType());
}

LogicalResult TransposeOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc, Adaptor op,
                                            SmallVectorImpl<Type> &inferred) {
  RankedTensorType input = tensorType(op.getInput());
  ArrayRef<int64_t> permutation = op.getPermutation();
  SmallVector<bool> seen(input.getRank());
  for (int64_t axis : permutation) {
    if (int64_t(permutation.size()) != input.getRank() || axis < 0 || axis >= input.getRank() || seen[axis])
      return emitOptionalError(loc, "permutation must hold each axis of rank ", input.getRank(), " once");
    seen[axis] = true;
  }
  if (int64_t(permutation.size()) != input.getRank())
    return emitOptionalError(loc, "permutation must hold each axis of rank ", input.getRank(), " once");
  Dims shape;
  for (int64_t axis : permutation)
    shape.push_back(input.getDimSize(axis));
  Type element = input.getElementType();
  if (std::optional<Grid> grid = Grid::of(element); grid && grid->axis) {
    grid->axis = std::distance(permutation.begin(), llvm::find(permutation, *grid->axis));
    element = grid->type(context);
  }
  return give(inferred, shape, element);
}

LogicalResult ResizeOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,
                                         SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> input = tensorType(op.getInput()).getShape();
  if (failed(checkImage(loc, input)))
    return failure();
  if (op.getSizes().size() != input.size() - 2 || op.getScales().size() != input.size() - 2)
    return emitOptionalError(loc, "scales and sizes must have ", input.size() - 2, " elements each");
  Dims shape{input[0], input[1]};
  for (auto [size, scale] : llvm::zip(op.getSizes(), op.getScales())) {
    if (size < 1 || !(scale > 0))
      return emitOptionalError(loc, "scales and sizes must be positive");
    shape.push_back(size);
  }
  return give(inferred, shape, tensorType(op.getInput()).getElementType());
}
