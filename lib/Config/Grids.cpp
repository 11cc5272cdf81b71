//===- Grids.cpp - The grids of a quantized network -----------------------===//
#include "tare/Config/Grids.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace tare;
using namespace tare::config;

namespace {

/// The quantization behind which an op reads `value`; null where there is none.
quant::QuantizeCastOp castBehind(Value value) {
  auto dequantize = value.getDefiningOp<quant::DequantizeCastOp>();
  return dequantize ? dequantize.getInput().getDefiningOp<quant::QuantizeCastOp>() : nullptr;
}

/// Whether a value never leaves its layer: what the function in it reads (A64), whose grid follows from the function.
bool isWithinLayer(Value value) {
  Operation *maker = value.getDefiningOp();
  return maker && maker->hasAttr(qnn::inLayerAttrName) && isa<qnn::RequantOpInterface>(maker);
}

} // namespace

std::vector<TensorGrid> tare::config::gridsOf(func::FuncOp function) {
  llvm::MapVector<Operation *, TensorGrid> tensors;
  function.walk([&](quant::QuantizeCastOp cast) {
    std::optional<qnn::Grid> grid = qnn::Grid::of(cast.getType());
    if (grid && grid->bits <= 16 && !isWithinLayer(cast.getInput()))
      tensors[cast] = {qnn::valueName(cast.getInput()), *grid, {}, {}};
  });
  function.walk([&](qnn::AccumulatorOpInterface layer) {
    if (auto cast = castBehind(layer.getWeightOperand().get()); cast && tensors.contains(cast))
      tensors[cast].layersOfWeights.push_back(qnn::layerName(layer));
    if (auto cast = castBehind(layer.getActivationOperand().get()); cast && tensors.contains(cast))
      tensors[cast].readers.push_back(qnn::layerName(layer));
  });
  std::vector<TensorGrid> grids;
  for (auto &[cast, tensor] : tensors)
    // Other constants have the grids that suit them.
    if (!tensor.layersOfWeights.empty() || !qnn::constantValue(cast->getOperand(0)))
      grids.push_back(std::move(tensor));
  return grids;
}
