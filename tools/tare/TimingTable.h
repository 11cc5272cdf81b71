//===- TimingTable.h - What each step takes, for people ---------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_TIMINGTABLE_H
#define TARE_TOOLS_TARE_TIMINGTABLE_H

#include "Driver/Compile/Timing.h"

namespace tare {

/// Prints a table: steps, their passes below them, and the total.
void printTimedSteps(const std::vector<TimedStep> &steps);

} // namespace tare

#endif // TARE_TOOLS_TARE_TIMINGTABLE_H
