//===- Window.cpp - Attributes of convolutions and poolings ---------------===//
#include "Window.h"

#include <algorithm>

using namespace tare::onnx;

AutoPad tare::onnx::readAutoPad(Node &node) {
  std::string mode = node.stringAttribute("auto_pad", "NOTSET");
  if (mode == "SAME_UPPER")
    return AutoPad::SameUpper;
  if (mode == "SAME_LOWER")
    return AutoPad::SameLower;
  if (mode == "VALID")
    return AutoPad::Valid;
  if (mode != "NOTSET" && !mode.empty())
    (void)node.error("attribute 'auto_pad' is '" + mode + "', expected NOTSET, SAME_UPPER, SAME_LOWER or VALID");
  return AutoPad::Explicit;
}

std::pair<int64_t, int64_t> tare::onnx::splitPadding(int64_t total, bool oddAtEnd) {
  int64_t less = total / 2, more = total - less;
  return oddAtEnd ? std::pair(less, more) : std::pair(more, less);
}

Window tare::onnx::readWindow(Node &node, llvm::ArrayRef<int64_t> image, llvm::ArrayRef<int64_t> kernel) {
  size_t spatial = kernel.size();
  Window window;
  window.kernel.assign(kernel.begin(), kernel.end());
  window.strides = node.extentsAttribute("strides", spatial, 1, 1);
  window.dilations = node.extentsAttribute("dilations", spatial, 1, 1);
  AutoPad mode = readAutoPad(node);
  window.pads = Integers(2 * spatial, 0);
  if (mode == AutoPad::Explicit)
    window.pads = node.extentsAttribute("pads", 2 * spatial, 0, 0);
  if (node.failed() || mode == AutoPad::Explicit || mode == AutoPad::Valid)
    return window;
  for (size_t i = 0; i < spatial; ++i) {
    int64_t size = image[i + 2], stride = window.strides[i];
    int64_t results = (size + stride - 1) / stride;
    int64_t total = std::max<int64_t>((results - 1) * stride + window.extent(i) - size, 0);
    std::tie(window.pads[i], window.pads[i + spatial]) = splitPadding(total, mode == AutoPad::SameUpper);
  }
  return window;
}
