//===- Convolution.cpp - Conv, ConvTranspose, FusedConv -------------------===//
#include "Convolution.h"
#include "ConstantData.h"
#include "Ops/FusedActivation.h"
#include "Ops/Volume.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// Input, weight and optional bias; weight and bias depend on no graph input.
struct Operands {
  mlir::Value input, weight, bias;
};

LogicalResult checkConstants(Node &node) {
  for (unsigned index : {1u, 2u})
    if (node.hasOperand(index) && !node.isConstant(index))
      return node.error((index == 1 ? "weight '" : "bias '") + node.operandName(index) +
                        "' must be a constant, found a computed value");
  return mlir::success();
}

/// The kernel's size is the weight's; the attribute may repeat it.
LogicalResult checkKernel(Node &node, llvm::ArrayRef<int64_t> kernel) {
  std::optional<Integers> attribute = node.intsAttribute("kernel_shape");
  if (attribute && llvm::ArrayRef(*attribute) != kernel)
    return node.error("attribute 'kernel_shape' does not agree with the weight's "
                      "shape " +
                      toString(*node.shapeOf(1)));
  return mlir::success();
}

/// Input and weight have one to three spatial axes.
LogicalResult checkRanks(Node &node) {
  std::optional<Shape> input = node.shapeOf(0), weight = node.shapeOf(1);
  if (!input || !weight)
    return failure();
  size_t rank = input->size();
  if (rank >= 3 && rank <= volumeRank && weight->size() == rank)
    return mlir::success();
  return node.error(fmt::format("found an input of shape {} and a weight of "
                                "shape {}, expected one to three spatial axes",
                                toString(*input), toString(*weight)));
}

std::optional<int64_t> readGroup(Node &node) {
  int64_t group = node.intAttribute("group", 1);
  if (group < 1 || group > largestExtent) {
    (void)node.error("attribute 'group' is " + llvm::Twine(group) + ", expected 1 or more");
    return std::nullopt;
  }
  return group;
}

LogicalResult importConv(Node &node) {
  std::optional<int64_t> group = readGroup(node);
  if (!group || failed(checkRanks(node)) || failed(checkConstants(node)))
    return failure();
  Shape image = *node.shapeOf(0), weight = *node.shapeOf(1);
  llvm::ArrayRef<int64_t> kernel = llvm::ArrayRef(weight).drop_front(2);
  if (failed(checkKernel(node, kernel)))
    return failure();
  Window window = readWindow(node, image, kernel);
  if (image.size() == volumeRank)
    return node.failed() ? failure() : convolveVolume(node, window, *group);
  Operands operands{node.operand(0), node.operand(1), node.hasOperand(2) ? node.operand(2) : nullptr};
  if (node.failed())
    return failure();
  return node.give(node.create<qnn::ConvOp>(operands.input, operands.weight, operands.bias,
                                            node.listUnless(1, window.strides), node.listUnless(0, window.pads),
                                            node.listUnless(1, window.dilations), *group, nullptr));
}

//===----------------------------------------------------------------------===//
// ConvTranspose
//===----------------------------------------------------------------------===//

/// [I, O / group, k..] -> [O, I / group, k..]
Tensor outputChannelsFirst(const Tensor &weight, int64_t group) {
  const Shape &shape = weight.shape();
  Shape split{group, shape[0] / group, shape[1]};
  split.insert(split.end(), shape.begin() + 2, shape.end());
  Integers permutation{0, 2, 1};
  for (size_t axis = 3; axis < split.size(); ++axis)
    permutation.push_back(axis);
  Shape result{group * shape[1], shape[0] / group};
  result.insert(result.end(), shape.begin() + 2, shape.end());
  return transposed(weight.reshaped(split), permutation).reshaped(result);
}

/// The grid of a weight [I, O / group, k..] whose output channels come first now; nothing where its scales do not run
/// along one axis any more. Groups share the scales of ONNX's axis 1, which is an index within the group; those of axis
/// 0 are one for each group where a group has one input channel.
std::optional<qnn::Grid> outputChannelsFirst(const qnn::Grid &grid, const Shape &shape, int64_t group) {
  if (!grid.axis || *grid.axis > 1)
    return grid;
  qnn::Grid result = grid;
  if (*grid.axis == 0 && group == 1) {
    result.axis = 1;
    return result;
  }
  if (*grid.axis == 0 && shape[0] != group)
    return std::nullopt;
  result.axis = 0;
  result.scales.clear();
  result.zeroPoints.clear();
  for (int64_t i = 0; i < group; ++i)
    for (int64_t c = 0; c < shape[1]; ++c) {
      int64_t index = *grid.axis == 0 ? i : c;
      result.scales.push_back(grid.scale(index));
      result.zeroPoints.push_back(grid.zeroPoint(index));
    }
  return result;
}

/// The same of a weight in the IR.
mlir::Value outputChannelsFirst(Node &node, mlir::Value weight, int64_t group) {
  if (!weight)
    return nullptr;
  Integers shape(dims(weight)), spatial(shape.begin() + 2, shape.end());
  Integers split{group, shape[0] / group, shape[1]}, result{group * shape[1], shape[0] / group};
  split.append(spatial);
  result.append(spatial);
  Integers permutation = axisRange(0, split.size());
  std::swap(permutation[1], permutation[2]);
  weight = node.createStep<qnn::ReshapeOp>("weight_groups", weight, split);
  weight = node.createStep<qnn::TransposeOp>("weight_outputs_first", weight, permutation);
  return node.createStep<qnn::ReshapeOp>("weight", weight, result);
}

