//===- MatMulNBits.cpp - A product with weights of few bits ---------------===//
#include "Elements.h"
#include "Matrices.h"
#include "Matrix.h"
#include "OperandChecks.h"
#include "tare/Host/BlockWeights.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::host;

namespace {

/// The operands.
enum : size_t { input, weights, scales, zeroPoints, groups, bias };

/// The weights: `columns` of the result, each of `rows` in blocks that have a scale each.
struct Blocks {
  int64_t rows, columns, size, bits;

  explicit Blocks(const Attributes &attributes)
      : rows(attributes.integer("K", 0)), columns(attributes.integer("N", 0)),
        size(attributes.integer("block_size", 0)), bits(attributes.integer("bits", 4)) {}
  int64_t perColumn() const { return rows / size + (rows % size != 0); }
  int64_t bytesPerBlock() const { return size * bits / 8; }
  /// Of the packed zero points of a column.
  int64_t zeroPointBytes() const { return (perColumn() * bits + 7) / 8; }
};

void checkAttributes(Inference &n) {
  int64_t bits = n.attributes().integer("bits", 4);
  if (bits != 2 && bits != 4 && bits != 8)
    n.error(fmt::format("attribute 'bits' is {}, expected 2, 4 or 8", bits));
  constexpr int64_t most = 1 << 30;
  (void)expectWithin(n, "K", 0, 1, most);
  (void)expectWithin(n, "N", 0, 1, most);
  int64_t size = expectWithin(n, "block_size", 0, 16, most);
  if ((size & (size - 1)) != 0)
    n.error(fmt::format("attribute 'block_size' is {}, expected a power of 2", size));
  if (n.attributes().integer("weight_prepacked", 0) != 0)
    n.error("attribute 'weight_prepacked' is set, which is a layout of one device");
}

void expectCount(Inference &n, size_t operand, std::string_view role, int64_t count) {
  if (!n.failed() && n.type(operand).count() != count)
    n.error(fmt::format("{} has the shape {}, expected {} elements", role, toString(n.shape(operand)), count));
}

void inferMatMulNBits(Inference &n) {
  checkAttributes(n);
  expectFloats(n, input, "A");
  expectRank(n, input, "A", 1, INT64_MAX);
  expectIntegers(n, weights, "B");
  expectFloats(n, scales, "scales");
  if (n.failed())
    return;
  Blocks blocks(n.attributes());
  Shape shape = n.shape(input);
  if (shape.back() != blocks.rows)
    n.error(fmt::format("A has rows of {}, expected {} (attribute 'K')", shape.back(), blocks.rows));
  int64_t count = blocks.columns * blocks.perColumn();
  expectCount(n, weights, "B", count * blocks.bytesPerBlock());
  if (n.element(weights) != ElementType::u8)
    n.error(fmt::format("B holds {}, expected uint8", nameOf(n.element(weights))));
  expectCount(n, scales, "scales", count);
  if (n.has(zeroPoints)) {
    bool isPacked = n.element(zeroPoints) == ElementType::u8;
    if (!isPacked)
      expectFloats(n, zeroPoints, "zero_points");
    expectCount(n, zeroPoints, "zero_points", isPacked ? blocks.columns * blocks.zeroPointBytes() : count);
  }
  if (n.has(groups))
    n.error("operand 'g_idx' is given, which is not supported");
  if (n.has(bias))
    expectShape(n, bias, "bias", {blocks.columns});
  shape.back() = blocks.columns;
  n.give(n.element(input), shape);
}

/// Number `index` of those that lie in bytes, the lowest bits first.
int64_t unpacked(const uint8_t *bytes, int64_t index, int64_t bits) {
  int64_t bit = index * bits;
  return bytes[bit / 8] >> bit % 8 & ((1 << bits) - 1);
}

double zeroPointOf(const Tensor *given, const std::vector<double> &values, const Blocks &blocks, int64_t column,
                   int64_t block) {
  if (!given)
    return double(1 << (blocks.bits - 1));
  if (given->element() != ElementType::u8)
    return values[column * blocks.perColumn() + block];
  const auto *bytes = given->as<uint8_t>() + column * blocks.zeroPointBytes();
  return double(unpacked(bytes, block, blocks.bits));
}

void multiplyBlocks(Evaluation &e) {
  Blocks blocks(e.attributes());
  if (e.result().count() == 0)
    return;
  int64_t rows = e.result().count() / blocks.columns;
  Tensor y(ElementType::f32, {rows, blocks.columns});
  Tensor matrix = blockWeights(e.attributes(), e.operand(weights), e.operand(scales),
                               e.has(zeroPoints) ? &e.operand(zeroPoints) : nullptr);
  multiply(floatsOf(e.operand(input)).reshaped({rows, blocks.rows}), matrix, y);
  if (e.has(bias)) {
    std::vector<double> addend = numbersOf(e.operand(bias));
    for (int64_t i = 0; i < y.count(); ++i)
      y.mutableAs<float>()[i] += float(addend[i % blocks.columns]);
  }
  giveFloats(y, e.result());
}

} // namespace

Tensor host::blockWeights(const Attributes &attributes, const Tensor &weights, const Tensor &scales,
                          const Tensor *zeroPoints) {
  Blocks blocks(attributes);
  Tensor matrix(ElementType::f32, {blocks.rows, blocks.columns});
  std::vector<double> factors = numbersOf(scales), zeros;
  if (zeroPoints)
    zeros = numbersOf(*zeroPoints);
  const auto *bytes = weights.as<uint8_t>();
  for (int64_t column = 0; column < blocks.columns; ++column)
    for (int64_t block = 0; block < blocks.perColumn(); ++block) {
      double factor = factors[column * blocks.perColumn() + block];
      double zero = zeroPointOf(zeroPoints, zeros, blocks, column, block);
      for (int64_t i = 0, row = block * blocks.size; i < blocks.size && row < blocks.rows; ++i, ++row)
        matrix.mutableAs<float>()[row * blocks.columns + column] =
            float((double(unpacked(bytes, i, blocks.bits)) - zero) * factor);
      bytes += blocks.bytesPerBlock();
    }
  return matrix;
}

void host::addMatMulNBits(Operators &all) { all.add("com.microsoft.MatMulNBits", inferMatMulNBits, multiplyBlocks); }
