//===- VerifyRoundingOnData.cpp - tare verify: another rounding, on data --===//
#include "Driver/Execute/SampleMakers.h"
#include "Driver/Execute/WatchedSamples.h"
#include "Driver/Verify/GoldenInputs.h"
#include "Driver/Verify/RoundingOnData.h"
#include "JsonOutput.h"
#include "Table.h"
#include "Verification.h"

#include <fmt/format.h>

using namespace tare;

namespace {

std::string shareOf(const RoundedElements &elements) {
  return fmt::format("{:.3f} %", 100.0 * double(elements.differing) / double(elements.total));
}

void print(const RoundingOnData &comparison, int64_t samples) {
  Table table({{"layer", Table::Align::left}, {"kind", Table::Align::left}, {"elements"}, {"would differ"}, {"share"}});
  for (const RoundedElements *layer : comparison.layers())
    table.add(
        {layer->label, layer->kind, std::to_string(layer->total), std::to_string(layer->differing), shareOf(*layer)});
  table.print();
  int64_t differing = 0, total = 0;
  for (const RoundedElements *output : comparison.outputs())
    differing += output->differing, total += output->total;
  writeOut("\n{} samples; the outputs, where every layer rounds so: {} of {} elements would differ\n", samples,
           differing, total);
}

void write(llvm::json::OStream &out, const char *key, const std::vector<const RoundedElements *> &list) {
  out.attributeArray(key, [&] {
    for (const RoundedElements *entry : list)
      out.object([&] {
        out.attribute("name", jsonText(entry->name));
        if (!entry->kind.empty()) {
          out.attribute("label", jsonText(entry->label));
          out.attribute("kind", jsonText(entry->kind));
        }
        out.attribute("elements", entry->total.load());
        out.attribute("differing", entry->differing.load());
      });
  });
}

} // namespace

Status tare::verifyRoundingOnData(const Verification &task, program::Rounding rounding, const std::string &path,
                                  const std::string &preprocess, int64_t samples) {
  auto comparison = RoundingOnData::create(task.model, rounding);
  if (!comparison)
    return comparison.error();
  auto data = openReal(path, preprocess, (*comparison)->session(), samples);
  if (!data)
    return data.error();
  int64_t count = (*data)->sampleCount();
  WatchedSamples watched(**data, watchedInputs((*comparison)->session()));
  {
    Progress progress(task.console, "rounding sample", count);
    if (Status done = (*comparison)->run(watched, task.threads, progress); !done)
      return done;
  }
  if (!task.json) {
    print(**comparison, count);
    watched.warn(task.console);
    tellNotes(**data, task.console);
    return success();
  }
  printJson([&](llvm::json::OStream &out) {
    out.object([&] {
      out.attribute("rounding", program::EnumNameRounding(rounding));
      out.attribute("samples", count);
      write(out, "layers", (*comparison)->layers());
      write(out, "outputs", (*comparison)->outputs());
    });
  });
  watched.warn(task.console);
  tellNotes(**data, task.console);
  return success();
}
