//===- Task.h - Work that Ctrl-C ends ---------------------------*- C++ -*-===//
#ifndef TARE_PYTHON_TASK_H
#define TARE_PYTHON_TASK_H

#include "Gil.h"
#include "Raise.h"
#include "tare/Driver/Listener.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace tare::python {

/// Keeps what a piece of work says, and passes its progress on to Python.
class TaskListener : public Listener {
public:
  /// `show(what, done, total)`; None for nobody. With the GIL, which whoever ends this has, too.
  explicit TaskListener(nanobind::object show) : show(std::move(show)) {}

  void warning(const std::string &message) const override { keep(warnings, message); }
  void note(const std::string &message) const override { keep(notes, message); }
  std::unique_ptr<ProgressView> startProgress(const std::string &what, int64_t total) const override;
  bool isCancelled() const override { return cancelled; }

  void cancel() { cancelled = true; }
  std::vector<std::string> takeWarnings() { return std::move(warnings); }
  std::vector<std::string> takeNotes() { return std::move(notes); }
  /// Without the GIL; not once it is cancelled. What Python raises there cancels the work.
  void tell(const std::string &what, int64_t done, int64_t total) const;
  /// What was raised there, once.
  std::optional<nanobind::python_error> takeRaised();

private:
  void keep(std::vector<std::string> &lines, const std::string &message) const {
    std::lock_guard lock(mutex);
    lines.push_back(message);
  }

  nanobind::object show;
  mutable std::atomic<bool> cancelled = false;
  mutable std::mutex mutex;
  mutable std::optional<nanobind::python_error> raised;
  mutable std::vector<std::string> warnings, notes;
};

/// Runs work in a thread of its own, while the calling one looks for signals. Where one raises an exception, as Ctrl-C
/// does, or a progress callback does, the work is cancelled; what does not end within half a second goes on to its next
/// sample alone.
class TaskThread {
public:
  TaskThread(std::shared_ptr<TaskListener> listener, std::function<void()> work);
  /// Throws what a signal's handler or a progress callback has raised.
  void wait();

private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    bool isDone = false;
  };
  bool waitFor(std::chrono::milliseconds time);
  void giveTime(std::chrono::milliseconds patience);

  std::shared_ptr<TaskListener> listener;
  std::shared_ptr<State> state = std::make_shared<State>();
  std::thread thread;
};

/// Cancels all work and waits until none is left: before the interpreter goes.
void leaveTasks();

/// What the work gives. `files`: those that its error may be about. It must hold its own data.
template <typename T>
T runTask(const std::shared_ptr<TaskListener> &listener, const std::vector<std::string> &files,
          std::function<Result<T>(const Listener &)> work) {
  auto result = std::make_shared<std::optional<Result<T>>>();
  TaskThread task(listener, [listener, result, work = std::move(work)] {
    try {
      result->emplace(work(*listener));
    } catch (const std::bad_alloc &) {
      result->emplace(Error{"out of memory"});
    }
  });
  task.wait();
  return take(std::move(**result), files);
}

} // namespace tare::python

#endif // TARE_PYTHON_TASK_H
