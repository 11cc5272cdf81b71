//===- Task.cpp - Work that Ctrl-C ends -----------------------------------===//
#include "Task.h"

#include <nanobind/stl/string.h>

#include <set>
#include <system_error>

namespace nb = nanobind;
using namespace tare;
using namespace tare::python;

namespace {

/// The listeners of all work that goes on, also where nobody waits for it any more.
class Running {
public:
  void add(TaskListener *listener) {
    std::lock_guard lock(mutex);
    listeners.insert(listener);
  }
  void remove(TaskListener *listener) {
    std::lock_guard lock(mutex);
    listeners.erase(listener);
    changed.notify_all();
  }
  void endAll() {
    std::unique_lock lock(mutex);
    for (TaskListener *listener : listeners)
      listener->cancel();
    changed.wait(lock, [this] { return listeners.empty(); });
  }

private:
  std::mutex mutex;
  std::condition_variable changed;
  std::set<TaskListener *> listeners;
};

Running &running() {
  static Running *all = new Running();
  return *all;
}

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
  Acquired acquired;
  if (!acquired)
    return;
  try {
    show(what, done, total);
  } catch (nb::python_error &error) {
    std::lock_guard lock(mutex);
    if (!raised)
      raised.emplace(std::move(error));
    cancelled = true;
  }
}

std::optional<nb::python_error> TaskListener::takeRaised() {
  std::lock_guard lock(mutex);
  return std::exchange(raised, std::nullopt);
}

TaskThread::TaskThread(std::shared_ptr<TaskListener> told, std::function<void()> work) : listener(std::move(told)) {
  auto run = [state = state, listener = listener.get(), work = std::move(work)]() mutable {
    work();
    running().remove(listener);
    // With it go its data, whose memory may be Python's: where that ends they stay.
    if (Acquired acquired; acquired)
      work = nullptr;
    else
      new std::function<void()>(std::move(work));
    std::lock_guard lock(state->mutex);
    state->isDone = true;
    state->changed.notify_all();
  };
  running().add(listener.get());
  try {
    thread = std::thread(std::move(run));
  } catch (const std::system_error &) {
    // The system refuses threads.
    running().remove(listener.get());
    throw;
  }
}

bool TaskThread::waitFor(std::chrono::milliseconds time) {
  std::unique_lock lock(state->mutex);
  return state->changed.wait_for(lock, time, [&] { return state->isDone; });
}

/// Cancelled work ends by itself, here or later.
void TaskThread::giveTime(std::chrono::milliseconds patience) {
  Released released;
  if (waitFor(patience))
    thread.join();
  else
    thread.detach();
}

void TaskThread::wait() {
  constexpr std::chrono::milliseconds betweenLooks(20), patience(500);
  bool isDone = false;
  std::optional<nb::python_error> raised;
  while (!isDone && !raised) {
    {
      Released released;
      isDone = waitFor(betweenLooks);
    }
    // What a handler has raised waits, while others run.
    if (PyErr_CheckSignals() != 0)
      raised.emplace();
    else if (std::optional<nb::python_error> told = listener->takeRaised())
      raised.emplace(std::move(*told));
  }
  if (raised)
    listener->cancel();
  giveTime(patience);
  if (raised)
    throw *raised;
}

void python::leaveTasks() {
  leave([] { running().endAll(); });
}
