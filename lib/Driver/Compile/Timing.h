//===- Timing.h - What each step of a conversion takes ----------*- C++ -*-===//
#ifndef TARE_DRIVER_COMPILE_TIMING_H
#define TARE_DRIVER_COMPILE_TIMING_H

#include "mlir/Pass/PassInstrumentation.h"
#include "llvm/Support/JSON.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace tare {

/// What one step took: "import", "simplify", ..., or a pass of one.
struct TimedStep {
  std::string name;
  /// Of wall-clock time.
  double seconds = 0;
  /// The most memory that the process had until the step ended, in units of 2^20 bytes.
  double peakMegabytes = 0;
  /// In the order in which they ran; empty where they were not timed.
  std::vector<TimedStep> passes;
  /// Of all processors together: what a busy machine does not change.
  double cpuSeconds = 0;
};

/// The most resident memory that the process has had so far, in units of 2^20 bytes.
double peakMegabytes();

/// Runs from its construction.
class StepClock {
public:
  /// What was taken since then.
  TimedStep stop(std::string name) const;

private:
  static double cpuSeconds();

  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  double cpuStart = cpuSeconds();
};

/// Appends each pass, by its name on the command line, to `passes`, which must outlive the pass manager. For pipelines
/// that run on one function: passes that run at the same time are not told apart.
std::unique_ptr<mlir::PassInstrumentation> timePasses(std::vector<TimedStep> &passes);

/// Of all of them.
double totalSeconds(const std::vector<TimedStep> &steps);
/// From 0 to 1.
double shareOf(const TimedStep &step, double totalSeconds);
/// Writes "steps": [{name, seconds, cpu_seconds, share, peak_memory_mb, passes: [..]}, ..].
void writeTimedSteps(llvm::json::OStream &json, const std::vector<TimedStep> &steps);

} // namespace tare

#endif // TARE_DRIVER_COMPILE_TIMING_H
