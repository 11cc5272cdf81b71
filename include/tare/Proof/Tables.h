//===- Tables.h - How far a table is from its function ----------*- C++ -*-===//
#ifndef TARE_PROOF_TABLES_H
#define TARE_PROOF_TABLES_H

#include "tare/Proof/Steps.h"
#include "tare/Schema/program_generated.h"

#include <cmath>
#include <span>

namespace tare::proof {

/// A function of one channel between two grids: what a table's integers stand for.
struct TableFunction {
  program::FunctionKind kind;
  /// Of one function for all channels, or of one per channel.
  std::span<const double> parameters;
  int64_t channel = 0;
  double inputScale = 1;
  int64_t inputZeroPoint = 0;
  double outputScale = 1;
  int64_t outputZeroPoint = 0;
  int64_t clampMin = 0, clampMax = 0;

  /// (A44) real(x) = clamp(Zy + f(Sx * (x - Zx)) / Sy, clampMin, clampMax); Zy where f gives no number.
  double real(int64_t x) const;
};

/// The largest |y(x) - real(x)| over all 256 inputs of a table of 256 entries (A23), in LSB; `accumulator` is x.
Deviation worstOfTable(const TableFunction &function, const int8_t *table);
/// Inputs and results that count.
struct TableReach {
  int64_t firstInput = -32768, lastInput = 32767;
  double least = -HUGE_VAL, greatest = HUGE_VAL;
};

/// The same of an interpolated table of 513 entries (A24), over all 65,536 inputs, or those of a reach for which the
/// function gives one of its results.
Deviation worstOfTable(const TableFunction &function, const int16_t *table, const TableReach &reach = {});

} // namespace tare::proof

#endif // TARE_PROOF_TABLES_H
