//===- ZeroPoints.h - The zero points that parameters say -------*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_INTEGER_ZEROPOINTS_H
#define TARE_LIB_KERNELS_INTEGER_ZEROPOINTS_H

#include "Checks.h"
#include "tare/Kernels/OpFacts.h"

namespace tare::kernels {

/// OpFacts::zeroPoints of an operator whose parameters name them as the schema usually does. With three stages the
/// result's is part of their bias.
template <typename Table> ZeroPoints zeroPointsIn(const program::OpUnion &op) {
  const Table &table = parameters<Table>(op);
  ZeroPoints found;
  if constexpr (requires { table.input_zero_point; })
    found.operands = {table.input_zero_point};
  if constexpr (requires { table.lhs_zero_point; })
    found.operands = {table.lhs_zero_point, table.rhs_zero_point};
  if constexpr (requires { table.zero_point; })
    found.result = table.zero_point;
  if constexpr (requires { table.requant; })
    if (table.requant && !table.requant->stages)
      found.result = table.requant->zero_point;
  return found;
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_ZEROPOINTS_H
