//===- Compile.h - From a network to a program ------------------*- C++ -*-===//
#ifndef TARE_DRIVER_COMPILE_H
#define TARE_DRIVER_COMPILE_H

#include "tare/Driver/Calibrate.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace tare::driver {

/// What `tare convert` takes; lists may hold names with commas between them, as on the command line.
struct CompileOptions : CalibrationOptions {
  /// What the host does at the border: "quantize", "dequantize", "transpose", "concat".
  std::vector<std::string> stripIo;
  /// The part of the network between these values is taken.
  std::vector<std::string> inputs, outputs;
  /// "allow", or "error" to refuse layers that have no integer form.
  std::string host = "allow";
  /// Whether all that stands behind the last products with weights is the host's.
  bool hostTail = false;
  /// Whether states of loops have 8 bits as other activations do.
  bool narrowStates = false;
  /// Whether biases take what rounding the weights shifts results by, on the calibration data's average.
  bool biasCorrection = false;
  /// "nearest", or "adaptive" to round each weight so that its layer's results lose least on the calibration data.
  std::string weightRounding = "nearest";
  /// Whether the weights before and behind a channel are made alike in size, before calibration.
  bool equalize = false;
  /// Whether scales are changed where the hardware cannot hold what they lead to; it is refused otherwise.
  bool repair = true;
  /// What is to be reached by giving values 16 bits, or not to be exceeded: "SQNR=30dB", "loss=0.3%", "bytes=200kB";
  /// empty where the widths are as the other options say them.
  std::string budget;
  bool allowUncalibrated = false;
  /// Whether a program of which an output has collapsed is refused.
  bool strict = false;
  /// How many samples run through the program before it is written; nothing for 4, which nobody insists on.
  std::optional<int64_t> check;
  /// Whether each pass is timed.
  bool timing = false;
  /// A folder for a numbered .mlir after each pass; empty for none.
  std::string dumpFolder;
  /// "program", "c" (a folder), "tflite", "qdq-onnx", "encodings" (JSON), or "mlir:STAGE" with STAGE one of import,
  /// float, ranges, qdq, fused, npu.
  std::string emit = "program";
  /// Of "c": what names begin with (empty: the name of the model's file), whether large constants are in a file of
  /// their own, whether there is a test.
  std::string cPrefix;
  bool cSplitsWeights = false, cHasTest = false;
  /// The file or folder that is written; empty for none, where there is a program or IR in memory alone.
  std::string output;
};

struct Compiled {
  /// Where there is no `output`: the program's file (.tare), the ONNX model, or the IR or encodings as text.
  std::vector<std::byte> file;
  /// What `tare convert --json` prints: docs/tools.md.
  std::string report;
};

/// Converts. Warnings and notes are told when it has succeeded; what fails leaves no file.
Result<Compiled> compile(const CompileOptions &options, const Listener &listener);

} // namespace tare::driver

#endif // TARE_DRIVER_COMPILE_H
