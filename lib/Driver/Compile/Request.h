//===- Request.h - From what is asked for to a compilation ------*- C++ -*-===//
#ifndef TARE_DRIVER_COMPILE_REQUEST_H
#define TARE_DRIVER_COMPILE_REQUEST_H

#include "Driver/Compile/Compilation.h"
#include "tare/Driver/Compile.h"

namespace tare {

/// Up to the simplified float form, with its calibration. Errors name the command line's options: what is none of the
/// choices, or is said against something else; what the target does not have.
Result<CompilationRequest> requestOf(const driver::CalibrationOptions &options);

/// All the way to what is to be made.
Result<CompilationRequest> requestOf(const driver::CompileOptions &options);

/// Whether C is made, and whether a program is, whatever is written of it.
inline bool makesC(const driver::CompileOptions &options) { return options.emit == "c"; }
inline bool makesTFLite(const driver::CompileOptions &options) { return options.emit == "tflite"; }
inline bool makesQdqModel(const driver::CompileOptions &options) { return options.emit == "qdq-onnx"; }
inline bool makesEncodings(const driver::CompileOptions &options) { return options.emit == "encodings"; }
inline bool makesProgram(const driver::CompileOptions &options) {
  return options.emit == "program" || makesC(options) || makesTFLite(options);
}
/// Whether a check is not only made by default.
inline bool asksForCheck(const driver::CompileOptions &options) { return options.check.value_or(0) > 0; }

/// The same options make every stage: what a later one is made by is no error, but has changed nothing, which this
/// tells; empty where there is none.
std::string unusedText(const driver::CompileOptions &options, const CompilationRequest &request);

/// What is read, by its names.
std::vector<std::string> filesOf(const driver::CalibrationOptions &options);

/// The target's name.
inline std::string targetOf(const driver::CalibrationOptions &options) {
  return options.target.empty() ? "generic" : options.target;
}

} // namespace tare

#endif // TARE_DRIVER_COMPILE_REQUEST_H
