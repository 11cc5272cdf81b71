//===- Runner.cpp - A test case, imported and run -------------------------===//
#include "Runner.h"
#include "ConstantData.h"
#include "TensorReader.h"
#include "tare/Dialect/Qnn/Host.h"
#include "tare/Evaluator/ModelPorts.h"
#include "tare/Onnx/Import.h"

#include <cmath>
#include <fmt/format.h>
#include <fstream>
#include <unistd.h>

using namespace tare;
using namespace tare::conformance;
namespace fs = std::filesystem;

namespace {

/// ONNX's own; more where numbers of bfloat16 were cut off, not rounded.
double tolerance(const Case &test) { return test.isTruncated ? 1e-2 : 1e-3; }

/// Passed where nothing differs; refused where Tare has no tensors of the expected type. A result of unsigned integers
/// may be stored as signed ones.
Verdict compare(const Tensor &found, proto::TensorProto expectedProto, double relative, onnx::TensorReader &reader) {
  Result<Tensor> expected = reader.read(expectedProto);
  if (!expected)
    return {Outcome::Refused, "expected result: " + expected.error().message};
  if (found.shape() != expected->shape())
    return {Outcome::Failed,
            fmt::format("shape {}, expected {}", toString(found.shape()), toString(expected->shape()))};
  Tensor same = found;
  if (found.element() != expected->element() && sizeOf(found.element()) == sizeOf(expected->element()))
    same = Tensor(expected->type(), std::make_shared<Tensor>(found), found.data());
  std::vector<double> a = onnx::toDoubles(same), b = onnx::toDoubles(*expected);
  for (size_t i = 0; i < a.size(); ++i) {
    bool equal = a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i])) ||
                 std::abs(a[i] - b[i]) <= relative * std::abs(b[i]) + 1e-5;
    if (!equal)
      return {Outcome::Failed, fmt::format("element {} is {}, expected {}", i, a[i], b[i])};
  }
  return {Outcome::Passed, ""};
}

} // namespace

Runner::Runner() : directory(fs::temp_directory_path() / fmt::format("tare-conformance.{}", getpid())) {
  fs::create_directories(directory);
  context.getDiagEngine().registerHandler([this](mlir::Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error)
      errors.push_back(diagnostic.str());
    return mlir::success();
  });
}

Runner::~Runner() { fs::remove_all(directory); }

mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> Runner::import(const Case &test, int constantsFrom,
                                                                  bool roundsTo16Bits) {
  fs::path path = directory / "model.onnx";
  std::ofstream(path, std::ios::binary) << bindConstants(test, constantsFrom).SerializeAsString();
  errors.clear();
  onnx::ImportOptions options;
  options.roundsTo16Bits = roundsTo16Bits;
  return onnx::importModel(path.string(), options, context);
}

Verdict Runner::run(const Case &test, int constantsFrom, Host host) {
  // As `tare run` has it; what becomes ops of the dialect is what programs are made of.
  auto module = import(test, constantsFrom, host == Host::Allowed);
  if (failed(module))
    return errors.size() == 1 ? Verdict{Outcome::Refused, errors[0]}
                              : Verdict{Outcome::Failed, fmt::format("{} errors instead of one", errors.size())};
  auto function = (*module)->lookupSymbol<mlir::func::FuncOp>("main");
  if (host == Host::Refused && failed(qnn::checkIntegerForms(function)))
    return {Outcome::Refused, errors[0]};
  auto evaluator = Evaluator::create(**module);
  if (failed(evaluator))
    return {Outcome::Failed, "cannot be evaluated: " + (errors.empty() ? "" : errors[0])};
  return check(test, constantsFrom, *evaluator, function);
}

Verdict Runner::refuse(const Case &test) {
  auto module = import(test, test.model.graph().input_size(), false);
  if (failed(module) && errors.size() != 1)
    return {Outcome::Failed, fmt::format("{} errors instead of one", errors.size())};
  std::vector<std::string> reasons = errors;
  if (succeeded(module))
    (*module)->walk([&](qnn::HostOp op) { reasons.push_back(op.getReason().value_or("").str()); });
  for (const std::string &reason : reasons)
    if (reason.find(*test.refusal) != std::string::npos)
      return {Outcome::Passed, ""};
  return {Outcome::Failed,
          fmt::format("expected the error: {}; found: {}", *test.refusal, reasons.empty() ? "none" : reasons[0])};
}

Verdict Runner::check(const Case &test, int inputCount, const Evaluator &evaluator, mlir::func::FuncOp function) {
  onnx::TensorReader reader(directory.string());
  std::vector<Tensor> operands;
  for (int i = 0; i < inputCount; ++i) {
    proto::TensorProto input = test.inputs[i];
    Result<Tensor> tensor = reader.read(input);
    if (!tensor)
      return {Outcome::Failed, tensor.error().message};
    operands.emplace_back(evaluator.inputs()[i].type, std::make_shared<Tensor>(*tensor), tensor->data());
  }
  std::vector<Tensor> results = evaluator.run(operands);
  if (std::optional<std::string> problem = evaluator.problem())
    return {Outcome::Refused, *problem};
  for (size_t i = 0; i < results.size(); ++i)
    if (Verdict verdict = compare(asOutput(results[i], function, i), test.outputs[i], tolerance(test), reader);
        verdict.outcome != Outcome::Passed)
      return {verdict.outcome, fmt::format("result {}: {}", i, verdict.reason)};
  return {Outcome::Passed, ""};
}
