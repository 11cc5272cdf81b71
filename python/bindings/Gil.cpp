//===- Gil.cpp - Who may run Python ---------------------------------------===//
#include "Gil.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

using namespace tare::python;

namespace {

/// What all threads with or without the GIL share.
class Gate {
public:
  /// Never destroyed: threads may outlive everything.
  static Gate &get() {
    static Gate *gate = new Gate();
    return *gate;
  }

  bool enter() {
    std::lock_guard lock(mutex);
    if (leaver && *leaver != std::this_thread::get_id())
      return false;
    ++inside;
    return true;
  }
  void exit() {
    std::lock_guard lock(mutex);
    --inside;
    changed.notify_all();
  }
  void close() {
    std::lock_guard lock(mutex);
    leaver = std::this_thread::get_id();
  }
  void awaitEmpty() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return inside == 0; });
  }

private:
  std::mutex mutex;
  std::condition_variable changed;
  int inside = 0;
  /// The thread that ends Python.
  std::optional<std::thread::id> leaver;
};

[[noreturn]] void stay() {
  while (true)
    std::this_thread::sleep_for(std::chrono::hours(1));
}

} // namespace

Released::~Released() {
  if (!Gate::get().enter())
    stay();
  PyEval_RestoreThread(state);
  Gate::get().exit();
}

Acquired::Acquired() : isHeld(Py_IsInitialized() && Gate::get().enter()) {
  if (isHeld)
    state = PyGILState_Ensure();
}

Acquired::~Acquired() {
  if (!isHeld)
    return;
  PyGILState_Release(state);
  Gate::get().exit();
}

void tare::python::leave(void (*alsoUntil)()) {
  // What daemon threads hold stays with them, and is no leak.
  if (nanobind::cast<int>(nanobind::module_::import_("threading").attr("active_count")()) > 1)
    nanobind::set_leak_warnings(false);
  Gate::get().close();
  PyThreadState *state = PyEval_SaveThread();
  if (alsoUntil)
    alsoUntil();
  Gate::get().awaitEmpty();
  PyEval_RestoreThread(state);
}
