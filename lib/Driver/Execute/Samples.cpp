//===- Samples.cpp - Every sample, over the cores -------------------------===//
#include "Driver/Execute/Samples.h"

#include "tare/Tensor/Parallel.h"

#include <algorithm>
#include <atomic>
#include <limits>

using namespace tare;

namespace {

/// The error of the earliest sample, whichever thread met it first.
class FirstError {
public:
  void report(int64_t sample, Error error) {
    std::lock_guard lock(mutex);
    if (sample < earliest) {
      earliest = sample;
      found = std::move(error);
    }
    any = true;
  }
  bool isSet() const { return any; }
  Status status() const { return found ? Status(*found) : success(); }

private:
  std::atomic<bool> any = false;
  std::mutex mutex;
  int64_t earliest = std::numeric_limits<int64_t>::max();
  std::optional<Error> found;
};

size_t threadsOf(size_t asked) { return asked ? asked : defaultThreads(); }

} // namespace

size_t tare::workersFor(const SampleSource &source, size_t threads) {
  return std::clamp<size_t>(source.sampleCount(), 1, threadsOf(threads));
}

Status tare::forEachSample(SampleSource &source, size_t threads, Progress &progress,
                           const std::function<Status(const Sample &, size_t worker)> &body) {
  FirstError error;
  parallelFor(source.sampleCount(), workersFor(source, threads), [&](size_t, size_t worker) {
    if (error.isSet())
      return;
    if (Status wanted = progress.mayGoOn(); !wanted)
      return error.report(std::numeric_limits<int64_t>::max() - 1, wanted.error());
    Result<std::optional<Sample>> sample = source.next();
    if (!sample)
      return error.report(std::numeric_limits<int64_t>::max() - 1, sample.error());
    if (!*sample)
      return;
    if (Status done = body(**sample, worker); !done)
      error.report((*sample)->index, done.error());
    progress.advance();
  });
  return error.status();
}

Result<std::vector<std::unique_ptr<Runner>>> tare::makeRunners(const Executable &executable, const SampleSource &source,
                                                               size_t threads) {
  std::vector<std::unique_ptr<Runner>> runners;
  size_t workers = workersFor(source, threads);
  for (size_t i = 0; i != workers; ++i) {
    auto runner = executable.makeRunner(threadsOf(threads) / workers);
    if (!runner)
      return runner.error();
    runners.push_back(std::move(*runner));
  }
  return runners;
}

Result<std::vector<std::unique_ptr<Runner>>> tare::makeOneRunner(const Executable &executable, size_t threads) {
  auto runner = executable.makeRunner(threadsOf(threads));
  if (!runner)
    return runner.error();
  std::vector<std::unique_ptr<Runner>> runners;
  runners.push_back(std::move(*runner));
  return runners;
}
