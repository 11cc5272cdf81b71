//===- Doctor.cpp - What a conversion would make of a model ---------------===//
#include "tare/Driver/Doctor.h"

#include "Driver/Doctor/Diagnosis.h"
#include "Driver/Json.h"

using namespace tare;

Result<std::string> driver::diagnose(const DoctorOptions &options, const Listener &listener) {
  Result<Diagnosis> diagnosis = diagnoseModel(options, listener);
  if (!diagnosis)
    return diagnosis.error();
  return jsonDocument([&](llvm::json::OStream &out) { writeDiagnosis(out, *diagnosis); });
}
