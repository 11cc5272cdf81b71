//===- TapShares.cpp - How often a weight meets its input -----------------===//
#include "Quantize/TapShares.h"
#include "tare/Dialect/Qnn/QnnOps.h"

using namespace mlir;
using namespace tare;

namespace {

/// Along one axis: a window of `taps` places, `dilation` apart, that is laid over one end from each of `starts` places
/// of the other, `stride` apart, the first one `pad` before the beginning.
struct Axis {
  int64_t taps, dilation, stride, pad, starts, size;

  /// How many of the starts find the place within.
  int64_t within(int64_t tap) const {
    int64_t count = 0;
    for (int64_t i = 0; i < starts; ++i) {
      const int64_t at = i * stride + tap * dilation - pad;
      count += at >= 0 && at < size;
    }
    return count;
  }
};

/// `results`: the sizes of the results that are counted, of `from` the windows start, on `over` they lie.
template <typename Op>
std::vector<double> sharesOf(Op op, ArrayRef<int64_t> from, ArrayRef<int64_t> over, ArrayRef<int64_t> results) {
  ArrayRef<int64_t> kernel = cast<ShapedType>(op.getWeight().getType()).getShape().drop_front(2);
  const size_t spatial = kernel.size();
  std::vector<double> shares{1};
  for (size_t a = 0; a < spatial; ++a) {
    auto of = [&](std::optional<ArrayRef<int64_t>> list, int64_t otherwise) { return list ? (*list)[a] : otherwise; };
    const Axis axis{kernel[a], of(op.getDilations(), 1), of(op.getStrides(), 1), of(op.getPads(), 0), from[a], over[a]};
    std::vector<double> finer;
    for (double share : shares)
      for (int64_t tap = 0; tap < axis.taps; ++tap)
        finer.push_back(share * double(axis.within(tap)) / double(results[a]));
    shares = std::move(finer);
  }
  return shares;
}

} // namespace

std::vector<double> tare::tapShares(qnn::AccumulatorOpInterface op) {
  auto spatial = [](Value value) { return cast<ShapedType>(value.getType()).getShape().drop_front(2); };
  Operation *layer = op.getOperation();
  if (auto conv = dyn_cast<qnn::ConvOp>(layer))
    return sharesOf(conv, spatial(conv.getResult()), spatial(conv.getInput()), spatial(conv.getResult()));
  if (auto conv = dyn_cast<qnn::ConvTransposeOp>(layer))
    return sharesOf(conv, spatial(conv.getInput()), spatial(conv.getResult()), spatial(conv.getResult()));
  return {1};
}
