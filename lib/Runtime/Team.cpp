//===- Team.cpp - Threads that share a layer's work -----------------------===//
//
// A thread that holds an old ticket must not take a share of a newer job, whose body and count it does not know. So a
// share is taken by replacing a smaller number in its slot with the ticket, and a job ends only when all its slots hold
// its ticket (or a later one never: the next job begins after it).
//
//===----------------------------------------------------------------------===//
#include "Team.h"

#include "tare/Tensor/Parallel.h"

#include <cassert>
#include <chrono>

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#endif

namespace tare::runtime {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int shareBits = 8;

size_t sharesOf(uint64_t ticket) { return ticket & ((1u << shareBits) - 1); }

void pauseBriefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// The core that the calling thread runs on; -1 where the system does not tell.
int currentCore() {
#if defined(__linux__)
  return sched_getcpu();
#else
  return -1;
#endif
}

/// Moves the calling thread to another one of its cores, if it has any. Systems may wake a thread on the core of who
/// wakes it, although others are idle, and leave it there for milliseconds.
void leaveCore([[maybe_unused]] int core) {
#if defined(__linux__)
  cpu_set_t all;
  if (pthread_getaffinity_np(pthread_self(), sizeof(all), &all) != 0 || !CPU_ISSET(core, &all) || CPU_COUNT(&all) < 2)
    return;
  cpu_set_t others = all;
  CPU_CLR(core, &others);
  if (pthread_setaffinity_np(pthread_self(), sizeof(others), &others) == 0)
    pthread_setaffinity_np(pthread_self(), sizeof(all), &all);
#endif
}

/// Looks for a condition for up to `nanoseconds`; whether it came.
template <typename Condition> bool spinUntil(int64_t nanoseconds, Condition &&condition) {
  if (condition())
    return true;
  if (nanoseconds == 0)
    return false;
  Clock::time_point end = Clock::now() + std::chrono::nanoseconds(nanoseconds);
  do {
    // Whom we wait for may have been put on our own core.
    std::this_thread::yield();
    // A look takes some ten nanoseconds with its pause, the clock as much as two looks, and yielding to nobody as much
    // as thirty.
    for (int look = 0; look != 64; ++look) {
      pauseBriefly();
      if (condition())
        return true;
    }
  } while (Clock::now() < end);
  return false;
}

} // namespace

Team::Team(size_t size)
    : slots(size), spinNanoseconds(size <= availableCores() ? int64_t(awakeMicroseconds * 1000) : 0) {
  assert(size >= 1 && size < (1u << shareBits) && "a ticket holds eight bits of shares");
  threads.reserve(size - 1);
  try {
    for (size_t thread = 1; thread != size; ++thread)
      threads.emplace_back([this, thread] { work(thread); });
  } catch (...) { // The system has no more threads.
    end();
    throw;
  }
}

Team::~Team() { end(); }

void Team::end() {
  announce(0);
  awaitSleep();
  jobAnnounced.notify_all();
  for (std::thread &thread : threads)
    thread.join();
}

uint64_t Team::announce(size_t count) {
  uint64_t ticket = ((announced.load(std::memory_order_relaxed) >> shareBits) + 1) << shareBits | count;
  // Sequentially consistent with nextTicket(): either the sleeper sees the ticket, or we the sleeper.
  announced.store(ticket);
  return ticket;
}

bool Team::needsSleepers(uint64_t ticket) const {
  size_t sleeping = sleepers.load();
  return sleeping != 0 && size() - sleeping < sharesOf(ticket);
}

void Team::awaitSleep() { std::lock_guard lock(mutex); }

void Team::runJob(size_t count, bool wake) {
  assert(count >= 1 && count <= size() && "a share per thread at most");
  unfinished.store(count, std::memory_order_relaxed);
  callerCore.store(currentCore(), std::memory_order_relaxed);
  uint64_t ticket = announce(count);
  // To wake a thread takes some microseconds: the caller wakes one, and that one the others.
  if (wake && needsSleepers(ticket)) {
    awaitSleep();
    jobAnnounced.notify_one();
  }
  takeShares(ticket, 0);
  awaitShares();
}

void Team::work(size_t thread) {
  for (uint64_t ticket = 0; sharesOf(ticket = nextTicket(ticket)) != 0;) {
    if (int core = currentCore(); core >= 0 && core == callerCore.load(std::memory_order_relaxed))
      leaveCore(core);
    takeShares(ticket, thread);
  }
}

void Team::takeShares(uint64_t ticket, size_t thread) {
  size_t count = sharesOf(ticket);
  for (size_t i = 0; i != slots.size(); ++i) {
    size_t share = (thread + i) % slots.size();
    if (share >= count || !take(ticket, share))
      continue;
    job.call(job.context, {int64_t(share), int64_t(count)}, thread);
    finishShare();
  }
}

bool Team::take(uint64_t ticket, size_t share) {
  uint64_t last = slots[share].taken.load(std::memory_order_relaxed);
  return last < ticket && slots[share].taken.compare_exchange_strong(last, ticket, std::memory_order_acquire);
}

uint64_t Team::nextTicket(uint64_t last) {
  auto isThere = [&] { return announced.load(std::memory_order_acquire) != last; };
  if (!spinUntil(spinNanoseconds, isThere)) {
    std::unique_lock lock(mutex);
    ++sleepers;
    jobAnnounced.wait(lock, [&] { return announced.load() != last; });
    --sleepers;
    lock.unlock();
    if (needsSleepers(announced.load()))
      jobAnnounced.notify_all();
  }
  return announced.load(std::memory_order_acquire);
}

void Team::finishShare() {
  // Sequentially consistent with awaitShares(), as above.
  if (unfinished.fetch_sub(1) == 1 && callerSleeps.load()) {
    awaitSleep();
    jobFinished.notify_one();
  }
}

void Team::awaitShares() {
  if (spinUntil(spinNanoseconds, [&] { return unfinished.load(std::memory_order_acquire) == 0; }))
    return;
  std::unique_lock lock(mutex);
  callerSleeps.store(true);
  jobFinished.wait(lock, [&] { return unfinished.load() == 0; });
  callerSleeps.store(false);
}

} // namespace tare::runtime
