//===- ChannelProduct.cpp - Products by a number per channel --------------===//
//
// x * k[c] along axis a: a convolution with a window of one element over x seen
// as [what is before a, a, what is behind], where x is not such an image as it is.
//
//===----------------------------------------------------------------------===//
#include "Quantize/ChannelProduct.h"
#include "Quantize/Grids.h"
#include "Quantize/StepCosts.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"

#include <cstdlib>

using namespace mlir;
using namespace tare;
using qnn::Grid;

namespace {

ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

int64_t elementsOf(ArrayRef<int64_t> shape) { return ShapedType::getNumElements(shape); }

/// The axis of `shape`, of the product, that a constant of `dims` has its elements along; nothing where it has some
/// along another one, too.
std::optional<int64_t> axisOf(ArrayRef<int64_t> dims, const Grid &grid, ArrayRef<int64_t> shape) {
  if (!grid.axis || elementsOf(dims) != dims[*grid.axis])
    return std::nullopt;
  int64_t axis = *grid.axis + int64_t(shape.size()) - int64_t(dims.size());
  return dims[*grid.axis] == shape[axis] ? std::optional(axis) : std::nullopt;
}

/// Whether the activation is of the product's shape, but perhaps for the axis, along which it may be repeated.
bool coversRest(ArrayRef<int64_t> x, ArrayRef<int64_t> shape, int64_t axis) {
  int64_t missing = int64_t(shape.size()) - int64_t(x.size());
  for (int64_t i = 0; i < int64_t(shape.size()); ++i) {
    int64_t size = i < missing ? 1 : x[i - missing];
    if (size != shape[i] && (i != axis || size != 1))
      return false;
  }
  return true;
}

bool hasSuchWeights(const Target &target, const Grid &grid) {
  if (grid.bits != 8 || !target.weights.perChannel || !target.hasOp("conv"))
    return false;
  return !target.powerOfTwoScales() ||
         llvm::all_of(grid.scales, [](double scale) { return exponentOf(scale).has_value(); });
}

/// q - Z of each element, where all are within [-127, 127].
std::optional<Tensor> withoutZeroPoints(const Tensor &integers, const Grid &grid) {
  Tensor result(integers.type());
  for (int64_t c = 0; c < integers.count(); ++c) {
    int64_t q = integers.as<int8_t>()[c] - grid.zeroPoint(c);
    if (std::abs(q) > 127)
      return std::nullopt;
    result.mutableAs<int8_t>()[c] = int8_t(q);
  }
  return result;
}

/// The weights [C, 1, 1..] of a convolution over an image of that rank.
Value weightsOf(OpBuilder &builder, Location loc, const Tensor &integers, Grid grid, size_t rank) {
  SmallVector<int64_t> shape(rank, 1);
  shape[0] = integers.count();
  grid.axis = 0;
  grid.zeroPoints.assign(grid.scales.size(), 0);
  grid.min = -127;
  grid.max = 127;
  auto real = RankedTensorType::get(shape, builder.getF32Type());
  RankedTensorType type = onGrid(real, grid);
  auto constant = qnn::ConstantOp::create(builder, loc, type, qnn::toAttr(qnn::storageType(type), integers, "factors"));
  return quant::DequantizeCastOp::create(builder, loc, real, constant);
}

Value reshaped(OpBuilder &builder, Location loc, Value value, ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get(shape, builder.getF32Type());
  return shapeOf(value) == shape ? value : Value(qnn::ReshapeOp::create(builder, loc, type, value, shape));
}

} // namespace

bool tare::replaceProduct(Operation *op, OpOperand &constant, const Target &target) {
  auto product = dyn_cast<qnn::MulOp>(op);
  auto cast = constant.get().getDefiningOp<quant::DequantizeCastOp>();
  ElementsAttr given = cast ? qnn::constantValue(cast.getInput()) : ElementsAttr();
  if (!product || !given)
    return false;
  Grid grid = *Grid::of(cast.getInput().getType());
  Value x = op->getOperand(1 - constant.getOperandNumber());
  ArrayRef<int64_t> shape = shapeOf(product);
  std::optional<int64_t> axis = axisOf(shapeOf(cast), grid, shape);
  if (!axis || !hasSuchWeights(target, grid) || !coversRest(shapeOf(x), shape, *axis))
    return false;
  std::optional<Tensor> integers = withoutZeroPoints(qnn::toTensor(given), grid);
  if (!integers)
    return false;

  bool isImage = *axis == 1 && (shape.size() == 3 || shape.size() == 4) && shapeOf(x).size() == shape.size();
  int64_t channels = shape[*axis], before = elementsOf(shape.take_front(*axis)),
          behind = elementsOf(shape.drop_front(*axis + 1));
  int64_t groups = elementsOf(shapeOf(x)) / (before * behind);
  SmallVector<int64_t> image = isImage ? llvm::to_vector(shapeOf(x)) : SmallVector<int64_t>{before, groups, behind};
  SmallVector<int64_t> result = image;
  result[1] = channels;

  OpBuilder builder(op);
  std::string layer = qnn::layerName(op), name = qnn::valueName(product);
  Location inner = qnn::nameLoc(op->getContext(), layer, name + "/channels");
  Value weights = weightsOf(builder, cast.getLoc(), *integers, grid, image.size());
  Value channelsFirst = reshaped(builder, qnn::nameLoc(op->getContext(), layer + "/image", name + "/image"), x, image);
  auto type = RankedTensorType::get(result, builder.getF32Type());
  auto conv = qnn::ConvOp::create(builder, isImage ? op->getLoc() : inner, type, channelsFirst, weights, Value(),
                                  nullptr, nullptr, nullptr, groups, product.getClampAttr());
  if (Attribute range = op->getDiscardableAttr(qnn::rangeAttrName))
    conv->setDiscardableAttr(qnn::rangeAttrName, range);
  product.replaceAllUsesWith(reshaped(builder, op->getLoc(), conv, shape));
  product.erase();
  return true;
}
