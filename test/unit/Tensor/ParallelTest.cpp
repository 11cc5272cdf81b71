//===- ParallelTest.cpp - The loop over the cores -------------------------===//
#include "tare/Tensor/Parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <vector>

using namespace tare;

namespace {

TEST(Parallel, CallsEachIndexOnce) {
  for (size_t threads : {1, 2, 7, 64}) {
    std::vector<std::atomic<int>> calls(100);
    parallelFor(calls.size(), threads, [&](size_t index, size_t worker) {
      EXPECT_LT(worker, threads);
      ++calls[index];
    });
    for (const auto &count : calls)
      EXPECT_EQ(count, 1);
  }
}

TEST(Parallel, WorkersHaveStateOfTheirOwn) {
  constexpr size_t threads = 4;
  std::vector<std::atomic<bool>> busy(threads);
  parallelFor(1000, threads, [&](size_t, size_t worker) {
    EXPECT_FALSE(busy[worker].exchange(true));
    busy[worker] = false;
  });
}

TEST(Parallel, NothingToDo) {
  parallelFor(0, 4, [](size_t, size_t) { FAIL() << "there is no index"; });
}

TEST(Parallel, EnvironmentSetsTheDefault) {
  setenv("TARE_THREADS", "3", 1);
  EXPECT_EQ(defaultThreads(), 3u);
  for (const char *nonsense : {"0", "-1", "many", "2x", ""}) {
    setenv("TARE_THREADS", nonsense, 1);
    EXPECT_GE(defaultThreads(), 1u);
    EXPECT_LT(defaultThreads(), 100000u) << nonsense;
  }
  unsetenv("TARE_THREADS");
}

} // namespace
