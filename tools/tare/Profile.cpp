//===- Profile.cpp - Where a run's time goes ------------------------------===//
#include "Profile.h"
#include "Console.h"

#include "Table.h"
#include "tare/Kernels/Peak.h"

#include <algorithm>
#include <fmt/format.h>

using namespace tare;

namespace {

/// What is done in some microseconds.
struct Work {
  double microseconds;
  int64_t macs, readBytes, writtenBytes;

  double gmacs() const { return microseconds > 0 ? double(macs) / microseconds * 1e-3 : 0; }
  double gigabytes() const { return microseconds > 0 ? double(readBytes + writtenBytes) / microseconds * 1e-3 : 0; }
};

Work workOf(const ExecutableLayer &layer, double microseconds) {
  return {microseconds, layer.macs, layer.readBytes, layer.writtenBytes};
}

std::string percent(double part, double whole) { return fmt::format("{:.1f} %", whole > 0 ? 100 * part / whole : 0); }

/// Nothing where there are no bytes.
std::string kilobytes(int64_t bytes) { return bytes ? fmt::format("{:.1f}", double(bytes) * 1e-3) : ""; }

void addRow(Table &table, std::vector<std::string> name, const Work &work, double whole, double peak) {
  bool products = work.macs != 0, moves = work.readBytes + work.writtenBytes != 0;
  name.insert(name.end(), {fmt::format("{:.1f}", work.microseconds), percent(work.microseconds, whole),
                           products ? fmt::format("{:.1f}", work.gmacs()) : "",
                           products ? percent(work.gmacs() * 1e9, peak) : "", kilobytes(work.readBytes),
                           kilobytes(work.writtenBytes), moves ? fmt::format("{:.1f}", work.gigabytes()) : ""});
  table.add(std::move(name));
}

void writeWork(llvm::json::OStream &json, const Work &work, double whole, double peak) {
  json.attribute("microseconds", work.microseconds);
  json.attribute("share", whole > 0 ? work.microseconds / whole : 0);
  json.attribute("macs", work.macs);
  json.attribute("gmacs_per_second", work.gmacs());
  json.attribute("share_of_peak", work.gmacs() * 1e9 / peak);
  json.attribute("read_bytes", work.readBytes);
  json.attribute("written_bytes", work.writtenBytes);
  json.attribute("gigabytes_per_second", work.gigabytes());
}

} // namespace

Profile::Profile(const Executable &executable, std::unique_ptr<LayerTimes> times)
    : layers(executable.layers()), times(std::move(times)), peak(kernels::measurePeak(this->times->last().threads)) {}

Result<std::unique_ptr<Profile>> Profile::create(const Executable &executable, const std::string &model, size_t threads,
                                                 const std::string &trace) {
  auto times = LayerTimes::create(executable, model, threads);
  if (!times)
    return times.error();
  std::unique_ptr<Profile> profile(new Profile(executable, std::move(*times)));
  if (!trace.empty()) {
    auto file = ProfileTrace::create(trace, model, profile->times->last().threads);
    if (!file)
      return file.error();
    profile->trace.emplace(std::move(*file));
  }
  return profile;
}

Status Profile::add(int64_t sample) {
  times->add();
  return trace ? trace->add(sample, layers, times->last()) : success();
}

void Profile::print() const {
  using Align = Table::Align;
  Table table({{"layer", Align::left},
               {"kind", Align::left},
               {"output", Align::left},
               {"threads"},
               {"µs"},
               {"share"},
               {"GMAC/s"},
               {"of peak"},
               {"kB read"},
               {"kB written"},
               {"GB/s"}});
  Work all = {};
  for (size_t i = 0; i != layers.size(); ++i) {
    Work work = workOf(layers[i], times->of(i));
    all = {all.microseconds + work.microseconds, all.macs + work.macs, all.readBytes + work.readBytes,
           all.writtenBytes + work.writtenBytes};
    addRow(table,
           {layers[i].name, layers[i].kind + (layers[i].isFast ? "" : " (reference)"), toString(layers[i].type),
            fmt::format("{}", times->threadsOf(i))},
           work, times->whole(), peak);
  }
  addRow(table, {"inputs, outputs", "", "", ""}, {times->whole() - all.microseconds, 0, 0, 0}, times->whole(), peak);
  all.microseconds = times->whole();
  addRow(table, {"total", "", "", ""}, all, times->whole(), peak);
  table.print();
  writeOut("\npeak: {:.1f} GMAC/s ({}, {} thread{}); times: mean of {} sample{}\n", peak * 1e-9,
           kernels::instructionSet(), times->last().threads, times->last().threads == 1 ? "" : "s", times->samples(),
           times->samples() == 1 ? "" : "s");
}

void Profile::writeLayer(llvm::json::OStream &json, size_t layer) const {
  json.object([&] {
    json.attribute("name", jsonText(layers[layer].name));
    json.attribute("kind", layers[layer].kind);
    json.attribute("type", jsonText(nameOf(layers[layer].type.element)));
    jsonList(json, "shape", layers[layer].type.shape);
    json.attribute("kernel", layers[layer].isFast ? "fast" : "reference");
    json.attribute("threads", int64_t(times->threadsOf(layer)));
    writeWork(json, workOf(layers[layer], times->of(layer)), times->whole(), peak);
  });
}

void Profile::write(llvm::json::OStream &json) const {
  json.attributeObject("profile", [&] {
    json.attribute("samples", times->samples());
    json.attribute("threads", int64_t(times->last().threads));
    json.attribute("instruction_set", std::string(kernels::instructionSet()));
    json.attribute("peak_gmacs_per_second", peak * 1e-9);
    json.attribute("microseconds", times->whole());
    json.attributeArray("layers", [&] {
      for (size_t i = 0; i != layers.size(); ++i)
        writeLayer(json, i);
    });
  });
}
