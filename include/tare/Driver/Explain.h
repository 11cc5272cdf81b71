//===- Explain.h - Whose error an output's error is -------------*- C++ -*-===//
#ifndef TARE_DRIVER_EXPLAIN_H
#define TARE_DRIVER_EXPLAIN_H

#include "tare/Driver/Execute.h"

#include <optional>

namespace tare::driver {

struct ExplainOptions : ModelOptions {
  /// The float model, not asked for beside `against`; and what was made of it, a .tare.
  std::string model, program;
  /// An .npz, a .npy, a folder of such files, or the name of MemoryArrays.
  std::string data;
  /// Another runtime's values of these samples, an .npz: the first layer that differs is looked for, in place of all
  /// else. Empty for none.
  std::string against;
  /// The output that layers are ranked by; empty for the one that is furthest from float.
  std::string output;
  /// At most so many; each takes as long as the float network, for each source of error of each layer.
  int64_t samples = 8;
  /// For how many layers remedies are measured.
  int64_t top = 10;
  /// 0: as many as there are cores.
  size_t threads = 0;
};

/// What `tare explain --json` prints: docs/tools.md. Warnings are told when it has succeeded.
Result<std::string> explain(const ExplainOptions &options, const Listener &listener);

} // namespace tare::driver

#endif // TARE_DRIVER_EXPLAIN_H
