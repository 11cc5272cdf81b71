//===- TimedRuns.h - Times of layers for a report ---------------*- C++ -*-===//
#ifndef TARE_DRIVER_REPORT_TIMEDRUNS_H
#define TARE_DRIVER_REPORT_TIMEDRUNS_H

#include "Driver/Report/Report.h"

namespace tare {

/// Runs the program on the data, and fills the report's times.
Status addTimes(Report &report, const driver::ReportOptions &options, const std::string &program,
                const Listener &listener);

} // namespace tare

#endif // TARE_DRIVER_REPORT_TIMEDRUNS_H
