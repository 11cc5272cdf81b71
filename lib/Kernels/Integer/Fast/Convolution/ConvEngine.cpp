//===- ConvEngine.cpp - Convolution by tiles and panels -------------------===//
#include "ConvEngine.h"

#include <algorithm>

namespace tare::kernels {

bool wideSumsAreExact(std::span<const int64_t> bias, int64_t length) {
  constexpr int64_t most = int64_t(1) << 50;
  return length <= (int64_t(1) << 26) &&
         std::all_of(bias.begin(), bias.end(), [](int64_t b) { return b <= most && b >= -most; });
}

static TileElement tileElement(bool wide, const Gemm &gemm) {
  return wide ? TileElement::raw16 : gemm.bytes ? TileElement::biased8 : TileElement::widened16;
}

ConvEngine::ConvEngine(const ConvTask &task, const VectorSet &set)
    : geometry(task.geometry), placement(task.placement), wide(task.element == ElementType::i16),
      gemm(wide ? set.wideGemm : set.gemm), inputBytes(wide ? 2 : 1), resultBytes(task.requant ? inputBytes
                                                                                  : wide       ? 8
                                                                                               : 4),
      tile(geometry, geometry.groupInputs(), tileElement(wide, gemm), task.zeroPoint, set) {
  if (task.requant)
    requant.emplace(*task.requant, geometry.outputChannels);
  const auto &[h, w] = geometry.window;
  int64_t length = h.kernel * w.kernel * geometry.groupInputs(), outputs = geometry.groupOutputs();
  const auto *bias = static_cast<const std::byte *>(task.bias);
  for (int64_t g = 0; g < geometry.group; ++g) {
    groups.emplace_back(gemm, wide, windowRuns(), outputs);
    groups.back().packOwn(
        {outputs, task.weights + g * outputs * length, false, length, 1, bias + g * outputs * (wide ? 8 : 4)});
  }
}

/// The runs of consecutive elements that a window reads from the tile: whole kernel rows without dilation, else single
/// pixels.
std::vector<WindowRun> ConvEngine::windowRuns() const {
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

void ConvEngine::run(const std::byte *x, std::byte *y, std::byte *scratch, Share share) const {
  const auto &[h, w] = geometry.window;
  int64_t image = h.input * w.input * geometry.inputChannels * inputBytes;
  int64_t rows = geometry.batch * h.output, perGroup = groups.front().count(), all = geometry.group * perGroup;
  GridShare grid = gridShare(share, rows, all);
  Range panels = grid.inner.of(all);
  tile.forEachTile(grid.outer.of(rows), [&](int64_t n, int64_t first, int64_t count) {
    for (int64_t g = panels.first / perGroup; g * perGroup < panels.last; ++g) {
      tile.fill(x + n * image, g * geometry.groupInputs(), first, count, scratch);
      int64_t target = placement.start + n * placement.image + first * placement.row + g * geometry.groupOutputs();
      Range own = {std::max<int64_t>(panels.first - g * perGroup, 0), std::min(panels.last - g * perGroup, perGroup)};
      runGroup(g, own, count, scratch, y + target * resultBytes);
    }
  });
}

void ConvEngine::runGroup(int64_t g, Range panels, int64_t rows, const std::byte *input, std::byte *result) const {
  RequantVector view;
  if (requant)
    view = requant->view().from(g * geometry.groupOutputs());
  int64_t width = geometry.window[1].output, bytes = tile.elementBytes();
  Panels::Rows job;
  job.input = input, job.result = result;
  job.rows = rows, job.inputRowStride = tile.outputRowStride() * bytes;
  job.pixels = width, job.pixelStride = tile.pixelStride() * bytes;
  job.resultBytes = resultBytes, job.resultRowStride = placement.row, job.resultStride = placement.pixel;
  job.requant = requant ? &view : nullptr;
  if (tile.flat() && placement.row == width * placement.pixel)
    job.pixels *= job.rows, job.rows = 1;
  groups[g].run(job, panels);
}

} // namespace tare::kernels
