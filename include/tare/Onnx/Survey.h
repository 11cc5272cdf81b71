//===- Survey.h - What an ONNX model is made of -----------------*- C++ -*-===//
//
// The import ends at the first thing that is wrong with a model; a survey goes
// on behind it, so that whoever mends the model sees all of it at once.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_ONNX_SURVEY_H
#define TARE_ONNX_SURVEY_H

#include "tare/Onnx/Import.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tare::onnx {

/// A dimension as the model declares it.
struct SurveyedDimension {
  /// Nothing where it is open.
  std::optional<int64_t> size;
  /// Of an open one; empty where it has none.
  std::string name;
};

struct SurveyedPort {
  std::string name;
  /// ONNX's name of the elements' type: "FLOAT", ..; empty where it is no tensor.
  std::string type;
  /// Nothing where the model declares none.
  std::optional<std::vector<SurveyedDimension>> shape;
  /// Of an input with open dimensions, "x=1,3,224,224": what --input-shape may say.
  std::string example;
  /// Whether an import needs it to be said: an open first dimension is taken as 1.
  bool mustBeBound = false;
};

/// A node that the import refuses.
struct RefusedNode {
  std::string layer;
  /// "Conv", "com.microsoft.Gelu".
  std::string op;
  int64_t opset = 0;
  /// What is found, what is expected, what to do; one line.
  std::string reason;
  /// The values that it reads and that nodes make: what --outputs can name in front of it.
  std::vector<std::string> operands;
};

struct Survey {
  int64_t irVersion = 0;
  /// The exporter's name and version, where it has said them.
  std::string producer;
  /// By domain, empty for ONNX's own.
  std::vector<std::pair<std::string, int64_t>> opsets;
  std::vector<SurveyedPort> inputs, outputs;
  /// How many nodes the outputs need, by operator, in alphabetical order.
  std::vector<std::pair<std::string, int64_t>> operators;
  std::vector<RefusedNode> refused;
  /// Nodes that were not looked at, as they read what refused ones make and the model does not declare its shapes.
  int64_t unseen = 0;
  /// What ends an import before its nodes, or behind all of them: an input without a shape, an output of no tensor.
  /// Then nodes are refused only for their operators. Empty where nothing does.
  std::string problem;
};

/// Surveys the model in the file `path`. An error where it cannot be read as a graph at all.
Result<Survey> surveyModel(const std::string &path, const ImportOptions &options, mlir::MLIRContext &context);

} // namespace tare::onnx

#endif // TARE_ONNX_SURVEY_H
