//===- ChannelProduct.cpp - Products by a number per channel --------------===//
//
// x * k[c] along axis a: a convolution with a window of one element over x seen
// as [what is before a, a, what is behind], where x is not such an image as it is.
//
//===----------------------------------------------------------------------===//
#include "Quantize/ChannelProduct.h"
#include "Arithmetic/Grids.h"
#include "Quantize/StepCosts.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/DerivedNames.h"
#include "tare/Dialect/Qnn/Names.h"

#include <algorithm>
#include <cstdlib>

using namespace mlir;
using namespace tare;
using qnn::Grid;

namespace {

ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

int64_t elementsOf(ArrayRef<int64_t> shape) { return ShapedType::getNumElements(shape); }

/// Neighbouring axes [first, last) of the product.
struct Axes {
  int64_t first, last;
};

/// The dims of an operand as the product sees them, ones in front.
SmallVector<int64_t> aligned(ArrayRef<int64_t> dims, size_t rank) {
  SmallVector<int64_t> result(rank - dims.size(), 1);
  result.append(dims.begin(), dims.end());
  return result;
}

/// The axes of the product, of `shape`, from the first to the last that a constant of `dims` has several elements
/// along; nothing where it has one element.
std::optional<Axes> axesOf(ArrayRef<int64_t> dims, ArrayRef<int64_t> shape) {
  SmallVector<int64_t> own = aligned(dims, shape.size());
  auto isLong = [](int64_t size) { return size != 1; };
  auto first = llvm::find_if(own, isLong);
  if (first == own.end())
    return std::nullopt;
  auto last = std::find_if(own.rbegin(), own.rend(), isLong);
  return Axes{first - own.begin(), own.rend() - last};
}

/// Whether the activation is of the product's shape, but perhaps for a lone axis, along which it may be repeated.
bool coversRest(ArrayRef<int64_t> x, ArrayRef<int64_t> shape, Axes axes) {
  SmallVector<int64_t> own = aligned(x, shape.size());
  for (auto [i, size] : llvm::enumerate(own)) {
    bool isLone = axes.last - axes.first == 1 && int64_t(i) == axes.first;
    if (size != shape[i] && !(isLone && size == 1))
      return false;
  }
  return true;
}

bool hasSuchConvolution(const Target &target) { return target.weights.perChannel && target.hasOp("conv"); }

bool hasSuchWeights(const Target &target, const Grid &grid) {
  if (grid.bits != 8 || !hasSuchConvolution(target))
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

/// One number for each index of the axes, repeated where the constant has one for several.
SmallVector<float> repeated(const Tensor &reals, ArrayRef<int64_t> dims, ArrayRef<int64_t> shape) {
  SmallVector<float> result;
  SmallVector<int64_t> index(shape.size(), 0);
  for (int64_t i = 0, count = elementsOf(shape); i != count; ++i) {
    int64_t element = 0;
    for (size_t d = 0; d != shape.size(); ++d)
      element = element * dims[d] + (dims[d] == 1 ? 0 : index[d]);
    result.push_back(reals.as<float>()[element]);
    for (int64_t d = int64_t(shape.size()) - 1; d >= 0 && ++index[d] == shape[d]; --d)
      index[d] = 0;
  }
  return result;
}

/// The product with one number for each index of `axes` as a convolution; `weightsOf(builder, rank)` makes its weights
/// [channels, 1, 1..].
void replaceByConvolution(qnn::MulOp product, Value x, Axes axes,
                          llvm::function_ref<Value(OpBuilder &, size_t)> weightsOf) {
  ArrayRef<int64_t> shape = shapeOf(product);
  bool isImage = axes.first == 1 && axes.last == 2 && (shape.size() == 3 || shape.size() == 4) &&
                 shapeOf(x).size() == shape.size();
  int64_t channels = elementsOf(shape.slice(axes.first, axes.last - axes.first)),
          before = elementsOf(shape.take_front(axes.first)), behind = elementsOf(shape.drop_front(axes.last));
  int64_t groups = elementsOf(shapeOf(x)) / (before * behind);
  SmallVector<int64_t> image = isImage ? llvm::to_vector(shapeOf(x)) : SmallVector<int64_t>{before, groups, behind};
  SmallVector<int64_t> result = image;
  result[1] = channels;

  Operation *op = product;
  OpBuilder builder(op);
  std::string layer = qnn::layerName(op), name = qnn::valueName(product);
  Location inner = qnn::nameLoc(op->getContext(), layer, qnn::derivedName(op, name + "/channels"));
  Value weights = weightsOf(builder, image.size());
  Value channelsFirst = reshaped(
      builder, qnn::nameLoc(op->getContext(), layer + "/image", qnn::derivedName(op, name + "/image")), x, image);
  auto type = RankedTensorType::get(result, builder.getF32Type());
  auto conv = qnn::ConvOp::create(builder, isImage ? op->getLoc() : inner, type, channelsFirst, weights, Value(),
                                  nullptr, nullptr, nullptr, groups, product.getClampAttr());
  if (Attribute range = op->getDiscardableAttr(qnn::rangeAttrName))
    conv->setDiscardableAttr(qnn::rangeAttrName, range);
  product.replaceAllUsesWith(reshaped(builder, op->getLoc(), conv, shape));
  product.erase();
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
  ArrayRef<int64_t> dims = shapeOf(cast), shape = shapeOf(product);
  bool isPerIndex = grid.axis && elementsOf(dims) == dims[*grid.axis];
  std::optional<Axes> axes = isPerIndex ? axesOf(dims, shape) : std::nullopt;
  if (!axes || !hasSuchWeights(target, grid) || !coversRest(shapeOf(x), shape, *axes))
    return false;
  std::optional<Tensor> integers = withoutZeroPoints(qnn::toTensor(given), grid);
  if (!integers)
    return false;
  replaceByConvolution(product, x, *axes, [&](OpBuilder &builder, size_t rank) {
    return weightsOf(builder, cast.getLoc(), *integers, grid, rank);
  });
  return true;
}

bool tare::replaceProductByReals(Operation *op, OpOperand &constant, const Tensor &reals, const Target &target) {
  // Each has a weight, a multiplier, a shift and a bias.
  constexpr int64_t mostChannels = 1 << 18;
  auto product = dyn_cast<qnn::MulOp>(op);
  if (!product || !hasSuchConvolution(target))
    return false;
  Value x = op->getOperand(1 - constant.getOperandNumber());
  ArrayRef<int64_t> shape = shapeOf(product);
  SmallVector<int64_t> dims = aligned(shapeOf(constant.get()), shape.size());
  std::optional<Axes> axes = axesOf(dims, shape);
  if (!axes || !coversRest(shapeOf(x), shape, *axes))
    return false;
  ArrayRef<int64_t> spanned = shape.slice(axes->first, axes->last - axes->first);
  if (elementsOf(spanned) > mostChannels)
    return false;
  SmallVector<float> numbers = repeated(reals, ArrayRef(dims).slice(axes->first, spanned.size()), spanned);
  Location loc = constant.get().getLoc();
  std::string name = qnn::valueName(constant.get());
  replaceByConvolution(product, x, *axes, [&](OpBuilder &builder, size_t rank) -> Value {
    SmallVector<int64_t> weightShape(rank, 1);
    weightShape[0] = int64_t(numbers.size());
    Tensor weights(ElementType::f32, {weightShape.begin(), weightShape.end()});
    llvm::copy(numbers, weights.mutableAs<float>());
    return qnn::ConstantOp::create(builder, loc, qnn::toAttr(builder.getContext(), weights, name));
  });
  return true;
}
