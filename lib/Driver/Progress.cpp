//===- Progress.cpp - How far a piece of work has come --------------------===//
#include "Driver/Progress.h"

using namespace tare;

void Progress::update(int64_t newDone) {
  if (!view)
    return;
  std::lock_guard lock(mutex);
  done = newDone;
  view->show(done);
}

void Progress::advance() {
  if (!view)
    return;
  std::lock_guard lock(mutex);
  view->show(++done);
}

Status Progress::mayGoOn() const { return listener.isCancelled() ? Status(cancelled()) : success(); }

Error tare::cancelled() { return Error{"was cancelled before it was done"}; }
