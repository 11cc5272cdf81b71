//===- DiagnosisTable.cpp - A diagnosis as text ---------------------------===//
#include "DiagnosisTable.h"

#include "Console.h"
#include "Table.h"
#include "tare/Diagnostics/OneLine.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tare;
using onnx::RefusedNode;
using onnx::Survey;
using onnx::SurveyedPort;

namespace {

std::string shapeText(const SurveyedPort &port) {
  if (!port.shape)
    return "no shape";
  std::vector<std::string> dims;
  for (const onnx::SurveyedDimension &dim : *port.shape)
    dims.push_back(dim.size ? std::to_string(*dim.size) : dim.name.empty() ? "?" : dim.name);
  return dims.empty() ? "scalar" : fmt::format("{}", fmt::join(dims, "x"));
}

std::string bindingText(const SurveyedPort &port) {
  if (port.example.empty())
    return "";
  return port.mustBeBound ? fmt::format("must be bound, as by --input-shape {}", port.example)
                          : "its first dimension is taken as 1, unless --input-shape says more";
}

std::string opsetText(const Survey &survey) {
  std::vector<std::string> texts;
  for (const auto &[domain, version] : survey.opsets)
    texts.push_back(domain.empty() ? fmt::format("opset {}", version) : fmt::format("{} {}", domain, version));
  return fmt::format("{}", fmt::join(texts, ", "));
}

/// What a refused node's user can do, beside what the reason says.
std::string remedyOf(const RefusedNode &node) {
  if (node.operands.empty())
    return "";
  return fmt::format("--outputs {} cuts the network in front of it", fmt::join(node.operands, ","));
}

void printPorts(const char *title, const std::vector<SurveyedPort> &ports) {
  Table table({{title, Table::Align::left},
               {"type", Table::Align::left},
               {"shape", Table::Align::left},
               {"open dimensions", Table::Align::left}});
  for (const SurveyedPort &port : ports)
    table.add({port.name, port.type, shapeText(port), bindingText(port)});
  table.print();
  writeOut("\n");
}

void printSurvey(const Survey &survey) {
  writeOut("{}, IR version {}, made by {}\n\n", oneLine(opsetText(survey)), survey.irVersion,
           survey.producer.empty() ? "an exporter that does not say its name" : oneLine(survey.producer));
  printPorts("input", survey.inputs);
  printPorts("output", survey.outputs);
}

void printRefused(const Survey &survey) {
  Table table({{"refused", Table::Align::left},
               {"operator", Table::Align::left},
               {"why", Table::Align::left},
               {"or", Table::Align::left}});
  for (const RefusedNode &node : survey.refused)
    table.add({node.layer, fmt::format("{} (opset {})", node.op, node.opset), node.reason, remedyOf(node)});
  table.print();
  if (survey.unseen)
    writeOut("{} node{} behind {} not looked at: the model does not declare the shapes of what {} read{}\n",
             survey.unseen, survey.unseen == 1 ? "" : "s", survey.unseen == 1 ? "these was" : "these were",
             survey.unseen == 1 ? "it" : "they", survey.unseen == 1 ? "s" : "");
  writeOut("\n");
}

/// Where there is nothing to convert, what there would have been.
void printNodes(const Survey &survey) {
  std::map<std::string, int64_t> refused;
  for (const RefusedNode &node : survey.refused)
    ++refused[node.op];
  Table table({{"operator", Table::Align::left}, {"nodes"}, {"refused"}});
  for (const auto &[op, count] : survey.operators)
    table.add({op, std::to_string(count), refused.contains(op) ? std::to_string(refused[op]) : ""});
  table.print();
}

void printOperators(const Diagnosis &diagnosis) {
  Table table({{"operator", Table::Align::left},
               {"runs", Table::Align::left},
               {"layers"},
               {"MACs"},
               {"of MACs"},
               {"of bytes"},
               {"why", Table::Align::left}});
  for (const DiagnosedOperator &entry : diagnosis.operators)
    table.add({entry.op, entry.isHost ? "on the host" : "in integers", std::to_string(entry.layers),
               entry.macs ? std::to_string(entry.macs) : "",
               fmt::format("{:.1f} %", 100 * diagnosis.shareOfMacs(entry)),
               fmt::format("{:.1f} %", 100 * diagnosis.shareOfBytes(entry)),
               fmt::format("{}", fmt::join(entry.reasons, "; "))});
  table.print();
  writeOut("\n{} multiply-accumulates; arena {:.1f} kB, constants {:.1f} kB\n", diagnosis.macs,
           double(diagnosis.arenaBytes) / 1e3, double(diagnosis.constantBytes) / 1e3);
}

} // namespace

void tare::printDiagnosis(const Diagnosis &diagnosis) {
  writeOut("{}{} {} for the target '{}', {}\n", oneLine(diagnosis.model),
           diagnosis.stage.empty() ? "" : fmt::format(", IR at the stage '{}',", diagnosis.stage),
           diagnosis.converts() ? "would convert" : "would not convert", oneLine(diagnosis.target),
           diagnosis.activations.empty() ? "with the activations that it has"
                                         : fmt::format("with {} activations", diagnosis.activations));
  if (diagnosis.survey) {
    printSurvey(*diagnosis.survey);
    if (!diagnosis.survey->refused.empty())
      printRefused(*diagnosis.survey);
    if (!diagnosis.converts())
      printNodes(*diagnosis.survey);
  }
  if (diagnosis.converts())
    printOperators(diagnosis);
}
