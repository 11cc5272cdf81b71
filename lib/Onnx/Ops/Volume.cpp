//===- Volume.cpp - Three spatial axes as two -----------------------------===//
#include "Volume.h"

using namespace tare::onnx;

mlir::Value tare::onnx::swapDepth(Node &node, llvm::StringRef step, mlir::Value volume) {
  return volume ? node.createStep<qnn::TransposeOp>(step, volume, Integers{0, 2, 1, 3, 4}) : nullptr;
}

mlir::Value tare::onnx::asImages(Node &node, llvm::StringRef step, mlir::Value slices) {
  if (!slices)
    return nullptr;
  Integers shape(dims(slices).drop_front());
  shape[0] *= dims(slices)[0];
  return node.createStep<qnn::ReshapeOp>(step, slices, shape);
}

mlir::Value tare::onnx::asVolume(Node &node, llvm::StringRef step, mlir::Value images, int64_t batch) {
  if (!images)
    return nullptr;
  Integers shape(dims(images));
  shape[0] /= batch;
  shape.insert(shape.begin(), batch);
  return swapDepth(node, step, node.createStep<qnn::ReshapeOp>((step + "/slices").str(), images, shape));
}

mlir::Value tare::onnx::padDepth(Node &node, llvm::StringRef step, mlir::Value slices, int64_t low, int64_t high) {
  if (!slices || (low == 0 && high == 0))
    return slices;
  Integers before(dims(slices).size(), 0), behind = before;
  before[1] = low, behind[1] = high;
  auto zeros = qnn::PadModeAttr::get(node.builder().getContext(), qnn::PadMode::Constant);
  return node.createStep<qnn::PadOp>(step, slices, node.list(before), node.list(behind), zeros,
                                     node.builder().getF64FloatAttr(0));
}

mlir::Value tare::onnx::takeSlices(Node &node, llvm::StringRef step, mlir::Value slices, int64_t begin, int64_t stride,
                                   int64_t count) {
  if (!slices)
    return nullptr;
  Integers starts(dims(slices).size(), 0), steps(starts.size(), 1), sizes(dims(slices));
  starts[1] = begin, steps[1] = stride, sizes[1] = count;
  return node.createStep<qnn::SliceOp>(step, slices, starts, steps, sizes);
}

Window tare::onnx::planeOf(const Window &window) {
  auto plane = [](const Integers &values) { return Integers{values[1], values[2]}; };
  return {plane(window.kernel),
          plane(window.strides),
          plane(window.dilations),
          {window.pads[1], window.pads[2], window.pads[4], window.pads[5]}};
}

Window tare::onnx::depthOf(const Window &window) {
  return {
      {window.kernel[0], 1}, {window.strides[0], 1}, {window.dilations[0], 1}, {window.pads[0], 0, window.pads[3], 0}};
}

bool tare::onnx::isOneElement(const Window &window) {
  auto are = [](const Integers &values, int64_t value) {
    return llvm::all_of(values, [=](int64_t each) { return each == value; });
  };
  return are(window.kernel, 1) && are(window.strides, 1) && are(window.pads, 0);
}

int64_t tare::onnx::windowsAlong(const Window &window, size_t axis, int64_t size) {
  int64_t room = size + window.pads[axis] + window.pads[axis + window.kernel.size()] - window.extent(axis);
  return room < 0 ? 0 : room / window.strides[axis] + 1;
}
