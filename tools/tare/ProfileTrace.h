//===- ProfileTrace.h - A run for chrome://tracing --------------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_PROFILETRACE_H
#define TARE_TOOLS_TARE_PROFILETRACE_H

#include "Driver/Execute/Executable.h"
#include "tare/Tensor/AtomicFile.h"

namespace tare {

/// A file of Chrome's trace event format (chrome://tracing, Perfetto): a track per thread, on it the layers that the
/// thread worked on, sample by sample.
class ProfileTrace {
public:
  static Result<ProfileTrace> create(const std::string &path, const std::string &model, size_t threads);

  /// Adds a run. After the first hundred, none: viewers hold no more.
  Status add(int64_t sample, const std::vector<ExecutableLayer> &layers, const RunTimes &times);
  Status commit();

private:
  explicit ProfileTrace(AtomicFile file) : file(std::move(file)) {}
  /// "M" events name what the viewer shows.
  Status addName(const char *what, size_t thread, const std::string &name);
  Status addEvent(const std::string &event);

  AtomicFile file;
  bool first = true;
  int64_t runs = 0;
  uint64_t origin = 0;
};

} // namespace tare

#endif // TARE_TOOLS_TARE_PROFILETRACE_H
