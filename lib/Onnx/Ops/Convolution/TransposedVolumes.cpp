//===- TransposedVolumes.cpp - Transposed convolutions of volumes ---------===//
//
// Slice o of the result is the sum over the taps t of what they make of slice i, where o = stride i + dilation t. The
// slices that come of one in a round of `stride` are channels of one image, of a transposed convolution of images:
//   [N, C, D, H, W] -> [N Q, shifts C, H, W] -> [N Q, stride O, H', W'] -> [N, O, Q stride, H', W']
//
//===----------------------------------------------------------------------===//
#include "ConstantData.h"
#include "Convolution.h"
#include "Ops/Movement/Movement.h"
#include "VolumeParts.h"

#include <fmt/format.h>

#include <cstring>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// A tap adds to one in `stride` slices, its phase, from the slice that is its shift further in front.
class DepthPhases {
public:
  DepthPhases(const Window &window) : phases(window.strides[0]) {
    for (int64_t tap = 0; tap < window.kernel[0]; ++tap) {
      int64_t place = tap * window.dilations[0];
      phaseOf.push_back(place % phases);
      int64_t shift = place / phases;
      if (shifts.empty() || shifts.back() != shift)
        shifts.push_back(shift);
      indexOf.push_back(shifts.size() - 1);
    }
  }

  int64_t phases;
  /// The shifts that taps have, ascending.
  Integers shifts;
  /// Of each tap, the phase and the index of its shift.
  Integers phaseOf, indexOf;
};

/// Constants of ONNX's weight, [C, O / group, kd, kh, kw], and of the images' one, [shifts C, phases O / group, kh,
/// kw].
class PhasedWeight {
public:
  PhasedWeight(const Shape &shape, const DepthPhases &depth, int64_t group)
      : shape(shape), depth(depth), inputs(shape[0] / group), outputs(shape[1]) {}

  /// Where taps are missing there are zeros, which `grid` may say what integers are.
  Tensor elements(const Tensor &weight, const std::optional<qnn::Grid> &grid) const {
    Tensor wide(weight.element(),
                {shape[0] * int64_t(depth.shifts.size()), outputs * depth.phases, shape[3], shape[4]});
    fillZeros(wide, grid ? gridOf(*grid) : std::nullopt);
    int64_t taps = shape[2];
    size_t bytes = shape[3] * shape[4] * sizeOf(weight.element());
    for (int64_t c = 0; c < shape[0]; ++c)
      for (int64_t o = 0; o < outputs; ++o)
        for (int64_t tap = 0; tap < taps; ++tap) {
          int64_t row = inputOf(c, depth.indexOf[tap]), column = depth.phaseOf[tap] * outputs + o;
          std::memcpy(wide.mutableAs<char>() + (row * wide.shape()[1] + column) * bytes,
                      weight.as<char>() + ((c * outputs + o) * taps + tap) * bytes, bytes);
        }
    return wide;
  }

  /// That of the images' weight; nothing where the scales run along the kernel.
  std::optional<qnn::Grid> gridOf(const qnn::Grid &grid) const {
    if (grid.isPerTensor())
      return ofAll(grid);
    if (*grid.axis > 1)
      return std::nullopt;
    Integers from(*grid.axis == 0 ? shape[0] * depth.shifts.size() : outputs * depth.phases);
    for (int64_t c = 0; *grid.axis == 0 && c < shape[0]; ++c)
      for (size_t shift = 0; shift < depth.shifts.size(); ++shift)
        from[inputOf(c, shift)] = c;
    for (size_t o = 0; *grid.axis == 1 && o < from.size(); ++o)
      from[o] = o % outputs;
    return chosen(grid, from);
  }

  /// `grid`, whose scale is one, of a tensor of another shape.
  static qnn::Grid ofAll(qnn::Grid grid) {
    grid.axis.reset();
    return grid;
  }

  /// `grid` of other indices of its axis.
  static qnn::Grid chosen(const qnn::Grid &grid, const Integers &from) {
    qnn::Grid result = grid;
    result.scales.clear();
    result.zeroPoints.clear();
    for (int64_t index : from) {
      result.scales.push_back(grid.scale(index));
      result.zeroPoints.push_back(grid.zeroPoint(index));
    }
    return result;
  }

private:
  int64_t inputOf(int64_t channel, int64_t shift) const {
    int64_t shifts = depth.shifts.size();
    return (channel / inputs * shifts + shift) * inputs + channel % inputs;
  }

  static void fillZeros(Tensor &tensor, const std::optional<qnn::Grid> &grid) {
    std::memset(tensor.mutableAs<char>(), 0, tensor.type().bytes());
    if (!grid || tensor.element() == ElementType::f32)
      return;
    int64_t inner = tensor.count() / tensor.shape()[0], block = tensor.shape()[2] * tensor.shape()[3];
    visit(tensor.element(), [&](auto zero) {
      using T = decltype(zero);
      for (int64_t i = 0; i < tensor.count(); ++i) {
        int64_t index = grid->isPerTensor() ? 0 : *grid->axis == 0 ? i / inner : i % inner / block;
        tensor.mutableAs<T>()[i] = static_cast<T>(grid->zeroPoint(index));
      }
    });
  }

  const Shape &shape;
  const DepthPhases &depth;
  int64_t inputs, outputs;
};

