//===- BinaryFast.cpp - Add and multiply ----------------------------------===//
#include "BinaryFast.h"

#include "../Broadcast.h"
#include "Prepare.h"

#include <cstring>

namespace tare::kernels {

BinaryKernel::BinaryKernel(std::unique_ptr<PreparedRequant> requant, RowFunction8 row8, RowFunction16 row16,
                           std::array<ElementsOperand, 2> constants, const Shape &lhs, const Shape &rhs,
                           const TensorType &result)
    : requant(std::move(requant)), row8(row8), row16(row16), constants(constants), bytes(sizeOf(result.element)) {
  std::vector<int64_t> a = broadcastStrides(lhs, result.shape), b = broadcastStrides(rhs, result.shape);
  for (size_t d = 0; d < result.shape.size(); ++d)
    axes.push_back({result.shape[d], a[d], b[d]});
  axes = mergedLoops(axes, this->requant->view().perChannel ? 1 : 0);
  if (!axes.empty()) {
    row = axes.back();
    axes.pop_back();
  }
  if (!this->requant->view().perChannel)
    foldRows();
}

void BinaryKernel::runRows(const std::byte *lhs, const std::byte *rhs, std::byte *y, std::byte *scratch,
                           Share share) const {
  GridShare grid = gridShare(share, loopCount(axes), elementBlocks(row.size));
  Range rows = grid.outer.of(loopCount(axes)), own = grid.inner.of(row.size, elementBlock);
  RequantVector view = requant->view().from(own.first);
  int64_t offsets[2] = {own.first * row.firstStride * bytes, own.first * row.secondStride * bytes};
  const std::byte *folded = nullptr;
  y += (rows.first * row.size + own.first) * bytes;
  forEachLoop(axes, rows, [&](int64_t ia, int64_t ib) {
    const std::byte *starts[2] = {lhs + ia * bytes, rhs + ib * bytes};
    if (fold > 1 && folded != starts[repeated])
      repeat(folded = starts[repeated], scratch);
    if (fold > 1)
      starts[repeated] = scratch;
    std::array<ElementsOperand, 2> operand = constants;
    operand[0].data = starts[0] + offsets[0], operand[0].repeated = row.firstStride == 0;
    operand[1].data = starts[1] + offsets[1], operand[1].repeated = row.secondStride == 0;
    if (bytes == 1)
      row8(operand[0], operand[1], reinterpret_cast<int8_t *>(y), own.size(), view);
    else
      row16(operand[0], operand[1], reinterpret_cast<int16_t *>(y), own.size(), view);
    y += row.size * bytes;
  });
}

void BinaryKernel::foldRows() {
  constexpr int64_t most = 1024;
  if (axes.empty() || row.firstStride != 1 || row.secondStride != 1)
    return;
  LoopAxis &axis = axes.back();
  repeated = axis.firstStride == 0 ? 0 : 1;
  if ((repeated == 0 ? axis.secondStride : axis.firstStride) != row.size ||
      (repeated == 0 ? axis.firstStride : axis.secondStride) != 0)
    return;
  for (int64_t f = 2; f <= axis.size && f * row.size <= most; ++f)
    if (axis.size % f == 0)
      fold = f;
  axis = {axis.size / fold, axis.firstStride * fold, axis.secondStride * fold};
  row.size *= fold;
}

void BinaryKernel::repeat(const std::byte *source, std::byte *copies) const {
  int64_t size = row.size / fold * bytes;
  for (int64_t i = 0; i < fold; ++i)
    std::memcpy(copies + i * size, source, size);
}

std::unique_ptr<FastKernel> prepareAdd(const program::OpUnion &op, std::span<const Operand> operands,
                                       const TensorType &result) {
  const auto &add = parameters<program::AddT>(op);
  const VectorSet &set = vectorSet();
  std::array<ElementsOperand, 2> constants = {
      {{nullptr, false, double(add.lhs_zero_point), double(add.lhs_multiplier)},
       {nullptr, false, double(add.rhs_zero_point), double(add.rhs_multiplier)}}};
  return std::make_unique<BinaryKernel>(std::make_unique<PreparedRequant>(add), set.add8, set.add16, constants,
                                        operands[0].type.shape, operands[1].type.shape, result);
}

std::unique_ptr<FastKernel> prepareMul(const program::OpUnion &op, std::span<const Operand> operands,
                                       const TensorType &result) {
  const auto &mul = parameters<program::MulT>(op);
  const VectorSet &set = vectorSet();
  std::array<ElementsOperand, 2> constants = {
      {{nullptr, false, double(mul.lhs_zero_point), 1}, {nullptr, false, double(mul.rhs_zero_point), 1}}};
  return std::make_unique<BinaryKernel>(std::make_unique<PreparedRequant>(*mul.requant, lastDim(result.shape)),
                                        set.mul8, set.mul16, constants, operands[0].type.shape, operands[1].type.shape,
                                        result);
}

} // namespace tare::kernels
