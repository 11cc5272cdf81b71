//===- LayerTimes.h - What a program's layers take --------------*- C++ -*-===//
#ifndef TARE_DRIVER_EXECUTE_LAYERTIMES_H
#define TARE_DRIVER_EXECUTE_LAYERTIMES_H

#include "Driver/Execute/Executable.h"

#include <memory>
#include <vector>

namespace tare {

/// Runs samples one after the other, each in all threads, and takes the means of what the layers took.
class LayerTimes {
public:
  /// An error where a runner cannot be had, or the executable, which messages call `model`, is no program. `threads` 0:
  /// as many as there are cores.
  static Result<std::unique_ptr<LayerTimes>> create(const Executable &executable, const std::string &model,
                                                    size_t threads);

  /// What run() is called on.
  Runner &timedRunner() const { return *runner; }
  /// To be called after each run.
  void add();
  /// The times of the last run.
  const RunTimes &last() const { return times; }

  int64_t samples() const { return count; }
  /// Mean microseconds of a sample: of a layer's result, of which the first has the layer's time, and of a whole run.
  double of(size_t layer) const { return double(nanoseconds[layer]) * 1e-3 / double(count); }
  double whole() const { return double(wholeNanoseconds) * 1e-3 / double(count); }
  /// How many threads have worked on it at most.
  size_t threadsOf(size_t layer) const { return threadsUsed[layer]; }

private:
  explicit LayerTimes(size_t layers) : nanoseconds(layers), threadsUsed(layers) {}

  RunTimes times;
  std::unique_ptr<Runner> runner;
  int64_t count = 0;
  uint64_t wholeNanoseconds = 0;
  std::vector<uint64_t> nanoseconds;
  std::vector<size_t> threadsUsed;
};

} // namespace tare

#endif // TARE_DRIVER_EXECUTE_LAYERTIMES_H
