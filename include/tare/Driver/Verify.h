//===- Verify.h - How far a program's integers are off ----------*- C++ -*-===//
#ifndef TARE_DRIVER_VERIFY_H
#define TARE_DRIVER_VERIFY_H

#include "tare/Driver/Listener.h"
#include "tare/Tensor/Result.h"

#include <optional>
#include <string>

namespace tare::driver {

struct VerifyOptions {
  /// A .tare.
  std::string program;
  /// What no layer's worst error may be above, in LSB.
  std::optional<double> maxError;
  /// 0: as many as there are cores.
  size_t threads = 0;
};

/// What `tare verify --json` prints (docs/tools.md). An error where a layer is above the limit, or cannot be proven.
Result<std::string> verify(const VerifyOptions &options, const Listener &listener);

struct GoldenOptions {
  /// A .tare, and the folder that is written.
  std::string program, folder;
  /// Real inputs, as `tare run` takes them; empty for random integers of the inputs' types.
  std::string data;
  /// A file of --preprocess; empty for none.
  std::string preprocess;
  /// 4 by default.
  std::optional<int64_t> samples;
  /// At most so many steps of each channel's requantizer, evenly spread.
  int64_t stepsPerChannel = 1024;
  size_t threads = 0;
};

/// Writes a folder of golden vectors (docs/golden.md); what `tare verify --golden --json` prints.
Result<std::string> writeGolden(const GoldenOptions &options, const Listener &listener);

} // namespace tare::driver

#endif // TARE_DRIVER_VERIFY_H
