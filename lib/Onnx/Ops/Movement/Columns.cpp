//===- Columns.cpp - Col2Im -----------------------------------------------===//
//
// Images put together from columns of blocks: element k of a block goes to tap k of a transposed convolution, whose
// weights are ones and zeros.
//
//===----------------------------------------------------------------------===//
#include "Composite.h"
#include "ConstantData.h"
#include "Ops/Window.h"

#include <fmt/format.h>

#include <functional>
#include <numeric>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

int64_t productOf(llvm::ArrayRef<int64_t> values) {
  return std::accumulate(values.begin(), values.end(), int64_t(1), std::multiplies<>());
}

/// Of each channel one matrix: [channels taps, 1, block..].
Tensor oneTapEach(int64_t channels, const Integers &block) {
  int64_t taps = productOf(block);
  Shape shape{channels * taps, 1};
  shape.insert(shape.end(), block.begin(), block.end());
  Tensor weight(ElementType::f32, shape);
  for (int64_t i = 0; i < weight.count(); ++i)
    weight.mutableAs<float>()[i] = i / taps % taps == i % taps ? 1.0f : 0.0f;
  return weight;
}

/// The blocks along each axis, and how much of the image behind them no block reaches.
struct Blocks {
  Integers counts, rest;
};

std::optional<Blocks> readBlocks(Node &node, const Integers &image, const Integers &block, Window &window) {
  size_t rank = image.size();
  window.kernel = block;
  window.strides = node.extentsAttribute("strides", rank, 1, 1);
  window.dilations = node.extentsAttribute("dilations", rank, 1, 1);
  window.pads = node.extentsAttribute("pads", 2 * rank, 0, 0);
  Blocks blocks;
  for (size_t i = 0; i < rank && !node.failed(); ++i) {
    int64_t room = image[i] + window.pads[i] + window.pads[i + rank] - window.extent(i);
    if (block[i] < 1 || room < 0)
      (void)node.error(fmt::format("a block does not fit into the {} elements of axis {}", image[i], i));
    blocks.counts.push_back(room / window.strides[i] + 1);
    blocks.rest.push_back(room % window.strides[i]);
  }
  return node.failed() ? std::nullopt : std::optional(blocks);
}

LogicalResult importCol2Im(Node &node) {
  std::optional<Shape> shape = node.shapeOf(0);
  std::optional<Integers> image = node.requireIntegers(1, "operand image_shape"),
                          block = node.requireIntegers(2, "operand block_shape");
  if (!shape || !image || !block)
    return failure();
  constexpr size_t mostAxes = 3;
  if (image->empty() || image->size() > mostAxes || block->size() != image->size())
    return node.error(
        fmt::format("found an image of {} axes and blocks of {}, expected one to three", image->size(), block->size()));
  for (int64_t size : llvm::concat<const int64_t>(*image, *block))
    if (size < 1 || size > largestExtent)
      return node.error(fmt::format("has an image or a block of size {}, expected 1 or more", size));
  Window window;
  std::optional<Blocks> blocks = readBlocks(node, *image, *block, window);
  if (!blocks)
    return failure();
  int64_t taps = productOf(*block);
  if (shape->size() != 3 || (*shape)[1] % taps != 0 || (*shape)[2] != productOf(blocks->counts))
    return node.error(fmt::format("found columns of shape {}, expected {} of {} elements per channel", toString(*shape),
                                  productOf(blocks->counts), taps));
  int64_t channels = (*shape)[1] / taps;
  Composite composite(node);
  Integers grid{(*shape)[0], (*shape)[1]};
  grid.append(blocks->counts);
  std::string columns =
      composite.step("blocks", "Reshape", {composite.input(0), composite.constant("grid", fromIntegers(grid))});
  return composite.finish("ConvTranspose", {columns, composite.constant("taps", oneTapEach(channels, *block))},
                          {attribute("strides", window.strides), attribute("pads", window.pads),
                           attribute("dilations", window.dilations), attribute("output_padding", blocks->rest),
                           attribute("group", channels)});
}

} // namespace

void tare::onnx::registerColumns(OpTable &table) { table.addImport("Col2Im", importCol2Im); }
