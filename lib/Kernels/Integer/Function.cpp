//===- Function.cpp - Functions by table ----------------------------------===//
//
// (A23) i8: y = table[x + 128]. (A24) i16: y = interpolate(table, x + 32768).
// One table, or one per channel (the last axis).
//
//===----------------------------------------------------------------------===//
#include "Accumulator.h"
#include "Fast/Prepare.h"
#include "Operators.h"
#include "ZeroPoints.h"
#include "tare/Kernels/Functions.h"
#include "tare/Kernels/Tables.h"

namespace tare::kernels {
namespace {

Result<TensorType> infer(const program::OpUnion &op, std::span<const TensorType> operands) {
  TARE_TRY(checkOperands(operands, 2));
  const TensorType &x = operands[0], &table = operands[1];
  TARE_TRY(checkActivation(x, "the input"));
  TARE_TRY(checkElement(table, {x.element}, "the table"));
  TARE_TRY(checkRank(table, 1, 2, "the table"));
  int64_t size = x.element == ElementType::i8 ? exactTableSize : interpolatedTableSize;
  int64_t channels = x.shape.empty() ? 1 : x.shape.back();
  TARE_TRY(require(table.shape.back() == size, "the table has {} entries, expected {} for an {} input",
                   table.shape.back(), size, nameOf(x.element)));
  TARE_TRY(require(table.shape.size() == 1 || table.shape[0] == 1 || table.shape[0] == channels,
                   "there are {} tables, expected 1 or {} (the channels)", table.shape[0], channels));
  if (const program::FunctionT *function = parameters<program::LookupT>(op).function.get())
    TARE_TRY(checkFunction(*function, channels));
  return x;
}

int64_t readTable(const int8_t *table, int8_t x) { return table[x + 128]; }
int64_t readTable(const int16_t *table, int16_t x) { return interpolate(table, int64_t(x) + 32768); }

void reference(const program::OpUnion &, std::span<const ConstTensorView> operands, TensorView result) {
  const Shape &table = operands[1].type.shape;
  int64_t tables = table.size() == 2 ? table[0] : 1;
  dispatchActivation(result.type.element, [&](auto type) {
    using T = decltype(type);
    for (int64_t i = 0, count = result.count(); i < count; ++i)
      result.as<T>()[i] = T(readTable(operands[1].as<T>() + i % tables * table.back(), operands[0].as<T>()[i]));
  });
}

} // namespace

const OpKernel lookupKernel = {
    "lookup",      infer,  reference,
    prepareLookup, noMacs, {Meaning::table, {"input", "table"}, Layout::any, zeroPointsIn<program::LookupT>}};

} // namespace tare::kernels
