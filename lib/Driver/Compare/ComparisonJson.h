//===- ComparisonJson.h - A comparison for other programs -------*- C++ -*-===//
#ifndef TARE_DRIVER_COMPARE_COMPARISONJSON_H
#define TARE_DRIVER_COMPARE_COMPARISONJSON_H

#include "Driver/Compare/Comparison.h"

#include "llvm/Support/JSON.h"

namespace tare {

/// "layers": [..], "outputs": [..]
void writeComparison(llvm::json::OStream &out, const Comparison &comparison);

} // namespace tare

#endif // TARE_DRIVER_COMPARE_COMPARISONJSON_H
