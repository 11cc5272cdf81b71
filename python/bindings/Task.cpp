//===- Task.cpp - Work that Ctrl-C ends -----------------------------------===//
#include "Task.h"

#include <nanobind/stl/string.h>

namespace nb = nanobind;
using namespace tare;
using namespace tare::python;

namespace {

/// How many pieces of work go on although nobody waits for them.
std::mutex leftMutex;
std::condition_variable leftChanged;
int left = 0;

/// Passes steps on, ten times a second at most, and the last one.
class View : public ProgressView {
public:
  View(const TaskListener &listener, std::string what, int64_t total)
      : listener(listener), what(std::move(what)), total(total) {}

  void show(int64_t done) override {
    auto now = std::chrono::steady_clock::now();
    if (done < total && now - shown < std::chrono::milliseconds(100))
      return;
    shown = now;
    listener.tell(what, done, total);
  }

private:
  const TaskListener &listener;
  std::string what;
  int64_t total;
  std::chrono::steady_clock::time_point shown;
};

} // namespace

std::unique_ptr<ProgressView> TaskListener::startProgress(const std::string &what, int64_t total) const {
  if (show.is_none())
    return nullptr;
  return std::make_unique<View>(*this, what, total);
}

void TaskListener::tell(const std::string &what, int64_t done, int64_t total) const {
  if (cancelled)
    return;
  nb::gil_scoped_acquire acquired;
  try {
    show(what, done, total);
  } catch (nb::python_error &error) {
    // Who cannot show progress does not stop the work.
    error.discard_as_unraisable("tare: progress");
  }
}

TaskThread::TaskThread(std::shared_ptr<TaskListener> listener, std::function<void()> work)
    : listener(std::move(listener)) {
  thread = std::thread([state = state, work = std::move(work)]() mutable {
    work();
    // With it go its data, whose memory may be Python's.
    if (Py_IsInitialized()) {
      nb::gil_scoped_acquire acquired;
      work = nullptr;
    }
    std::lock_guard lock(state->mutex);
    state->isDone = true;
    state->changed.notify_all();
  });
}

bool TaskThread::waitFor(std::chrono::milliseconds time) {
  std::unique_lock lock(state->mutex);
  return state->changed.wait_for(lock, time, [&] { return state->isDone; });
}

/// Cancelled work ends by itself, here or later.
void TaskThread::giveTime(std::chrono::milliseconds patience) {
  nb::gil_scoped_release released;
  if (waitFor(patience))
    return thread.join();
  std::lock_guard lock(leftMutex);
  ++left;
  std::thread([state = state, thread = std::move(thread)]() mutable {
    thread.join();
    std::lock_guard lock(leftMutex);
    --left;
    leftChanged.notify_all();
  }).detach();
}

void TaskThread::wait() {
  constexpr std::chrono::milliseconds betweenLooks(20), patience(500);
  bool isDone = false, isInterrupted = false;
  while (!isDone && !isInterrupted) {
    {
      nb::gil_scoped_release released;
      isDone = waitFor(betweenLooks);
    }
    isInterrupted = PyErr_CheckSignals() != 0;
  }
  if (isDone && !isInterrupted) {
    nb::gil_scoped_release released;
    thread.join();
    return;
  }
  // What a handler has raised waits, while others run.
  nb::python_error raised;
  listener->cancel();
  giveTime(patience);
  throw raised;
}

void python::awaitCancelled() {
  nb::gil_scoped_release released;
  std::unique_lock lock(leftMutex);
  leftChanged.wait(lock, [] { return left == 0; });
}
