//===- MatMul.cpp - Matrix product of two activations ---------------------===//
//
// (A17) acc[.., m, n] = sum over k of (a[.., m, k] - Za) * (b[.., k, n] - Zb);
// leading dimensions broadcast.
//
//===----------------------------------------------------------------------===//
#include "../Accumulator.h"
#include "../Broadcast.h"
#include "../Fast/Prepare.h"
#include "../Operators.h"
#include "../Reach.h"
#include "../ZeroPoints.h"

namespace tare::kernels {
namespace {

Shape leading(const Shape &shape) { return Shape(shape.begin(), shape.end() - 2); }

Result<TensorType> infer(const program::OpUnion &op, std::span<const TensorType> operands) {
  const auto &matmul = parameters<program::MatMulT>(op);
  TARE_TRY(checkOperands(operands, 2));
  const TensorType &a = operands[0], &b = operands[1];
  TARE_TRY(checkActivation(a, "the left operand"));
  TARE_TRY(checkElement(b, {a.element}, "the right operand"));
  TARE_TRY(checkRank(a, 2, maxRank, "the left operand"));
  TARE_TRY(checkRank(b, 2, maxRank, "the right operand"));
  int64_t inner = a.shape.back(), columns = b.shape.back();
  TARE_TRY(require(b.shape[b.shape.size() - 2] == inner,
                   "the shapes {} and {} do not multiply: {} columns against {} rows", toString(a.shape),
                   toString(b.shape), inner, b.shape[b.shape.size() - 2]));
  TARE_TRY(checkZeroPoint(matmul.lhs_zero_point, a.element, "lhs_zero_point"));
  TARE_TRY(checkZeroPoint(matmul.rhs_zero_point, b.element, "rhs_zero_point"));
  if (matmul.requant)
    TARE_TRY(checkLayerRequant(matmul.requant.get(), columns, a.element));
  Result<Shape> shape = broadcastShapes(leading(a.shape), leading(b.shape));
  TARE_TRY(shape);
  shape->push_back(a.shape[a.shape.size() - 2]);
  shape->push_back(columns);
  TARE_TRY(checkShape(*shape, "the result"));
  return TensorType{resultElement(a.element, matmul.requant.get()), *shape};
}

template <typename T>
void run(const program::MatMulT &matmul, const program::RequantT *requant, std::span<const ConstTensorView> operands,
         TensorView result) {
  const Shape &a = operands[0].type.shape, &b = operands[1].type.shape;
  int64_t rows = a[a.size() - 2], inner = a.back(), columns = b.back();
  AccumulatorSink<T> sink(requant, result);
  forEachBroadcast(leading(a), leading(b), leading(result.type.shape), [&](int64_t matrix, int64_t ia, int64_t ib) {
    const T *lhs = operands[0].as<T>() + ia * rows * inner, *rhs = operands[1].as<T>() + ib * inner * columns;
    for (int64_t m = 0; m < rows; ++m)
      for (int64_t n = 0; n < columns; ++n) {
        uint64_t sum = 0;
        for (int64_t k = 0; k < inner; ++k)
          sum += uint64_t((int64_t(lhs[m * inner + k]) - matmul.lhs_zero_point) *
                          (int64_t(rhs[k * columns + n]) - matmul.rhs_zero_point));
        sink.store((matrix * rows + m) * columns + n, sum, n);
      }
  });
}

void compute(const program::MatMulT &matmul, const program::RequantT *requant,
             std::span<const ConstTensorView> operands, TensorView result) {
  dispatchActivation(operands[0].type.element,
                     [&](auto type) { run<decltype(type)>(matmul, requant, operands, result); });
}

int64_t macs(const program::OpUnion &, std::span<const TensorType> operands, const TensorType &result) {
  return saturatingMultiply(result.count(), operands[0].shape.back());
}

std::vector<Reach> reaches(const program::OpUnion &op, std::span<const Operand> operands, const TensorType &) {
  const auto &matmul = parameters<program::MatMulT>(op);
  Interval one = times(distances(operands[0], matmul.lhs_zero_point), distances(operands[1], matmul.rhs_zero_point));
  Interval sum = times(one, operands[0].type.shape.back());
  return {{0, sum.first, sum.second}};
}

std::optional<int64_t> bound(const program::OpUnion &op, std::span<const Operand> operands) {
  const auto &matmul = parameters<program::MatMulT>(op);
  return largest(distances(operands[0], matmul.lhs_zero_point)) * operands[0].type.shape.back() *
         largest(distances(operands[1], matmul.rhs_zero_point));
}

} // namespace

using Kernel = Accumulating<program::MatMulT, compute>;
const OpKernel matMulKernel = {"matmul",
                               infer,
                               Kernel::reference,
                               prepareMatMul,
                               macs,
                               {Meaning::scaled, {"lhs", "rhs"}, Layout::any, zeroPointsIn<program::MatMulT>},
                               accumulatorOf,
                               Kernel::accumulate,
                               Scaling{requantIn<program::MatMulT>, 2, reaches, bound}};

} // namespace tare::kernels
