//===- Nodes.h - Nodes that the host computes, on given operands *- C++ -*-===//
#ifndef TARE_TEST_UNIT_HOST_NODES_H
#define TARE_TEST_UNIT_HOST_NODES_H

#include "../Kernels/Tensors.h"

#include "tare/Host/Operator.h"

#include <gtest/gtest.h>

#include <limits>

namespace tare::test {

/// A null tensor is an operand that is left out.
using Operands = std::vector<Tensor>;

template <typename T> Tensor vec(const std::vector<T> &values) { return tensor<T>({int64_t(values.size())}, values); }
template <typename T> Tensor scalar(T value) { return tensor<T>({}, {value}); }
inline Tensor floats(const std::vector<float> &values) { return vec<float>(values); }
inline Tensor floats(Shape shape, const std::vector<float> &values) { return tensor<float>(std::move(shape), values); }
inline Tensor integers(const std::vector<int64_t> &values) { return vec<int64_t>(values); }
inline Tensor counted(Shape shape) { return iota<float>(std::move(shape)); }
inline Tensor ones(Shape shape) {
  Tensor x(ElementType::f32, std::move(shape));
  std::fill_n(x.mutableAs<float>(), x.count(), 1.0f);
  return x;
}

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr int64_t huge = std::numeric_limits<int64_t>::max(), tiny = std::numeric_limits<int64_t>::min();

inline host::Attributes with(host::Attributes::Map values) { return host::Attributes(std::move(values)); }

/// What a node gives, or what is wrong.
inline Result<std::vector<Tensor>> evaluate(const host::Node &node, const Operands &tensors, size_t count = 1) {
  std::vector<std::optional<host::Operand>> operands;
  std::vector<const Tensor *> pointers;
  for (const Tensor &each : tensors) {
    operands.push_back(each ? std::optional(host::Operand{each.type(), each}) : std::nullopt);
    pointers.push_back(each ? &each : nullptr);
  }
  Result<std::vector<TensorType>> types = host::inferTypes(node, operands, count);
  if (!types)
    return types.error();
  std::vector<Tensor> results;
  for (const TensorType &type : *types)
    results.emplace_back(type);
  Status done = host::run(node, pointers, results);
  if (!done)
    return done.error();
  return results;
}

/// What is wrong with a node, or with its operands' elements; empty: nothing.
inline std::string problemOf(const host::Node &node, const Operands &operands, size_t count = 1) {
  Result<std::vector<Tensor>> results = evaluate(node, operands, count);
  return results ? "" : results.error().message;
}

/// The results, all of which must be given.
inline std::vector<Tensor> resultsOf(const host::Node &node, const Operands &operands, size_t count = 1) {
  Result<std::vector<Tensor>> results = evaluate(node, operands, count);
  EXPECT_TRUE(results) << (results ? "" : results.error().message);
  return results ? *results : std::vector<Tensor>(count, Tensor(ElementType::f32, {0}));
}

inline Tensor give(const host::Node &node, const Operands &operands) { return resultsOf(node, operands)[0]; }

template <typename T> std::vector<T> valuesOf(const Tensor &tensor) {
  EXPECT_EQ(tensor.element(), ElementTypeOf<T>::value);
  return std::vector<T>(tensor.as<T>(), tensor.as<T>() + tensor.count());
}

template <typename T = float>
std::vector<T> valuesOf(const host::Node &node, const Operands &operands, size_t result = 0) {
  return valuesOf<T>(resultsOf(node, operands, result + 1)[result]);
}

inline void expectNear(const Tensor &found, const std::vector<float> &expected) {
  ASSERT_EQ(found.count(), int64_t(expected.size()));
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(found.as<float>()[i], expected[i], 1e-5) << "element " << i;
}

} // namespace tare::test

#endif // TARE_TEST_UNIT_HOST_NODES_H
