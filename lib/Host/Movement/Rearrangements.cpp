//===- Rearrangements.cpp - Elements in another order ---------------------===//
#include "Elements.h"
#include "Movement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

using namespace tare;
using namespace tare::host;

namespace {

//===----------------------------------------------------------------------===//
// DepthToSpace, SpaceToDepth
//===----------------------------------------------------------------------===//

/// The edge of a block, 0 where the node is wrong.
int64_t inferBlock(Inference &n) {
  int64_t block = n.attributes().integer("blocksize", 0);
  std::string mode = n.attributes().text("mode", "DCR");
  if (n.rank(0) != 4)
    n.error(fmt::format("its operand has {} dimensions, expected 4", n.rank(0)));
  if (block < 1 || block > (int64_t(1) << 30))
    n.error(fmt::format("attribute 'blocksize' is {}, expected 1 or more", block));
  if (mode != "DCR" && mode != "CRD")
    n.error("attribute 'mode' is '" + mode + "', expected DCR or CRD");
  return n.failed() ? 0 : block;
}

void inferDepthToSpace(Inference &n) {
  TensorType y = n.type(0);
  int64_t block = inferBlock(n);
  if (n.failed())
    return;
  if (y.shape[1] % (block * block) != 0)
    return n.error(fmt::format("{} channels are not a multiple of a block's {} elements", y.shape[1], block * block));
  y.shape[1] /= block * block;
  y.shape[2] = saturatedProduct(y.shape[2], block);
  y.shape[3] = saturatedProduct(y.shape[3], block);
  n.give(y);
}

void inferSpaceToDepth(Inference &n) {
  TensorType y = n.type(0);
  int64_t block = inferBlock(n);
  if (n.failed())
    return;
  if (y.shape[2] % block != 0 || y.shape[3] % block != 0)
    return n.error(
        fmt::format("{}x{} elements do not split into blocks of {}x{}", y.shape[2], y.shape[3], block, block));
  y.shape[1] = saturatedProduct(y.shape[1], block * block);
  y.shape[2] /= block;
  y.shape[3] /= block;
  n.give(y);
}

/// Transposes the operand as `split` sees it.
void transposeAs(Evaluation &e, const Shape &split, const std::vector<int64_t> &permutation) {
  Shape moved;
  for (int64_t axis : permutation)
    moved.push_back(split[axis]);
  TensorView y{{e.result().element(), moved}, e.result().mutableView().data};
  kernels::transpose(e.operand(0).reshaped(split).view(), permutation, y);
}

bool depthLast(Evaluation &e) { return e.attributes().text("mode", "DCR") == "CRD"; }

void depthToSpace(Evaluation &e) {
  int64_t b = e.attributes().integer("blocksize", 1);
  const Shape &x = e.shape(0);
  int64_t depth = x[1] / (b * b);
  if (depthLast(e))
    transposeAs(e, {x[0], depth, b, b, x[2], x[3]}, {0, 1, 4, 2, 5, 3});
  else
    transposeAs(e, {x[0], b, b, depth, x[2], x[3]}, {0, 3, 4, 1, 5, 2});
}

void spaceToDepth(Evaluation &e) {
  int64_t b = e.attributes().integer("blocksize", 1);
  const Shape &x = e.shape(0);
  bool last = depthLast(e);
  transposeAs(e, {x[0], x[1], x[2] / b, b, x[3] / b, b},
              last ? std::vector<int64_t>{0, 1, 3, 5, 2, 4} : std::vector<int64_t>{0, 3, 5, 1, 2, 4});
}

//===----------------------------------------------------------------------===//
// Trilu
//===----------------------------------------------------------------------===//

void inferTrilu(Inference &n) {
  if (n.rank(0) < 2)
    n.error(fmt::format("its operand has {} dimensions, expected 2 or more", n.rank(0)));
  if (n.has(1) && (!isInteger(n.element(1)) || n.type(1).count() != 1))
    n.error("operand k is " + toString(n.type(1)) + ", expected one integer");
  n.give(n.type(0));
}

void trilu(Evaluation &e) {
  const Shape &shape = e.shape(0);
  int64_t rows = shape[shape.size() - 2], columns = shape.back();
  // A diagonal beyond the matrix is like the first beyond it.
  int64_t k = e.has(1) ? std::clamp(e.integers(1)[0], -rows, columns) : 0;
  bool upper = e.attributes().integer("upper", 1) != 0;
  size_t size = sizeOf(e.operand(0).element());
  keepElements(e);
  char *row = bytesOf(e.result());
  for (int64_t i = 0, all = e.result().count() / columns; i < all; ++i, row += columns * size) {
    // The diagonal's column is the first that stays, or the last.
    int64_t diagonal = i % rows + k;
    int64_t first = upper ? 0 : std::clamp<int64_t>(diagonal + 1, 0, columns);
    int64_t end = upper ? std::clamp<int64_t>(diagonal, 0, columns) : columns;
    std::memset(row + first * size, 0, (end - first) * size);
  }
}

//===----------------------------------------------------------------------===//
// ReverseSequence
//===----------------------------------------------------------------------===//

void inferReverseSequence(Inference &n) {
  int64_t time = n.attributes().integer("time_axis", 0), batch = n.attributes().integer("batch_axis", 1);
  if (n.rank(0) < 2)
    n.error(fmt::format("its operand has {} dimensions, expected 2 or more", n.rank(0)));
  if (!(time == 0 && batch == 1) && !(time == 1 && batch == 0))
    n.error(fmt::format("its time axis is {} and its batch axis {}, expected 0 and 1 in either order", time, batch));
  if (n.failed())
    return;
  int64_t sequences = n.shape(0)[batch];
  if (n.shape(1) != Shape{sequences} || !isInteger(n.element(1)))
    n.error(fmt::format("operand sequence_lens is {}, expected {} integers", toString(n.type(1)), sequences));
  n.give(n.type(0));
}

void reverseSequence(Evaluation &e) {
  const Shape &shape = e.shape(0);
  bool timeFirst = e.attributes().integer("time_axis", 0) == 0;
  AxisView rows(shape, 1);
  size_t bytes = rows.inner * sizeOf(e.operand(0).element());
  std::vector<int64_t> lengths = e.integers(1);
  int64_t steps = shape[timeFirst ? 0 : 1];
  for (int64_t length : lengths)
    if (length < 0 || length > steps)
      return e.error(fmt::format("a sequence has the length {}, expected 0 to {}", length, steps));
  const char *from = static_cast<const char *>(e.operand(0).data());
  char *to = bytesOf(e.result());
  for (int64_t first = 0; first < shape[0]; ++first)
    for (int64_t second = 0; second < shape[1]; ++second, to += bytes) {
      int64_t time = timeFirst ? first : second, batch = timeFirst ? second : first;
      int64_t source = time < lengths[batch] ? lengths[batch] - 1 - time : time;
      int64_t row = timeFirst ? source * shape[1] + batch : batch * shape[1] + source;
      std::memcpy(to, from + row * bytes, bytes);
    }
}

} // namespace

void host::addRearrangements(Operators &all) {
  all.add("DepthToSpace", inferDepthToSpace, unlessEmpty<depthToSpace>);
  all.add("SpaceToDepth", inferSpaceToDepth, unlessEmpty<spaceToDepth>);
  all.add("Trilu", inferTrilu, unlessEmpty<trilu>);
  all.add("ReverseSequence", inferReverseSequence, unlessEmpty<reverseSequence>);
}
