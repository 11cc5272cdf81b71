//===- GoldenRun.h - A folder of golden vectors -----------------*- C++ -*-===//
#ifndef TARE_DRIVER_VERIFY_GOLDENRUN_H
#define TARE_DRIVER_VERIFY_GOLDENRUN_H

#include "Driver/Verify/GoldenInputs.h"
#include "tare/Driver/Verify.h"
#include "tare/Program/Model.h"

#include "llvm/Support/JSON.h"

namespace tare {

/// Writes the folder: docs/golden.md.
class GoldenRun {
public:
  /// Both outlive this.
  GoldenRun(const driver::GoldenOptions &options, const Listener &listener) : options(options), listener(listener) {}

  /// Once; the rest is for after it has succeeded. Warns of data that do not fit, notes what was drawn.
  Status run(const std::shared_ptr<const program::Model> &model);
  size_t layers() const { return layerCount; }
  int64_t samples() const { return sampleCount; }
  /// One object.
  void write(llvm::json::OStream &out) const;

private:
  const driver::GoldenOptions &options;
  const Listener &listener;
  DrawnInputs drawn;
  size_t layerCount = 0;
  int64_t sampleCount = 0;
};

} // namespace tare

#endif // TARE_DRIVER_VERIFY_GOLDENRUN_H
