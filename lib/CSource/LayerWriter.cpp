//===- LayerWriter.cpp - Writes one layer of a C source -------------------===//
#include "LayerWriter.h"

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::csource;

/// A member of a description, broken after commas where it is longer than a line.
static std::string memberLines(const Member &member) {
  constexpr size_t width = 118;
  std::string text = fmt::format("    .{} = {},\n", member.name, member.value), lines;
  while (text.size() > width) {
    size_t comma = text.rfind(", ", width);
    if (comma == std::string::npos)
      break;
    lines += text.substr(0, comma + 1) + "\n";
    text = "        " + text.substr(comma + 2);
  }
  return lines + text;
}

std::string csource::structOf(const std::vector<Member> &members) {
  std::vector<std::string> parts;
  for (const Member &member : members)
    parts.push_back("." + member.name + " = " + member.value);
  return braces(parts);
}

LayerWriter::LayerWriter(const program::Model &model, size_t index, Unit &unit, Memory &memory)
    : unit(unit), model(model), index(index), memory(memory) {}

ConstTensorView LayerWriter::constant(size_t operand) const {
  return {type(operand), model.constant(layer().operands[operand])};
}

std::vector<kernels::Operand> LayerWriter::operands() const {
  std::vector<kernels::Operand> all;
  for (uint32_t operand : layer().operands)
    all.push_back({model.type(operand), model.constant(operand), model.program().tensors[operand]->zero_point});
  return all;
}

uint32_t LayerWriter::resultTensor(size_t number) const {
  return number == 0 ? layer().result : layer().further_results[number - 1];
}

std::string LayerWriter::nameOf() const {
  std::string own = identifier(layer().name);
  return fmt::format("layer_{}{}{}", index, own.empty() ? "" : "_", own);
}

Place LayerWriter::operandPlace(size_t operand) {
  uint32_t tensor = layer().operands[operand];
  ConstTensorView values = constant(operand);
  if (!values.data)
    return {Place::tensor, values.type.element, tensor};
  std::string &name = unit.tensors[tensor];
  if (name.empty())
    name = array(fmt::format("operand_{}", operand), values);
  return {Place::constant, values.type.element, 0, name};
}

Place LayerWriter::resultPlace(size_t number) const {
  return {Place::tensor, result(number).element, resultTensor(number)};
}

Place LayerWriter::scratch(ElementType element, int64_t count) {
  return {Place::scratch, element, memory.addScratch(index, count * int64_t(sizeOf(element)))};
}

/// Infinite numbers, and none, are macros of math.h.
static bool needsMath(ConstTensorView values) {
  return values.type.element == ElementType::f32 &&
         !std::all_of(values.as<float>(), values.as<float>() + values.count(),
                      [](float x) { return std::isfinite(x); });
}

std::string LayerWriter::array(std::string_view role, ConstTensorView values) {
  if (needsMath(values))
    unit.useMath();
  std::string name = fmt::format("{}_{}", nameOf(), role);
  text().constants.push_back(
      {name, std::string(typeOf(values.type.element)), elements(values), values.count(), int64_t(values.type.bytes())});
  return name;
}

void LayerWriter::run(const std::string &kernel, const std::vector<Member> &members, std::vector<Place> places,
                      bool mayFail) {
  runAs(kernel, "run_" + kernel, members, std::move(places), mayFail);
}

void LayerWriter::runAs(const std::string &type, const std::string &function, const std::vector<Member> &members,
                        std::vector<Place> places, bool mayFail) {
  std::string name = nameOf() + (++descriptions > 1 ? fmt::format("_part_{}", descriptions) : "");
  std::string description = fmt::format("static const {} {} = {{\n", type, name);
  for (const Member &member : members)
    description += memberLines(member);
  text().descriptions += description + "};\n";
  text().calls.push_back({function, "&" + name, std::move(places), mayFail});
}

void LayerWriter::call(std::string_view function, std::string first, std::vector<Place> places, bool mayFail) {
  text().calls.push_back({std::string(function), std::move(first), std::move(places), mayFail});
}

void LayerWriter::line(std::string text) { this->text().calls.push_back({"", std::move(text), {}}); }

LayerWriter LayerWriter::makerOf(size_t operand) const {
  const auto &layers = model.program().layers;
  auto writes = [&](const auto &each) { return each->result == layer().operands[operand]; };
  return LayerWriter(model, std::ranges::find_if(layers, writes) - layers.begin(), unit, memory);
}

bool LayerWriter::joinResult(size_t operand) {
  uint32_t tensor = layer().operands[operand];
  if (model.constant(tensor))
    return false;
  memory.join(tensor, layer().result);
  return true;
}
