//===- Nearest.h - What a misspelled name may mean --------------*- C++ -*-===//
#ifndef TARE_DIAGNOSTICS_NEAREST_H
#define TARE_DIAGNOSTICS_NEAREST_H

#include "llvm/ADT/ArrayRef.h"

#include <string>

namespace tare {

/// "; did you mean 'convert'?" where one of `known` is spelled nearly as `word` (at most a third of its letters are
/// inserted, left out, changed or swapped with the next one, in any case), or is the only one that begins with it;
/// empty otherwise. Of several the nearest, and of those the first.
std::string didYouMean(const std::string &word, llvm::ArrayRef<std::string> known);

} // namespace tare

#endif // TARE_DIAGNOSTICS_NEAREST_H
