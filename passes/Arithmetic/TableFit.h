//===- TableFit.h - The entries of interpolated tables ----------*- C++ -*-===//
#ifndef TARE_PASSES_ARITHMETIC_TABLEFIT_H
#define TARE_PASSES_ARITHMETIC_TABLEFIT_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <vector>

namespace tare {

/// The indices of a table, of [0, 2^16), that its input takes: all integers of its grid, or those within its range.
struct Reach {
  int64_t first = 0, last = (int64_t(1) << 16) - 1;
  /// Whether the function stays as it is beyond: whatever is cut there reads that index.
  bool isFlatBefore = false, isFlatBehind = false;
};

/// How far a table of 513 entries is from `wanted` at the indices in reach, at worst; at an end where data pile up, 16
/// times as far.
double worstOfFit(llvm::ArrayRef<int64_t> entries, llvm::ArrayRef<double> wanted, const Reach &reach = {});

/// (A48) Entries in [min, max] of a table that is to give wanted[index] for each index in [0, 2^16); wanted[2^16] is
/// what the last entry stands for. They begin as `rounded`, the integers of what is wanted at each, and are moved one
/// by one as long as that lessens the worst error in reach beside them, or where nothing beside them is in reach, any;
/// where all this gains nothing in reach, they stay.
std::vector<int64_t> fitTable(std::vector<int64_t> rounded, llvm::ArrayRef<double> wanted, int64_t min, int64_t max,
                              const Reach &reach = {});

} // namespace tare

#endif // TARE_PASSES_ARITHMETIC_TABLEFIT_H
