//===- TableFit.h - The entries of interpolated tables ----------*- C++ -*-===//
#ifndef TARE_PASSES_LOWERING_TABLEFIT_H
#define TARE_PASSES_LOWERING_TABLEFIT_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <vector>

namespace tare {

/// How far a table of 513 entries is from `wanted` at the indices that it is read at, at worst.
double worstOfFit(llvm::ArrayRef<int64_t> entries, llvm::ArrayRef<double> wanted);

/// (A48) Entries in [min, max] of a table that is to give wanted[index] for each index in [0, 2^16); wanted[2^16] is
/// what the last entry stands for. They begin as `rounded`, the integers of what is wanted at each, and are moved one
/// by one as long as that lessens the worst error beside them; where all this gains nothing, they stay.
std::vector<int64_t> fitTable(std::vector<int64_t> rounded, llvm::ArrayRef<double> wanted, int64_t min, int64_t max);

} // namespace tare

#endif // TARE_PASSES_LOWERING_TABLEFIT_H
