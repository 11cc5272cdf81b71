//===- Parallel.h - A loop over the cores -----------------------*- C++ -*-===//
#ifndef TARE_TENSOR_PARALLEL_H
#define TARE_TENSOR_PARALLEL_H

#include <cstddef>
#include <functional>

namespace tare {

/// The number of cores that this process may run on: a container or taskset may
/// have taken some away.
size_t availableCores();

/// More threads help nobody, and systems refuse them.
inline constexpr size_t mostThreads = 1024;

/// The number of threads to use where the user asked for none: TARE_THREADS
/// where it is set to a positive number, at most mostThreads; otherwise
/// availableCores().
size_t defaultThreads();

/// Calls body(index, worker) once for each index below `count`, in up to
/// `threads` threads (0: defaultThreads()). `worker` is below the number of
/// threads and belongs to one thread at a time: an index for per-thread state.
/// Which worker gets which index changes from run to run, so a deterministic
/// caller stores results by index, or in per-worker state that merges exactly.
/// OpenMP inside the body (oneDNN) is limited to one thread. Where the system
/// has no more threads, those that there are do the work. Once a body has thrown
/// no further index is begun, and the caller gets the exception when all threads
/// are done; of several, that of the least index.
void parallelFor(size_t count, size_t threads, const std::function<void(size_t index, size_t worker)> &body);

} // namespace tare

#endif // TARE_TENSOR_PARALLEL_H
