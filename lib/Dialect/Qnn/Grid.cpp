//===- Grid.cpp - Scales and zero points of a quantized type --------------===//
#include "tare/Dialect/Qnn/Grid.h"

#include "llvm/Support/ErrorHandling.h"

#include <algorithm>

using namespace mlir;
using namespace tare::qnn;

quant::QuantizedType tare::qnn::quantizedElement(Type type) {
  return dyn_cast<quant::QuantizedType>(getElementTypeOrSelf(type));
}

/// (A1) Scales, zero points and the axis that they run along.
std::optional<Grid> Grid::of(Type type) {
  quant::QuantizedType element = quantizedElement(type);
  Grid grid;
  if (auto uniform = dyn_cast_or_null<quant::UniformQuantizedType>(element)) {
    grid.scales = {uniform.getScale()};
    grid.zeroPoints = {uniform.getZeroPoint()};
  } else if (auto perAxis = dyn_cast_or_null<quant::UniformQuantizedPerAxisType>(element)) {
    grid.scales.assign(perAxis.getScales().begin(), perAxis.getScales().end());
    grid.zeroPoints.assign(perAxis.getZeroPoints().begin(), perAxis.getZeroPoints().end());
    grid.axis = perAxis.getQuantizedDimension();
  } else {
    return std::nullopt;
  }
  grid.min = element.getStorageTypeMin();
  grid.max = element.getStorageTypeMax();
  grid.bits = element.getStorageTypeIntegralWidth();
  grid.isSigned = element.isSigned();
  return grid;
}

double Grid::scale() const {
  if (scales.size() != 1)
    llvm::reportFatalInternalError("a grid with a scale per channel was asked for one scale");
  return scales.front();
}

int64_t Grid::zeroPoint() const {
  if (zeroPoints.empty() || !llvm::all_equal(zeroPoints))
    llvm::reportFatalInternalError("a grid with a zero point per channel was asked for one zero point");
  return zeroPoints.front();
}

int64_t Grid::reach() const { return std::max(max - zeroPoint(), zeroPoint() - min); }

IntegerType Grid::storage(MLIRContext *context) const { return IntegerType::get(context, bits); }

quant::QuantizedType Grid::type(MLIRContext *context) const {
  unsigned flags = isSigned ? quant::QuantizationFlags::Signed : 0;
  Type expressed = Float32Type::get(context);
  if (!axis)
    return quant::UniformQuantizedType::get(flags, storage(context), expressed, scales[0], zeroPoints[0], min, max);
  SmallVector<int64_t> zeros(zeroPoints);
  zeros.resize(scales.size(), zeroPoints.empty() ? 0 : zeroPoints[0]);
  return quant::UniformQuantizedPerAxisType::get(flags, storage(context), expressed, scales, zeros, *axis, min, max);
}

RankedTensorType tare::qnn::storageType(Type quantized) {
  auto tensor = cast<RankedTensorType>(quantized);
  quant::QuantizedType element = quantizedElement(tensor);
  if (!element)
    return tensor;
  return tensor.clone(IntegerType::get(tensor.getContext(), element.getStorageTypeIntegralWidth()));
}

RankedTensorType tare::qnn::expressedType(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  quant::QuantizedType element = quantizedElement(tensor);
  return element ? tensor.clone(element.getExpressedType()) : tensor;
}

bool tare::qnn::isFloatTensor(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getElementType().isF32();
}

bool tare::qnn::isIntegerTensor(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && isa<IntegerType>(type.getElementType());
}
