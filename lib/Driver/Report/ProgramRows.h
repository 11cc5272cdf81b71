//===- ProgramRows.h - Layers, edges and memory of a program ----*- C++ -*-===//
#ifndef TARE_DRIVER_REPORT_PROGRAMROWS_H
#define TARE_DRIVER_REPORT_PROGRAMROWS_H

#include "Driver/Report/Report.h"

namespace tare {

/// Fills the layers, outputs and arena of a report from the program alone.
Status addProgram(Report &report, const std::string &path);

} // namespace tare

#endif // TARE_DRIVER_REPORT_PROGRAMROWS_H
