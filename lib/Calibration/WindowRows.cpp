//===- WindowRows.cpp - What weights meet, result by result ---------------===//
#include "WindowRows.h"
#include "tare/Dialect/Qnn/QnnOps.h"

using namespace tare;
using namespace tare::calibration;

int64_t WindowRows::Axis::place(int64_t result, int64_t tap) const {
  int64_t at = result * stride + tap * dilation - pad;
  if (isTransposed) {
    // result = at * stride + tap * dilation - pad
    const int64_t distance = result + pad - tap * dilation;
    at = distance % stride == 0 ? distance / stride : -1;
  }
  return at >= 0 && at < input ? at : -1;
}

template <typename Op> void WindowRows::read(Op op, bool isTransposed) {
  llvm::ArrayRef<int64_t> x = mlir::cast<mlir::ShapedType>(op.getInput().getType()).getShape();
  llvm::ArrayRef<int64_t> w = mlir::cast<mlir::ShapedType>(op.getWeight().getType()).getShape();
  llvm::ArrayRef<int64_t> y = mlir::cast<mlir::ShapedType>(op.getResult().getType()).getShape();
  groupCount = op.getGroup();
  batch = x[0];
  inputs = w[1];
  for (size_t a = 0; a + 2 < w.size(); ++a) {
    auto of = [&](std::optional<llvm::ArrayRef<int64_t>> list, int64_t otherwise) {
      return list ? (*list)[a] : otherwise;
    };
    axes.push_back({w[a + 2], of(op.getStrides(), 1), of(op.getDilations(), 1), of(op.getPads(), 0), x[a + 2], y[a + 2],
                    isTransposed});
    tapCount *= size_t(w[a + 2]);
    placesOfImage *= y[a + 2];
    imageSize *= x[a + 2];
  }
}

WindowRows::WindowRows(qnn::AccumulatorOpInterface op) {
  mlir::Operation *layer = op.getOperation();
  if (auto conv = mlir::dyn_cast<qnn::ConvOp>(layer)) {
    read(conv, false);
  } else if (auto transposed = mlir::dyn_cast<qnn::ConvTransposeOp>(layer)) {
    read(transposed, true);
  } else {
    llvm::ArrayRef<int64_t> x = mlir::cast<mlir::ShapedType>(layer->getOperand(0).getType()).getShape();
    inputs = x.back();
    for (int64_t size : x.drop_back())
      batch *= size;
  }
}

void WindowRows::write(std::span<const float> activation, int64_t group, int64_t place, float *row) const {
  const int64_t image = place / placesOfImage;
  int64_t rest = place % placesOfImage;
  std::vector<int64_t> result(axes.size());
  for (size_t a = axes.size(); a-- > 0; rest /= axes[a].output)
    result[a] = rest % axes[a].output;
  const float *channels = activation.data() + (image * groupCount + group) * inputs * imageSize;
  for (size_t tap = 0; tap < tapCount; ++tap) {
    int64_t at = 0, size = imageSize;
    size_t taps = tapCount, left = tap;
    for (size_t a = 0; a < axes.size() && at >= 0; ++a) {
      taps /= size_t(axes[a].taps);
      size /= axes[a].input;
      const int64_t found = axes[a].place(result[a], int64_t(left / taps));
      left %= taps;
      at = found < 0 ? -1 : at + found * size;
    }
    for (int64_t c = 0; c < inputs; ++c)
      row[c * int64_t(tapCount) + int64_t(tap)] = at < 0 ? 0 : channels[c * imageSize + at];
  }
}
