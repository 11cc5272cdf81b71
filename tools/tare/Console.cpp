//===- Console.cpp - What the driver tells its user -----------------------===//
#include "Console.h"

#include "tare/Diagnostics/OneLine.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

using namespace tare;

/// In one piece; what cannot be written is lost.
static void write(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

static void writeLine(std::string_view kind, const std::string &message) {
  write(fmt::format("tare: {}{}\n", kind, oneLine(message)));
}

void Console::error(const Error &error) { writeLine("error: ", error.message); }

void Console::warning(const std::string &message) const {
  if (!quiet)
    writeLine("warning: ", message);
}

void Console::remark(const std::string &message) const {
  if (!quiet)
    writeLine("remark: ", message);
}

void Console::note(const std::string &message) const {
  if (!quiet && !json)
    writeLine("", message);
}

namespace {

/// One line, written over and over.
class TerminalProgress : public ProgressView {
public:
  TerminalProgress(std::string what, int64_t total) : what(std::move(what)), total(total) {}
  // Back to the line's beginning, and erase it.
  ~TerminalProgress() override { write("\r\x1b[K"); }

  void show(int64_t done) override {
    auto now = std::chrono::steady_clock::now();
    if (now - lastShown < std::chrono::milliseconds(50))
      return;
    lastShown = now;
    write(fmt::format("\r{} {} of {}\x1b[K", what, done, total));
  }

private:
  std::string what;
  int64_t total;
  std::chrono::steady_clock::time_point lastShown;
};

} // namespace

std::unique_ptr<ProgressView> Console::startProgress(const std::string &what, int64_t total) const {
  if (quiet || json || !isatty(STDERR_FILENO))
    return nullptr;
  return std::make_unique<TerminalProgress>(what, total);
}

void tare::guardStandardStreams() {
  std::signal(SIGPIPE, SIG_IGN);
  for (int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    // The lowest number that is free is this one; opened so that using it fails.
    if (fcntl(stream, F_GETFD) == -1 && errno == EBADF)
      (void)!open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

static std::FILE *tables = stdout;

void tare::leaveOutputToFiles() { tables = stderr; }

void tare::writeText(const std::string &text) { std::fwrite(text.data(), 1, text.size(), tables); }

Status tare::flushOutput() {
  errno = 0;
  if (std::fflush(stdout) == 0 && !std::ferror(stdout))
    return success();
  return Error{fmt::format("cannot write to standard output: {}", std::strerror(errno ? errno : EIO))};
}
