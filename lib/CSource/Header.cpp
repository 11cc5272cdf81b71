//===- Header.cpp - The header of a C source ------------------------------===//
#include "Header.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::csource;

namespace {

/// "0.5 * (q - 3)", what a port's integers stand for; of real numbers what they are rounded to, or made from.
std::string gridText(const runtime::PortDescription &port) {
  if (port.scales.empty())
    return "";
  bool isReal = port.type.element == ElementType::f32;
  std::string scale = port.scales.size() == 1 ? number(port.scales[0]) : fmt::format("scale[c] of axis {}", port.axis);
  return fmt::format("; {}{} * (q - {})", isReal ? "its integers q stand for " : "q stands for ", scale,
                     port.zeroPoint);
}

class PortWriter {
public:
  PortWriter(const std::string &prefix, std::string_view direction, size_t index)
      : name(fmt::format("{}_{}{}", capitals(prefix), capitals(direction), index)), direction(direction), index(index) {
  }

  std::string write(const Port &port, const Memory &memory) {
    const runtime::PortDescription &described = port.description;
    const TensorType &type = described.type;
    std::string layout = described.layout.empty() ? "" : " " + inComment(described.layout);
    text = fmt::format("\n/* {}s[{}]: '{}', {} {}{}{} */\n", direction, index, inComment(described.name),
                       typeOf(type.element), shapeText(type.shape), layout, gridText(described));
    define("NAME", quoted(described.name));
    define("TYPE", std::string(typeOf(type.element)));
    define("COUNT", number(type.count()));
    define("BYTES", number(int64_t(type.bytes())));
    define("RANK", number(int64_t(type.shape.size())));
    define("SHAPE", type.shape.empty() ? "{1}" : list(type.shape));
    writeGrid(described);
    if (port.isAlone)
      define("OFFSET", number(memory.offsetOfTensor(port.port->tensor)));
    return std::move(text);
  }

private:
  void define(std::string_view what, const std::string &value) {
    text += fmt::format("#define {}_{} {}\n", name, what, value);
  }

  void writeGrid(const runtime::PortDescription &port) {
    if (port.scales.empty())
      return;
    if (port.scales.size() == 1) {
      define("SCALE", number(port.scales[0]));
    } else {
      std::vector<std::string> scales;
      for (double scale : port.scales)
        scales.push_back(number(scale));
      define("SCALES", braces(scales));
      define("SCALE_COUNT", number(int64_t(scales.size())));
      define("AXIS", number(int64_t(port.axis)));
    }
    define("ZERO_POINT", number(int64_t(port.zeroPoint)));
  }

  std::string name;
  std::string_view direction;
  size_t index;
  std::string text;
};

std::string runComment(const HeaderContents &contents) {
  std::string capital = capitals(contents.prefix);
  std::string text = fmt::format(
      "\n/* Runs the network once. inputs[i] and outputs[i] have the bytes that {0}_INPUTi_BYTES and "
      "{0}_OUTPUTi_BYTES say, at any\n * alignment, outside of the arena or, where there is an "
      "_OFFSET, at that place of it, which saves a copy. Nothing in the arena\n * counts from one run to the "
      "next. Several threads may run at once, with an arena for each.\n"
      " * Returns 0; -1 where the arena is NULL or not aligned",
      capital);
  if (contents.mayFail)
    text += "; 1 and the number of the layer where that layer was given elements that its operator\n * does not take "
            "(an index "
            "that a table does not have), and the outputs hold nothing of use";
  return text + ". */\n";
}

} // namespace

std::string csource::headerText(const HeaderContents &contents, const Memory &memory) {
  std::string capital = capitals(contents.prefix);
  std::string text = fmt::format(
      "{0}#ifndef {1}_H\n#define {1}_H\n\n#include <stdint.h>\n\n#ifdef __cplusplus\nextern \"C\" "
      "{{\n#endif\n\n/* The memory that a run needs, and the multiple that its address is of. */\n"
      "#define {1}_ARENA_BYTES {2}\n#define {1}_ARENA_ALIGNMENT {3}\n\n"
      "#define {1}_INPUTS {4}\n#define {1}_OUTPUTS {5}\n",
      contents.about, capital, memory.arenaBytes(), arenaAlignment, contents.inputs.size(), contents.outputs.size());
  for (size_t i = 0; i != contents.inputs.size(); ++i)
    text += PortWriter(contents.prefix, "input", i).write(contents.inputs[i], memory);
  for (size_t i = 0; i != contents.outputs.size(); ++i)
    text += PortWriter(contents.prefix, "output", i).write(contents.outputs[i], memory);
  text += runComment(contents);
  text += fmt::format("int {}_run(const void *const inputs[], void *const outputs[], void *arena);\n\n#ifdef "
                      "__cplusplus\n}}\n#endif\n\n#endif\n",
                      contents.prefix);
  return text;
}
