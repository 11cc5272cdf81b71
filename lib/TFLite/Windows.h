//===- Windows.h - Windows of two spatial dimensions ------------*- C++ -*-===//
//
// TFLite's convolutions and pools have height and width. A program's of one dimension become those of height 1.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_TFLITE_WINDOWS_H
#define TARE_LIB_TFLITE_WINDOWS_H

#include "LayerWriter.h"

#include <array>

namespace tare::tflite {

/// Windows along one dimension.
struct WindowAxis {
  int64_t input = 1, output = 1, kernel = 1, stride = 1, dilation = 1, begin = 0;

  /// From a window's first element to its last.
  int64_t reach() const { return (kernel - 1) * dilation + 1; }
  /// What the last window needs behind the input; never below 0.
  int64_t end() const;
  /// Whether TFLite places the windows so without being told where they begin.
  bool isSame() const;
  bool isValid() const;
};

/// Height and width.
using WindowAxes = std::array<WindowAxis, 2>;

/// [N, H, W, C] of activations with one or two spatial dimensions.
Dimensions planesOf(const Shape &shape);
/// A list with a value for each spatial dimension, as height and width; `absent` for a height that there is not, and
/// for both of an empty list.
std::array<int64_t, 2> pairOf(const std::vector<int32_t> &list, int64_t absent);

/// The windows of a layer, whose first operand they go over; `kernel`: of one or two dimensions. pads holds all begins
/// first.
WindowAxes windowsOf(const LayerWriter &layer, const std::vector<int32_t> &kernel, const std::vector<int32_t> &strides,
                     const std::vector<int32_t> &pads, const std::vector<int32_t> &dilations);

/// What windows go over: the operand with height and width, and a border where TFLite's own paddings have none like it.
struct Windowed {
  Index input;
  schema::Padding padding;
};
/// `fill`: an integer of the border that is never the largest in a window; without it the border stands for 0.
Result<Windowed> windowed(LayerWriter &layer, const WindowAxes &axes, std::optional<int64_t> fill = {});

/// Has `write` give `result`, which may have one spatial dimension, as [N, H, W, C].
template <typename Write> void writePlanes(LayerWriter &layer, Index result, Write &&write) {
  TensorFacts facts = layer.factsOf(result);
  const Dimensions shape = planesOf(layer.resultType().shape);
  const bool isPlane = facts.shape == shape;
  facts.shape = shape;
  const Index written = isPlane ? result : layer.between("planes", std::move(facts));
  write(written);
  layer.reshape(written, result);
}

} // namespace tare::tflite

#endif // TARE_LIB_TFLITE_WINDOWS_H
