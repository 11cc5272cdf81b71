//===- Normalization.cpp - Normalizations and softmax ---------------------===//
#include "tare/Kernels/Normalization.h"
#include "Intervals.h"
#include "Scales.h"
#include "Shapes.h"
#include "tare/Dialect/Qnn/Norms.h"
#include "tare/Kernels/Tables.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace tare::qnn;
using tare::ElementType;

LogicalResult BatchNormOp::verify() {
  auto input = cast<RankedTensorType>(getInput().getType());
  if (input.getRank() < 2)
    return emitOpError("input must have rank 2 or more, found ") << input;
  for (Value parameter : getOperands().drop_front()) {
    auto type = cast<RankedTensorType>(parameter.getType());
    if (type.getRank() != 1 || type.getDimSize(0) != input.getDimSize(1))
      return emitOpError("scale, bias, mean and variance must have shape [")
             << input.getDimSize(1) << "], found " << type;
  }
  return success();
}

LogicalResult SoftmaxOp::verify() {
  int64_t rank = cast<ShapedType>(getType()).getRank();
  int64_t axis = getAxis();
  if (axis < 0 || axis >= rank)
    return emitOpError("axis must be in [0, ") << rank << "), found " << axis;
  return success();
}

/// (A28), (A58) exp(-d) is 0 in its table where whole * exp(-d) < 1/2.
Interval SoftmaxOp::getOperandLimits(unsigned, Interval, const ElementBounds &bounds) {
  const double whole = bounds.activationBits() == 8 ? 65535.0 : std::ldexp(1.0, kernels::exponentialBits);
  const double vanishing = std::log(2.0 * whole);
  return {bounds.leastMaximum(getInput(), getAxis()) - vanishing, HUGE_VAL};
}

bool SoftmaxOp::isMonotone() { return false; }

/// The accumulator is a probability in units of 2^-15.
double SoftmaxOp::getFinestStep() { return std::ldexp(1.0, -tare::kernels::probabilityBits); }

Scales SoftmaxOp::getEffectiveScales() { return {getFinestStep() / gridOf(getResult()).scale()}; }

Reaches SoftmaxOp::getReaches() { return {int64_t(1) << tare::kernels::probabilityBits}; }

static LogicalResult verifyNormalizedAxes(NormalizeOp op, int64_t rank) {
  if (op.getAxes().empty())
    return op.emitOpError("needs at least one axis");
  SmallVector<int64_t> axes(op.getAxes());
  llvm::sort(axes);
  if (axes.front() < 0 || axes.back() >= rank)
    return op.emitOpError("axes must be in [0, ")
           << rank << "), found " << (axes.front() < 0 ? axes.front() : axes.back());
  if (std::adjacent_find(axes.begin(), axes.end()) != axes.end())
    return op.emitOpError("axes must be distinct");
  return success();
}

/// gamma or beta, where it is there.
static LogicalResult verifyParameter(NormalizeOp op, StringRef name, std::optional<ArrayRef<double>> values) {
  if (!values)
    return success();
  int64_t rank = tensorType(op.getInput()).getRank();
  std::optional<uint64_t> axis = op.getAxis();
  if (!axis || int64_t(*axis) < 0 || int64_t(*axis) >= rank)
    return op.emitOpError("needs an axis in [0, ") << rank << ") for " << name;
  int64_t expected = tensorType(op.getInput()).getDimSize(*axis);
  if (int64_t(values->size()) != expected)
    return op.emitOpError() << name << " must have " << expected << " elements, found " << values->size();
  if (!llvm::all_of(*values, [](double value) { return std::isfinite(value); }))
    return op.emitOpError() << name << " must have finite elements";
  return success();
}

