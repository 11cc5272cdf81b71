//===- Console.cpp - What the driver tells its user -----------------------===//
#include "Console.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <unistd.h>

using namespace tare;

void Console::error(const Error &error) { fmt::print(stderr, "tare: error: {}\n", error.message); }

void Console::warning(const std::string &message) const {
  if (!quiet)
    fmt::print(stderr, "tare: warning: {}\n", message);
}

void Console::note(const std::string &message) const {
  if (!quiet && !json)
    fmt::print(stderr, "tare: {}\n", message);
}

bool Console::showsProgress() const { return !quiet && !json && isatty(STDERR_FILENO); }

Progress::Progress(const Console &console, std::string what, int64_t total)
    : what(std::move(what)), total(total), shown(console.showsProgress()) {}

Progress::~Progress() {
  // Back to the line's beginning, and erase it.
  if (shown)
    fmt::print(stderr, "\r\x1b[K");
}

void Progress::update(int64_t newDone) {
  if (!shown)
    return;
  std::lock_guard lock(mutex);
  done = newDone;
  show();
}

void Progress::advance() {
  if (!shown)
    return;
  std::lock_guard lock(mutex);
  ++done;
  show();
}

void Progress::show() {
  auto now = std::chrono::steady_clock::now();
  if (now - lastShown < std::chrono::milliseconds(50))
    return;
  lastShown = now;
  fmt::print(stderr, "\r{} {} of {}\x1b[K", what, done, total);
  std::fflush(stderr);
}

Status tare::flushOutput() {
  errno = 0;
  if (std::fflush(stdout) == 0 && !std::ferror(stdout))
    return success();
  return Error{fmt::format("cannot write to standard output: {}", std::strerror(errno ? errno : EIO))};
}
