//===- Console.h - What the driver tells its user ---------------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_CONSOLE_H
#define TARE_TOOLS_TARE_CONSOLE_H

#include "tare/Driver/Listener.h"
#include "tare/Tensor/Result.h"

#include <fmt/format.h>
#include <string>

namespace tare {

/// Messages go to standard error, each as one line whatever the names in it are; standard output has results only.
/// That nobody can read a message (standard error is closed, or its disk full) is no failure.
class Console : public Listener {
public:
  /// --json and --quiet silence what is not a result or an error; --verbose says more.
  Console(bool json, bool quiet, bool verbose = false) : json(json), quiet(quiet), verbose(verbose) {}

  /// "tare: error: ..." in one piece. For main, which prints the one error of a run.
  static void error(const Error &error);
  /// "tare: warning: ...", unless --quiet.
  void warning(const std::string &message) const override;
  /// "tare: remark: ...", what is not worth a warning; unless --quiet.
  void remark(const std::string &message) const override;
  /// A remark on what happened ("wrote ..."), unless --quiet or --json.
  void note(const std::string &message) const override;
  bool isVerbose() const override { return verbose; }
  /// A counter on the terminal: "calibrating 37 of 256". Its line vanishes when the work is done. On a terminal only,
  /// and without --quiet and --json.
  std::unique_ptr<ProgressView> startProgress(const std::string &what, int64_t total) const override;

private:
  bool json, quiet, verbose;
};

/// Before anything is opened: a standard stream that is closed must not become the first file that is. To one that is
/// closed, or that nobody reads any more, writing fails; no signal ends the process.
void guardStandardStreams();

/// From now on writeOut() writes to standard error: standard output is a file that the run writes.
void leaveOutputToFiles();

/// Writes text to standard output; what cannot be written is told by flushOutput().
void writeText(const std::string &text);
/// The same, as fmt::print does.
template <typename... Args> void writeOut(fmt::format_string<Args...> format, Args &&...args) {
  writeText(fmt::format(format, std::forward<Args>(args)...));
}

/// Flushes standard output; an error where it cannot be written (a full disk behind a redirection).
Status flushOutput();

} // namespace tare

#endif // TARE_TOOLS_TARE_CONSOLE_H
