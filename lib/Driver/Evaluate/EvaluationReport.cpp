//===- EvaluationReport.cpp - What an evaluation shows --------------------===//
#include "Driver/Evaluate/EvaluationReport.h"
#include "Driver/Evaluate/Metrics/Loss.h"
#include "Driver/Json.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

using namespace tare;

std::vector<const Configuration *> EvaluationReport::ranked() const {
  std::vector<const Configuration *> others = evaluation.others(), result;
  std::vector<std::optional<double>> scores;
  for (const Configuration *each : others)
    scores.push_back(each->score ? std::optional(each->score->value) : std::nullopt);
  for (size_t i : orderByLoss(scores, real()))
    result.push_back(others[i]);
  return result;
}

static void writeScore(llvm::json::OStream &out, const Configuration &each, const MetricKind::Names &names) {
  out.attribute("file", jsonText(each.file));
  out.attribute("form", each.form.empty() ? llvm::json::Value(nullptr) : llvm::json::Value(each.form));
  out.attribute("score", each.score ? jsonNumber(each.score->value) : llvm::json::Value(nullptr));
  for (size_t i = 0; i != names.further.size(); ++i)
    out.attribute(names.further[i], each.score ? jsonNumber(each.score->further[i]) : llvm::json::Value(nullptr));
}

void EvaluationReport::write(llvm::json::OStream &out) const {
  const MetricKind::Names names = kind.names();
  out.attribute("metric", jsonText(metric));
  out.attribute("data", jsonText(data.file));
  out.attribute("samples", data.samples->sampleCount());
  out.attribute("labels", data.labels.empty() ? llvm::json::Value(nullptr) : jsonText(data.labels));
  out.attributeArray("outputs", [&] {
    for (const std::string &name : outputs)
      out.value(jsonText(name));
  });
  out.attributeObject("model", [&] { writeScore(out, evaluation.reference(), names); });
  out.attributeArray("configurations", [&] {
    int64_t rank = 0;
    for (const Configuration *each : ranked())
      out.object([&] {
        out.attribute("rank", each->score ? llvm::json::Value(++rank) : llvm::json::Value(nullptr));
        writeScore(out, *each, names);
        std::optional<double> loss = each->score ? lossInPercent(each->score->value, real()) : std::nullopt;
        out.attribute("loss_percent", loss ? jsonNumber(*loss) : llvm::json::Value(nullptr));
        out.attribute("failed", each->failure ? jsonText(*each->failure) : llvm::json::Value(nullptr));
      });
  });
  if (!calibrated)
    return out.attribute("calibrated_on", nullptr);
  out.attributeArray("calibrated_on", [&] {
    for (int64_t sample : calibrated->found())
      out.value(sample);
  });
}

std::string EvaluationReport::note() const {
  if (real() == 0)
    return "the float model's score is 0, of which no loss is a share: what is nearest to it comes first";
  return std::isinf(real()) ? "the float model's score is infinite, of which no loss is a share: the best comes first"
                            : "";
}

bool EvaluationReport::hasScores() const {
  std::vector<const Configuration *> others = evaluation.others();
  return std::ranges::any_of(others, [](const Configuration *each) { return each->score.has_value(); });
}

Status EvaluationReport::status() const {
  std::vector<const Configuration *> others = evaluation.others();
  std::string reason;
  size_t failed = 0;
  for (const Configuration *each : others)
    if (each->failure && failed++ == 0)
      reason = *each->failure;
  if (failed == 0)
    return success();
  return Error{fmt::format("{} ({} of {} configurations failed)", reason, failed, others.size())};
}
