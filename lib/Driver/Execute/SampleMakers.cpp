//===- SampleMakers.cpp - Pictures and sounds for a model's inputs --------===//
#include "Driver/Execute/SampleMakers.h"

#include "tare/Config/Preprocess.h"
#include "tare/Media/MediaInput.h"

#include <algorithm>
#include <fmt/format.h>

using namespace tare;

const media::Preprocessing *Preprocess::of(const std::string &input) const {
  auto found = inputs.find(input);
  if (found == inputs.end())
    found = inputs.find("");
  return found == inputs.end() ? nullptr : &found->second;
}

Result<Preprocess> tare::readPreprocess(const std::string &path) {
  if (path.empty())
    return Preprocess();
  Result<media::PreprocessingFile> inputs = config::readPreprocessing(path);
  return inputs ? Result<Preprocess>(Preprocess{path, std::move(*inputs)}) : inputs.error();
}

/// An error where the file names what is no input.
static Status checkNames(const std::vector<InputDeclaration> &inputs, const Preprocess &preprocess) {
  std::string names;
  for (const InputDeclaration &input : inputs)
    names += (names.empty() ? "'" : ", '") + input.name + "'";
  for (const auto &[name, how] : preprocess.inputs)
    if (!name.empty() && std::ranges::find(inputs, name, &InputDeclaration::name) == inputs.end())
      return Error{fmt::format("{}: names the input '{}', but the model's inputs are {}", preprocess.file, name,
                               names.empty() ? "none" : names)};
  return success();
}

Result<std::vector<InputDeclaration>> tare::withMakers(std::vector<InputDeclaration> inputs,
                                                       const Preprocess &preprocess) {
  if (Status known = checkNames(inputs, preprocess); !known)
    return known.error();
  const bool isOnly = inputs.size() == 1;
  for (InputDeclaration &input : inputs) {
    auto made = media::makerOf(input, preprocess.of(input.name), isOnly);
    // What is said of all inputs is of those that it fits.
    if (!made && !isOnly && !preprocess.inputs.contains(input.name))
      made = media::makerOf(input, nullptr, isOnly);
    if (!made)
      return Error{fmt::format("{}: input '{}': {}", preprocess.file, input.name, made.error().message)};
    input.maker = std::move(*made);
  }
  return inputs;
}

void tare::tellNotes(const Dataset &data, const Listener &listener) {
  for (const std::string &note : data.notes())
    listener.note(note);
}
