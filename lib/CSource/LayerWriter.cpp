//===- LayerWriter.cpp - Writes one layer of a C source -------------------===//
#include "LayerWriter.h"

using namespace tare;
using namespace tare::csource;

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
  return {Place::constant, values.type.element, 0, array(fmt::format("operand_{}", operand), values)};
}

Place LayerWriter::resultPlace(size_t number) const {
  return {Place::tensor, result(number).element, resultTensor(number)};
}

Place LayerWriter::scratch(ElementType element, int64_t count) {
  return {Place::scratch, element, memory.addScratch(index, count * int64_t(sizeOf(element)))};
}

std::string LayerWriter::array(std::string_view role, ConstTensorView values) {
  std::string name = fmt::format("{}_{}", nameOf(), role);
  text().constants.push_back(
      {name, std::string(typeOf(values.type.element)), elements(values), values.count(), int64_t(values.type.bytes())});
  return name;
}

void LayerWriter::run(const std::string &kernel, const std::vector<Member> &members, std::vector<Place> places,
                      bool mayFail) {
  std::string name = nameOf() + (++descriptions > 1 ? fmt::format("_part_{}", descriptions) : "");
  std::string description = fmt::format("static const {} {} = {{\n", kernel, name);
  for (const Member &member : members)
    description += fmt::format("    .{} = {},\n", member.name, member.value);
  text().descriptions += description + "};\n";
  text().calls.push_back({"run_" + kernel, "&" + name, std::move(places), mayFail});
}

bool LayerWriter::joinResult(size_t operand) {
  uint32_t tensor = layer().operands[operand];
  if (model.constant(tensor))
    return false;
  memory.join(tensor, layer().result);
  return true;
}
