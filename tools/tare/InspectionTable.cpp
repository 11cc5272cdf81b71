//===- InspectionTable.cpp - What inspect shows, for people ---------------===//
#include "InspectionTable.h"

#include "Console.h"
#include "Table.h"
#include "tare/Diagnostics/OneLine.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tare;

namespace {

using Align = Table::Align;

/// "3", or "3 .. 9" for a list of different numbers; nothing for an empty one.
template <typename T> std::string rangeOf(const std::vector<T> &numbers, const char *format) {
  if (numbers.empty())
    return "";
  auto [least, most] = std::minmax_element(numbers.begin(), numbers.end());
  std::string low = fmt::format(fmt::runtime(format), *least), high = fmt::format(fmt::runtime(format), *most);
  return *least == *most ? low : low + " .. " + high;
}

/// "9", "8 .. 11", or "3 + 12 + 7" of three stages.
std::string shiftText(const InspectedLayer &layer) {
  if (!layer.stages)
    return rangeOf(layer.shifts, "{}");
  return fmt::format("{} + {} + {}", layer.stages->accumulator_shift, layer.stages->product_shift,
                     layer.stages->output_shift);
}

/// "conv", or "conv + swish" of a function that is part of the layer.
/// The host's, in float, is marked: "TopK (host)".
std::string kindText(const InspectedLayer &layer) {
  if (layer.isHost)
    return layer.kind + " (host)";
  return layer.function ? layer.kind + " + " + program::EnumNameFunctionKind(layer.function->function->kind)
                        : layer.kind;
}

/// "dequantize, concat of 3 -> boxes"
std::string hostText(const InspectedPort &port) {
  std::string text;
  for (const InspectedStep &step : port.hostSteps) {
    text += (text.empty() ? "" : ", ") + step.kind;
    if (step.operandCount != 1)
      text += fmt::format(" of {}", step.operandCount);
  }
  return port.modelOutput.empty() ? text : text + " -> " + port.modelOutput;
}

void printPorts(const char *title, const std::vector<InspectedPort> &ports) {
  Table table({{title, Align::left},
               {"type", Align::left},
               {"shape", Align::left},
               {"layout", Align::left},
               {"scale"},
               {"zero point"},
               {"host", Align::left}});
  for (const InspectedPort &port : ports)
    table.add({port.name, std::string(nameOf(port.type.element)), toString(port.type.shape), port.layout,
               rangeOf(port.grid.scales, "{:.6g}"), rangeOf(port.grid.zeroPoints, "{}"), hostText(port)});
  table.print();
  writeOut("\n");
}

void printLayers(const std::vector<InspectedLayer> &layers) {
  Table table({{"layer", Align::left},
               {"value", Align::left},
               {"kind", Align::left},
               {"output", Align::left},
               {"shape", Align::left},
               {"scale"},
               {"M"},
               {"m"},
               {"q"},
               {"headroom"},
               {"MACs"}});
  for (const InspectedLayer &layer : layers)
    table.add({layer.name, layer.value, kindText(layer), std::string(nameOf(layer.output.element)),
               toString(layer.output.shape), rangeOf(layer.grid.scales, "{:.4g}"), rangeOf(factorsOf(layer), "{:.4g}"),
               rangeOf(layer.multipliers, "{}"), shiftText(layer),
               layer.headroom ? fmt::format("{} bits", *layer.headroom) : "",
               layer.macs ? fmt::format("{}", layer.macs) : ""});
  table.print();
}

} // namespace

void tare::printInspection(const Inspection &inspection) {
  writeOut("{}: {}, {} bytes", inspection.path, inspection.kind, inspection.fileBytes);
  if (!inspection.target.empty())
    writeOut(", for the target '{}'", oneLine(inspection.target));
  writeOut("{}\n\n", inspection.producer.empty() ? "" : ", by " + oneLine(inspection.producer));
  printPorts("input", inspection.inputs);
  printPorts("output", inspection.outputs);
  printLayers(inspection.layers);
  int64_t macs = 0;
  for (const InspectedLayer &layer : inspection.layers)
    macs += layer.macs;
  int64_t ofHost = std::ranges::count_if(inspection.layers, &InspectedLayer::isHost);
  writeOut("\n{} layers{}, {} parameters{}\n", inspection.layers.size(),
           ofHost ? fmt::format(" ({} of the host)", ofHost) : "", inspection.parameters,
           macs ? fmt::format(", {} MACs", macs) : "");
  if (inspection.memory)
    writeOut("memory: {} bytes of arena ({} is the lower bound), {} bytes of constants\n", inspection.memory->arena,
             inspection.memory->arenaLowerBound, inspection.memory->constants);
}
