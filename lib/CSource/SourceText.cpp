//===- SourceText.cpp - The files of a C source ---------------------------===//
#include "SourceText.h"

#include "Header.h"
#include "SelfTest.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

using namespace tare;
using namespace tare::csource;

namespace {

/// Constants of this size and more may be in a file of their own.
constexpr int64_t largeConstant = 1024;

class TextWriter {
public:
  explicit TextWriter(Lowered &lowered)
      : lowered(lowered), options(lowered.options), memory(lowered.memory), unit(lowered.unit) {}

  Source write() {
    Source source;
    const std::string &prefix = options.prefix;
    source.files.push_back(
        {prefix + ".h", headerText({prefix, about(), lowered.inputs, lowered.outputs, mayFail()}, memory)});
    source.files.push_back({prefix + ".c", sourceText()});
    if (options.splitWeights)
      source.files.push_back({prefix + "_weights.c", about() + includes({"stdint.h"}) + weights});
    if (!options.test.empty()) {
      source.files.push_back({prefix + "_test.c", selfTestText(options, lowered.inputs, lowered.outputs)});
      source.files.push_back({"CMakeLists.txt", cmakeText(options, unit.math)});
    }
    source.arenaBytes = memory.arenaBytes();
    source.constantBytes = constantBytes;
    return source;
  }

private:
  bool mayFail() const {
    return std::ranges::any_of(unit.layers, [](const LayerText &layer) {
      return std::ranges::any_of(layer.calls, [](const Call &call) { return call.mayFail; });
    });
  }

  /// The comment that each file begins with.
  std::string about() const {
    const program::ProgramT &program = lowered.session.program();
    return fmt::format(
        "/* '{}' for the target {}, made by {}: C99, as docs/c-source.md of Tare describes it. Numbers such as\n"
        " * (A14) are those of formulas in its docs/arithmetic.md. */\n",
        inComment(std::filesystem::path(lowered.session.model().name()).filename().string()),
        inComment(program.target->name), inComment(program.producer));
  }

  /// Lines that include these headers, and that of mathematics where it is needed.
  std::string includes(std::vector<std::string> headers) const {
    if (unit.math)
      headers.insert(headers.begin(), "math.h");
    std::string text;
    for (const std::string &header : headers)
      text += fmt::format("#include <{}>\n", header);
    return text;
  }

  /// What the compiler has to know before anything else.
  std::string preamble() const {
    std::string text = fmt::format("#include \"{}.h\"\n\n", options.prefix) + includes({"stddef.h", "string.h"});
    if (unit.math)
      text += "\n#ifdef __clang__\n/* A product and a sum in one step round otherwise; gcc has -ffp-contract=off for "
              "it, and -std=c99. */\n#pragma STDC FP_CONTRACT OFF\n#endif\n";
    return text +
           fmt::format("\n/* Numbers below 0 keep their sign when they are shifted to the right, as all compilers "
                       "have it. */\ntypedef char {}_shifts_keep_signs[(-1 >> 1) == -1 ? 1 : -1];\n",
                       options.prefix);
  }

  std::string sourceText() {
    std::vector<Constant> outputConstants;
    std::string entering = textOfInputs(lowered.inputs, memory, unit),
                leaving = textOfOutputs(lowered.outputs, lowered.session.model(), memory, unit, outputConstants);
    std::string layers = layersText() + constantsText(outputConstants);
    std::string run =
        fmt::format("\nint {}_run(const void *const inputs[], void *const outputs[], void *arena) {{\n"
                    "  unsigned char *const at = (unsigned char *)arena;\n"
                    "  if (arena == NULL || (uintptr_t)arena % {}_ARENA_ALIGNMENT != 0)\n    return -1;\n",
                    options.prefix, capitals(options.prefix));
    return about() + preamble() + unit.kernels + layers + run + entering + callsText() + leaving + "  return 0;\n}\n";
  }

  std::string layersText() {
    std::string text;
    for (const LayerText &layer : unit.layers)
      if (!layer.descriptions.empty() || !layer.constants.empty())
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
    std::string text, indent = "  ";
    for (size_t i = 0; i != unit.layers.size(); ++i) {
      const LayerText &layer = unit.layers[i];
      text += fmt::format("{}/* {} */\n", indent, layer.comment);
      for (const Call &call : layer.calls) {
        if (call.first == "}" && call.function.empty())
          indent.resize(indent.size() - 2);
        text += callText(call, i, indent);
        if (call.function.empty() && call.first != "}")
          indent += "  ";
      }
    }
    return text;
  }

  std::string callText(const Call &call, size_t layer, const std::string &indent) const {
    if (call.function.empty())
      return indent + call.first + "\n";
    std::string arguments = call.first;
    for (const Place &place : call.places)
      arguments += ", " + placeText(place);
    if (!call.mayFail)
      return fmt::format("{}{}({});\n", indent, call.function, arguments);
    return fmt::format("{0}if ({1}({2}))\n{0}  return {3};\n", indent, call.function, arguments, layer + 1);
  }

  std::string placeText(const Place &place) const {
    if (place.kind == Place::constant)
      return place.name + place.offset;
    int64_t offset = place.kind == Place::tensor ? memory.offsetOfTensor(uint32_t(place.number))
                                                 : memory.offsetOfScratch(place.number);
    return fmt::format("({} *)(at + {}){}", typeOf(place.element), offset, place.offset);
  }

  Lowered &lowered;
  const SourceOptions &options;
  const Memory &memory;
  Unit &unit;
  /// What is in a file of its own.
  std::string weights;
  int64_t constantBytes = 0;
};

} // namespace

Source csource::textOf(Lowered &lowered) { return TextWriter(lowered).write(); }
