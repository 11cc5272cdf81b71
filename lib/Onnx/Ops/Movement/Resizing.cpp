//===- Resizing.cpp - Resize, Upsample ------------------------------------===//
//
// Opset 10 and Upsample know no coordinate mode: it is asymmetric, and nearest
// rounds down.
//
//===----------------------------------------------------------------------===//
#include "ConstantData.h"
#include "Movement.h"
#include "Ops/Axes.h"
#include "Ops/Volume.h"

#include <cmath>
#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// Scale and size of each axis of the result.
struct Extent {
  std::vector<float> scales;
  Integers sizes;
  /// Whether some size was rounded down.
  bool isFractional = false;
};

/// Reads `name` by its keyword table.
template <typename Enum>
std::optional<Enum> readEnum(Node &node, llvm::StringRef name, llvm::StringRef fallback,
                             std::optional<Enum> (*symbolize)(llvm::StringRef)) {
  std::string text = node.stringAttribute(name, fallback);
  if (std::optional<Enum> value = symbolize(text))
    return value;
  (void)node.error("attribute '" + name + "' is '" + text + "', which is not supported");
  return std::nullopt;
}

LogicalResult checkOptions(Node &node) {
  if (node.intAttribute("antialias", 0))
    return node.error("antialias is not supported");
  if (node.intAttribute("exclude_outside", 0))
    return node.error("exclude_outside is not supported");
  if (node.stringAttribute("keep_aspect_ratio_policy", "stretch") != "stretch")
    return node.error("keep_aspect_ratio_policy must be stretch");
  return mlir::success();
}

/// Where scales and sizes are: Upsample 7 has an attribute, Upsample 9 and Resize
/// 10 operand 1, later ones operands 2 and 3.
std::optional<std::vector<double>> readNumbers(Node &node, unsigned operand, llvm::StringRef role) {
  if (!node.hasOperand(operand))
    return std::nullopt;
  const Tensor *tensor = node.requireKnown(operand, role);
  // An empty tensor stands for an operand that is not there.
  if (!tensor || tensor->count() == 0)
    return std::nullopt;
  return toDoubles(*tensor);
}

std::optional<std::vector<double>> readScales(Node &node) {
  if (node.opType() == "Upsample" && node.opset() < 9) {
    auto scales = node.floatsAttribute("scales");
    return scales ? std::optional(std::vector<double>(scales->begin(), scales->end())) : std::nullopt;
  }
  bool old = node.opType() == "Upsample" || node.opset() == 10;
  return readNumbers(node, old ? 1 : 2, "operand scales");
}

/// The axes that scales and sizes are for: all, or since opset 18 some.
std::optional<Integers> resizedAxes(Node &node, int64_t rank, size_t count) {
  std::optional<Integers> axes;
  if (node.opset() >= 18)
    axes = readAxes(node, rank, std::numeric_limits<int64_t>::max(), 0);
  if (!axes)
    axes = axisRange(0, rank);
  if (!node.failed() && axes->size() != count)
    (void)node.error(fmt::format("found scales or sizes for {} axes, expected {}", count, axes->size()));
  return node.failed() ? std::nullopt : axes;
}

std::optional<Extent> readExtent(Node &node, llvm::ArrayRef<int64_t> input) {
  std::optional<std::vector<double>> scales = readScales(node), sizes;
  if (node.opset() >= 11 && node.opType() == "Resize")
    sizes = readNumbers(node, 3, "operand sizes");
  if (!scales && !sizes)
    (void)node.error("scales and sizes are missing");
  if (node.failed())
    return std::nullopt;
  const std::vector<double> &given = sizes ? *sizes : *scales;
  std::optional<Integers> axes = resizedAxes(node, input.size(), given.size());
  if (!axes)
    return std::nullopt;
  Extent extent{std::vector<float>(input.size(), 1.0f), Integers(input.begin(), input.end())};
  for (auto [axis, number] : llvm::zip(*axes, given)) {
    float size = sizes ? static_cast<float>(number) : std::floor(static_cast<float>(number) * input[axis]);
    // Written so that NaN is refused, too.
    if (!(size >= 1 && size <= largestExtent)) {
      (void)node.error(fmt::format("resizes axis {} to {} elements", axis, size));
      return std::nullopt;
    }
    extent.isFractional |= !sizes && size != static_cast<float>(number) * input[axis];
    extent.sizes[axis] = static_cast<int64_t>(size);
    extent.scales[axis] = sizes ? size / static_cast<float>(input[axis]) : static_cast<float>(number);
  }
  return extent;
}

struct Mode {
  qnn::ResizeMode resize;
  qnn::CoordinateMode coordinates = qnn::CoordinateMode::Asymmetric;
  qnn::NearestMode rounding = qnn::NearestMode::Floor;
};

