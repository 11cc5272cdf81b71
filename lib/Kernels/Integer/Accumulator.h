//===- Accumulator.h - Accumulators of the multiply-accumulate operators --===//
#ifndef TARE_LIB_KERNELS_INTEGER_ACCUMULATOR_H
#define TARE_LIB_KERNELS_INTEGER_ACCUMULATOR_H

#include "Checks.h"
#include "tare/Kernels/Rounding.h"

namespace tare::kernels {

/// The accumulator of an activation type: 32 bits for i8, 64 for i16. It is
/// defined modulo 2^32 (2^64), so that any order of summation gives the same
/// bits; the compiler proves that a program's accumulators do not wrap.
template <typename Activation> struct AccumulatorOf;
template <> struct AccumulatorOf<int8_t> {
  using type = int32_t;
};
template <> struct AccumulatorOf<int16_t> {
  using type = int64_t;
};

inline ElementType accumulatorOf(ElementType activation) {
  return activation == ElementType::i8 ? ElementType::i32 : ElementType::i64;
}

/// (A18) The result's element type with or without a requantization.
inline ElementType resultElement(ElementType activation, const program::RequantT *requant) {
  return requant ? activation : accumulatorOf(activation);
}

/// Where requantized values (or, without requantization, accumulators) go.
/// `sum` is exact modulo 2^64.
template <typename Activation, typename Accumulator = typename AccumulatorOf<Activation>::type> class AccumulatorSink {
public:
  AccumulatorSink(const program::RequantT *requant, TensorView result) : requant(requant), data(result.data) {}

  void store(int64_t index, uint64_t sum, int64_t channel) const {
    auto accumulator = Accumulator(sum);
    if (requant)
      static_cast<Activation *>(data)[index] = Activation(requantize(accumulator, *requant, channel));
    else
      static_cast<Accumulator *>(data)[index] = accumulator;
  }

private:
  const program::RequantT *requant;
  void *data;
};

/// Of operators whose accumulator has no width of its own: 64 bits hold it.
template <typename Activation> using ExactSink = AccumulatorSink<Activation, int64_t>;
inline ElementType exactAccumulator(ElementType) { return ElementType::i64; }

/// reference() and accumulate() of an operator with a requantization: compute(table, requant, operands, result) sends
/// each accumulator into a sink, with the operator's own requantization or with none.
template <typename Table, auto compute> struct Accumulating {
  static void reference(const program::OpUnion &op, std::span<const ConstTensorView> operands, TensorView result) {
    const auto &table = parameters<Table>(op);
    compute(table, table.requant.get(), operands, result);
  }
  static void accumulate(const program::OpUnion &op, std::span<const ConstTensorView> operands,
                         TensorView accumulators) {
    compute(parameters<Table>(op), nullptr, operands, accumulators);
  }
};

/// Calls f(int8_t()) or f(int16_t()).
template <typename F> void dispatchActivation(ElementType type, F &&f) {
  if (type == ElementType::i8)
    f(int8_t());
  else
    f(int16_t());
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_ACCUMULATOR_H
