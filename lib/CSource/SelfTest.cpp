//===- SelfTest.cpp - The test that comes with a C source -----------------===//
#include "SelfTest.h"

#include "KernelTexts.h"
#include "Template.h"
#include "tare/Tensor/OffsetBinary.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::csource;

namespace {

class TestWriter {
public:
  TestWriter(const SourceOptions &options, const std::vector<Port> &inputs, const std::vector<Port> &outputs)
      : options(options), inputs(inputs), outputs(outputs) {}

  std::string write() {
    std::string arrays, checks;
    for (size_t i = 0; i != options.test.size(); ++i) {
      arrays += arraysOf("input", i, inputs, options.test[i].inputs);
      arrays += arraysOf("output", i, outputs, options.test[i].outputs);
      checks += checkOf(i);
    }
    return instantiate(kernelText("self_test"),
                       {{"PREFIX", options.prefix},
                        {"ARENA_BYTES", capitals(options.prefix) + "_ARENA_BYTES"},
                        {"HEADER", fmt::format("\"{}.h\"", options.prefix)},
                        {"NETWORK", options.prefix + "_run"},
                        {"ARRAYS", arrays},
                        {"RESULTS", resultsText()},
                        {"CHECKS", checks}},
                       options.prefix);
  }

private:
  static std::string nameOf(std::string_view direction, size_t port, size_t sample) {
    return fmt::format("{}_{}_of_sample_{}", direction, port, sample);
  }

  static std::string arraysOf(std::string_view direction, size_t sample, const std::vector<Port> &ports,
                              const std::vector<Tensor> &values) {
    std::string text;
    for (size_t i = 0; i != ports.size(); ++i) {
      Tensor value = ports[i].port->is_unsigned ? shiftedByHalf(values[i]) : values[i];
      text += fmt::format("static const {} {}[{}] = {};\n", typeOf(value.element()), nameOf(direction, i, sample),
                          value.count(), elements(value.view()));
    }
    return text;
  }

  std::string resultsText() const {
    std::string text;
    for (size_t i = 0; i != outputs.size(); ++i)
      text += fmt::format("static {} output_{}[{}];\n", typeOf(outputs[i].description.type.element), i,
                          outputs[i].description.type.count());
    return text;
  }

  /// The calls that compare a sample's outputs.
  std::string checkOf(size_t sample) const {
    std::vector<std::string> given, made;
    std::string text;
    for (size_t i = 0; i != inputs.size(); ++i)
      given.push_back(nameOf("input", i, sample));
    for (size_t i = 0; i != outputs.size(); ++i) {
      const TensorType &type = outputs[i].description.type;
      made.push_back(fmt::format("output_{}", i));
      text += fmt::format("    wrong += differs(output_{0}, {1}, sizeof(output_{0}), {2}, {3}, {4}, {5});\n", i,
                          nameOf("output", i, sample), sizeOf(type.element), int(type.element == ElementType::f32),
                          sample, quoted(outputs[i].description.name));
    }
    return fmt::format("  {{\n    const void *const inputs[] = {};\n    void *const outputs[] = {};\n"
                       "    wrong += fails({}_run(inputs, outputs, arena), {});\n{}  }}\n",
                       braces(given), braces(made), options.prefix, sample, text);
  }

  const SourceOptions &options;
  const std::vector<Port> &inputs, &outputs;
};

} // namespace

std::string csource::selfTestText(const SourceOptions &options, const std::vector<Port> &inputs,
                                  const std::vector<Port> &outputs) {
  return TestWriter(options, inputs, outputs).write();
}

std::string csource::cmakeText(const SourceOptions &options, bool needsMath) {
  const std::string &name = options.prefix;
  return fmt::format("cmake_minimum_required(VERSION 3.16)\n"
                     "project({0} LANGUAGES C)\n\n"
                     "add_library({0} STATIC {0}.c{1})\n"
                     "target_include_directories({0} PUBLIC ${{CMAKE_CURRENT_SOURCE_DIR}})\n"
                     "set_target_properties({0} PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)\n"
                     "if(CMAKE_C_COMPILER_ID MATCHES \"GNU|Clang\")\n"
                     "  # A product and a sum in one step round otherwise.\n"
                     "  target_compile_options({0} PRIVATE -ffp-contract=off)\n"
                     "endif()\n{2}\n"
                     "add_executable({0}_test {0}_test.c)\n"
                     "target_link_libraries({0}_test PRIVATE {0})\n"
                     "enable_testing()\n"
                     "add_test(NAME {0} COMMAND {0}_test)\n",
                     name, options.splitWeights ? fmt::format(" {}_weights.c", name) : "",
                     needsMath ? fmt::format("target_link_libraries({} PUBLIC m)\n", name) : "");
}
