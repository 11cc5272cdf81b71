//===- Binary.cpp - Add and multiply --------------------------------------===//
//
// (A20) add: y = clamp(Zy + round_shift((a - Za) * ma + (b - Zb) * mb, q))
// (A21) mul: acc = (a - Za) * (b - Zb), requantized
// add and mul broadcast; the channel of a requantization is the result's last axis.
//
//===----------------------------------------------------------------------===//
#include "Accumulator.h"
#include "Broadcast.h"
#include "Fast/Prepare.h"
#include "Operators.h"
#include "Reach.h"
#include "ZeroPoints.h"

namespace tare::kernels {
namespace {

Status checkBinary(std::span<const TensorType> operands, int64_t lhsZeroPoint, int64_t rhsZeroPoint) {
  TARE_TRY(checkOperands(operands, 2));
  TARE_TRY(checkActivation(operands[0], "the left operand"));
  TARE_TRY(checkElement(operands[1], {operands[0].element}, "the right operand"));
  TARE_TRY(checkZeroPoint(lhsZeroPoint, operands[0].element, "lhs_zero_point"));
  return checkZeroPoint(rhsZeroPoint, operands[1].element, "rhs_zero_point");
}

Result<TensorType> inferAdd(const program::OpUnion &op, std::span<const TensorType> operands) {
  const auto &add = parameters<program::AddT>(op);
  TARE_TRY(checkBinary(operands, add.lhs_zero_point, add.rhs_zero_point));
  TARE_TRY(checkWithin(add.lhs_multiplier, -INT32_MAX, INT32_MAX, "lhs_multiplier"));
  TARE_TRY(checkWithin(add.rhs_multiplier, -INT32_MAX, INT32_MAX, "rhs_multiplier"));
  TARE_TRY(checkWithin(add.shift, 0, 62, "shift"));
  TARE_TRY(checkOutputGrid(add.zero_point, add.clamp_min, add.clamp_max, add.rounding, operands[0].element));
  Result<Shape> shape = broadcastShapes(operands[0].shape, operands[1].shape);
  TARE_TRY(shape);
  return TensorType{operands[0].element, *shape};
}

/// Sends each sum of scaled operands into a sink, where `requant` is what becomes of it.
void computeAdd(const program::AddT &add, const program::RequantT *requant, std::span<const ConstTensorView> operands,
                TensorView result) {
  dispatchActivation(operands[0].type.element, [&](auto type) {
    using T = decltype(type);
    const T *a = operands[0].as<T>(), *b = operands[1].as<T>();
    ExactSink<T> sink(requant, result);
    forEachBroadcast(operands[0].type.shape, operands[1].type.shape, result.type.shape,
                     [&](int64_t i, int64_t ia, int64_t ib) {
                       // Below 2 * 2^16 * 2^31, so int64 holds it.
                       int64_t sum = (int64_t(a[ia]) - add.lhs_zero_point) * add.lhs_multiplier +
                                     (int64_t(b[ib]) - add.rhs_zero_point) * add.rhs_multiplier;
                       sink.store(i, uint64_t(sum), 0);
                     });
  });
}

void referenceAdd(const program::OpUnion &op, std::span<const ConstTensorView> operands, TensorView result) {
  const auto &add = parameters<program::AddT>(op);
  program::RequantT requant = requantOfSum(add);
  computeAdd(add, &requant, operands, result);
}

void accumulateAdd(const program::OpUnion &op, std::span<const ConstTensorView> operands, TensorView accumulators) {
  computeAdd(parameters<program::AddT>(op), nullptr, operands, accumulators);
}

Result<TensorType> inferMul(const program::OpUnion &op, std::span<const TensorType> operands) {
  const auto &mul = parameters<program::MulT>(op);
  TARE_TRY(checkBinary(operands, mul.lhs_zero_point, mul.rhs_zero_point));
  Result<Shape> shape = broadcastShapes(operands[0].shape, operands[1].shape);
  TARE_TRY(shape);
  TARE_TRY(checkLayerRequant(mul.requant.get(), lastDim(*shape), operands[0].element));
  return TensorType{operands[0].element, *shape};
}

void computeMul(const program::MulT &mul, const program::RequantT *requant, std::span<const ConstTensorView> operands,
                TensorView result) {
  int64_t channels = lastDim(result.type.shape);
  dispatchActivation(operands[0].type.element, [&](auto type) {
    using T = decltype(type);
    const T *a = operands[0].as<T>(), *b = operands[1].as<T>();
    ExactSink<T> sink(requant, result);
    forEachBroadcast(operands[0].type.shape, operands[1].type.shape, result.type.shape,
                     [&](int64_t i, int64_t ia, int64_t ib) {
                       int64_t product = (int64_t(a[ia]) - mul.lhs_zero_point) * (int64_t(b[ib]) - mul.rhs_zero_point);
                       sink.store(i, uint64_t(product), i % channels);
                     });
  });
}

std::vector<Reach> reachesOfMul(const program::OpUnion &op, std::span<const Operand> operands, const TensorType &) {
  const auto &mul = parameters<program::MulT>(op);
  Interval product = times(distances(operands[0], mul.lhs_zero_point), distances(operands[1], mul.rhs_zero_point));
  return {{0, product.first, product.second}};
}

} // namespace

using Mul = Accumulating<program::MulT, computeMul>;

const OpKernel addKernel = {"add",
                            inferAdd,
                            referenceAdd,
                            prepareAdd,
                            noMacs,
                            {Meaning::sum, {"lhs", "rhs"}, Layout::any, zeroPointsIn<program::AddT>},
                            exactAccumulator,
                            accumulateAdd};
const OpKernel mulKernel = {"mul",
                            inferMul,
                            Mul::reference,
                            prepareMul,
                            noMacs,
                            {Meaning::scaled, {"lhs", "rhs"}, Layout::any, zeroPointsIn<program::MulT>},
                            exactAccumulator,
                            Mul::accumulate,
                            Scaling{requantIn<program::MulT>, 2, reachesOfMul}};

} // namespace tare::kernels
