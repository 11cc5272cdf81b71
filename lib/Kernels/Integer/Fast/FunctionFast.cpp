//===- FunctionFast.cpp - Functions by table ------------------------------===//
#include "../Checks.h"
#include "Loops.h"
#include "Prepare.h"
#include "Vector.h"
#include "tare/Kernels/Tables.h"

namespace tare::kernels {
namespace {

/// Tables of 8-bit inputs; one table, or one per channel.
class LookupKernel : public FastKernel {
public:
  LookupKernel(int64_t tables, const VectorSet &set) : tables(tables), set(set) {}
  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *,
           Share share) const override {
    const int8_t *x = operands[0].as<int8_t>(), *table = operands[1].as<int8_t>();
    int8_t *y = result.as<int8_t>();
    Range own = share.of(result.count(), tables == 1 ? elementBlock : tables);
    if (tables == 1)
      return set.lookup8(x + own.first, table, y + own.first, own.size());
    for (int64_t pixel = own.first; pixel < own.last; pixel += tables)
      for (int64_t c = 0; c < tables; ++c)
        y[pixel + c] = table[c * exactTableSize + x[pixel + c] + 128];
  }

private:
  int64_t tables;
  const VectorSet &set;
};

class InterpolatedLookupKernel : public FastKernel {
public:
  InterpolatedLookupKernel(int64_t tables, const VectorSet &set) : tables(tables), set(set) {}
  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *,
           Share share) const override {
    const int16_t *x = operands[0].as<int16_t>(), *table = operands[1].as<int16_t>();
    int16_t *y = result.as<int16_t>();
    Range own = share.of(result.count(), tables == 1 ? elementBlock : tables);
    if (tables == 1)
      return set.lookup16(x + own.first, table, y + own.first, own.size());
    for (int64_t pixel = own.first; pixel < own.last; pixel += tables)
      for (int64_t c = 0; c < tables; ++c)
        y[pixel + c] = int16_t(interpolate(table + c * interpolatedTableSize, int64_t(x[pixel + c]) + 32768));
  }

private:
  int64_t tables;
  const VectorSet &set;
};

} // namespace

std::unique_ptr<FastKernel> prepareLookup(const program::OpUnion &, std::span<const Operand> operands,
                                          const TensorType &result) {
  const Shape &table = operands[1].type.shape;
  int64_t tables = table.size() == 2 ? table[0] : 1;
  if (result.element == ElementType::i16)
    return std::make_unique<InterpolatedLookupKernel>(tables, vectorSet());
  return std::make_unique<LookupKernel>(tables, vectorSet());
}

} // namespace tare::kernels
