//===- Team.h - Threads that share a layer's work ---------------*- C++ -*-===//
#ifndef TARE_LIB_RUNTIME_TEAM_H
#define TARE_LIB_RUNTIME_TEAM_H

#include "tare/Kernels/Share.h"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace tare::runtime {

/// The calling thread and `threads` - 1 others, made once, that compute the shares of one job after the other. Share i
/// is thread i's, whose cache has what it wrote before; but whoever is ready takes a share that its thread has not yet
/// begun, so nobody ever waits for a thread that does not run. Between jobs a thread looks for the next one for some
/// tens of microseconds and then sleeps; a thread that finds itself on the caller's core moves to another. Nothing is
/// allocated after construction.
class Team {
public:
  /// At most 255 threads.
  explicit Team(size_t threads);
  ~Team();
  Team(const Team &) = delete;
  Team &operator=(const Team &) = delete;

  size_t size() const { return slots.size(); }

  /// Calls body(share, thread) for each share of `count`, at most size(), and returns when all have returned. `thread`
  /// is below size(): an index for per-thread state. Without `wake`, threads that sleep are left alone. From one thread
  /// at a time.
  template <typename Body> void run(size_t count, bool wake, const Body &body) {
    job = {[](const void *context, kernels::Share share, size_t thread) {
             (*static_cast<const Body *>(context))(share, thread);
           },
           &body};
    runJob(count, wake);
  }

  /// How long a thread that has nothing to do stays awake.
  static constexpr double awakeMicroseconds = 100;

private:
  struct Job {
    void (*call)(const void *context, kernels::Share share, size_t thread) = nullptr;
    const void *context = nullptr;
  };
  /// Whether a share of the present job has been taken: the ticket of the last job whose share it was.
  struct alignas(64) Slot {
    std::atomic<uint64_t> taken = 0;
  };

  void end();
  void runJob(size_t count, bool wake);
  void work(size_t thread);
  /// Takes and computes shares of the job, this thread's own one first, until none is left.
  void takeShares(uint64_t ticket, size_t thread);
  bool take(uint64_t ticket, size_t share);
  uint64_t announce(size_t count);
  uint64_t nextTicket(uint64_t last);
  /// Whether threads sleep that the job has shares for.
  bool needsSleepers(uint64_t ticket) const;
  /// To be called before a notification: whoever has looked in vain holds the mutex until it sleeps.
  void awaitSleep();
  void finishShare();
  void awaitShares();

  Job job;
  /// A number that grows from job to job, above eight bits with the job's number of shares; 0 shares: the end.
  alignas(64) std::atomic<uint64_t> announced = 0;
  /// Where the caller runs, and nobody else should.
  std::atomic<int> callerCore = -1;
  alignas(64) std::atomic<size_t> unfinished = 0;
  std::vector<Slot> slots;
  /// How long to look before sleeping; none where there are fewer cores than threads.
  int64_t spinNanoseconds;

  /// Threads that sleep until `announced` or `unfinished` changes.
  alignas(64) std::atomic<size_t> sleepers = 0;
  std::atomic<bool> callerSleeps = false;
  std::mutex mutex;
  std::condition_variable jobAnnounced, jobFinished;
  std::vector<std::thread> threads;
};

} // namespace tare::runtime

#endif // TARE_LIB_RUNTIME_TEAM_H
