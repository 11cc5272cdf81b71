//===- Movement.cpp - Elements in other places ----------------------------===//
#include "tare/Kernels/Movement.h"
#include "../Registry.h"
#include "Windows.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Kernels/Gather.h"

#include <cstring>

using namespace tare;
using namespace tare::qnn;
namespace floating = tare::kernels::floating;

static void evaluateConcat(ConcatOp op, const Evaluation &e) {
  std::vector<ConstTensorView> views;
  for (const Tensor *operand : e.operands)
    views.push_back(operand->view());
  kernels::concat(views, axisIn(e.orders.x, op.getAxis()), e.result);
}

static void evaluateSlice(SliceOp op, const Evaluation &e) {
  kernels::slice(e.operand(0), inOrder(e.orders.x, op.getStarts()), inOrder(e.orders.x, op.getSteps()), e.result);
}

static void evaluateGather(GatherOp op, const Evaluation &e) {
  kernels::gatherRows(e.operand(0), e.operand(1), op.getAxis(), e.result);
}

static Status checkGather(mlir::Operation *op, llvm::ArrayRef<const Tensor *> operands) {
  return kernels::checkIndices(operands[1]->view(), operands[0]->shape()[llvm::cast<GatherOp>(op).getAxis()]);
}

static program::PadMode padMode(PadMode mode) {
  switch (mode) {
  case PadMode::Constant:
    return program::PadMode::constant;
  case PadMode::Edge:
    return program::PadMode::edge;
  case PadMode::Reflect:
    return program::PadMode::reflect;
  }
  return program::PadMode::constant;
}

static void evaluatePad(PadOp op, const Evaluation &e) {
  float value = op.getValue().convertToDouble();
  kernels::pad(e.operand(0), inOrder(e.orders.x, op.getLow()), padMode(op.getMode()), &value, e.result);
}

static void evaluateReshape(ReshapeOp, const Evaluation &e) {
  std::memcpy(e.result.data, e.operand(0).data, e.result.type.bytes());
}

static void evaluateTranspose(TransposeOp op, const Evaluation &e) {
  kernels::transpose(e.operand(0), listOf(op.getPermutation()), e.result);
}

/// The source coordinates of every axis; batch and channel are copied.
static std::vector<kernels::ResizeAxis> resizeAxes(ResizeOp op, const Shape &in, const Shape &out) {
  // The dialect spells the modes as ONNX does, and so does the kernel.
  kernels::CoordinateMode mode = *kernels::coordinateModeOf(stringifyCoordinateMode(op.getCoordinates()));
  kernels::NearestMode rounding = *kernels::nearestModeOf(stringifyNearestMode(op.getRounding()));
  std::vector<kernels::ResizeAxis> axes;
  for (size_t axis = 0; axis < in.size(); ++axis) {
    float scale = axis < 2 ? 1.0f : float(op.getScales()[axis - 2]);
    kernels::ResizeExtent extent{in[axis], out[axis], scale};
    axes.push_back(op.getMode() == ResizeMode::Nearest ? kernels::nearestCoordinates(extent, mode, rounding)
                                                       : kernels::linearCoordinates(extent, mode));
  }
  return axes;
}

static void evaluateResize(ResizeOp op, const Evaluation &e) {
  std::vector<kernels::ResizeAxis> axes = resizeAxes(op, e.operand(0).type.shape, e.result.type.shape);
  if (op.getMode() == ResizeMode::Nearest)
    kernels::resizeNearest(e.operand(0), axes, e.result);
  else
    floating::resizeLinear(e.operand(0), axes, e.result);
}

void tare::addMovementOps(EvaluationRegistry &registry) {
  registry.add<ConcatOp>(evaluateConcat, OrderRule::same, /*movesElements=*/true);
  registry.add<SliceOp>(evaluateSlice, OrderRule::same, /*movesElements=*/true);
  registry.add<GatherOp>(evaluateGather, OrderRule::channelsFirst, /*movesElements=*/true);
  registry.addCheck<GatherOp>(checkGather);
  registry.add<PadOp>(evaluatePad, OrderRule::same);
  registry.add<ReshapeOp>(evaluateReshape, OrderRule::channelsFirst, /*movesElements=*/true);
  registry.add<TransposeOp>(evaluateTranspose, OrderRule::channelsFirst, /*movesElements=*/true);
  registry.add<ResizeOp>(evaluateResize);
}
