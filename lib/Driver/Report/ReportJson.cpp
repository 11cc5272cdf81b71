//===- ReportJson.cpp - A report for other programs, and for the page -----===//
#include "Driver/Report/Report.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>

using namespace tare;
using llvm::json::OStream;

namespace {

/// Enough for what is drawn.
constexpr size_t mostBars = 64;

/// To four digits: lists of thousands of them are no larger than what they tell.
void writeRounded(OStream &out, double number) {
  if (std::isfinite(number))
    out.rawValue(fmt::format("{:.4g}", number));
  else
    out.value(nullptr);
}

void writeRounded(OStream &out, llvm::StringRef key, const std::vector<double> &numbers) {
  out.attributeArray(key, [&] {
    for (double number : numbers)
      writeRounded(out, number);
  });
}

template <typename T> void writeEnds(OStream &out, llvm::StringRef key, const std::vector<T> &numbers) {
  out.attributeBegin(key);
  if (numbers.empty()) {
    out.value(nullptr);
  } else {
    const auto [least, most] = std::minmax_element(numbers.begin(), numbers.end());
    out.array([&] {
      out.value(*least);
      out.value(*most);
    });
  }
  out.attributeEnd();
}

void writeType(OStream &out, const TensorType &type) {
  out.attribute("type", jsonText(nameOf(type.element)));
  jsonList(out, "shape", type.shape);
}

void writeGrid(OStream &out, const InspectedGrid &grid) {
  writeEnds(out, "scale", grid.scales);
  writeEnds(out, "zero_point", grid.zeroPoints);
}

void writePort(OStream &out, const InspectedPort &port, int64_t layer) {
  out.attribute("name", jsonText(port.name));
  writeType(out, port.type);
  out.attribute("layout", jsonText(port.layout));
  writeGrid(out, port.grid);
  std::vector<std::string> steps;
  for (const InspectedStep &step : port.hostSteps)
    steps.push_back(step.kind);
  jsonList(out, "host_steps", steps);
  out.attribute("layer", layer);
}

void writeAccuracy(OStream &out, const Accuracy &accuracy) {
  const Difference &d = accuracy.difference;
  out.attribute("sqnr_db", accuracy.isDiscrete ? llvm::json::Value(nullptr) : jsonNumber(d.sqnr()));
  out.attribute("exact", d.differing == 0 && d.isFinite());
  out.attribute("cosine", accuracy.isDiscrete ? llvm::json::Value(nullptr) : jsonNumber(d.cosine()));
  out.attribute("equal_share", accuracy.isDiscrete ? jsonNumber(d.equalShare()) : llvm::json::Value(nullptr));
  out.attribute("largest_difference", jsonNumber(d.largest));
  out.attribute("differing", d.differing);
  out.attribute("elements", d.total);
  out.attribute("non_finite", d.nonFiniteReference + d.nonFiniteOther);
}

void writeSeen(OStream &out, const SeenValues &seen, const std::optional<GridEnds> &grid) {
  const calibration::Histogram &histogram = seen.histogram;
  const Bars bars = barsOf(histogram, mostBars);
  out.attribute("min", jsonNumber(histogram.min()));
  out.attribute("max", jsonNumber(histogram.max()));
  out.attribute("finite", int64_t(histogram.finite()));
  out.attribute("zeros", int64_t(histogram.zeros()));
  out.attribute("below", seen.below);
  out.attribute("above", seen.above);
  out.attribute("clipped_share", grid ? jsonNumber(seen.clippedShare()) : llvm::json::Value(nullptr));
  out.attribute("used_share", grid ? jsonNumber(seen.usedShare(*grid)) : llvm::json::Value(nullptr));
  out.attribute("bar_width", bars.width);
  out.attribute("first_bar", bars.first);
  jsonList(out, "counts", bars.counts);
}

void writeWeights(OStream &out, const WeightChannels &weights) {
  out.attribute("name", jsonText(weights.name));
  writeType(out, weights.type);
  out.attribute("channels", weights.channels);
  out.attribute("joined", weights.joined);
  out.attribute("dead", weights.dead);
  out.attribute("coarse", weights.coarse);
  writeRounded(out, "magnitudes", weights.magnitudes);
  jsonList(out, "steps", weights.steps);
  writeRounded(out, "zeros", weights.zeros);
}

std::string functionOf(const InspectedLayer &layer) {
  return layer.function ? program::EnumNameFunctionKind(layer.function->function->kind) : "";
}

/// What the program itself says of a layer.
void writeInspected(OStream &out, const InspectedLayer &layer) {
  out.attribute("name", jsonText(layer.name));
  out.attribute("value", jsonText(layer.value));
  out.attribute("kind", jsonText(layer.kind));
  out.attribute("function", functionOf(layer));
  out.attribute("host", layer.isHost);
  writeType(out, layer.output);
  writeGrid(out, layer.grid);
  writeEnds(out, "factor", factorsOf(layer));
  writeEnds(out, "multiplier", layer.multipliers);
  writeEnds(out, "shift", wholeShifts(layer));
  out.attribute("headroom_bits", layer.headroom ? llvm::json::Value(*layer.headroom) : llvm::json::Value(nullptr));
  out.attribute("macs", layer.macs);
}

void writeLayer(OStream &out, const InspectedLayer &layer, const ReportedLayer &row) {
  out.attribute("label", jsonText(row.label));
  writeInspected(out, layer);
  out.attribute("step", row.step);
  out.attribute("runs", row.runs);
  jsonList(out, "operands", row.operands);
  out.attribute("read_bytes", row.readBytes);
  out.attribute("written_bytes", row.writtenBytes);
  const std::optional<GridEnds> grid = gridEnds(layer);
  if (grid)
    jsonList(out, "range", std::vector<double>{grid->low, grid->high});
  if (row.accuracy)
    out.attributeObject("accuracy", [&] {
      writeAccuracy(out, *row.accuracy);
      out.attribute("noticed_error",
                    row.accuracy->noticed ? jsonNumber(*row.accuracy->noticed) : llvm::json::Value(nullptr));
      out.attribute("fall_db", row.accuracy->fall ? jsonNumber(*row.accuracy->fall) : llvm::json::Value(nullptr));
      out.attribute("added_error", jsonNumber(row.accuracy->added));
    });
  if (row.seen)
    out.attributeObject("values", [&] { writeSeen(out, *row.seen, grid); });
  if (row.weights)
    out.attributeObject("weights", [&] { writeWeights(out, *row.weights); });
  if (row.microseconds)
    out.attribute("microseconds", *row.microseconds);
}

void writeFinding(OStream &out, const Finding &finding) {
  constexpr const char *severities[] = {"error", "warning", "remark"};
  out.attribute("severity", severities[size_t(finding.severity)]);
  out.attribute("layer", finding.layer < 0 ? llvm::json::Value(nullptr) : llvm::json::Value(finding.layer));
  out.attribute("text", jsonText(finding.text));
  out.attribute("advice", jsonText(finding.advice));
  out.attribute("told_by", finding.isOfConversion ? "conversion" : "report");
}

template <typename T> void writeEach(OStream &out, llvm::StringRef key, const std::vector<T> &items, auto write) {
  out.attributeArray(key, [&] {
    for (const T &item : items)
      out.object([&] { write(item); });
  });
}

class Writer {
public:
  Writer(OStream &out, const Report &report) : out(out), report(report), inspection(report.inspection) {}

