//===- InspectionTable.h - What inspect shows, for people -------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_INSPECTIONTABLE_H
#define TARE_TOOLS_TARE_INSPECTIONTABLE_H

#include "Driver/Inspect/Inspection.h"

namespace tare {

/// Prints tables of the inputs, outputs and layers, and what they come to.
void printInspection(const Inspection &inspection);

} // namespace tare

#endif // TARE_TOOLS_TARE_INSPECTIONTABLE_H
