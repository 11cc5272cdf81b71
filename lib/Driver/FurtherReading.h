//===- FurtherReading.h - Where an error is explained -----------*- C++ -*-===//
#ifndef TARE_DRIVER_FURTHERREADING_H
#define TARE_DRIVER_FURTHERREADING_H

#include <string>
#include <string_view>

namespace tare {

/// "docs/troubleshooting.md#samples": the section of the page that quotes the message, by the quotation that has most
/// of it; empty where none does.
std::string sectionOf(std::string_view message);

} // namespace tare

#endif // TARE_DRIVER_FURTHERREADING_H
