//===- DiagnosisJson.cpp - A diagnosis as JSON ----------------------------===//
#include "Driver/Doctor/Diagnosis.h"

#include "Driver/Json.h"

using namespace tare;
using onnx::RefusedNode;
using onnx::Survey;
using onnx::SurveyedPort;

namespace {

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

void tare::writeDiagnosis(llvm::json::OStream &out, const Diagnosis &diagnosis) {
  out.object([&] {
    out.attribute("model", jsonText(diagnosis.model));
    out.attribute("target", jsonText(diagnosis.target));
    out.attribute("activations", diagnosis.activations.empty() ? llvm::json::Value(nullptr)
                                                               : llvm::json::Value(diagnosis.activations));
    if (!diagnosis.stage.empty())
      out.attribute("stage", diagnosis.stage);
    out.attribute("converts", diagnosis.converts());
    if (!diagnosis.converts())
      out.attribute("problem", jsonText(diagnosis.problem));
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
