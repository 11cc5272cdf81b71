//===- ImportOptions.cpp - What is said of an ONNX model's inputs ---------===//
#include "Driver/Execute/ImportOptions.h"

#include "Driver/Execute/Executable.h"

#include <algorithm>

using namespace tare;

/// What --input-type says, with the arithmetic of --preprocess.
static Result<std::vector<media::InputConversion>> conversionsOf(const std::vector<std::string> &types,
                                                                 const Preprocess &preprocess) {
  std::vector<media::InputConversion> conversions;
  for (const std::string &text : types) {
    auto parsed = media::parseInputType(text);
    if (!parsed)
      return parsed.error();
    auto &[input, format] = *parsed;
    if (std::ranges::find(conversions, input, &media::InputConversion::input) != conversions.end())
      return Error{"--input-type is given twice for '" + input + "'"};
    const media::Preprocessing *said = preprocess.of(input);
    conversions.push_back({input, format, said ? *said : media::Preprocessing()});
    conversions.back().format.colours = conversions.back().preprocessing.colours;
  }
  return conversions;
}

Result<onnx::ImportOptions> tare::importOptions(const std::vector<std::string> &models,
                                                const driver::InputChoices &inputs, const Preprocess &preprocess) {
  auto isOnnx = [](const std::string &model) {
    Result<ModelKind> kind = kindOfModel(model);
    return !kind || *kind == ModelKind::onnx; // What cannot be read says so itself.
  };
  bool readsOnnx = std::any_of(models.begin(), models.end(), isOnnx);
  std::string model = models.size() == 1 ? *models.begin() + ": " : "";
  if (!inputs.inputShapes.empty() && !readsOnnx)
    return Error{model + "--input-shape binds the dimensions of an ONNX model; IR and programs have known shapes"};
  if (!inputs.inputValues.empty() && !readsOnnx)
    return Error{model + "--input-value makes an input of an ONNX model a constant; the inputs of IR and programs "
                         "are settled"};
  if (!inputs.inputTypes.empty() && !readsOnnx)
    return Error{model + "--input-type says what an input of an ONNX model takes; the inputs of IR and programs are "
                         "settled"};
  onnx::ImportOptions options;
  for (const std::string &text : inputs.inputShapes) {
    auto parsed = onnx::parseInputShapes(text);
    if (!parsed)
      return parsed.error();
    options.inputShapes.insert(options.inputShapes.end(), parsed->begin(), parsed->end());
  }
  for (const std::string &text : inputs.inputValues) {
    auto parsed = onnx::parseInputValue(text);
    if (!parsed)
      return parsed.error();
    options.inputValues.push_back(*parsed);
  }
  auto conversions = conversionsOf(inputs.inputTypes, preprocess);
  if (!conversions)
    return conversions.error();
  options.conversions = std::move(*conversions);
  return options;
}
