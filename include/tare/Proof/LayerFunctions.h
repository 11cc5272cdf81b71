//===- LayerFunctions.h - How far a function in a layer is off --*- C++ -*-===//
#ifndef TARE_PROOF_LAYERFUNCTIONS_H
#define TARE_PROOF_LAYERFUNCTIONS_H

#include "tare/Proof/Tables.h"

namespace tare::proof {

/// (A64) The table of a layer's function: 513 entries, of so many bits behind the point.
struct LayerTable {
  const int16_t *entries;
  int fractionBits;
};

/// (A66) The largest |y(t) - real(t')| in LSB of y, over all 16-bit integers t and the two real numbers t' that are
/// `apart` from it, limited to the ends of 16 bits: what y is off at most, where t is off by so much. `accumulator` is
/// t. Of a function that turns between the two the turn itself is not looked at.
Deviation worstOfLayerTable(const TableFunction &function, const LayerTable &table, double apart);

} // namespace tare::proof

#endif // TARE_PROOF_LAYERFUNCTIONS_H
