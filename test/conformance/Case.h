//===- Case.h - A test case as ONNX publishes them --------------*- C++ -*-===//
#ifndef TARE_TEST_CONFORMANCE_CASE_H
#define TARE_TEST_CONFORMANCE_CASE_H

#include "onnx.pb.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tare::conformance {

namespace proto = onnx::proto;

struct Case {
  std::filesystem::path folder;
  proto::ModelProto model;
  std::vector<proto::TensorProto> inputs, outputs;
  /// A part of the one error that the model is refused with; nothing where it is not (refusal.txt).
  std::optional<std::string> refusal;
  /// Whether what is computed at import may differ from what is computed later (inputs_only).
  bool isOfInputsOnly = false;
  /// Whether its numbers of bfloat16 are not the nearest ones.
  bool isTruncated = false;

  std::string name() const { return folder.filename().string(); }
};

/// The case in a folder, with its first set of data; nothing where it is no case.
std::optional<Case> readCase(const std::filesystem::path &folder);

/// The case's model with the inputs from `first` on as constants.
proto::ModelProto bindConstants(const Case &test, int first);

/// The operator that a case is of: the one that it has most of, the first such by name.
std::string operatorOf(const proto::ModelProto &model);

} // namespace tare::conformance

#endif // TARE_TEST_CONFORMANCE_CASE_H
