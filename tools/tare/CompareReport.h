//===- CompareReport.h - What a comparison shows ----------------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_COMPAREREPORT_H
#define TARE_TOOLS_TARE_COMPAREREPORT_H

#include "Driver/Compare/Comparison.h"

namespace tare {

/// A table of all layers and outputs, and a line for all outputs.
void printComparison(const Comparison &comparison, int64_t sampleCount);

} // namespace tare

#endif // TARE_TOOLS_TARE_COMPAREREPORT_H
