//===- InspectionJson.cpp - What inspect shows, for other programs --------===//
#include "Driver/Inspect/Inspection.h"
#include "Driver/Inspect/OperatorJson.h"
#include "Driver/Inspect/OperatorTypes.h"

#include <cmath>

using namespace tare;
using llvm::json::OStream;

namespace {

void writeGrid(OStream &out, const InspectedGrid &grid) {
  jsonList(out, "scales", grid.scales);
  jsonList(out, "zero_points", grid.zeroPoints);
  if (grid.axis)
    out.attribute("axis", *grid.axis);
}

template <typename T>
void writeEach(OStream &out, llvm::StringRef key, const std::vector<T> &items, void write(OStream &, const T &)) {
  out.attributeArray(key, [&] {
    for (const T &item : items)
      out.object([&] { write(out, item); });
  });
}

void writeStep(OStream &out, const InspectedStep &step) {
  out.attribute("kind", step.kind);
  out.attribute("operand_count", int64_t(step.operandCount));
  out.attributeObject("parameters", [&] { writeParameters(out, step.op); });
}

void writePort(OStream &out, const InspectedPort &port) {
  out.attribute("name", jsonText(port.name));
  out.attribute("type", jsonText(nameOf(port.type.element)));
  jsonList(out, "shape", port.type.shape);
  out.attribute("layout", port.layout);
  writeGrid(out, port.grid);
  std::vector<std::string> kinds;
  for (const InspectedStep &step : port.hostSteps)
    kinds.push_back(step.kind);
  jsonList(out, "host_steps", kinds);
  writeEach(out, "host_operators", port.hostSteps, writeStep);
  if (!port.modelOutput.empty())
    out.attribute("model_output", jsonText(port.modelOutput));
}

void writeConstant(OStream &out, const InspectedConstant &constant) {
  out.attribute("name", jsonText(constant.name));
  out.attribute("type", jsonText(nameOf(constant.type.element)));
  jsonList(out, "shape", constant.type.shape);
  writeGrid(out, constant.grid);
}

void writeLayer(OStream &out, const InspectedLayer &layer) {
  out.attribute("name", jsonText(layer.name));
  out.attribute("value", jsonText(layer.value));
  out.attribute("kind", layer.kind);
  out.attribute("output", jsonText(nameOf(layer.output.element)));
  jsonList(out, "output_shape", layer.output.shape);
  writeGrid(out, layer.grid);
  jsonList(out, "multipliers", layer.multipliers);
  jsonList(out, "shifts", layer.shifts);
  if (layer.stages)
    out.attributeObject("stages", [&] { writeStages(out, *layer.stages); });
  if (layer.function)
    out.attributeObject("function", [&] { writeLayerFunction(out, *layer.function); });
  out.attribute("headroom", layer.headroom ? llvm::json::Value(*layer.headroom) : llvm::json::Value(nullptr));
  out.attribute("macs", layer.macs);
  out.attribute("host", layer.isHost);
  writeEach(out, "constants", layer.constants, writeConstant);
}

} // namespace

void Inspection::writeJson(OStream &out) const {
  out.object([&] {
    out.attribute("file", jsonText(path));
    out.attribute("kind", kind);
    out.attribute("file_bytes", fileBytes);
    if (!target.empty())
      out.attribute("target", jsonText(target));
    if (!operators.empty())
      writeOperators(out, "target_operators", operators);
    if (!producer.empty())
      out.attribute("producer", jsonText(producer));
    writeEach(out, "inputs", inputs, writePort);
    writeEach(out, "outputs", outputs, writePort);
    writeEach(out, "layers", layers, writeLayer);
    int64_t macs = 0;
    for (const InspectedLayer &layer : layers)
      macs += layer.macs;
    out.attribute("macs", macs);
    out.attribute("parameters", parameters);
    if (memory)
      out.attributeObject("memory", [&] {
        out.attribute("arena_bytes", memory->arena);
        out.attribute("arena_lower_bound", memory->arenaLowerBound);
        out.attribute("constant_bytes", memory->constants);
      });
  });
}
