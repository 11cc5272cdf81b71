//===- QuantizedProducts.cpp - Matrix products of quantized numbers -------===//
#include "Border.h"
#include "Matrices.h"
#include "Quantized.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::host;

namespace {

//===----------------------------------------------------------------------===//
// Scales and zero points of rows and columns
//===----------------------------------------------------------------------===//

/// The operands of a product.
struct Factors {
  size_t a, b;
};

/// An error where the operand's elements are not one, nor one per row of a (column of b) of matrices.
void expectMatrixGrid(Inference &n, size_t operand, Factors factors, bool isRow) {
  if (!n.has(operand) || n.failed() || isSingle(n.shape(operand)))
    return;
  if (n.rank(factors.a) < 2 || n.rank(factors.b) < 2)
    return n.error(fmt::format("operand {} has the shape {}, expected one element for a product of a vector", operand,
                               toString(n.shape(operand))));
  const Shape &matrices = n.shape(isRow ? factors.a : factors.b);
  Shape wide = matrices;
  wide[wide.size() - (isRow ? 1 : 2)] = 1;
  if (broadcastShape(matrixGridShape(n.shape(operand), isRow), wide) != wide)
    n.error(fmt::format("operand {} has the shape {}, expected one element or one per {} of {}", operand,
                        toString(n.shape(operand)), isRow ? "row" : "column", toString(matrices)));
}

/// Two matrices of integers, with the zero points `aZero` and `bZero`.
void expectMatrices(Inference &n, Factors factors, size_t aZero, size_t bZero) {
  expectQuantized(n, factors.a);
  expectQuantized(n, factors.b);
  expectZeroPoint(n, aZero, factors.a);
  expectZeroPoint(n, bZero, factors.b);
  expectMatrixGrid(n, aZero, factors, true);
  expectMatrixGrid(n, bZero, factors, false);
}

/// Scales of rows, of columns or of the whole.
void expectScale(Inference &n, size_t operand, Factors factors, bool isRow) {
  expectElements(n, operand, Elements::floats);
  expectMatrixGrid(n, operand, factors, isRow);
}

/// (a - its zero points) @ (b - its zero points), of int32.
Tensor integerProduct(const Evaluation &e, Factors factors, size_t aZero, size_t bZero, const Shape &shape) {
  auto withoutZero = [&](size_t x, size_t zero, bool isRow) {
    const Tensor *zeroPoint = optionalOperand(e, zero);
    Shape grid = !zeroPoint || isSingle(zeroPoint->shape()) ? Shape() : matrixGridShape(zeroPoint->shape(), isRow);
    return centered(e.operand(x), zeroPoint, grid);
  };
  Tensor sums(ElementType::i32, shape);
  multiply(withoutZero(factors.a, aZero, true), withoutZero(factors.b, bZero, false), sums);
  return sums;
}

/// Elements of a tensor of rows' or columns' numbers, by the places of the product's elements.
class GridReader {
public:
  /// Null: all are 0.
  GridReader(const Tensor *grid, const Shape &product, bool isRow)
      : values(grid ? numbersOf(*grid) : std::vector<double>{0}) {
    // Vectors have no rows or columns: their grid has one element.
    Shape shape = values.size() == 1 ? Shape() : matrixGridShape(grid->shape(), isRow);
    if (values.size() == 1)
      return;
    places.reserve(elementCount(product));
    Walk<1> walk(product, {broadcastStrides(shape, product)});
    for (int64_t i = 0, count = elementCount(product); i < count; ++i, walk.next())
      places.push_back(walk.offset(0));
  }
  double operator[](int64_t i) const { return values[places.empty() ? 0 : places[i]]; }

private:
  std::vector<double> values;
  std::vector<int64_t> places;
};

//===----------------------------------------------------------------------===//
// MatMulInteger
//===----------------------------------------------------------------------===//

void inferMatMulInteger(Inference &n) {
  expectMatrices(n, {0, 1}, 2, 3);
  Shape shape = matMulShape(n, n.shape(0), n.shape(1));
  n.give(ElementType::i32, shape);
}

void runMatMulInteger(Evaluation &e) {
  Tensor product = integerProduct(e, {0, 1}, 2, 3, e.result().shape());
  copyElements(product, e.result());
}

//===----------------------------------------------------------------------===//
// QLinearMatMul: a, its scale and zero point, b with its own, those of y
//===----------------------------------------------------------------------===//

void inferQLinearMatMul(Inference &n) {
  expectMatrices(n, {0, 3}, 2, 5);
  expectScale(n, 1, {0, 3}, true);
  expectScale(n, 4, {0, 3}, false);
  expectElements(n, 6, Elements::floats);
  expectQuantized(n, 7);
  Shape shape = matMulShape(n, n.shape(0), n.shape(3));
  if (!n.failed())
    n.give(n.element(7), shape);
  expectMatrixGrid(n, 6, {0, 3}, true);
  expectMatrixGrid(n, 7, {0, 3}, true);
}

void runQLinearMatMul(Evaluation &e) {
  const Shape &shape = e.result().shape();
  Tensor sums = integerProduct(e, {0, 3}, 2, 5, shape);
  GridReader a(&e.operand(1), shape, true), b(&e.operand(4), shape, false), y(&e.operand(6), shape, true),
      zero(&e.operand(7), shape, true);
  requantize(
      sums, e.result(), [&](int64_t i) { return float(a[i]) * float(b[i]) / float(y[i]); },
      [&](int64_t i) { return zero[i]; });
}

//===----------------------------------------------------------------------===//
// Microsoft's: floats from products of integers
//===----------------------------------------------------------------------===//

void expectColumnBias(Inference &n, size_t operand, const Shape &product) {
  if (!n.has(operand) || n.failed())
    return;
  if (n.element(operand) != ElementType::f32)
    n.error(fmt::format("the bias holds {}, expected float32", nameOf(n.element(operand))));
  if (n.rank(operand) != 1 || product.empty() || n.shape(operand)[0] != product.back())
    n.error(fmt::format("the bias has the shape {}, expected the columns of {}", toString(n.shape(operand)),
                        toString(product)));
}

/// y = sums * factor + bias
template <typename Factor> void scaleSums(const Tensor &sums, Tensor &y, const Tensor *bias, Factor factorOf) {
  const int32_t *x = sums.as<int32_t>();
  float *result = y.mutableAs<float>();
  int64_t columns = bias ? bias->count() : 1;
  for (int64_t i = 0, count = y.count(); i < count; ++i)
    result[i] = float(x[i]) * factorOf(i) + (bias ? bias->as<float>()[i % columns] : 0.0f);
}

/// A, B, their scales, their zero points, bias.
void inferIntegerToFloat(Inference &n) {
  expectMatrices(n, {0, 1}, 4, 5);
  expectScale(n, 2, {0, 1}, true);
  expectScale(n, 3, {0, 1}, false);
  Shape shape = matMulShape(n, n.shape(0), n.shape(1));
  expectColumnBias(n, 6, shape);
  n.give(ElementType::f32, shape);
}

void runIntegerToFloat(Evaluation &e) {
  const Shape &shape = e.result().shape();
  Tensor sums = integerProduct(e, {0, 1}, 4, 5, shape);
  GridReader a(&e.operand(2), shape, true), b(&e.operand(3), shape, false);
  scaleSums(sums, e.result(), optionalOperand(e, 6), [&](int64_t i) { return float(a[i]) * float(b[i]); });
}

/// A of floats; B with its scale and zero point; bias.
void inferDynamicProduct(Inference &n) {
  if (n.element(0) != ElementType::f32)
    n.error(fmt::format("operand 0 holds {}, expected float32", nameOf(n.element(0))));
  expectQuantized(n, 1);
  expectScale(n, 2, {0, 1}, false);
  expectZeroPoint(n, 3, 1);
  expectMatrixGrid(n, 3, {0, 1}, false);
  Shape shape = matMulShape(n, n.shape(0), n.shape(1));
  expectColumnBias(n, 4, shape);
  n.give(ElementType::f32, shape);
}

void runDynamicProduct(Evaluation &e) {
  const Tensor &a = e.operand(0), *bZero = optionalOperand(e, 3);
  const Shape &shape = e.result().shape();
  DynamicGrid grid = dynamicGridOf(a.as<float>(), a.count());
  Tensor quantized(ElementType::u8, a.shape()), zero(ElementType::u8, {}), sums(ElementType::i32, shape);
  quantizeDynamically(a.as<float>(), a.count(), grid, quantized.mutableAs<uint8_t>());
  *zero.mutableAs<uint8_t>() = grid.zeroPoint;
  Shape columns = !bZero || isSingle(bZero->shape()) ? Shape() : bZero->shape();
  multiply(centered(quantized, &zero, {}), centered(e.operand(1), bZero, columns), sums);
  GridReader b(&e.operand(2), shape, false);
  scaleSums(sums, e.result(), optionalOperand(e, 4), [&](int64_t i) { return grid.scale * float(b[i]); });
}

} // namespace

void host::addQuantizedProducts(Operators &all) {
  all.add("MatMulInteger", inferMatMulInteger, runMatMulInteger);
  all.add("QLinearMatMul", inferQLinearMatMul, runQLinearMatMul);
  all.add("com.microsoft.MatMulIntegerToFloat", inferIntegerToFloat, runIntegerToFloat);
  all.add("com.microsoft.DynamicQuantizeMatMul", inferDynamicProduct, runDynamicProduct);
}
