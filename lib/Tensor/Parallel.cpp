//===- Parallel.cpp - A loop over the cores -------------------------------===//
#include "tare/Tensor/Parallel.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <mutex>
#include <sched.h>
#include <system_error>
#include <thread>
#include <vector>

// There only where an OpenMP runtime is in the process (oneDNN brings one):
// this library does not need it.
extern "C" {
[[gnu::weak]] void omp_set_num_threads(int);
[[gnu::weak]] int omp_get_max_threads(void);
}

namespace tare {
namespace {

/// Limits OpenMP to this one thread as long as it lives; the setting is per
/// thread.
class SingleOpenMPThread {
public:
  SingleOpenMPThread() {
    if (omp_set_num_threads && omp_get_max_threads) {
      before = omp_get_max_threads();
      omp_set_num_threads(1);
    }
  }
  ~SingleOpenMPThread() {
    if (before > 0)
      omp_set_num_threads(before);
  }
  SingleOpenMPThread(const SingleOpenMPThread &) = delete;
  SingleOpenMPThread &operator=(const SingleOpenMPThread &) = delete;

private:
  int before = 0;
};

/// The exception of the least index, of those that were thrown.
class FirstException {
public:
  /// Keeps the one that is being handled.
  void keep(size_t index) {
    std::lock_guard lock(mutex);
    if (!first || index < at)
      first = std::current_exception(), at = index;
  }
  void rethrow() const {
    if (first)
      std::rethrow_exception(first);
  }

private:
  std::mutex mutex;
  std::exception_ptr first;
  size_t at = 0;
};

} // namespace

size_t availableCores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0)
    return std::max(1, CPU_COUNT(&set));
  return std::max(1u, std::thread::hardware_concurrency());
}

size_t defaultThreads() {
  if (const char *text = std::getenv("TARE_THREADS")) {
    size_t threads = 0;
    const char *end = text + std::strlen(text);
    auto [parsed, error] = std::from_chars(text, end, threads);
    // What no integer holds is many, too.
    if (parsed == end && error == std::errc::result_out_of_range)
      return mostThreads;
    if (parsed == end && error == std::errc() && threads > 0)
      return std::min(threads, mostThreads);
  }
  return availableCores();
}

void parallelFor(size_t count, size_t threads, const std::function<void(size_t, size_t)> &body) {
  threads = std::min(threads ? threads : defaultThreads(), count);
  if (threads == 0)
    return;
  std::atomic<size_t> next{0};
  FirstException exception;
  auto work = [&](size_t worker) {
    // A single worker has the machine to itself, and so has OpenMP.
    std::unique_ptr<SingleOpenMPThread> limit;
    if (threads > 1)
      limit = std::make_unique<SingleOpenMPThread>();
    for (size_t index; (index = next.fetch_add(1, std::memory_order_relaxed)) < count;)
      try {
        body(index, worker);
      } catch (...) {
        exception.keep(index);
        next = count;
      }
  };
  std::vector<std::thread> others;
  others.reserve(threads - 1);
  try {
    for (size_t worker = 1; worker != threads; ++worker)
      others.emplace_back(work, worker);
  } catch (const std::system_error &) {
    // A limit of the system: fewer do.
  }
  work(0);
  for (auto &thread : others)
    thread.join();
  exception.rethrow();
}

} // namespace tare
