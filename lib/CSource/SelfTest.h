//===- SelfTest.h - The test that comes with a C source ---------*- C++ -*-===//
#ifndef TARE_LIB_CSOURCE_SELFTEST_H
#define TARE_LIB_CSOURCE_SELFTEST_H

#include "Ports.h"
#include "tare/CSource/CSource.h"

namespace tare::csource {

/// A program that runs the source on the samples, says what differs, and ends with 1 where anything does.
std::string selfTestText(const SourceOptions &options, const std::vector<Port> &inputs,
                         const std::vector<Port> &outputs);

/// Builds the source as a library, and the test.
std::string cmakeText(const SourceOptions &options, bool needsMath);

} // namespace tare::csource

#endif // TARE_LIB_CSOURCE_SELFTEST_H