LogicalResult NormalizeOp::verify() {
  if (failed(verifyNormalizedAxes(*this, tensorType(getInput()).getRank())) ||
      failed(verifyParameter(*this, "gamma", getGamma())) || failed(verifyParameter(*this, "beta", getBeta())))
    return failure();
  double epsilon = getEpsilon().convertToDouble();
  if (!(epsilon >= 0) || !std::isfinite(epsilon))
    return emitOpError("epsilon must be 0 or more, found ") << epsilon;
  std::optional<Grid> grid = Grid::of(getType());
  if (grid && !hasIntegerForm(*this, grid->bits))
    return emitOpError() << "has " << getCount() << " elements with one mean, more than " << grid->bits
                         << " bits have integers for";
  return success();
}

int64_t NormalizeOp::getCount() {
  int64_t count = 1;
  for (int64_t axis : getAxes())
    count *= tensorType(getInput()).getDimSize(axis);
  return count;
}

static ElementType elementOf(unsigned bits) { return bits == 8 ? ElementType::i8 : ElementType::i16; }

bool tare::qnn::hasIntegerForm(NormalizeOp op, unsigned bits) {
  return op.getCount() <= kernels::mostNormalized(elementOf(bits), op.getKeepMean());
}

/// (A71)
int64_t tare::qnn::offsetOf(NormalizeOp op, unsigned bits, double scale) {
  const int behindPoint = kernels::varianceBits(elementOf(bits), op.getCount(), op.getKeepMean());
  const double count = std::ldexp(double(op.getCount()), behindPoint);
  const double offset = std::nearbyint(count * count * op.getEpsilon().convertToDouble() / (scale * scale));
  return offset >= double(kernels::mostOffset) ? kernels::mostOffset : std::max<int64_t>(1, int64_t(offset));
}

/// The least power of two by which no element is farther from 0 than `most`; 0 where all are 0.
static double leastScale(ArrayRef<double> values, double most) {
  double farthest = 0;
  for (double value : values)
    farthest = std::max(farthest, std::abs(value));
  return farthest == 0 ? 0 : std::exp2(std::ceil(std::log2(farthest / most)));
}

/// (A73)
NormIntegers tare::qnn::integersOf(NormalizeOp op, unsigned bits) {
  const ElementType element = elementOf(bits);
  NormIntegers integers;
  integers.fractionBits = kernels::normalBits(element, op.getCount());
  const double point = std::ldexp(1.0, integers.fractionBits);
  const kernels::NormLimits limits = kernels::limitsOfNorms(element);
  const size_t count = std::max(op.getGamma() ? op.getGamma()->size() : 1, op.getBeta() ? op.getBeta()->size() : 1);
  std::vector<double> gamma(count, 1.0), beta(count, 0.0);
  if (op.getGamma())
    gamma.assign(op.getGamma()->begin(), op.getGamma()->end());
  if (op.getBeta())
    beta.assign(op.getBeta()->begin(), op.getBeta()->end());
  if (op.getGamma() || op.getBeta())
    integers.scale = std::max(leastScale(gamma, double(limits.gamma)), leastScale(beta, double(limits.beta) / point));
  // All of both are 0.
  if (integers.scale == 0)
    integers.scale = 1;
  const int64_t normal = kernels::mostNormalOf(element, op.getCount(), op.getKeepMean());
  for (auto [factor, term] : llvm::zip_equal(gamma, beta)) {
    integers.gamma.push_back(int16_t(std::nearbyint(factor / integers.scale)));
    integers.beta.push_back(int32_t(std::nearbyint(term * point / integers.scale)));
    integers.reach = std::max(integers.reach, normal * std::abs(int64_t(integers.gamma.back())) +
                                                  std::abs(int64_t(integers.beta.back())));
  }
  return integers;
}

/// (A74) M = 2^-f * Sgamma / Sy
Scales NormalizeOp::getEffectiveScales() {
  Grid grid = gridOf(getResult());
  NormIntegers integers = integersOf(*this, grid.bits);
  return {std::ldexp(integers.scale, -integers.fractionBits) / grid.scale()};
}

Reaches NormalizeOp::getReaches() { return {integersOf(*this, gridOf(getResult()).bits).reach}; }