std::optional<Mode> readMode(Node &node) {
  std::string text = node.stringAttribute("mode", "nearest");
  if (text == "bilinear")
    text = "linear";
  std::optional<qnn::ResizeMode> resize = qnn::symbolizeResizeMode(text);
  if (!resize) {
    (void)node.error("attribute 'mode' is '" + text + "', expected nearest or linear");
    return std::nullopt;
  }
  Mode mode{*resize};
  if (node.opType() == "Upsample" || node.opset() < 11)
    return mode;
  auto coordinates =
      readEnum<qnn::CoordinateMode>(node, "coordinate_transformation_mode", "half_pixel", qnn::symbolizeCoordinateMode);
  auto rounding = readEnum<qnn::NearestMode>(node, "nearest_mode", "round_prefer_floor", qnn::symbolizeNearestMode);
  if (!coordinates || !rounding || failed(checkOptions(node)))
    return std::nullopt;
  return Mode{*resize, *coordinates, *rounding};
}

/// An image, [N, C, spatial..], in another size: the value `name`.
mlir::Value resize(Node &node, llvm::StringRef name, mlir::Value image, const Mode &mode,
                   llvm::ArrayRef<float> spatialScales, llvm::ArrayRef<int64_t> sizes) {
  std::vector<double> scales(spatialScales.begin(), spatialScales.end());
  mlir::MLIRContext *context = node.builder().getContext();
  return node.createNamed<qnn::ResizeOp>(name, image, qnn::ResizeModeAttr::get(context, mode.resize),
                                         qnn::CoordinateModeAttr::get(context, mode.coordinates),
                                         qnn::NearestModeAttr::get(context, mode.rounding),
                                         node.builder().getDenseF64ArrayAttr(scales), node.list(sizes));
}

/// A volume: slice by slice, then along the depth, whose columns are those of all rows. Both are the same along any
/// axis.
LogicalResult resizeVolume(Node &node, mlir::Value volume, const Mode &mode, const Extent &extent) {
  Integers shape(dims(volume));
  llvm::ArrayRef<float> scales = extent.scales;
  llvm::ArrayRef<int64_t> sizes = extent.sizes;
  auto keeps = [&](size_t axis) { return sizes[axis] == shape[axis] && scales[axis] == 1; };
  bool resizesPlane = !keeps(3) || !keeps(4), resizesDepth = !keeps(2);
  if (resizesPlane) {
    mlir::Value images = asImages(node, "images", swapDepth(node, "slices", volume));
    images = resize(node, node.derivedName("plane"), images, mode, scales.drop_front(3), sizes.drop_front(3));
    // The model rounds nothing between the two.
    if (images && resizesDepth && mode.resize == qnn::ResizeMode::Linear)
      images.getDefiningOp()->setAttr(qnn::intermediateAttrName, node.builder().getUnitAttr());
    volume = asVolume(node, "volume", images, shape[0]);
  }
  if (volume && resizesDepth) {
    mlir::Value rows =
        node.createStep<qnn::ReshapeOp>("rows", volume, Integers{shape[0], shape[1], shape[2], sizes[3] * sizes[4]});
    volume = resize(node, node.derivedName("depth"), rows, mode, {scales[2], 1.0f}, {sizes[2], sizes[3] * sizes[4]});
  }
  return volume ? giveAs(node, volume, Integers(sizes)) : failure();
}

/// Before opset 11 the nearest element is rounded up to along axes that shrink, and down to along those that grow: so
/// has ONNX's own case for opset 10, and ONNX Runtime.
LogicalResult settleRounding(Node &node, const Extent &extent, Mode &mode) {
  if (node.opset() >= 11 || node.opType() != "Resize" || mode.resize != qnn::ResizeMode::Nearest)
    return mlir::success();
  bool shrinks = llvm::any_of(extent.scales, [](float scale) { return scale < 1; });
  bool grows = llvm::any_of(extent.scales, [](float scale) { return scale > 1; });
  if (shrinks && grows)
    return node.error(
        "makes some axes smaller and others larger, which opset 10 rounds in two ways; resize them by two "
        "nodes, or export the model with opset 11 or later");
  if (shrinks)
    mode.rounding = qnn::NearestMode::Ceil;
  return mlir::success();
}

LogicalResult importResize(Node &node) {
  mlir::Value input = node.anyOperand(0);
  std::optional<Mode> mode = input ? readMode(node) : std::nullopt;
  std::optional<Extent> extent = mode ? readExtent(node, dims(input)) : std::nullopt;
  if (!extent || failed(settleRounding(node, *extent, *mode)))
    return failure();
  if (mode->coordinates == qnn::CoordinateMode::AlignCorners && extent->isFractional)
    return node.error("aligns the corners of an image whose new size, by the scales, is no whole number");
  size_t rank = dims(input).size();
  for (size_t axis = 0; axis < std::min<size_t>(rank, 2); ++axis)
    if (extent->sizes[axis] != dims(input)[axis])
      return node.error(fmt::format("resizes axis {}, expected only spatial axes "
                                    "(2 and up) to change",
                                    axis));
  if (rank < 3)
    return node.forward();
  if (rank == volumeRank)
    return resizeVolume(node, input, *mode, *extent);
  return node.give(resize(node, node.resultName(0), input, *mode, llvm::ArrayRef(extent->scales).drop_front(2),
                          llvm::ArrayRef(extent->sizes).drop_front(2)));
}

} // namespace

void tare::onnx::registerResizing(OpTable &table) {
  table.addImport("Resize", importResize);
  table.addImport("Upsample", importResize);
}
