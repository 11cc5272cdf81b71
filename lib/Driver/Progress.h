//===- Progress.h - How far a piece of work has come ------------*- C++ -*-===//
#ifndef TARE_DRIVER_PROGRESS_H
#define TARE_DRIVER_PROGRESS_H

#include "tare/Driver/Listener.h"
#include "tare/Tensor/Result.h"

#include <mutex>

namespace tare {

/// Counts the steps of a piece of work for its listener, who outlives this.
class Progress {
public:
  Progress(const Listener &listener, const std::string &what, int64_t total)
      : listener(listener), view(listener.startProgress(what, total)) {}
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

  /// Sets the number of steps done; from any thread.
  void update(int64_t newDone);
  /// One step more is done; from any thread.
  void advance();
  /// An error where the listener wants no more steps.
  Status mayGoOn() const;

private:
  const Listener &listener;
  std::unique_ptr<ProgressView> view;
  std::mutex mutex;
  int64_t done = 0;
};

/// What ends early because its listener wants it to.
Error cancelled();

} // namespace tare

#endif // TARE_DRIVER_PROGRESS_H
