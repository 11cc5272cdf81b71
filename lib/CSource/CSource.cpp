//===- CSource.cpp - A program as C ---------------------------------------===//
//
// Layers, from the top: this file puts the files together; Header, Ports and SelfTest write what is around the layers;
// Lowering and the files of families turn each operator into calls of kernels, by LayerWriter; Requantization,
// Rounding, Sums, Walks and Windows are what they share; Memory places tensors; Unit collects text; Template makes
// kernels for their types; CText writes C. The kernels themselves are in Kernels.
//
//===----------------------------------------------------------------------===//
#include "tare/CSource/CSource.h"

#include "Comments.h"
#include "Header.h"
#include "Lowering.h"
#include "SelfTest.h"
#include "tare/Program/Dataflow.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

using namespace tare;
using namespace tare::csource;

namespace {

/// Constants of this size and more may be in a file of their own.
constexpr int64_t largeConstant = 1024;
/// What C sources count in 32 bits.
constexpr int64_t mostBytes = (int64_t(1) << 31) - 1;

class SourceWriter {
public:
  SourceWriter(const runtime::Session &session, const SourceOptions &options,
               const std::vector<program::TensorUse> &uses)
      : session(session), model(session.model()), options(options), memory(model, uses) {}

  Result<Source> write() {
    if (Status lowered = lowerLayers(); !lowered)
      return lowered.error();
    memory.plan();
    if (memory.arenaBytes() > mostBytes)
      return Error{
          fmt::format("its arena has {} bytes, expected less than 2^31: C sources count in 32 bits; cut the network by "
                      "--inputs and --outputs, or make its inputs smaller by --input-shape",
                      memory.arenaBytes())};
    inputs = inputsOf(session, memory);
    outputs = outputsOf(session, memory);
    Source source;
    source.files.push_back(
        {options.prefix + ".h", headerText({options.prefix, about(), inputs, outputs, mayFail()}, memory)});
    source.files.push_back({options.prefix + ".c", sourceText()});
    if (options.splitWeights)
      source.files.push_back({options.prefix + "_weights.c", about() + "#include <stdint.h>\n" + weights});
    if (!options.test.empty()) {
      source.files.push_back({options.prefix + "_test.c", selfTestText(options, inputs, outputs)});
      source.files.push_back({"CMakeLists.txt", cmakeText(options, unit.math)});
    }
    source.arenaBytes = memory.arenaBytes();
    source.constantBytes = constantBytes;
    return source;
  }

private:
  Status lowerLayers() {
    size_t count = session.program().layers.size();
    unit.layers.resize(count);
    for (size_t i = 0; i != count; ++i) {
      LayerWriter layer(model, i, unit, memory);
      unit.layers[i].comment = layerComment(model, i);
      if (Status lowered = checkSizes(layer); !lowered)
        return lowered;
      if (Status lowered = lower(layer); !lowered)
        return Error{fmt::format("layer {} ('{}'): {}", i, layer.layer().name, lowered.error().message)};
    }
    return success();
  }

  static Status checkSizes(const LayerWriter &layer) {
    for (size_t i = 0; i != layer.operandCount(); ++i)
      if (layer.type(i).bytes() > size_t(mostBytes))
        return refusal("layer '{}': operand {} has {} bytes, expected less than 2^31: C sources count in 32 bits; cut "
                       "the network by "
                       "--inputs and --outputs, or make its inputs smaller by --input-shape",
                       layer.layer().name, i, layer.type(i).bytes());
    return success();
  }

  bool mayFail() const {
    return std::ranges::any_of(unit.layers, [](const LayerText &layer) {
      return std::ranges::any_of(layer.calls, [](const Call &call) { return call.mayFail; });
    });
  }

  /// The comment that each file begins with.
  std::string about() const {
    const program::ProgramT &program = session.program();
    return fmt::format("/* '{}' for the target {}, made by {}: C99, as docs/c-source.md of Tare describes it. */\n",
                       inComment(std::filesystem::path(model.name()).filename().string()),
                       inComment(program.target->name), inComment(program.producer));
  }

