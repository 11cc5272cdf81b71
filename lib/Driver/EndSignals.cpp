//===- EndSignals.cpp - Whoever ends the process early --------------------===//
#include "Driver/EndSignals.h"

#include "tare/Tensor/Temporaries.h"

#include <atomic>
#include <csignal>
#include <mutex>
#include <optional>
#include <pthread.h>
#include <set>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace {

std::atomic<bool> hasReceived = false;

/// What a signal ends beside this process.
class Groups {
public:
  /// Never destroyed: a signal may come at any time.
  static Groups &get() {
    static Groups *all = new Groups();
    return *all;
  }

  void add(pid_t group) {
    std::lock_guard lock(mutex);
    groups.insert(group);
    if (ended)
      kill(-group, *ended);
  }
  void remove(pid_t group) {
    std::lock_guard lock(mutex);
    groups.erase(group);
  }
  void end(int signal) {
    std::lock_guard lock(mutex);
    ended = signal;
    for (pid_t group : groups)
      kill(-group, signal);
  }

private:
  std::mutex mutex;
  std::set<pid_t> groups;
  std::optional<int> ended;
};

/// Those that would end the process.
sigset_t endSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action;
    if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_DFL)
      sigaddset(&set, signal);
  }
  return set;
}

/// In a thread of its own, as a handler could do next to nothing.
void waitForEnd(sigset_t set) {
  int received = 0;
  if (sigwait(&set, &received) != 0)
    return;
  hasReceived = true;
  Groups::get().end(received);
  tare::removeTemporaries();
  // Who waits for the process sees which signal it was.
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  raise(received);
}

} // namespace

void tare::cleanUpOnSignals() {
  std::signal(SIGXFSZ, SIG_IGN);
  sigset_t set = endSignals(), before;
  // Threads inherit it: none but the waiting one gets these signals.
  pthread_sigmask(SIG_BLOCK, &set, &before);
  try {
    std::thread(waitForEnd, set).detach();
  } catch (const std::system_error &) {
    // No thread is left for it: the signals end the process as they would.
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
}

tare::EndedAlong::EndedAlong(pid_t group) : group(group) { Groups::get().add(group); }
tare::EndedAlong::~EndedAlong() { Groups::get().remove(group); }

void tare::giveWayToSignals() {
  while (hasReceived)
    pause();
}
