//===- ConvTransposeFast.cpp - Transposed convolution in phases -----------===//
//
// With stride s, the outputs y = r + s * t (r: the phase) read the inputs t + (r + pad - ky) / s for the kernel rows ky
// that make this an integer: a convolution of stride 1 with every s-th kernel row, mirrored. Padded with the zero point
// it may fold -Zx * sum(w) into its bias. Each pair of a row and a column phase is one convolution that writes every
// s-th pixel.
//
//===----------------------------------------------------------------------===//
#include "../Prepare.h"
#include "ConvEngine.h"

#include <algorithm>
#include <deque>

namespace tare::kernels {
namespace {

/// One axis of a phase: the window of its convolution, and the kernel rows that it uses in that order (empty: none).
struct PhaseAxis {
  WindowAxis window;
  std::vector<int64_t> kernelRows;
  int64_t phase;
};

std::vector<PhaseAxis> phasesOf(const WindowAxis &axis, int64_t output) {
  std::vector<PhaseAxis> phases;
  for (int64_t r = 0; r < std::min(axis.stride, output); ++r) {
    PhaseAxis phase;
    phase.phase = r;
    for (int64_t k = (r + axis.padLow) % axis.stride; k < axis.kernel; k += axis.stride)
      phase.kernelRows.insert(phase.kernelRows.begin(), k);
    phase.window.input = axis.input;
    phase.window.output = (output - r + axis.stride - 1) / axis.stride;
    if (!phase.kernelRows.empty()) {
      phase.window.kernel = int64_t(phase.kernelRows.size());
      phase.window.padLow = -((r + axis.padLow - phase.kernelRows.front()) / axis.stride);
    }
    phases.push_back(std::move(phase));
  }
  return phases;
}

/// What the phases have in common.
struct Transposed {
  const program::ConvTransposeT &conv;
  ElementType element;
  Window window;
  ImageShape in, out;
  const int8_t *weights;
  const void *bias;

  int64_t groupInputs() const { return in.channels / conv.group; }
};

/// The kernel rows and columns of a phase, [outputs, rows, columns, inputs]; zeros where it has none.
std::vector<int8_t> phaseWeights(const Transposed &t, const PhaseAxis &rows, const PhaseAxis &columns) {
  int64_t inputs = t.groupInputs();
  std::vector<int8_t> weights(t.out.channels * rows.window.kernel * columns.window.kernel * inputs);
  auto target = weights.begin();
  if (rows.kernelRows.empty() || columns.kernelRows.empty())
    return weights;
  for (int64_t o = 0; o < t.out.channels; ++o)
    for (int64_t ky : rows.kernelRows)
      for (int64_t kx : columns.kernelRows) {
        const int8_t *source = t.weights + ((o * t.window[0].kernel + ky) * t.window[1].kernel + kx) * inputs;
        target = std::copy_n(source, inputs, target);
      }
  return weights;
}

/// b - Zx * sum(w), modulo the accumulator.
template <typename Bias> std::vector<Bias> foldedBias(const Transposed &t, const std::vector<int8_t> &weights) {
  std::vector<Bias> bias(t.out.channels);
  int64_t length = int64_t(weights.size()) / t.out.channels;
  for (int64_t o = 0; o < t.out.channels; ++o) {
    int64_t sum = 0;
    for (int64_t k = 0; k < length; ++k)
      sum += weights[o * length + k];
    bias[o] = Bias(uint64_t(static_cast<const Bias *>(t.bias)[o]) - uint64_t(sum * t.conv.input_zero_point));
  }
  return bias;
}

class ConvTransposeKernel : public FastKernel {
public:
  explicit ConvTransposeKernel(const Transposed &t) {
    for (const PhaseAxis &rows : phasesOf(t.window[0], t.out.height))
      for (const PhaseAxis &columns : phasesOf(t.window[1], t.out.width))
        addPhase(t, rows, columns);
  }

  size_t scratchBytes() const override {
    size_t bytes = 0;
    for (const ConvEngine &phase : phases)
      bytes = std::max(bytes, phase.scratchBytes());
    return bytes;
  }

  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *scratch,
           Share share) const override {
    for (const ConvEngine &phase : phases)
      phase.run(operands[0].as<std::byte>(), result.as<std::byte>(), scratch, share);
  }

private:
  void addPhase(const Transposed &t, const PhaseAxis &rows, const PhaseAxis &columns) {
    std::vector<int8_t> weights = phaseWeights(t, rows, columns);
    std::vector<int32_t> narrow;
    std::vector<int64_t> wide;
    if (t.element == ElementType::i8)
      narrow = foldedBias<int32_t>(t, weights);
    else
      wide = foldedBias<int64_t>(t, weights);
    ConvTask task;
    task.geometry = {{rows.window, columns.window}, t.in.batch, t.in.channels, t.out.channels, t.conv.group};
    int64_t pixel = t.out.channels, row = t.out.width * pixel;
    task.placement = {rows.phase * row + columns.phase * pixel, t.out.height * row, t.window[0].stride * row,
                      t.window[1].stride * pixel};
    task.element = t.element, task.zeroPoint = t.conv.input_zero_point, task.requant = t.conv.requant.get();
    task.weights = weights.data();
    task.bias = narrow.empty() ? static_cast<const void *>(wide.data()) : narrow.data();
    phases.emplace_back(task, vectorSet());
  }

  std::deque<ConvEngine> phases;
};

} // namespace

/// Each is prepared like a convolution of its own. More come of strides that leave nearly all outputs to the bias,
/// which the reference kernel, going by inputs, does in less time and memory.
constexpr int64_t mostPhases = 1024;

std::unique_ptr<FastKernel> prepareConvTranspose(const program::OpUnion &op, std::span<const Operand> operands,
                                                 const TensorType &result) {
  const auto &conv = parameters<program::ConvTransposeT>(op);
  const Shape &input = operands[0].type.shape, &weights = operands[1].type.shape;
  if (!operands[1].constant || !operands[2].constant)
    return nullptr;
  ElementType element = operands[0].type.element;
  std::span<const int64_t> bias(static_cast<const int64_t *>(operands[2].constant), weights[0]);
  if (element == ElementType::i16 && !wideSumsAreExact(bias, 2 * elementCount(weights) / weights[0]))
    return nullptr;
  Window window = makeWindow({conv.strides, conv.pads, conv.dilations}, spatialDims(weights), spatialDims(input));
  // A dilated kernel's rows do not fall on phases evenly.
  if (std::any_of(window.begin(), window.end(),
                  [](const WindowAxis &axis) { return axis.dilation > 1 && axis.kernel > 1; }))
    return nullptr;
  ImageShape out = imageShape(result.shape);
  if (std::min(window[0].stride, out.height) * std::min(window[1].stride, out.width) > mostPhases)
    return nullptr;
  return std::make_unique<ConvTransposeKernel>(Transposed{conv, element, window, imageShape(input), out,
                                                          static_cast<const int8_t *>(operands[1].constant),
                                                          operands[2].constant});
}

} // namespace tare::kernels
