//===- CompareRun.h - Two files on the same samples -------------*- C++ -*-===//
#ifndef TARE_DRIVER_COMPARE_COMPARERUN_H
#define TARE_DRIVER_COMPARE_COMPARERUN_H

#include "Driver/Compare/Comparison.h"
#include "Driver/Execute/WatchedSamples.h"
#include "tare/Driver/Compare.h"

namespace tare {

/// Loads both, and compares them on the data.
class CompareRun {
public:
  /// Both outlive this.
  CompareRun(const driver::CompareOptions &options, const Listener &listener) : options(options), listener(listener) {}

  /// Once; the rest is for after it has succeeded. The watcher may be empty.
  Status run(Comparison::Watcher watcher = {});
  const Comparison &result() const { return *comparison; }
  int64_t sampleCount() const { return data->sampleCount(); }
  /// Warns of data that do not fit and of numbers that are not finite; notes outputs that are not compared.
  void tell() const;

private:
  Status load();
  Result<std::unique_ptr<Executable>> loadOne(const std::string &path, const ExecutableOptions &how) const;
  Result<std::unique_ptr<Executable>> loadPart(const std::string &path, const Executable &other, Error problem) const;
  Result<std::unique_ptr<SampleSource>> openData(const Executable &reference, const Executable &whole);
  void warnOfNonFinite() const;

  const driver::CompareOptions &options;
  const Listener &listener;
  ExecutableOptions how;
  std::unique_ptr<Executable> a, b;
  std::unique_ptr<Comparison> comparison;
  std::unique_ptr<SampleSource> data;
  /// What is in it.
  const Dataset *opened = nullptr;
  std::unique_ptr<WatchedSamples> watched;
};

} // namespace tare

#endif // TARE_DRIVER_COMPARE_COMPARERUN_H
