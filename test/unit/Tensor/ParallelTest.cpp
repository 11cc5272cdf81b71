//===- ParallelTest.cpp - The loop over the cores -------------------------===//
#include "tare/Tensor/Parallel.h"

#include <gtest/gtest.h>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

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

TEST(Parallel, ManyThreadsAreNotMade) {
  setenv("TARE_THREADS", "40000", 1);
  EXPECT_EQ(defaultThreads(), mostThreads);
  unsetenv("TARE_THREADS");
}

TEST(Parallel, AnExceptionComesOutOfTheThreads) {
  for (size_t threads : {1, 4}) {
    std::atomic<size_t> run = 0;
    try {
      parallelFor(1000, threads, [&](size_t index, size_t) {
        ++run;
        if (index >= 10)
          throw std::runtime_error(std::to_string(index));
      });
      FAIL() << "nothing was thrown";
    } catch (const std::runtime_error &error) {
      // Indices begin in their order: none below the first that throws has been left out.
      EXPECT_EQ(error.what(), std::string("10"));
    }
    EXPECT_GE(run, 11u);
    EXPECT_LT(run, 1000u);
  }
}

/// As a process limit refuses them.
TEST(Parallel, WithoutMoreThreadsOneDoesTheWork) {
  pid_t child = fork();
  if (child == 0) {
    rlimit none{0, 0};
    // Root is not limited.
    if (setrlimit(RLIMIT_NPROC, &none) != 0 || (getuid() == 0 && setuid(65534) != 0))
      _exit(2);
    std::atomic<size_t> sum = 0;
    parallelFor(100, 8, [&](size_t index, size_t) { sum += index; });
    _exit(sum == 4950 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

} // namespace
