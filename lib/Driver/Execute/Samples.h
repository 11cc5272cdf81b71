//===- Samples.h - Every sample, over the cores -----------------*- C++ -*-===//
#ifndef TARE_DRIVER_EXECUTE_SAMPLES_H
#define TARE_DRIVER_EXECUTE_SAMPLES_H

#include "Driver/Execute/Executable.h"
#include "Driver/Progress.h"
#include "tare/Tensor/Dataset.h"

namespace tare {

/// How many workers forEachSample() has at most.
size_t workersFor(const SampleSource &source, size_t threads);

/// Calls `body` with each sample that `source` still has, in up to `threads` threads (0: as many as there are cores).
/// `worker` belongs to one thread at a time. Ends early with the error of the first sample that has one.
Status forEachSample(SampleSource &source, size_t threads, Progress &progress,
                     const std::function<Status(const Sample &, size_t worker)> &body);

/// One runner for each of the workersFor() `threads` threads; where there are fewer samples than threads, the others
/// help with a sample each.
Result<std::vector<std::unique_ptr<Runner>>> makeRunners(const Executable &executable, const SampleSource &source,
                                                         size_t threads);

/// One runner of all `threads`, for samples that need what the ones before gave.
Result<std::vector<std::unique_ptr<Runner>>> makeOneRunner(const Executable &executable, size_t threads);

} // namespace tare

#endif // TARE_DRIVER_EXECUTE_SAMPLES_H
