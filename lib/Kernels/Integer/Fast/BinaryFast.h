//===- BinaryFast.h - Two operands, broadcasting, row by row ----*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_BINARYFAST_H
#define TARE_LIB_KERNELS_INTEGER_FAST_BINARYFAST_H

#include "Loops.h"
#include "PreparedRequant.h"
#include "tare/Kernels/Registry.h"

#include <array>
#include <memory>

namespace tare::kernels {

using RowFunction8 = void (*)(ElementsOperand, ElementsOperand, int8_t *, int64_t, const RequantVector &);
using RowFunction16 = void (*)(ElementsOperand, ElementsOperand, int16_t *, int64_t, const RequantVector &);

/// A broadcasting operator of two operands: rows in which each operand is consecutive or one repeated element.
class BinaryKernel : public FastKernel {
public:
  /// `channels` is the size of the last axis where the requantization has an entry per channel, else 1.
  BinaryKernel(std::unique_ptr<PreparedRequant> requant, RowFunction8 row8, RowFunction16 row16,
               std::array<ElementsOperand, 2> constants, const Shape &lhs, const Shape &rhs, const TensorType &result);

  size_t scratchBytes() const override { return fold > 1 ? row.size * bytes : 0; }
  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *scratch,
           Share share) const override {
    runRows(operands[0].as<std::byte>(), operands[1].as<std::byte>(), result.as<std::byte>(), scratch, share);
  }

protected:
  void runRows(const std::byte *lhs, const std::byte *rhs, std::byte *y, std::byte *scratch, Share share) const;

private:
  /// Short rows of which one operand is the same for many: several rows become one, with copies of that operand.
  void foldRows();

  void repeat(const std::byte *source, std::byte *copies) const;

  std::unique_ptr<PreparedRequant> requant;
  RowFunction8 row8;
  RowFunction16 row16;
  std::array<ElementsOperand, 2> constants;
  int64_t bytes;
  std::vector<LoopAxis> axes;
  LoopAxis row = {1, 0, 0};
  /// How many rows are one, and the operand that is repeated for it.
  int64_t fold = 1;
  int repeated = 0;
};

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_BINARYFAST_H
