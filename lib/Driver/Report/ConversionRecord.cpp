//===- ConversionRecord.cpp - What a conversion has told ------------------===//
#include "Driver/Report/ConversionRecord.h"

#include "tare/Diagnostics/Nesting.h"
#include "tare/Tensor/MappedFile.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>

using namespace tare;
namespace json = llvm::json;

namespace {

std::string textOf(const json::Object &object, llvm::StringRef key) { return object.getString(key).value_or("").str(); }

/// The layer's number, by its name or its value's; of several that have it the last, which the others lead to.
int64_t layerCalled(const Report &report, const std::string &name) {
  const std::vector<InspectedLayer> &layers = report.inspection.layers;
  auto isCalled = [&](const InspectedLayer &layer) { return layer.name == name || layer.value == name; };
  auto found = std::find_if(layers.rbegin(), layers.rend(), isCalled);
  return found == layers.rend() ? -1 : layers.rend() - found - 1;
}

void addWarning(Report &report, const json::Object &warning) {
  Finding finding;
  const bool isNegligible = warning.getBoolean("negligible").value_or(false);
  finding.severity = isNegligible ? Finding::Severity::remark : Finding::Severity::warning;
  finding.layer = layerCalled(report, textOf(warning, "layer"));
  finding.text = textOf(warning, "text");
  finding.advice = textOf(warning, "remedy");
  finding.isOfConversion = true;
  report.findings.push_back(std::move(finding));
}

void addRepair(std::vector<ReportedRepair> &repairs, const json::Object &repair) {
  repairs.push_back({textOf(repair, "layer"), textOf(repair, "kind"), textOf(repair, "unit"),
                     repair.getInteger("channels").value_or(0), repair.getNumber("cost").value_or(0)});
}

/// Those with a unit that weighs more first: steps of a result, then real numbers; of one unit what costs most.
bool costsMore(const ReportedRepair &a, const ReportedRepair &b) {
  const bool inSteps = a.unit == "LSB";
  return a.unit == b.unit ? a.cost > b.cost : inSteps;
}

} // namespace

Status tare::addConversion(Report &report, const std::string &path) {
  auto file = MappedFile::open(path);
  if (!file)
    return file.error();
  const llvm::StringRef text(reinterpret_cast<const char *>((*file)->bytes().data()), (*file)->bytes().size());
  // JSON is YAML, and nests in the same brackets.
  if (Status nests = checkYamlNesting(text, path); !nests)
    return nests;
  auto parsed = json::parse(text);
  if (!parsed)
    llvm::consumeError(parsed.takeError());
  const json::Object *record = parsed ? parsed->getAsObject() : nullptr;
  const json::Array *warnings = record ? record->getArray("warning_details") : nullptr;
  const json::Array *repairs = record ? record->getArray("repairs") : nullptr;
  if (!warnings || !repairs)
    return Error{path + ": is no report of a conversion, expected what 'tare convert --json' prints"};
  for (const json::Value &warning : *warnings)
    if (const json::Object *object = warning.getAsObject())
      addWarning(report, *object);
  report.repairs.emplace();
  for (const json::Value &repair : *repairs)
    if (const json::Object *object = repair.getAsObject())
      addRepair(*report.repairs, *object);
  llvm::stable_sort(*report.repairs, costsMore);
  return success();
}
