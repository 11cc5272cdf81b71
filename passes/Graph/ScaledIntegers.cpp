//===- ScaledIntegers.cpp - Factors in the scales of weights --------------===//
#include "Graph/ScaledIntegers.h"
#include "Arithmetic/Grids.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Names.h"

#include "mlir/Dialect/Quant/IR/Quant.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace tare;
using qnn::AccumulatorOpInterface;
using qnn::Grid;

static quant::DequantizeCastOp castOf(AccumulatorOpInterface op) {
  auto cast = op.getWeightOperand().get().getDefiningOp<quant::DequantizeCastOp>();
  return cast && qnn::constantValue(cast.getInput()) ? cast : quant::DequantizeCastOp();
}

bool tare::hasIntegerWeights(AccumulatorOpInterface op) { return bool(castOf(op)); }

/// (A1) The scales times the factors' magnitudes; one for all where all are equal. That of a channel of zeros stays.
static LogicalResult multiply(Grid &grid, ArrayRef<double> factors, StringRef &why) {
  auto isNormal = [](double scale) {
    return scale >= std::numeric_limits<float>::min() && scale <= std::numeric_limits<float>::max();
  };
  SmallVector<double> scales;
  for (auto [channel, factor] : llvm::enumerate(factors)) {
    const double scale = grid.scale(channel);
    scales.push_back(factor == 0 ? scale : double(float(scale * std::abs(factor))));
    if (!isNormal(scales.back())) {
      why = "the weights' scales would be no float32 numbers";
      return failure();
    }
  }
  const bool isOne = !grid.axis && llvm::all_equal(scales);
  if (!isOne)
    grid.axis = 0;
  grid.scales.assign(scales.begin(), isOne ? scales.begin() + 1 : scales.end());
  grid.zeroPoints.assign(grid.scales.size(), 0);
  return mlir::success();
}

/// Those of channels whose factor is not positive.
template <typename T>
static LogicalResult turn(Tensor &integers, ArrayRef<double> factors, int64_t least, StringRef &why) {
  T *data = integers.mutableAs<T>();
  const int64_t count = integers.count() / int64_t(factors.size());
  for (auto [channel, factor] : llvm::enumerate(factors))
    for (int64_t i = 0; factor <= 0 && i != count; ++i) {
      T &each = data[int64_t(channel) * count + i];
      if (factor < 0 && each == least) {
        why = "a factor is negative, and the least integer has no complement";
        return failure();
      }
      each = factor == 0 ? T(0) : T(-each);
    }
  return mlir::success();
}

static Tensor copyOf(const Tensor &tensor) {
  Tensor copy(tensor.type());
  std::memcpy(copy.mutableAs<char>(), tensor.data(), tensor.type().bytes());
  return copy;
}

LogicalResult tare::scaleIntegerWeights(AccumulatorOpInterface op, ArrayRef<double> factors, OpBuilder &builder,
                                        StringRef &why) {
  quant::DequantizeCastOp cast = castOf(op);
  auto type = llvm::cast<RankedTensorType>(cast.getInput().getType());
  Grid grid = *Grid::of(type);
  if (grid.axis.value_or(0) != 0 || llvm::any_of(grid.zeroPoints, [](int64_t zero) { return zero != 0; })) {
    why = "the weights' grid is none of output channels with zero point 0";
    return failure();
  }
  if (grid.bits != 8 && grid.bits != 16) {
    why = "the weights are integers of another width than 8 or 16 bits";
    return failure();
  }
  const int64_t least = -(int64_t(1) << (grid.bits - 1));
  if (failed(multiply(grid, factors, why)))
    return failure();
  ElementsAttr elements = qnn::constantValue(cast.getInput());
  std::string name = qnn::valueName(cast.getInput());
  if (llvm::any_of(factors, [](double factor) { return factor <= 0; })) {
    Tensor integers = copyOf(qnn::toTensor(elements));
    if (failed(grid.bits == 8 ? turn<int8_t>(integers, factors, least, why)
                              : turn<int16_t>(integers, factors, least, why)))
      return failure();
    elements = qnn::toAttr(qnn::storageType(type), integers, name);
  }
  Value constant = qnn::ConstantOp::create(builder, cast.getInput().getLoc(), onGrid(type, grid), elements);
  op.getWeightOperand().set(quant::DequantizeCastOp::create(builder, cast.getLoc(), cast.getType(), constant));
  return mlir::success();
}
