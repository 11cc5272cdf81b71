//===- EffectiveScales.cpp - From the accumulator to the result's grid ----===//
//
// The real numbers M of docs/arithmetic.md: result = M * accumulator, both as
// integers above their zero points; and how large the accumulator can become.
//
//===----------------------------------------------------------------------===//
#include "tare/Dialect/Qnn/Counts.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Kernels/ResizeCoordinates.h"
#include "tare/Kernels/Tables.h"

#include "llvm/ADT/TypeSwitch.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace tare::qnn;

using Scales = SmallVector<double>;
using Reaches = SmallVector<int64_t>;

std::pair<double, double> tare::qnn::fusedInterval(Operation *op) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (auto fused = dyn_cast<ClampOpInterface>(op))
    if (std::optional<ClampAttr> clamp = fused.getClamp())
      return {clamp->getMin(), clamp->getMax()};
  return {-infinity, infinity};
}

static Grid gridOf(Value value) { return *Grid::of(value.getType()); }

/// max |x - Zx|
static int64_t distanceOf(Value x) {
  Grid grid = gridOf(x);
  return std::max(grid.max - grid.zeroPoint(), grid.zeroPoint() - grid.min);
}

/// M[c] = Sx * Sw[c] / Sy, one per output channel.
static Scales accumulatorScales(AccumulatorOpInterface op) {
  Grid x = gridOf(op.getActivationOperand().get()), w = gridOf(op.getWeightOperand().get());
  Grid y = gridOf(op->getResult(0));
  Scales scales;
  for (int64_t c = 0, channels = w.scales.size(); c < channels; ++c)
    scales.push_back(x.scale() * w.scale(c) / y.scale(c));
  return scales;
}

Scales ConvOp::getEffectiveScales() { return accumulatorScales(*this); }
Scales ConvTransposeOp::getEffectiveScales() { return accumulatorScales(*this); }
Scales LinearOp::getEffectiveScales() { return accumulatorScales(*this); }

/// M = Sa * Sb / Sy
template <typename OpTy> static Scales productScale(OpTy op) {
  return {gridOf(op.getLhs()).scale() * gridOf(op.getRhs()).scale() / gridOf(op.getResult()).scale()};
}

Scales MatMulOp::getEffectiveScales() { return productScale(*this); }
Scales MulOp::getEffectiveScales() { return productScale(*this); }

Reaches MatMulOp::getReaches() {
  return {cast<ShapedType>(getLhs().getType()).getShape().back() * distanceOf(getLhs()) * distanceOf(getRhs())};
}
bool MatMulOp::mayHaveFunction() { return true; }
bool MulOp::mayHaveFunction() { return true; }
Reaches MulOp::getReaches() { return {distanceOf(getLhs()) * distanceOf(getRhs())}; }

/// M = Sx / Sy
static Scales ratio(Value x, Value y) { return {gridOf(x).scale() / gridOf(y).scale()}; }

Scales RequantizeOp::getEffectiveScales() { return ratio(getInput(), getResult()); }
Scales ReluOp::getEffectiveScales() { return ratio(getInput(), getResult()); }
Scales ClipOp::getEffectiveScales() { return ratio(getInput(), getResult()); }
Reaches RequantizeOp::getReaches() { return {distanceOf(getInput())}; }
Reaches ReluOp::getReaches() { return {distanceOf(getInput())}; }
Reaches ClipOp::getReaches() { return {distanceOf(getInput())}; }

std::pair<double, double> ReluOp::getResultInterval() { return {0.0, std::numeric_limits<double>::infinity()}; }
std::pair<double, double> ClipOp::getResultInterval() { return {getInterval().getMin(), getInterval().getMax()}; }

/// M = [Sa / Sy, +-Sb / Sy]
template <typename OpTy> static Scales sumScales(OpTy op, double sign) {
  return {ratio(op.getLhs(), op.getResult())[0], sign * ratio(op.getRhs(), op.getResult())[0]};
}

Scales AddOp::getEffectiveScales() { return sumScales(*this, 1.0); }
Scales SubOp::getEffectiveScales() { return sumScales(*this, -1.0); }
Reaches AddOp::getReaches() { return {distanceOf(getLhs()), distanceOf(getRhs())}; }
Reaches SubOp::getReaches() { return {distanceOf(getLhs()), distanceOf(getRhs())}; }
bool AddOp::sharesShift() { return true; }
bool SubOp::sharesShift() { return true; }

