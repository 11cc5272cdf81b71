//===- DiagnosisReport.cpp - A diagnosis as text and as JSON --------------===//
#include "Diagnosis.h"

#include "Json.h"
#include "Numbers.h"
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

void writePort(llvm::json::OStream &out, const SurveyedPort &port) {
  out.attribute("name", jsonText(port.name));
  out.attribute("type", port.type);
  if (!port.shape)
    out.attribute("shape", nullptr);
  else
    out.attributeArray("shape", [&] {
      for (const onnx::SurveyedDimension &dim : *port.shape)
        dim.size ? out.value(*dim.size) : out.value(jsonText(dim.name));
    });
  if (!port.example.empty()) {
    out.attribute("must_be_bound", port.mustBeBound);
    out.attribute("input_shape", jsonText(port.example));
  }
}

void writePorts(llvm::json::OStream &out, llvm::StringRef key, const std::vector<SurveyedPort> &ports) {
  out.attributeArray(key, [&] {
    for (const SurveyedPort &port : ports)
      out.object([&] { writePort(out, port); });
  });
}

void writeRefused(llvm::json::OStream &out, const RefusedNode &node) {
  out.attribute("node", jsonText(node.layer));
  out.attribute("operator", jsonText(node.op));
  out.attribute("opset", node.opset);
  out.attribute("reason", jsonText(node.reason));
  out.attributeArray("operands", [&] {
    for (const std::string &operand : node.operands)
      out.value(jsonText(operand));
  });
}

void writeSurvey(llvm::json::OStream &out, const Survey &survey) {
  out.attribute("ir_version", survey.irVersion);
  out.attribute("producer", jsonText(survey.producer));
  out.attributeObject("opsets", [&] {
    for (const auto &[domain, version] : survey.opsets)
      out.attribute(domain.empty() ? "ai.onnx" : jsonText(domain), version);
  });
  writePorts(out, "inputs", survey.inputs);
  writePorts(out, "outputs", survey.outputs);
  out.attributeObject("nodes", [&] {
    for (const auto &[op, count] : survey.operators)
      out.attribute(jsonText(op), count);
  });
  out.attributeArray("refused", [&] {
    for (const RefusedNode &node : survey.refused)
      out.object([&] { writeRefused(out, node); });
  });
  out.attribute("not_looked_at", survey.unseen);
}

void writeOperator(llvm::json::OStream &out, const Diagnosis &diagnosis, const DiagnosedOperator &entry) {
  out.attribute("operator", jsonText(entry.op));
  out.attribute("host", entry.isHost);
  out.attribute("layers", entry.layers);
  out.attribute("macs", entry.macs);
  out.attribute("bytes", entry.bytes);
  out.attribute("share_of_macs", diagnosis.shareOfMacs(entry));
  out.attribute("share_of_bytes", diagnosis.shareOfBytes(entry));
  out.attributeArray("reasons", [&] {
    for (const std::string &reason : entry.reasons)
      out.value(jsonText(reason));
  });
}

} // namespace

void tare::printDiagnosis(const Diagnosis &diagnosis) {
  writeOut("{} {} for the target '{}', with {} activations\n", oneLine(diagnosis.model),
           diagnosis.converts() ? "would convert" : "would not convert", oneLine(diagnosis.target),
           diagnosis.activations);
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

void tare::writeDiagnosis(llvm::json::OStream &out, const Diagnosis &diagnosis) {
  out.object([&] {
    out.attribute("model", jsonText(diagnosis.model));
    out.attribute("target", jsonText(diagnosis.target));
    out.attribute("activations", diagnosis.activations);
    out.attribute("converts", diagnosis.converts());
    if (diagnosis.survey)
      writeSurvey(out, *diagnosis.survey);
    if (!diagnosis.converts())
      return;
    out.attributeArray("operators", [&] {
      for (const DiagnosedOperator &entry : diagnosis.operators)
        out.object([&] { writeOperator(out, diagnosis, entry); });
    });
    out.attribute("macs", diagnosis.macs);
    out.attribute("bytes", diagnosis.bytes);
    out.attribute("arena_bytes", int64_t(diagnosis.arenaBytes));
    out.attribute("constant_bytes", int64_t(diagnosis.constantBytes));
  });
}
