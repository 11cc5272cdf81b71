//===- Profile.h - Where a run's time goes ----------------------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_PROFILE_H
#define TARE_TOOLS_TARE_PROFILE_H

#include "Driver/Execute/LayerTimes.h"
#include "Driver/Json.h"
#include "ProfileTrace.h"

namespace tare {

/// Shows what layers take beside what the machine can do.
class Profile {
public:
  /// Measures the machine's peak. An error where the model is not a program. `trace` is a file to write, or empty.
  static Result<std::unique_ptr<Profile>> create(const Executable &executable, const std::string &model, size_t threads,
                                                 const std::string &trace);

  /// What run() is called on.
  Runner &timedRunner() const { return times->timedRunner(); }
  /// To be called after each run.
  Status add(int64_t sample);
  /// Completes the trace's file.
  Status finish() { return trace ? trace->commit() : success(); }

  void print() const;
  void write(llvm::json::OStream &json) const;

private:
  Profile(const Executable &executable, std::unique_ptr<LayerTimes> times);
  void writeLayer(llvm::json::OStream &json, size_t layer) const;

  const std::vector<ExecutableLayer> &layers;
  std::unique_ptr<LayerTimes> times;
  std::optional<ProfileTrace> trace;
  /// Multiply-accumulates per second.
  double peak = 0;
};

} // namespace tare

#endif // TARE_TOOLS_TARE_PROFILE_H
