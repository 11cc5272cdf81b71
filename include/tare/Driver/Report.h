//===- Report.h - What a program is, in one page ----------------*- C++ -*-===//
#ifndef TARE_DRIVER_REPORT_H
#define TARE_DRIVER_REPORT_H

#include "tare/Driver/Execute.h"

#include <optional>

namespace tare::driver {

struct ReportOptions : ModelOptions {
  /// What the program was made of: the reference, which an .onnx or an .mlir is as a rule. Empty for none: then the
  /// report says nothing of accuracy.
  std::string model;
  /// A .tare.
  std::string program;
  /// Another one, which it is held against; empty for a report of one program.
  std::string other;
  /// An .npz, a .npy, a folder of such files, or the name of MemoryArrays; empty for none. Not without the model, but
  /// for times.
  std::string data;
  /// What `tare convert --json` has printed of the program; empty for none.
  std::string conversion;
  /// "h=h_out": inputs that are what an output was for the sample before.
  std::vector<std::string> states;
  /// At most so many.
  std::optional<int64_t> samples;
  /// Whether layers are timed, on the data. Times differ from run to run, and with them the report.
  bool profile = false;
  /// 0: as many as there are cores.
  size_t threads = 0;
};

struct MadeReport {
  /// How good the program is: one sentence or two.
  std::string verdict;
  /// What `tare report --json` prints (docs/report.md).
  std::string json;
  /// The same as a page of HTML that needs nothing beside itself.
  std::string page;
};

/// Inspects the program, or both, and runs it beside the model where there are data. The same for the same files, but
/// for times. Warnings are told when it has succeeded.
Result<MadeReport> report(const ReportOptions &options, const Listener &listener);

} // namespace tare::driver

#endif // TARE_DRIVER_REPORT_H