  std::string sourceText() {
    std::string capital = capitals(options.prefix);
    // What values enter and leave by may need kernels, too.
    std::vector<Constant> outputConstants;
    std::string entering = textOfInputs(inputs, memory, unit),
                leaving = textOfOutputs(outputs, model, memory, unit, outputConstants);
    std::string layers = layersText() + constantsText(outputConstants), calls = callsText();
    std::string text = about() + fmt::format("#include \"{}.h\"\n\n{}#include <stddef.h>\n#include <string.h>\n",
                                             options.prefix, unit.math ? "#include <math.h>\n" : "");
    if (unit.math)
      text += "\n#ifdef __clang__\n/* A product and a sum in one step round otherwise; gcc has -ffp-contract=off for "
              "it, and -std=c99. */\n"
              "#pragma STDC FP_CONTRACT OFF\n#endif\n";
    text += fmt::format(
        "\n/* Numbers below 0 keep their sign when they are shifted to the right, as all compilers have it. */\n"
        "typedef char {}_shifts_keep_signs[(-1 >> 1) == -1 ? 1 : -1];\n",
        options.prefix);
    text += unit.kernels + layers;
    text += fmt::format("\nint {}_run(const void *const inputs[], void *const outputs[], void *arena) {{\n"
                        "  unsigned char *const at = (unsigned char *)arena;\n"
                        "  if (arena == NULL || (uintptr_t)arena % {}_ARENA_ALIGNMENT != 0)\n    return -1;\n",
                        options.prefix, capital);
    return text + entering + calls + leaving + "  return 0;\n}\n";
  }

  std::string layersText() {
    std::string text;
    for (const LayerText &layer : unit.layers)
      if (!layer.descriptions.empty())
        text += fmt::format("\n/* {} */\n{}{}", layer.comment, constantsText(layer.constants), layer.descriptions);
    return text;
  }

  std::string constantsText(const std::vector<Constant> &constants) {
    std::string text;
    for (const Constant &constant : constants) {
      constantBytes += constant.bytes;
      if (!options.splitWeights || constant.bytes < largeConstant) {
        text +=
            fmt::format("static const {} {}[{}] = {};\n", constant.type, constant.name, constant.count, constant.text);
        continue;
      }
      std::string name = options.prefix + "_" + constant.name;
      text += fmt::format("extern const {} {}[{}];\n#define {} {}\n", constant.type, name, constant.count,
                          constant.name, name);
      weights += fmt::format("\nconst {} {}[{}] = {};\n", constant.type, name, constant.count, constant.text);
    }
    return text;
  }

  std::string callsText() const {
    std::string text;
    for (size_t i = 0; i != unit.layers.size(); ++i) {
      const LayerText &layer = unit.layers[i];
      text += fmt::format("  /* {} */\n", layer.comment);
      for (const Call &call : layer.calls)
        text += callText(call, i);
    }
    return text;
  }

  std::string callText(const Call &call, size_t layer) const {
    std::string arguments = call.first;
    for (const Place &place : call.places)
      arguments += ", " + placeText(place);
    if (!call.mayFail)
      return fmt::format("  {}({});\n", call.function, arguments);
    return fmt::format("  if ({}({}))\n    return {};\n", call.function, arguments, layer + 1);
  }

  std::string placeText(const Place &place) const {
    if (place.kind == Place::constant)
      return place.name;
    int64_t offset = place.kind == Place::tensor ? memory.offsetOfTensor(uint32_t(place.number))
                                                 : memory.offsetOfScratch(place.number);
    return fmt::format("({} *)(at + {})", typeOf(place.element), offset);
  }

  const runtime::Session &session;
  const program::Model &model;
  const SourceOptions &options;
  Memory memory;
  Unit unit;
  std::vector<Port> inputs, outputs;
  std::string weights;
  int64_t constantBytes = 0;
};

bool isLetter(char c) { return std::isalpha(static_cast<unsigned char>(c)) && static_cast<unsigned char>(c) < 0x80; }

} // namespace

bool csource::isPrefix(std::string_view text) {
  constexpr size_t longest = 60;
  return !text.empty() && text.size() <= longest && isLetter(text.front()) &&
         std::ranges::all_of(text, [](char c) { return isLetter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

std::string csource::prefixOf(std::string_view path) {
  std::string name = identifier(std::filesystem::path(path).stem().string());
  return isPrefix(name) ? name : "model";
}

Result<Source> csource::writeSource(const runtime::Session &session, const SourceOptions &options) {
  auto uses = program::analyzeDataflow(session.program());
  if (!uses)
    return uses.error();
  return SourceWriter(session, options, *uses).write();
}
