//===- GatherFast.cpp - Rows by indices, in pieces ------------------------===//
//
// (A76) A row is copied as one piece; shares divide the rows of the result, and single ones that are long.
//
//===----------------------------------------------------------------------===//
#include "../Loops.h"
#include "../Pieces.h"
#include "../Prepare.h"
#include "tare/Kernels/Gather.h"

namespace tare::kernels {
namespace {

class GatherKernel : public FastKernel {
public:
  GatherKernel(const Rows &rows, int64_t count, size_t elementBytes)
      : rows(rows), count(count), bytes(rows.inner * int64_t(elementBytes)) {}

  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *,
           Share share) const override {
    const int64_t total = rows.outer * count;
    const GridShare grid = gridShare(share, total, elementBlocks(bytes));
    const Range own = grid.outer.of(total), part = grid.inner.of(bytes, elementBlock);
    const auto *from = operands[0].as<std::byte>() + part.first;
    auto *to = result.as<std::byte>() + part.first;
    for (int64_t row = own.first; row < own.last; ++row) {
      std::optional<int64_t> place = rows.placeOf(indexAt(operands[1], row % count));
      if (place)
        copyBytes(from + (row / count * rows.length + *place) * bytes, to + row * bytes, part.size());
    }
  }

private:
  Rows rows;
  /// Of indices, and of a row.
  int64_t count, bytes;
};

} // namespace

std::unique_ptr<FastKernel> prepareGather(const program::OpUnion &op, std::span<const Operand> operands,
                                          const TensorType &result) {
  const Rows rows(operands[0].type.shape, op.AsGather()->axis);
  return std::make_unique<GatherKernel>(rows, operands[1].type.count(), sizeOf(result.element));
}

} // namespace tare::kernels
