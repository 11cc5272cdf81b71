//===- Windows.cpp - Windows of two spatial dimensions --------------------===//
#include "Windows.h"

#include <algorithm>

using namespace tare;
using namespace tare::tflite;

int64_t WindowAxis::end() const { return std::max<int64_t>((output - 1) * stride + reach() - input - begin, 0); }

bool WindowAxis::isSame() const {
  const int64_t whole = std::max<int64_t>((output - 1) * stride + reach() - input, 0);
  return output == (input + stride - 1) / stride && begin == whole / 2;
}

bool WindowAxis::isValid() const { return begin == 0 && end() == 0 && output == (input - reach()) / stride + 1; }

Dimensions tflite::planesOf(const Shape &shape) {
  Dimensions planes = dimensionsOf(shape);
  if (planes.size() == 3)
    planes.insert(planes.begin() + 1, 1);
  return planes;
}

std::array<int64_t, 2> tflite::pairOf(const std::vector<int32_t> &list, int64_t absent) {
  if (list.empty())
    return {absent, absent};
  return {list.size() == 1 ? absent : list[0], list.back()};
}

/// A single window over the whole input has no stride that counts, and accelerators have small ones alone.
static WindowAxis withoutStride(WindowAxis axis) {
  if (axis.output == 1 && axis.begin == 0 && axis.input == axis.reach())
    axis.stride = 1;
  return axis;
}

WindowAxes tflite::windowsOf(const LayerWriter &layer, const std::vector<int32_t> &kernel,
                             const std::vector<int32_t> &strides, const std::vector<int32_t> &pads,
                             const std::vector<int32_t> &dilations) {
  const Dimensions input = planesOf(layer.shape(0)), output = planesOf(layer.resultType().shape);
  const auto kernels = pairOf(kernel, 1), steps = pairOf(strides, 1), spread = pairOf(dilations, 1);
  const auto begins = pairOf({pads.begin(), pads.begin() + pads.size() / 2}, 0);
  WindowAxes axes;
  for (size_t i = 0; i != axes.size(); ++i)
    axes[i] = withoutStride({input[i + 1], output[i + 1], kernels[i], steps[i], spread[i], begins[i]});
  return axes;
}

/// Whether each window that goes over the border has the elements that a mirror shows there.
static bool canMirror(const WindowAxis &axis) {
  const int64_t border = std::max(axis.begin, axis.end());
  return 2 * border <= axis.kernel && border <= axis.input;
}

/// `input` with a border of `fill` around its height and width.
static Index bordered(LayerWriter &layer, Index input, const WindowAxes &axes, std::optional<int64_t> fill) {
  TensorFacts facts = layer.factsOf(input);
  std::vector<int32_t> pads(8);
  for (size_t i = 0; i != axes.size(); ++i) {
    pads[2 * i + 2] = axes[i].begin;
    pads[2 * i + 3] = axes[i].end();
    facts.shape[i + 1] += axes[i].begin + axes[i].end();
  }
  const bool isZero = !fill || *fill == facts.grid.zeroPoint;
  const Index amounts = layer.network.addIntegers(layer.layer().name + ".pads", pads, {4, 2});
  const Index padded = layer.between("padded", facts);
  if (isZero) {
    layer.network.addOperator(BuiltinOperator::PAD, {input, amounts}, padded, schema::PadOptionsT());
    return padded;
  }
  // An element of a window that stands in it twice changes no largest one, and accelerators mirror.
  if (std::ranges::all_of(axes, canMirror)) {
    schema::MirrorPadOptionsT options;
    options.mode = schema::MirrorPadMode::SYMMETRIC;
    layer.network.addOperator(BuiltinOperator::MIRROR_PAD, {input, amounts}, padded, options);
    return padded;
  }
  const Index value = layer.constantOf("border", facts, *fill);
  layer.network.addOperator(BuiltinOperator::PADV2, {input, amounts, value}, padded, schema::PadV2OptionsT());
  return padded;
}

Result<Windowed> tflite::windowed(LayerWriter &layer, const WindowAxes &axes, std::optional<int64_t> fill) {
  Result<Index> operand = layer.operand(0);
  if (!operand)
    return operand.error();
  const Index input = layer.reshaped(*operand, planesOf(layer.shape(0)));
  if (std::ranges::all_of(axes, &WindowAxis::isValid))
    return Windowed{input, schema::Padding::VALID};
  if (std::ranges::all_of(axes, &WindowAxis::isSame))
    return Windowed{input, schema::Padding::SAME};
  return Windowed{bordered(layer, input, axes, fill), schema::Padding::VALID};
}
