//===- LayerTimes.cpp - What a program's layers take ----------------------===//
#include "Driver/Execute/LayerTimes.h"

#include "tare/Tensor/Parallel.h"

#include <algorithm>

using namespace tare;

Result<std::unique_ptr<LayerTimes>> LayerTimes::create(const Executable &executable, const std::string &model,
                                                       size_t threads) {
  auto runner = executable.makeRunner(threads ? threads : defaultThreads());
  if (!runner)
    return runner.error();
  std::unique_ptr<LayerTimes> made(new LayerTimes(executable.layers().size()));
  if (!(*runner)->recordTimes(made->times))
    return Error{model + ": --profile takes a program (.tare); `tare convert` makes one"};
  made->runner = std::move(*runner);
  return made;
}

void LayerTimes::add() {
  ++count;
  wholeNanoseconds += times.end - times.begin;
  for (size_t i = 0; i != nanoseconds.size(); ++i) {
    nanoseconds[i] += times.nanoseconds[i];
    size_t used = std::ranges::count_if(times.of(i), [](const runtime::Interval &used) { return used.begin != 0; });
    threadsUsed[i] = std::max(threadsUsed[i], used);
  }
}
