//===- Options.h - Options from Python --------------------------*- C++ -*-===//
#ifndef TARE_PYTHON_OPTIONS_H
#define TARE_PYTHON_OPTIONS_H

#include "tare/Driver/Compare.h"
#include "tare/Driver/Compile.h"
#include "tare/Driver/Evaluate.h"
#include "tare/Driver/Explain.h"
#include "tare/Driver/Report.h"
#include "tare/Driver/Verify.h"

#include <nanobind/nanobind.h>

namespace tare::python {

// From dicts with a key for each option that is given, as tare/_options.py makes them; a TypeError where a value is not
// what its option takes.
driver::CalibrationOptions calibrationOptions(nanobind::dict given);
driver::CompileOptions compileOptions(nanobind::dict given);
driver::ModelOptions modelOptions(nanobind::dict given);
driver::CompareOptions compareOptions(nanobind::dict given);
driver::EvaluateOptions evaluateOptions(nanobind::dict given);
driver::ExplainOptions explainOptions(nanobind::dict given);
driver::VerifyOptions verifyOptions(nanobind::dict given);
driver::GoldenOptions goldenOptions(nanobind::dict given);
driver::ReportOptions reportOptions(nanobind::dict given);

} // namespace tare::python

#endif // TARE_PYTHON_OPTIONS_H
