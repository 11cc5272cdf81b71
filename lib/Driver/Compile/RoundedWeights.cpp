//===- RoundedWeights.cpp - Weights, and what rounding makes of them ------===//
#include "Driver/Compile/RoundedWeights.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Evaluator/Evaluator.h"

#include <algorithm>
#include <fmt/format.h>

using namespace mlir;
using namespace tare;

namespace {

/// A bell-shaped channel whose largest weight is four times its deviation loses a hundredth of its weights to 0; a
/// tenth costs 22 dB of them where all meet the same numbers. Of one channel, of 16 weights or more, a fifth is looked
/// into.
constexpr double manyZeroed = 0.1, manyOfChannel = 0.2;
constexpr int64_t fewWeights = 16;

/// Real weights, and the type that quantization casts them to.
struct QuantizedConstant {
  unsigned operand;
  ElementsAttr constant;
  RankedTensorType type;
};

/// The weights of a layer in the QDQ form that it multiplies by; nothing of other ops, and where the model brings
/// integers.
std::optional<QuantizedConstant> weightsOf(Operation &op) {
  if (!isa<qnn::AccumulatorOpInterface, qnn::MatMulOp>(op))
    return std::nullopt;
  for (unsigned operand : {1u, 0u}) {
    auto real = op.getOperand(operand).getDefiningOp<quant::DequantizeCastOp>();
    auto integers = real ? real.getInput().getDefiningOp<quant::QuantizeCastOp>() : nullptr;
    ElementsAttr constant = integers ? qnn::constantValue(integers.getInput()) : nullptr;
    if (constant && constant.getElementType().isF32())
      return QuantizedConstant{operand, constant, cast<RankedTensorType>(integers.getType())};
  }
  return std::nullopt;
}

/// The integer that stands for 0, by element: of all, or of each index along the grid's axis.
class ZeroPoints {
public:
  ZeroPoints(const qnn::Grid &grid, const Shape &shape) : points(grid.zeroPoints) {
    for (size_t axis = grid.axis.value_or(0) + 1; axis < shape.size(); ++axis)
      inner *= shape[axis];
    isShared = llvm::all_equal(points);
  }

  int64_t at(int64_t element) const {
    return isShared ? points.front() : points[element / inner % int64_t(points.size())];
  }

private:
  ArrayRef<int64_t> points;
  int64_t inner = 1;
  bool isShared;
};

/// `integers` are those of `reals` on the grid, with the storage type T.
template <typename T> ZeroedCount zeroedOf(const Tensor &reals, const Tensor &integers, const qnn::Grid &grid) {
  ZeroedCount counted;
  const float *w = reals.as<float>();
  const T *q = integers.as<T>();
  const ZeroPoints zeros(grid, reals.shape());
  forEachRun(reals, grid, [&](int64_t first, int64_t count) {
    int64_t used = 0, zeroed = 0;
    for (int64_t i = first; i != first + count; ++i) {
      used += w[i] != 0;
      zeroed += w[i] != 0 && q[i] == zeros.at(i);
    }
    counted.weights += used;
    counted.zeroed += zeroed;
    counted.isSuspect |= used >= fewWeights && double(zeroed) >= manyOfChannel * double(used);
  });
  counted.isSuspect |= counted.zeroed > 0 && double(counted.zeroed) >= manyZeroed * double(counted.weights);
  return counted;
}

} // namespace

void tare::forEachRoundedWeights(ModuleOp qdq, llvm::function_ref<void(const RoundedWeights &)> f) {
  for (Operation &op : qdq.lookupSymbol<func::FuncOp>("main").front()) {
    std::optional<QuantizedConstant> found = weightsOf(op);
    std::optional<qnn::Grid> grid = found ? qnn::Grid::of(found->type) : std::nullopt;
    if (!grid || grid->bits > 8)
      continue;
    RoundedWeights weights{&op, found->operand, found->type, *grid, qnn::toTensor(found->constant), {}, {}};
    weights.integers = constantOnGrid(weights.reals, weights.type);
    weights.counted = grid->isSigned ? zeroedOf<int8_t>(weights.reals, weights.integers, *grid)
                                     : zeroedOf<uint8_t>(weights.reals, weights.integers, *grid);
    f(weights);
    qnn::forgetPages(found->constant);
  }
}

static double shareOf(const ZeroedWeights &layer) { return double(layer.zeroed) / double(layer.weights); }

std::vector<ZeroedWeights> tare::zeroedWeights(ModuleOp qdq) {
  std::vector<ZeroedWeights> layers;
  forEachRoundedWeights(qdq, [&](const RoundedWeights &weights) {
    ZeroedWeights layer{qnn::layerName(weights.layer), weights.counted.weights, weights.counted.zeroed};
    if (layer.weights >= fewWeights && shareOf(layer) >= manyOfChannel)
      layers.push_back(std::move(layer));
  });
  std::ranges::stable_sort(layers, std::ranges::greater(), shareOf);
  return layers;
}

std::optional<Warning> tare::zeroedWarning(const std::vector<ZeroedWeights> &layers) {
  if (layers.empty())
    return std::nullopt;
  const ZeroedWeights &worst = layers.front();
  std::string others = layers.size() > 1 ? fmt::format(" (so are many of {} more)", layers.size() - 1) : "";
  Warning warning;
  warning.kind = "ZeroedWeights";
  warning.layer = worst.layer;
  warning.unit = CostUnit::none;
  warning.text = fmt::format("layer '{}': {} of its {} weights that are not 0 became 0 beside larger ones, in 8 "
                             "bits{}; what that costs was not measured, as nothing was checked",
                             worst.layer, worst.zeroed, worst.weights, others);
  warning.remedy = "convert with --calibration DATA and a check (--check 4), which measures it";
  return warning;
}