/// The counts of elements that windows average: one where all count the same, otherwise all up to the kernel's size.
static SmallVector<int64_t> averagedCounts(AveragePoolOp op) {
  int64_t size = ShapedType::getNumElements(op.getKernel());
  bool sameCount = !op.getCeilMode() && (op.getCountIncludePad() || !op.getPads() ||
                                         llvm::all_of(*op.getPads(), [](int64_t pad) { return pad == 0; }));
  return sameCount ? SmallVector<int64_t>{size} : llvm::to_vector(llvm::seq_inclusive<int64_t>(1, size));
}

/// M[n - 1] = Sx / (Sy * n) for n counted elements; one M where all windows count the same.
Scales AveragePoolOp::getEffectiveScales() {
  double base = ratio(getInput(), getResult())[0];
  return llvm::map_to_vector(averagedCounts(*this), [&](int64_t count) { return base / count; });
}
Reaches AveragePoolOp::getReaches() {
  int64_t distance = distanceOf(getInput());
  return llvm::map_to_vector(averagedCounts(*this), [&](int64_t count) { return count * distance; });
}

static int64_t averagedCount(ReduceMeanOp op) {
  return cast<ShapedType>(op.getInput().getType()).getNumElements() / cast<ShapedType>(op.getType()).getNumElements();
}

/// M = Sx / (Sy * n)
Scales ReduceMeanOp::getEffectiveScales() { return {ratio(getInput(), getResult())[0] / averagedCount(*this)}; }
Reaches ReduceMeanOp::getReaches() { return {averagedCount(*this) * distanceOf(getInput())}; }

bool AveragePoolOp::dividesByCount() { return true; }
bool ReduceMeanOp::dividesByCount() { return true; }

int64_t tare::qnn::largestCount(Operation *op) {
  return TypeSwitch<Operation *, int64_t>(op)
      .Case([](AveragePoolOp pool) { return averagedCounts(pool).back(); })
      .Case([](ReduceMeanOp mean) { return averagedCount(mean); })
      .Default([](Operation *) { return 1; });
}

/// (A56) The weights of neighbours sum to 1, in 2^-w along each axis; the accumulator keeps some of those bits.
int64_t ResizeOp::getMostFractionBits() { return mayRescale() ? getWeightBits() * getSizes().size() : 0; }
Scales ResizeOp::getEffectiveScales() {
  return {std::ldexp(ratio(getInput(), getResult())[0], -int(getFractionBits()))};
}
Reaches ResizeOp::getReaches() { return {distanceOf(getInput()) << getFractionBits()}; }
bool ResizeOp::isScaled() {
  Grid x = gridOf(getInput()), y = gridOf(getResult());
  bool hasFinerWeights = getWeightBits() > tare::kernels::resizeWeightBits;
  return mayRescale() && (hasFinerWeights || x.scale() != y.scale() || x.zeroPoint() != y.zeroPoint());
}

/// The accumulator is a probability in units of 2^-15.
double SoftmaxOp::getFinestStep() { return std::ldexp(1.0, -tare::kernels::probabilityBits); }
Scales SoftmaxOp::getEffectiveScales() { return {getFinestStep() / gridOf(getResult()).scale()}; }
Reaches SoftmaxOp::getReaches() { return {int64_t(1) << tare::kernels::probabilityBits}; }

void ResizeOp::setFractionBits(int64_t bits) { setFractionBits(uint64_t(bits)); }

// All others multiply by weights whose bits are the accumulator's own, or by none.
void ConvOp::setFractionBits(int64_t) {}
void ConvTransposeOp::setFractionBits(int64_t) {}
void LinearOp::setFractionBits(int64_t) {}
void MatMulOp::setFractionBits(int64_t) {}
void MulOp::setFractionBits(int64_t) {}
void AddOp::setFractionBits(int64_t) {}
void SubOp::setFractionBits(int64_t) {}
void ReluOp::setFractionBits(int64_t) {}
void ClipOp::setFractionBits(int64_t) {}
void RequantizeOp::setFractionBits(int64_t) {}
void AveragePoolOp::setFractionBits(int64_t) {}
void ReduceMeanOp::setFractionBits(int64_t) {}
void SoftmaxOp::setFractionBits(int64_t) {}
