//===- ThreadsTest.cpp - One sample on several threads --------------------===//
#include "RandomNetwork.h"
#include "Team.h"

#include "tare/Program/Reader.h"
#include "tare/Runtime/Context.h"
#include "tare/Tensor/Parallel.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <new>
#include <thread>

using namespace tare;
using namespace tare::runtime;
using namespace tare::test;

namespace {

std::atomic<size_t> allocations = 0;

void *allocate(size_t bytes, size_t alignment) {
  ++allocations;
  void *memory = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (!memory)
    throw std::bad_alloc();
  return memory;
}

} // namespace

// The array forms call these.
void *operator new(size_t bytes) { return allocate(bytes, alignof(std::max_align_t)); }
void *operator new(size_t bytes, std::align_val_t alignment) { return allocate(bytes, size_t(alignment)); }
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, size_t) noexcept { std::free(memory); }
void operator delete(void *memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void *memory, size_t, std::align_val_t) noexcept { std::free(memory); }

namespace {

/// Each share of each job has run once, when run() returns.
void expectSharesOnce(size_t threads, int jobs, std::chrono::microseconds pauseBetween) {
  Team team(threads);
  std::vector<std::atomic<int>> runs(threads);
  std::atomic<int> wrong = 0;
  for (int i = 0; i != jobs; ++i) {
    size_t count = size_t(i) % threads + 1;
    for (auto &run : runs)
      run = 0;
    team.run(count, i % 3 != 2, [&](kernels::Share share, size_t thread) {
      wrong += share.count != int64_t(count) || share.index >= share.count || thread >= threads;
      ++runs[share.index];
    });
    for (size_t share = 0; share != threads; ++share)
      wrong += runs[share] != (share < count ? 1 : 0);
    if (pauseBetween.count() != 0)
      std::this_thread::sleep_for(pauseBetween);
  }
  EXPECT_EQ(wrong, 0);
}

TEST(Team, RunsEachShareOnce) {
  for (size_t threads : {1, 2, 4})
    expectSharesOnce(threads, 20000, {});
}

/// The threads sleep by then, and are woken.
TEST(Team, WakesItsThreads) { expectSharesOnce(4, 200, std::chrono::microseconds(300)); }

TEST(Team, HasMoreThreadsThanCores) { expectSharesOnce(availableCores() + 5, 500, {}); }

TEST(Team, EndsWithoutAJob) {
  for (int i = 0; i != 50; ++i)
    Team team(4);
}

/// A context with buffers for its inputs and outputs.
class Running {
public:
  Running(const std::shared_ptr<const Session> &session, size_t threads, uint32_t seed) {
    auto made = session->makeContext(Form::model, threads);
    EXPECT_TRUE(made) << made.error().message;
    context = std::move(*made);
    std::mt19937 rng(seed);
    for (size_t i = 0; i != session->inputCount(); ++i)
      inputs.push_back(randomValue(session->describeInput(i, Form::model).type, rng));
    for (size_t i = 0; i != session->outputCount(Form::model); ++i)
      outputs.emplace_back(session->describeOutput(i, Form::model).type.bytes());
    for (auto &input : inputs)
      from.push_back(input.data());
    for (auto &output : outputs)
      to.push_back(output.data());
  }

  const std::vector<std::vector<std::byte>> &run(const RunOptions &options = {}) {
    EXPECT_TRUE(context->run(from, to, options));
    return outputs;
  }

private:
  std::unique_ptr<Context> context;
  std::vector<std::vector<std::byte>> inputs, outputs;
  std::vector<const void *> from;
  std::vector<void *> to;
};

/// Every layer that divides runs in as many threads as there are, however small it is.
std::shared_ptr<const Session> makeSession(uint32_t seed, size_t layers) {
  auto bytes = std::make_shared<std::vector<std::byte>>(randomNetwork(seed, layers).bytes());
  auto model = program::readMemory(*bytes, bytes, "network.tare");
  EXPECT_TRUE(model) << model.error().message;
  auto session = Session::create(*model, {.leastShareMicroseconds = 0});
  EXPECT_TRUE(session) << session.error().message;
  return *session;
}

TEST(Threads, GiveTheSameBits) {
  for (uint32_t seed = 0; seed != 60; ++seed) {
    auto session = makeSession(seed, 12);
    auto expected = Running(session, 1, seed).run();
    for (size_t threads : {2, 4}) {
      Running running(session, threads, seed);
      for (int i = 0; i != 3; ++i)
        EXPECT_TRUE(running.run() == expected) << threads << " threads, seed " << seed;
    }
  }
}

TEST(Threads, GiveTheSameBitsWithMoreThreadsThanCores) {
  for (uint32_t seed = 0; seed != 10; ++seed) {
    auto session = makeSession(seed, 12);
    auto expected = Running(session, 1, seed).run();
    EXPECT_TRUE(Running(session, availableCores() * 2 + 1, seed).run() == expected) << "seed " << seed;
  }
}

TEST(Threads, OfSeveralContextsAtOnce) {
  auto session = makeSession(3, 20);
  auto expected = Running(session, 1, 3).run();
  std::atomic<int> wrong = 0;
  parallelFor(4, 4, [&](size_t, size_t) {
    Running running(session, 3, 3);
    for (int i = 0; i != 20; ++i)
      wrong += running.run() != expected;
  });
  EXPECT_EQ(wrong, 0);
}

/// How many threads the layers of a lookup of `elements` elements used.
size_t threadsFor(int64_t elements) {
  NetworkBuilder builder;
  uint32_t x = builder.input("x", {ElementType::i8, {elements}});
  builder.output("y", builder.layer("lookup", program::LookupT(),
                                    {x, builder.constant("table", {256}, std::vector<int8_t>(256, 3))}));
  auto bytes = builder.bytes();
  auto model = program::readMemory(bytes, nullptr, "lookup.tare");
  EXPECT_TRUE(model) << model.error().message;
  auto session = Session::create(*model);
  Running running(*session, 4, 0);
  std::vector<Interval> intervals(4);
  RunOptions options;
  options.intervals = intervals;
  size_t used = 0;
  for (int i = 0; i != 50; ++i) {
    running.run(options);
    size_t now = std::count_if(intervals.begin(), intervals.end(), [](const Interval &i) { return i.begin != 0; });
    used = std::max(used, now);
  }
  return used;
}

/// Small layers run in the calling thread.
TEST(Threads, ShareOnlyWhatIsLarge) {
  EXPECT_EQ(threadsFor(100), 1u);
  if (availableCores() > 1)
    EXPECT_GT(threadsFor(20'000'000), 1u);
}

/// Nor does a fast kernel; the reference kernels, which stand in for rare parameters, may.
TEST(Running, AllocatesNothing) {
  for (size_t threads : {1, 4})
    for (uint32_t seed = 0; seed != 40; ++seed) {
      auto session = makeSession(seed, 15);
      Running running(session, threads, seed);
      std::vector<uint64_t> times(session->program().layers.size());
      RunOptions options;
      options.nanoseconds = times;
      size_t before = 0, unexpected = 0;
      options.observe = [&](size_t layer, const ConstTensorView &) {
        unexpected += session->layer(layer).isFast() ? allocations - before : 0;
        before = allocations;
      };
      before = allocations;
      running.run(options);
      unexpected += allocations - before; // after the last layer
      EXPECT_EQ(unexpected, 0u) << threads << " threads, seed " << seed;
    }
}

} // namespace
