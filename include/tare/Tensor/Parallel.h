//===- Parallel.h - A loop over the cores -----------------------*- C++ -*-===//
#ifndef TARE_TENSOR_PARALLEL_H
#define TARE_TENSOR_PARALLEL_H

#include <cstddef>
#include <functional>

namespace tare {

/// The number of cores that this process may run on: a container or taskset may
/// have taken some away.
size_t availableCores();

/// The number of threads to use where the user asked for none: TARE_THREADS
/// where it is set to a positive number, otherwise availableCores().
size_t defaultThreads();

/// Calls body(index, worker) once for each index below `count`, in up to
/// `threads` threads (0: defaultThreads()). `worker` is below the number of
/// threads and belongs to one thread at a time: an index for per-thread state.
/// Which worker gets which index changes from run to run, so a deterministic
/// caller stores results by index, or in per-worker state that merges exactly.
/// OpenMP inside the body (oneDNN) is limited to one thread. The body must not
/// throw.
void parallelFor(size_t count, size_t threads, const std::function<void(size_t index, size_t worker)> &body);

} // namespace tare

#endif // TARE_TENSOR_PARALLEL_H
