//===- Convolution.cpp - Convolutions -------------------------------------===//
#include "Accumulators.h"
#include "Windows.h"

using namespace mlir;
using namespace tare::qnn;

namespace {

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

/// The window of a convolution (either direction) whose operands agree.
template <typename Adaptor> FailureOr<Window> windowOfConv(std::optional<Location> loc, Adaptor op) {
  ArrayRef<int64_t> input = tensorType(op.getInput()).getShape(), weight = tensorType(op.getWeight()).getShape();
  if (failed(checkConv(loc, input, weight, op.getGroup())))
    return failure();
  return windowOf(weight.drop_front(2), op.getStrides(), op.getPads(), op.getDilations(), input.size() - 2);
}

/// No padding, or padding of nothing.
bool padsNothing(std::optional<ArrayRef<int64_t>> pads) {
  return !pads || llvm::all_of(*pads, [](int64_t pad) { return pad == 0; });
}

} // namespace

LogicalResult ConvOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,
                                       SmallVectorImpl<Type> &inferred) {
  FailureOr<Window> window = windowOfConv(loc, op);
  if (failed(window))
    return failure();
  ArrayRef<int64_t> input = tensorType(op.getInput()).getShape();
  FailureOr<Dims> out = slide(loc, input.drop_front(2), *window, false);
  if (failed(out))
    return failure();
  Dims shape{input[0], tensorType(op.getWeight()).getDimSize(0)};
  llvm::append_range(shape, *out);
  return giveLike(op.getInput(), shape, inferred);
}

LogicalResult ConvOp::verify() { return verifyAccumulator(*this); }

bool ConvOp::sumsAllWeights() { return padsNothing(getPads()); }

bool ConvOp::foldsZeroPoint() { return true; }

int64_t ConvOp::getResultChannelAxis() { return 1; }

Scales ConvOp::getEffectiveScales() { return accumulatorScales(*this); }

LogicalResult ConvTransposeOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,
                                                SmallVectorImpl<Type> &inferred) {
  FailureOr<Window> window = windowOfConv(loc, op);
  ArrayRef<int64_t> input = tensorType(op.getInput()).getShape();
  size_t spatial = input.size() - 2;
  if (failed(window) || failed(checkWindow(loc, *window, spatial)))
    return failure();
  Dims extra = listOr(op.getOutputPadding(), spatial, 0);
  if (extra.size() != spatial)
    return emitOptionalError(loc, "output_padding must have ", spatial, " elements, found ", extra.size());
  Dims shape{input[0], tensorType(op.getWeight()).getDimSize(0)};
  for (size_t i = 0; i < spatial; ++i) {
    int64_t size = (input[i + 2] - 1) * window->strides[i] + extra[i] + (window->kernel[i] - 1) * window->dilations[i] +
                   1 - window->pads[i] - window->pads[i + spatial];
    if (size < 1)
      return emitOptionalError(loc, "pads leave nothing of axis ", i + 2, ": size ", size);
    shape.push_back(size);
  }
  return giveLike(op.getInput(), shape, inferred);
}

LogicalResult ConvTransposeOp::verify() { return verifyAccumulator(*this); }

/// How many of a kernel's elements meet an element of the input depends on the position.
bool ConvTransposeOp::sumsAllWeights() { return false; }

/// At the border fewer products are summed, and nothing stands in for the others.
bool ConvTransposeOp::foldsZeroPoint() { return false; }

int64_t ConvTransposeOp::getResultChannelAxis() { return 1; }

Scales ConvTransposeOp::getEffectiveScales() { return accumulatorScales(*this); }
