//===- Profile.h - Where a run's time goes ----------------------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_PROFILE_H
#define TARE_TOOLS_TARE_PROFILE_H

#include "Driver/Execute/Executable.h"
#include "Driver/Json.h"
#include "ProfileTrace.h"

namespace tare {

/// Runs samples one after the other, each in all threads, and sums up what the layers took.
class Profile {
public:
  /// Measures the machine's peak. An error where the model is not a program. `trace` is a file to write, or empty.
  static Result<std::unique_ptr<Profile>> create(const Executable &executable, const std::string &model, size_t threads,
                                                 const std::string &trace);

  /// What run() is called on.
  Runner &timedRunner() const { return *runner; }
  /// To be called after each run.
  Status add(int64_t sample);
  /// Completes the trace's file.
  Status finish() { return trace ? trace->commit() : success(); }

  void print() const;
  void write(llvm::json::OStream &json) const;

private:
  Profile(const Executable &executable, size_t threads);
  /// Mean microseconds of a sample: of a layer, and of a whole run.
  double timeOf(size_t layer) const { return double(nanoseconds[layer]) * 1e-3 / double(samples); }
  double wholeTime() const { return double(wholeNanoseconds) * 1e-3 / double(samples); }
  void writeLayer(llvm::json::OStream &json, size_t layer) const;

  const std::vector<ExecutableLayer> &layers;
  std::unique_ptr<Runner> runner;
  std::optional<ProfileTrace> trace;
  RunTimes times;
  /// Multiply-accumulates per second.
  double peak = 0;
  int64_t samples = 0;
  uint64_t wholeNanoseconds = 0;
  std::vector<uint64_t> nanoseconds;
  std::vector<size_t> threadsUsed;
};

} // namespace tare

#endif // TARE_TOOLS_TARE_PROFILE_H
