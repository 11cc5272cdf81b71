//===- WindowRows.cpp - What weights meet, result by result ---------------===//
#include "WindowRows.h"
#include "tare/Dialect/Qnn/QnnOps.h"

#include <algorithm>
#include <cmath>
#include <numeric>

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

/// About the golden section of `count`, without a factor in common with it: so many steps from place to place come to
/// each once, and do not fall into step with the lines of an image.
static int64_t spreadingStep(int64_t count) {
  int64_t step = std::max<int64_t>(1, std::llround(0.6180339887498949 * double(count)));
  while (std::gcd(step, count) != 1)
    ++step;
  return step;
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
    tapCount *= w[a + 2];
    placesOfImage *= y[a + 2];
    imageSize *= x[a + 2];
  }
}

WindowRows::WindowRows(qnn::AccumulatorOpInterface op, int64_t mostRows) {
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
  const int64_t places = batch * placesOfImage;
  const int64_t step = places > mostRows ? spreadingStep(places) : 1;
  for (int64_t i = 0; i < std::min(places, mostRows); ++i)
    addRow(i * step % places);
}

int64_t WindowRows::offsetOf(llvm::ArrayRef<int64_t> result, int64_t tap) const {
  int64_t offset = 0, size = imageSize, taps = tapCount;
  for (size_t a = 0; a < axes.size(); ++a) {
    taps /= axes[a].taps;
    size /= axes[a].input;
    const int64_t place = axes[a].place(result[a], tap / taps % axes[a].taps);
    if (place < 0)
      return -1;
    offset += place * size;
  }
  return offset;
}

void WindowRows::addRow(int64_t place) {
  images.push_back(place / placesOfImage);
  int64_t rest = place % placesOfImage;
  std::vector<int64_t> result(axes.size());
  for (size_t a = axes.size(); a-- > 0; rest /= axes[a].output)
    result[a] = rest % axes[a].output;
  for (int64_t tap = 0; tap < tapCount; ++tap)
    offsets.push_back(offsetOf(result, tap));
}

void WindowRows::write(std::span<const float> activation, int64_t group, int64_t row, float *out) const {
  const float *channels = activation.data() + (images[size_t(row)] * groupCount + group) * inputs * imageSize;
  const int64_t *at = offsets.data() + row * tapCount;
  for (int64_t c = 0; c < inputs; ++c, channels += imageSize)
    for (int64_t tap = 0; tap < tapCount; ++tap)
      *out++ = at[tap] < 0 ? 0 : channels[at[tap]];
}
