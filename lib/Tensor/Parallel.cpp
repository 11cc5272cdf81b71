//===- Parallel.cpp - A loop over the cores -------------------------------===//
#include "tare/Tensor/Parallel.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <sched.h>
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
    if (error == std::errc() && parsed == end && threads > 0)
      return threads;
  }
  return availableCores();
}

void parallelFor(size_t count, size_t threads, const std::function<void(size_t, size_t)> &body) {
  threads = std::min(threads ? threads : defaultThreads(), count);
  if (threads == 0)
    return;
  std::atomic<size_t> next{0};
  auto work = [&](size_t worker) {
    // A single worker has the machine to itself, and so has OpenMP.
    std::unique_ptr<SingleOpenMPThread> limit;
    if (threads > 1)
      limit = std::make_unique<SingleOpenMPThread>();
    for (size_t index; (index = next.fetch_add(1, std::memory_order_relaxed)) < count;)
      body(index, worker);
  };
  std::vector<std::thread> others;
  others.reserve(threads - 1);
  for (size_t worker = 1; worker != threads; ++worker)
    others.emplace_back(work, worker);
  work(0);
  for (auto &thread : others)
    thread.join();
}

} // namespace tare