mlir::Value transposedWeight(Node &node, int64_t group) {
  const GraphValue *integers = node.dequantized(1);
  if (std::optional<qnn::Grid> grid =
          integers ? outputChannelsFirst(*integers->grid, integers->constant.shape(), group) : std::nullopt)
    return node.dequantizedConstant(node.operandName(1), outputChannelsFirst(integers->constant, group), *grid,
                                    integers->format);
  if (const Tensor *weight = integers ? nullptr : node.known(1))
    return node.constant(node.operandName(1), outputChannelsFirst(*weight, group));
  return outputChannelsFirst(node, node.operand(1), group);
}

/// Pads and output padding such that the result has the size that the model
/// asks for, by output_shape or by auto_pad.
LogicalResult fitOutput(Node &node, llvm::ArrayRef<int64_t> image, Window &window, Integers &outputPadding) {
  std::optional<Integers> wanted = node.intsAttribute("output_shape");
  AutoPad mode = readAutoPad(node);
  bool same = mode == AutoPad::SameUpper || mode == AutoPad::SameLower;
  if (!wanted && !same)
    return mlir::success();
  size_t spatial = window.kernel.size();
  if (wanted && wanted->size() == spatial + 2)
    wanted->erase(wanted->begin(), wanted->begin() + 2);
  if (wanted && wanted->size() != spatial)
    return node.error("attribute 'output_shape' must have one element per "
                      "spatial axis");
  for (size_t i = 0; i < spatial; ++i) {
    int64_t natural = (image[i + 2] - 1) * window.strides[i] + window.extent(i) + outputPadding[i];
    int64_t size = wanted ? (*wanted)[i] : image[i + 2] * window.strides[i];
    if (size < 1 || size > largestExtent)
      return node.error("attribute 'output_shape' holds " + llvm::Twine(size) + ", expected 1 or more");
    int64_t total = natural - size;
    // What the window does not reach is bias alone.
    if (total < 0)
      outputPadding[i] -= total;
    std::tie(window.pads[i], window.pads[i + spatial]) =
        splitPadding(std::max<int64_t>(total, 0), mode == AutoPad::SameUpper);
  }
  return mlir::success();
}

LogicalResult importConvTranspose(Node &node) {
  std::optional<int64_t> group = readGroup(node);
  if (!group || failed(checkRanks(node)) || failed(checkConstants(node)))
    return failure();
  Shape image = *node.shapeOf(0), weightShape = *node.shapeOf(1);
  if (weightShape[0] % *group)
    return node.error("attribute 'group' is " + llvm::Twine(*group) +
                      ", which does not divide the weight's axis 0 of " + llvm::Twine(weightShape[0]));
  Integers kernel(weightShape.begin() + 2, weightShape.end());
  if (failed(checkKernel(node, kernel)))
    return failure();
  Window window;
  window.kernel = kernel;
  window.strides = node.extentsAttribute("strides", kernel.size(), 1, 1);
  window.dilations = node.extentsAttribute("dilations", kernel.size(), 1, 1);
  window.pads = node.extentsAttribute("pads", 2 * kernel.size(), 0, 0);
  Integers outputPadding = node.extentsAttribute("output_padding", kernel.size(), 0, 0);
  if (node.failed() || failed(fitOutput(node, image, window, outputPadding)))
    return failure();
  if (image.size() == volumeRank)
    return convolveVolumeTransposed(node, {window, outputPadding}, *group);
  mlir::Value input = node.operand(0), weight = transposedWeight(node, *group);
  mlir::Value bias = node.hasOperand(2) ? node.operand(2) : nullptr;
  return node.give(node.create<qnn::ConvTransposeOp>(
      input, weight, bias, node.listUnless(1, window.strides), node.listUnless(0, window.pads),
      node.listUnless(1, window.dilations), node.listUnless(0, outputPadding), *group, nullptr));
}

/// Operands: x, weights, a bias, what is added to the result before the activation.
LogicalResult importFusedConv(Node &node) {
  Composite composite(node);
  Attributes attributes = composite.own({"auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"});
  Composite::Values operands = {composite.input(0), composite.input(1), composite.input(2)};
  std::string activation = node.stringAttribute("activation", "");
  bool adds = node.hasOperand(3);
  if (activation.empty() && !adds)
    return composite.finish("Conv", operands, attributes);
  std::string reals = composite.layer("convolution", "Conv", operands, attributes);
  if (activation.empty())
    return composite.finish("Add", {reals, composite.input(3)});
  if (adds)
    reals = composite.step("sum", "Add", {reals, composite.input(3)});
  std::vector<float> given = node.floatsAttribute("activation_params").value_or(std::vector<float>());
  return activate(node, composite, activation, reals, std::vector<double>(given.begin(), given.end()));
}

} // namespace

void tare::onnx::registerConvolution(OpTable &table) {
  table.addImport("Conv", importConv);
  table.addImport("ConvTranspose", importConvTranspose);
  table.addImport("com.microsoft.FusedConv", importFusedConv);
}
