//===- Cases.h - Operators with operands, for the kernels' tests -*- C++
//-*-===//
#ifndef TARE_TEST_UNIT_KERNELS_INTEGER_CASES_H
#define TARE_TEST_UNIT_KERNELS_INTEGER_CASES_H

#include "tare/Kernels/Registry.h"

#include <algorithm>
#include <random>
#include <vector>

namespace tare::kernels::test {

class Random {
public:
  explicit Random(uint64_t seed) : engine(seed) {}
  /// Uniform in [low, high].
  int64_t integer(int64_t low, int64_t high) { return low + int64_t(engine() % uint64_t(high - low + 1)); }
  bool chance(int percent) { return integer(1, 100) <= percent; }
  template <typename T> const T &pick(const std::vector<T> &values) {
    return values[integer(0, int64_t(values.size()) - 1)];
  }

private:
  std::mt19937_64 engine;
};

/// An operator and its operands.
struct Case {
  program::OpUnion op;
  std::vector<Tensor> operands;
  /// The number of operands, from the last, that are constants (weights, bias,
  /// tables).
  size_t constants = 0;

  std::vector<TensorType> types() const;
  std::vector<ConstTensorView> views() const;
  std::vector<Operand> prepared() const;
  const OpKernel &kernel() const { return *lookup(op.type); }
};

template <typename Parameters> program::OpUnion makeOp(Parameters parameters) {
  program::OpUnion op;
  op.Set(std::move(parameters));
  return op;
}

/// A tensor with the given elements.
template <typename T> Tensor makeTensor(Shape shape, const std::vector<T> &values) {
  Tensor tensor(ElementTypeOf<T>::value, std::move(shape));
  std::copy(values.begin(), values.end(), tensor.mutableAs<T>());
  return tensor;
}

/// Random elements over the whole range of the type (floats: around 0), the
/// limits more often than by chance.
Tensor randomTensor(Random &random, TensorType type);

/// infer, then reference; an infer error fails the test.
Tensor runReference(const Case &test);
template <typename T> std::vector<T> elements(const Tensor &tensor) {
  return std::vector<T>(tensor.as<T>(), tensor.as<T>() + tensor.count());
}

/// A requantization of a random rounding with multipliers of random size, so
/// that results spread over the output range. `magnitude` is the accumulator's
/// typical size.
std::unique_ptr<program::RequantT> randomRequant(Random &random, int64_t channels, ElementType output,
                                                 double magnitude);

/// The same, or, where the output is i8, sometimes one with a function behind it (A64).
std::unique_ptr<program::RequantT> randomLayerRequant(Random &random, int64_t channels, ElementType output,
                                                      double magnitude);

/// A random valid case of each operator.
struct Generator {
  const char *name;
  Case (*make)(Random &random);
};
extern const std::vector<Generator> generators;

} // namespace tare::kernels::test

#endif // TARE_TEST_UNIT_KERNELS_INTEGER_CASES_H
