//===- ConversionRecord.h - What a conversion has told ----------*- C++ -*-===//
#ifndef TARE_DRIVER_REPORT_CONVERSIONRECORD_H
#define TARE_DRIVER_REPORT_CONVERSIONRECORD_H

#include "Driver/Report/Report.h"

namespace tare {

/// Adds the warnings, as findings, and the repairs of a file that `tare convert --json` has printed. An error where it
/// is no such file.
Status addConversion(Report &report, const std::string &path);

} // namespace tare

#endif // TARE_DRIVER_REPORT_CONVERSIONRECORD_H
