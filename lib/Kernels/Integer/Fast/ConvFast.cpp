//===- ConvFast.cpp - Convolution by tiles and panels ---------------------===//
//
// Tiles of input rows are copied with their padding into cache-sized scratch
// memory; rows of output pixels are multiplied with packed weights in registers
// and requantized while they are in the first-level cache.
//
//===----------------------------------------------------------------------===//
#include "Prepare.h"

#include "../Accumulator.h"
#include "../Conv.h"
#include "Bounds.h"
#include "DepthwiseFast.h"
#include "Panels.h"
#include "PreparedRequant.h"
#include "Tile.h"

#include <optional>

namespace tare::kernels {
namespace {

/// The runs of consecutive elements that a window reads from a tile: whole
/// kernel rows without dilation, else single pixels.
std::vector<WindowRun> windowRuns(const ConvGeometry &geometry, const Tile &tile) {
  const auto &[h, w] = geometry.window;
  int64_t channels = geometry.groupInputs();
  bool wholeRows = w.dilation == 1 || w.kernel == 1;
  std::vector<WindowRun> runs;
  for (int64_t ky = 0; ky < h.kernel; ++ky)
    for (int64_t kx = 0; kx < (wholeRows ? 1 : w.kernel); ++kx)
      runs.push_back({ky * h.dilation * tile.rowElements() + kx * w.dilation * channels,
                      wholeRows ? w.kernel * channels : channels, (ky * w.kernel + kx) * channels});
  return runs;
}

class ConvKernel : public FastKernel {
public:
  ConvKernel(const program::ConvT &conv, std::span<const Operand> operands, const TensorType &result,
             const VectorSet &set)
      : geometry(convGeometry(conv, operands[0].type.shape, operands[1].type.shape)),
        wide(operands[0].type.element == ElementType::i16), gemm(wide ? set.wideGemm : set.gemm),
        resultBytes(sizeOf(result.element)), inputBytes(wide ? 2 : 1), tile(geometry, geometry.groupInputs(),
                                                                            wide         ? TileElement::raw16
                                                                            : gemm.bytes ? TileElement::biased8
                                                                                         : TileElement::widened16,
                                                                            conv.input_zero_point, set) {
    if (conv.requant)
      requant.emplace(*conv.requant, geometry.outputChannels);
    int64_t length = elementCount(operands[1].type.shape) / geometry.outputChannels, outputs = geometry.groupOutputs();
    for (int64_t g = 0; g < geometry.group; ++g) {
      const Panels &panels = groups.emplace_back(gemm, wide, windowRuns(geometry, tile), outputs);
      (void)panels;
      groups.back().packOwn({outputs, static_cast<const int8_t *>(operands[1].constant) + g * outputs * length, false,
                             length, 1,
                             static_cast<const std::byte *>(operands[2].constant) + g * outputs * (wide ? 8 : 4)});
    }
  }

  size_t scratchBytes() const override { return tile.bytes(); }

  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *scratch) const override {
    const auto &[h, w] = geometry.window;
    int64_t image = h.input * w.input * geometry.inputChannels * inputBytes;
    for (int64_t n = 0; n < geometry.batch; ++n)
      for (int64_t y = 0; y < h.output; y += tile.outputRows())
        for (int64_t g = 0; g < geometry.group; ++g) {
          int64_t rows = std::min(tile.outputRows(), h.output - y);
          tile.fill(operands[0].as<std::byte>() + n * image, g * geometry.groupInputs(), y, rows, scratch);
          int64_t pixel = (n * h.output + y) * w.output;
          runGroup(g, rows, scratch,
                   result.as<std::byte>() +
                       (pixel * geometry.outputChannels + g * geometry.groupOutputs()) * resultBytes);
        }
  }

private:
  void runGroup(int64_t g, int64_t rows, const std::byte *input, std::byte *result) const {
    RequantVector view;
    if (requant)
      view = requant->view().from(g * geometry.groupOutputs());
    int64_t width = geometry.window[1].output, channels = geometry.outputChannels, bytes = tile.elementBytes();
    Panels::Rows job = {input,
                        rows,
                        tile.outputRowStride() * bytes,
                        width,
                        tile.pixelStride() * bytes,
                        result,
                        resultBytes,
                        width * channels,
                        channels,
                        requant ? &view : nullptr};
    if (tile.flat())
      job.pixels *= job.rows, job.rows = 1;
    groups[g].run(job);
  }

  ConvGeometry geometry;
  bool wide;
  const Gemm &gemm;
  int64_t resultBytes, inputBytes;
  Tile tile;
  std::optional<PreparedRequant> requant;
  std::vector<Panels> groups;
};

} // namespace

std::unique_ptr<FastKernel> prepareConv(const program::OpUnion &op, std::span<const Operand> operands,
                                        const TensorType &result) {
  const auto &conv = parameters<program::ConvT>(op);
  if (!operands[1].constant || !operands[2].constant)
    return nullptr;
  const Shape &weights = operands[1].type.shape;
  bool wide = operands[0].type.element == ElementType::i16;
  if (wide && !wideSumsAreExact(static_cast<const int64_t *>(operands[2].constant), weights[0],
                                elementCount(weights) / weights[0]))
    return nullptr;
  if (auto depthwise = prepareDepthwise(conv, operands, result))
    return depthwise;
  return std::make_unique<ConvKernel>(conv, operands, result, vectorSet());
}

} // namespace tare::kernels
