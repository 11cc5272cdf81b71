//===- Diagnosis.h - What a conversion would make of a model ----*- C++ -*-===//
#ifndef TARE_DRIVER_DOCTOR_DIAGNOSIS_H
#define TARE_DRIVER_DOCTOR_DIAGNOSIS_H

#include "tare/Driver/Doctor.h"
#include "tare/Onnx/Survey.h"

#include "llvm/Support/JSON.h"

#include <optional>
#include <string>
#include <vector>

namespace tare {

/// Of the layers that one operator has on one side of the border, hardware's or the host's.
struct DiagnosedOperator {
  std::string op;
  bool isHost = false;
  int64_t layers = 0, macs = 0, bytes = 0;
  /// Why the host computes them, each reason once.
  std::vector<std::string> reasons;
};

/// What is known of a model before anything is calibrated.
struct Diagnosis {
  /// Of IR that is quantized already the target is its own, and `activations` is empty.
  std::string model, target, activations;
  /// Of IR, the stage that it has reached: "float", "qdq", ..
  std::string stage;
  /// Of an ONNX model; IR has passed the import.
  std::optional<onnx::Survey> survey;
  /// Empty where the model cannot be converted; those with the most multiply-accumulates first.
  std::vector<DiagnosedOperator> operators;
  /// Of one inference: multiply-accumulates, and bytes read and written.
  int64_t macs = 0, bytes = 0;
  uint64_t arenaBytes = 0, constantBytes = 0;
  /// Why it cannot; empty where it can.
  std::string problem;

  bool converts() const { return problem.empty(); }
  double shareOfMacs(const DiagnosedOperator &entry) const { return macs ? double(entry.macs) / double(macs) : 0; }
  double shareOfBytes(const DiagnosedOperator &entry) const { return bytes ? double(entry.bytes) / double(bytes) : 0; }
};

/// Surveys the model and converts it for a try, with ranges that random numbers have in it: where they are no numbers,
/// or all zero, [-1, 1]. An error where the model cannot be read.
Result<Diagnosis> diagnoseModel(const driver::DoctorOptions &options, const Listener &listener);

void writeDiagnosis(llvm::json::OStream &out, const Diagnosis &diagnosis);
/// One line: what a conversion would end with.
std::string errorOf(const Diagnosis &diagnosis);

} // namespace tare

#endif // TARE_DRIVER_DOCTOR_DIAGNOSIS_H