  void write() const {
    writeFiles();
    out.attributeObject("verdict", [&] {
      out.attribute("grade", nameOf(report.verdict.grade));
      out.attribute("text", jsonText(report.verdict.text));
    });
    writeEach(out, "findings", report.findings, [&](const Finding &finding) { writeFinding(out, finding); });
    writeRepairs();
    writePorts();
    writeAccuracies();
    out.attributeArray("layers", [&] {
      for (size_t i = 0; i != report.layers.size(); ++i)
        out.object([&] { writeLayer(out, inspection.layers[i], report.layers[i]); });
    });
    writeMemory();
    writeProfile();
  }

private:
  /// Without folders: the same files elsewhere give the same report.
  static llvm::json::Value fileName(const std::string &path) {
    return path.empty() ? llvm::json::Value(nullptr) : jsonText(std::filesystem::path(path).filename().string());
  }

  void writeFiles() const {
    out.attribute("program", fileName(inspection.path));
    out.attribute("model", fileName(report.model));
    out.attribute("data", fileName(report.data));
    out.attribute("samples", report.samples);
    out.attribute("target", jsonText(inspection.target));
    out.attribute("producer", jsonText(inspection.producer));
    out.attribute("file_bytes", inspection.fileBytes);
    out.attribute("parameters", inspection.parameters);
    int64_t macs = 0;
    for (const InspectedLayer &layer : inspection.layers)
      macs += layer.macs;
    out.attribute("macs", macs);
  }

  void writeRepairs() const {
    if (!report.repairs)
      return out.attribute("repairs", nullptr);
    writeEach(out, "repairs", *report.repairs, [&](const ReportedRepair &repair) {
      out.attribute("layer", jsonText(repair.layer));
      out.attribute("kind", jsonText(repair.kind));
      out.attribute("channels", repair.channels);
      out.attribute("cost", jsonNumber(repair.cost));
      out.attribute("unit", jsonText(repair.unit));
    });
  }

  void writePorts() const {
    out.attributeArray("inputs", [&] {
      for (size_t i = 0; i != inspection.inputs.size(); ++i)
        out.object([&] { writePort(out, inspection.inputs[i], -1 - int64_t(i)); });
    });
    out.attributeArray("outputs", [&] {
      for (size_t i = 0; i != inspection.outputs.size(); ++i)
        out.object([&] { writePort(out, inspection.outputs[i], report.outputs[i].layer); });
    });
  }

  void writeAccuracies() const {
    writeEach(out, "accuracy", report.accuracy, [&](const ReportedAccuracy &output) {
      out.attribute("name", jsonText(output.name));
      writeAccuracy(out, output.accuracy);
      jsonList(out, "parts", std::vector<int64_t>(output.parts.begin(), output.parts.end()));
    });
  }

  void writeMemory() const {
    out.attributeObject("memory", [&] {
      out.attribute("arena_bytes", inspection.memory->arena);
      out.attribute("arena_lower_bound", inspection.memory->arenaLowerBound);
      out.attribute("constant_bytes", inspection.memory->constants);
      writeEach(out, "blocks", report.arena, [&](const ReportedBlock &block) {
        out.attribute("name", jsonText(block.name));
        out.attribute("offset", block.offset);
        out.attribute("bytes", block.bytes);
        out.attribute("begin", block.begin);
        out.attribute("end", block.end);
      });
    });
  }

  void writeProfile() const {
    if (!report.profile)
      return out.attribute("profile", nullptr);
    out.attributeObject("profile", [&] {
      out.attribute("samples", report.profile->samples);
      out.attribute("threads", report.profile->threads);
      out.attribute("instruction_set", report.profile->instructionSet);
      out.attribute("microseconds", report.profile->microseconds);
    });
  }

  OStream &out;
  const Report &report;
  const Inspection &inspection;
};

} // namespace

void tare::writeReport(OStream &out, const Report &report) {
  out.object([&] { Writer(out, report).write(); });
}
