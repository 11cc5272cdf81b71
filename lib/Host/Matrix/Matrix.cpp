//===- Matrix.cpp - Matrix products and determinants ----------------------===//
#include "Matrix.h"
#include "Elements.h"
#include "Families.h"
#include "Matrices.h"
#include "OperandChecks.h"
#include "tare/Host/Activations.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace tare;
using namespace tare::host;

namespace {

//===----------------------------------------------------------------------===//
// MatMul, FusedMatMul
//===----------------------------------------------------------------------===//

void inferMatMul(Inference &n) {
  expectNumbers(n, 0, "A");
  expectSameElements(n, 1, "B");
  if (!n.failed())
    n.give(n.element(0), matMulShape(n, n.shape(0), n.shape(1)));
}

void matMul(Evaluation &e) { multiply(e.operand(0), e.operand(1), e.result()); }

/// The order of an operand's axes as the product reads them. `batch`: the rows stand before the batch; `matrix`: the
/// matrices are transposed.
std::vector<int64_t> fusedOrder(const Attributes &attributes, char side, size_t rank) {
  std::vector<int64_t> order(rank);
  std::iota(order.begin(), order.end(), 0);
  if (rank < 2)
    return order;
  if (attributes.integer(std::string("transBatch") + side, 0) != 0)
    std::rotate(order.begin(), order.begin() + 1, order.end() - 1);
  if (attributes.integer(std::string("trans") + side, 0) != 0)
    std::swap(order[rank - 1], order[rank - 2]);
  return order;
}

void inferFusedMatMul(Inference &n) {
  expectFloats(n, 0, "A");
  expectSameElements(n, 1, "B");
  if (n.failed())
    return;
  Shape shapes[2];
  for (size_t i : {0, 1})
    for (int64_t axis : fusedOrder(n.attributes(), "AB"[i], n.rank(i)))
      shapes[i].push_back(n.shape(i)[axis]);
  n.give(n.element(0), matMulShape(n, shapes[0], shapes[1]));
}

void fusedMatMul(Evaluation &e) {
  Tensor sides[2];
  for (size_t i : {0, 1}) {
    std::vector<int64_t> order = fusedOrder(e.attributes(), "AB"[i], e.rank(i));
    bool isKept = std::is_sorted(order.begin(), order.end());
    sides[i] = isKept ? e.operand(i) : transposed(e.operand(i), order);
  }
  multiply(sides[0], sides[1], e.result());
  double alpha = e.attributes().number("alpha", 1);
  visitNumbers(e.result().element(), [&](auto zero) {
    auto *y = e.result().mutableAs<decltype(zero)>();
    for (int64_t i = 0, count = e.result().count(); i < count; ++i)
      y[i] = decltype(zero)(alpha * y[i]);
  });
}

//===----------------------------------------------------------------------===//
// Gemm, FusedGemm
//===----------------------------------------------------------------------===//

void inferGemm(Inference &n) {
  expectNumbers(n, 0, "A");
  expectSameElements(n, 1, "B");
  expectRank(n, 0, "A", 2, 2);
  expectRank(n, 1, "B", 2, 2);
  if (n.failed())
    return;
  Shape a = n.shape(0), b = n.shape(1);
  if (n.attributes().integer("transA", 0) != 0)
    std::swap(a[0], a[1]);
  if (n.attributes().integer("transB", 0) != 0)
    std::swap(b[0], b[1]);
  Shape shape = matMulShape(n, a, b);
  if (n.has(2) && !n.failed()) {
    expectSameElements(n, 2, "C");
    expectBroadcast(n, 2, "C", shape);
  }
  n.give(n.element(0), shape);
}

/// factor * value; of integers its whole part, or the nearest bound.
template <typename T> T scaled(double factor, T value) {
  if (factor == 1)
    return value;
  double product = factor * double(value);
  if constexpr (std::is_integral_v<T>) {
    // The greatest of 64 bits is no double; the next is beyond it.
    if (!(product > double(std::numeric_limits<T>::min())))
      return product != product ? T(0) : std::numeric_limits<T>::min();
    if (product >= double(std::numeric_limits<T>::max()))
      return std::numeric_limits<T>::max();
  }
  return T(product);
}

/// a + b; of integers without overflow.
template <typename T> T wrappingSum(T a, T b) {
  if constexpr (std::is_integral_v<T>)
    return T(uint64_t(a) + uint64_t(b));
  else
    return a + b;
}

void gemm(Evaluation &e) {
  Tensor &y = e.result();
  bool transA = e.attributes().integer("transA", 0) != 0, transB = e.attributes().integer("transB", 0) != 0;
  multiply(transA ? withMatricesTransposed(e.operand(0)) : e.operand(0),
           transB ? withMatricesTransposed(e.operand(1)) : e.operand(1), y);
  double alpha = e.attributes().number("alpha", 1), beta = e.attributes().number("beta", 1);
  visitNumbers(y.element(), [&](auto zero) {
    using T = decltype(zero);
    T *to = y.mutableAs<T>();
    if (alpha != 1)
      std::transform(to, to + y.count(), to, [&](T value) { return scaled(alpha, value); });
    if (!e.has(2) || beta == 0)
      return;
    Walk<1> walk(y.shape(), {broadcastStrides(e.shape(2), y.shape())});
    for (int64_t i = 0, count = y.count(); i < count; ++i, walk.next())
      to[i] = wrappingSum(to[i], scaled(beta, e.operand(2).as<T>()[walk.offset(0)]));
  });
}

void inferFusedGemm(Inference &n) {
  expectFloats(n, 0, "A");
  if (!activationOf(n.attributes().text("activation", "")))
    n.error("attribute 'activation' is '" + n.attributes().text("activation", "") + "', expected an activation's name");
  inferGemm(n);
}

void fusedGemm(Evaluation &e) {
  gemm(e);
  Activation activation = *activationOf(e.attributes().text("activation", ""));
  activation.alpha = e.attributes().number("activation_alpha", activation.alpha);
  activation.beta = e.attributes().number("activation_beta", activation.beta);
  visitNumbers(e.result().element(), [&](auto zero) {
    auto *y = e.result().mutableAs<decltype(zero)>();
    for (int64_t i = 0, count = e.result().count(); i < count; ++i)
      y[i] = decltype(zero)(activation(y[i]));
  });
}

//===----------------------------------------------------------------------===//
// Det
//===----------------------------------------------------------------------===//

void inferDet(Inference &n) {
  expectFloats(n, 0, "X");
  expectRank(n, 0, "X", 2, INT64_MAX);
  if (n.failed())
    return;
  Shape shape = n.shape(0);
  if (shape.back() != shape[shape.size() - 2])
    n.error("X has matrices of " + toString(Shape(shape.end() - 2, shape.end())) + ", expected square ones");
  shape.resize(shape.size() - 2);
  n.give(n.element(0), shape);
}

/// By elimination, with the largest pivots; the matrix is used up.
double determinant(std::vector<double> &a, int64_t size) {
  double product = 1;
  for (int64_t k = 0; k < size; ++k) {
    int64_t pivot = k;
    for (int64_t row = k + 1; row < size; ++row)
      if (std::abs(a[row * size + k]) > std::abs(a[pivot * size + k]))
        pivot = row;
    if (pivot != k) {
      std::swap_ranges(&a[k * size], &a[k * size] + size, &a[pivot * size]);
      product = -product;
    }
    product *= a[k * size + k];
    if (a[k * size + k] == 0)
      return 0;
    for (int64_t row = k + 1; row < size; ++row) {
      double factor = a[row * size + k] / a[k * size + k];
      for (int64_t column = k; column < size; ++column)
        a[row * size + column] -= factor * a[k * size + column];
    }
  }
  return product;
}

void det(Evaluation &e) {
  int64_t size = e.shape(0).back();
  visitNumbers(e.operand(0).element(), [&](auto zero) {
    using T = decltype(zero);
    for (int64_t i = 0, count = e.result().count(); i < count; ++i) {
      const T *from = e.operand(0).as<T>() + i * size * size;
      std::vector<double> matrix(from, from + size * size);
      e.result().mutableAs<T>()[i] = T(determinant(matrix, size));
    }
  });
}

} // namespace

void host::addMatrix(Operators &all) {
  all.add("MatMul", inferMatMul, matMul);
  all.add("com.microsoft.FusedMatMul", inferFusedMatMul, fusedMatMul);
  all.add("Gemm", inferGemm, gemm);
  all.add("com.microsoft.FusedGemm", inferFusedGemm, fusedGemm);
  all.add("Det", inferDet, det);
  addEinsum(all);
  addMatMulNBits(all);
}