/// A constant operand with other elements and another grid, which other nodes read.
std::string changed(Node &node, unsigned index, Tensor elements, std::optional<qnn::Grid> grid) {
  std::string name = node.derivedName(index == 1 ? "weight" : "bias");
  GraphValue value{std::move(elements), std::move(grid), nullptr};
  if (const GraphValue *integers = node.dequantized(index))
    value.format = integers->format;
  node.define(name, std::move(value));
  return name;
}

std::optional<std::string> phasedWeight(Node &node, const PhasedWeight &phased) {
  const GraphValue *integers = node.dequantized(1);
  if (!integers) {
    const Tensor *weight = node.requireKnown(1, "weight");
    return weight ? std::optional(changed(node, 1, phased.elements(*weight, std::nullopt), std::nullopt))
                  : std::nullopt;
  }
  qnn::Grid own = *integers->grid;
  if (std::optional<qnn::Grid> grid = phased.gridOf(own))
    return changed(node, 1, phased.elements(integers->constant, own), grid);
  (void)node.error("weight '" + node.operandName(1) + "' has a scale for each index along its kernel");
  return std::nullopt;
}

/// One number for each output channel, of each group once for each phase.
std::optional<std::string> phasedBias(Node &node, const DepthPhases &depth, int64_t group) {
  if (!node.hasOperand(2))
    return "";
  const GraphValue *integers = node.dequantized(2);
  const Tensor *bias = integers ? &integers->constant : node.requireKnown(2, "bias");
  if (!bias)
    return std::nullopt;
  int64_t outputs = bias->count() / group;
  Integers from;
  for (int64_t i = 0; i < bias->count() * depth.phases; ++i)
    from.push_back(i / (outputs * depth.phases) * outputs + i % outputs);
  Tensor wide(bias->element(), {int64_t(from.size())});
  size_t bytes = sizeOf(bias->element());
  for (auto [to, index] : llvm::enumerate(from))
    std::memcpy(wide.mutableAs<char>() + to * bytes, bias->as<char>() + index * bytes, bytes);
  std::optional<qnn::Grid> grid;
  if (integers)
    grid = integers->grid->isPerTensor() ? PhasedWeight::ofAll(*integers->grid)
                                         : PhasedWeight::chosen(*integers->grid, from);
  return changed(node, 2, std::move(wide), std::move(grid));
}

LogicalResult checkBias(Node &node, int64_t channels) {
  std::optional<Shape> bias = node.hasOperand(2) ? node.shapeOf(2) : Shape{channels};
  if (bias && *bias == Shape{channels})
    return mlir::success();
  return node.error(fmt::format("bias has the shape {}, expected {} elements", toString(*bias), channels));
}

/// [N Q, group phases O / group, H, W] as [N, Q phases, O, H, W].
mlir::Value interleaved(Node &node, mlir::Value images, int64_t batch, int64_t phases, int64_t group) {
  llvm::ArrayRef<int64_t> shape = dims(images);
  int64_t rounds = shape[0] / batch, outputs = shape[1] / phases;
  if (group > 1) {
    Integers apart{shape[0], group, phases, outputs / group, shape[2], shape[3]};
    images = node.createStep<qnn::ReshapeOp>("phases", images, apart);
    images = node.createStep<qnn::TransposeOp>("phases_first", images, Integers{0, 2, 1, 3, 4, 5});
  }
  return node.createStep<qnn::ReshapeOp>("slices_of_phases", images,
                                         Integers{batch, rounds * phases, outputs, shape[2], shape[3]});
}

} // namespace

LogicalResult tare::onnx::convolveVolumeTransposed(Node &node, const TransposedWindow &transposed, int64_t group) {
  const Window &window = transposed.window;
  mlir::Value input = node.operand(0);
  Shape weight = *node.shapeOf(1);
  if (!input || failed(checkVolume(node, input, weight[0], weight[2])) || failed(checkBias(node, weight[1] * group)))
    return failure();
  int64_t batch = dims(input)[0], size = dims(input)[2];
  int64_t depth =
      (size - 1) * window.strides[0] + window.extent(0) + transposed.outputPadding[0] - window.pads[0] - window.pads[3];
  if (depth < 1)
    return node.error(fmt::format("its result has {} elements along axis {}, expected 1 or more", depth, 2));
  DepthPhases phases(window);
  int64_t rounds = (window.pads[0] + depth + phases.phases - 1) / phases.phases, reach = phases.shifts.back();
  DepthChannels channels(node, swapDepth(node, "slices", input), group);
  channels.pad(reach, std::max<int64_t>(rounds - size, 0));
  for (int64_t shift : phases.shifts)
    channels.take(reach - shift, 1, rounds);
  mlir::Value images = channels.images();
  PhasedWeight phased(weight, phases, group);
  std::optional<std::string> weights = images ? phasedWeight(node, phased) : std::nullopt;
  std::optional<std::string> bias = weights ? phasedBias(node, phases, group) : std::nullopt;
  if (!bias)
    return failure();
  Attributes attributes = attributesOf(planeOf(window), group);
  attributes.push_back(attribute("output_padding", Integers{transposed.outputPadding[1], transposed.outputPadding[2]}));
  Composite composite(node);
  std::string result =
      composite.layer("result", "ConvTranspose", {named(node, "images", images), *weights, *bias}, attributes);
  if (node.failed())
    return failure();
  mlir::Value slices = interleaved(node, node.valueNamed(result), batch, phases.phases, group);
  slices = takeSlices(node, "cut", slices, window.pads[0], 1, depth);
  mlir::Value volume = swapDepth(node, "volume", slices);
  return volume ? giveAs(node, volume, Integers(dims(volume))) : failure();
}
