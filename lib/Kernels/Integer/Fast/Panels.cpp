//===- Panels.cpp - Weights packed for a Gemm -----------------------------===//
#include "Panels.h"

#include <algorithm>
#include <cstring>

namespace tare::kernels {
namespace {

/// 32-bit sums of products of i16 and i8 hold this many: 510 * 2^15 * 2^7 <
/// 2^31.
constexpr int64_t wideRunLength = 510;

std::vector<WindowRun> splitRuns(const std::vector<WindowRun> &runs, int64_t most) {
  std::vector<WindowRun> parts;
  for (const WindowRun &run : runs)
    for (int64_t first = 0; first < run.length; first += most)
      parts.push_back({run.offset + first, std::min(most, run.length - first), run.firstWeight + first});
  return parts;
}

} // namespace

Panels::Panels(const Gemm &gemm, bool wide, const std::vector<WindowRun> &runs, int64_t outputs)
    : gemm(&gemm), wide(wide), outputs(outputs), runs(wide && !gemm.bytes ? splitRuns(runs, wideRunLength) : runs) {
  // Panels of about equal width: few sums at a time wait for each other.
  const int64_t vectors = (outputs + gemm.lanes - 1) / gemm.lanes;
  panelCount = (vectors + gemm.panelVectors - 1) / gemm.panelVectors;
  panelVectors = panelCount == 0 ? 0 : (vectors + panelCount - 1) / panelCount;
  for (const WindowRun &run : this->runs) {
    int64_t elements = int64_t(gemm.depth) * gemm.stepMultiple;
    segments.push_back({run.offset * activationBytes(), (run.length + elements - 1) / elements * gemm.stepMultiple});
    totalSteps += segments.back().steps;
  }
}

int64_t Panels::vectorsOf(int64_t panel) const {
  int64_t rest = outputs - panel * width();
  return std::min(panelVectors, (rest + gemm->lanes - 1) / gemm->lanes);
}

int64_t Panels::panelBytes() const {
  return totalSteps * width() * gemm->depth * int64_t(gemm->byteWeights ? sizeof(int8_t) : sizeof(int16_t));
}

size_t Panels::weightBytes() const { return panelCount * panelBytes(); }

int64_t Panels::panelBiasBytes() const { return width() * int64_t(wide ? sizeof(int64_t) : sizeof(int32_t)); }

size_t Panels::biasBytes() const { return panelCount * panelBiasBytes(); }

void Panels::pack(const PanelSource &source, Range panels, std::byte *weights, std::byte *bias) const {
  std::memset(weights + panels.first * panelBytes(), 0, panels.size() * panelBytes());
  std::memset(bias + panels.first * panelBiasBytes(), 0, panels.size() * panelBiasBytes());
  for (int64_t panel = panels.first; panel < panels.last; ++panel)
    packPanel(source, panel, weights + panel * panelBytes(), bias + panel * panelBiasBytes());
}

void Panels::packOwn(const PanelSource &source) {
  ownWeights = Tensor(ElementType::u8, {int64_t(weightBytes())});
  ownBias = Tensor(ElementType::u8, {int64_t(biasBytes())});
  pack(source, {0, panelCount}, ownWeights.mutableAs<std::byte>(), ownBias.mutableAs<std::byte>());
}

/// Weights of 16 bits that lie side by side for neighbouring channels, in pairs: whole rows of them at once.
void Panels::packWordRows(const PanelSource &source, int64_t panel, std::byte *weights) const {
  const int64_t stride = vectorsOf(panel) * gemm->lanes, first = panel * width();
  const int64_t channels = std::min(stride, outputs - first);
  const auto *words = static_cast<const int16_t *>(source.weights) + first;
  auto *target = reinterpret_cast<int16_t *>(weights);
  for (size_t r = 0; r < runs.size(); target += segments[r++].steps * stride * 2)
    for (int64_t k = 0; k < runs[r].length; ++k) {
      const int16_t *row = words + (runs[r].firstWeight + k) * source.elementStride;
      int16_t *pairs = target + k / 2 * stride * 2 + k % 2;
      for (int64_t c = 0; c < channels; ++c)
        pairs[2 * c] = row[c];
    }
}

void Panels::packPanel(const PanelSource &source, int64_t panel, std::byte *weights, std::byte *bias) const {
  if (source.words && source.weightStride == 1 && !source.bias && gemm->depth == 2 && !gemm->byteWeights)
    return packWordRows(source, panel, weights);
  int64_t lanes = gemm->lanes, depth = gemm->depth, vectors = vectorsOf(panel);
  int64_t first = panel * width(), channels = std::min(vectors * lanes, outputs - first);
  for (int64_t c = 0; c < channels; ++c) {
    int64_t row = (first + c) * source.weightStride, step = 0;
    int64_t sum = 0;
    for (size_t r = 0; r < runs.size(); ++r) {
      for (int64_t k = 0; k < runs[r].length; ++k) {
        int64_t index = row + (runs[r].firstWeight + k) * source.elementStride;
        int32_t w = source.words ? static_cast<const int16_t *>(source.weights)[index]
                                 : static_cast<const int8_t *>(source.weights)[index];
        int64_t target = ((step + k / depth) * vectors * lanes + c) * depth + k % depth;
        if (gemm->byteWeights)
          reinterpret_cast<int8_t *>(weights)[target] = int8_t(w);
        else
          reinterpret_cast<int16_t *>(weights)[target] = int16_t(w);
        sum += w;
      }
      step += segments[r].steps;
    }
    // What activations are stored with in excess.
    const int64_t excess = gemm->bytes ? (wide ? 256 * 128 : 128) * sum : 0;
    if (wide)
      reinterpret_cast<int64_t *>(bias)[c] =
          (source.bias ? static_cast<const int64_t *>(source.bias)[first + c] : 0) - excess;
    else // Modulo 2^32, as accumulators are.
      reinterpret_cast<uint32_t *>(bias)[c] =
          (source.bias ? static_cast<const uint32_t *>(source.bias)[first + c] : 0) - uint32_t(excess);
  }
}

void Panels::run(const Rows &rows, Range panels, const std::byte *weights, const std::byte *bias) const {
  for (int64_t panel = panels.first; panel < panels.last; ++panel) {
    int64_t first = panel * width();
    RequantVector requant;
    if (rows.requant)
      requant = rows.requant->from(first);
    GemmRow row = {};
    row.pixelStride = rows.pixelStride, row.pixels = rows.pixels;
    row.segments = segments.data(), row.segmentCount = segments.size();
    row.weights = weights + panel * panelBytes();
    row.bias = bias + panel * panelBiasBytes();
    row.vectors = vectorsOf(panel), row.outputs = std::min(width(), outputs - first);
    row.resultStride = rows.resultStride;
    row.requant = rows.requant ? &requant : nullptr;
    // The last panel's successor is the first one, for the next tile.
    const std::byte *next = weights + (panel + 1 < panels.last ? panel + 1 : panels.first) * panelBytes();
    row.aheadBytes = panelBytes() / rows.rows;
    for (int64_t r = 0; r < rows.rows; ++r) {
      row.ahead = next + r * row.aheadBytes;
      row.input = rows.input + r * rows.inputRowStride;
      row.result = static_cast<std::byte *>(rows.result) + (r * rows.resultRowStride + first) * rows.resultBytes;
      gemm->run(row);
    }
  }
}

} // namespace tare::kernels
