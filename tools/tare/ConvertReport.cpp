//===- ConvertReport.cpp - What tare convert has done ---------------------===//
#include "ConvertReport.h"

#include "Json.h"
#include "Numbers.h"
#include "Timing.h"
#include "WarningSummary.h"
#include "tare/Kernels/Registry.h"
#include "tare/Tensor/StandardStreams.h"
#include "llvm/Support/FileSystem.h"

#include <fmt/format.h>

using namespace tare;

void Conversion::note(const program::ProgramT &program) {
  arenaBytes = program.arena_bytes;
  roundedTwice = std::ranges::count_if(program.layers, [](const auto &layer) {
    const program::RequantT *requant = kernels::requantOf(layer->op);
    return requant && requant->rounding == program::Rounding::gemmlowp_double &&
           std::ranges::any_of(requant->shifts, [](int shift) { return shift > 31; });
  });
}

ConvertReport::ConvertReport(const ConvertOptions &options, const Conversion &conversion, const Compilation &compiled,
                             const CompilerContext &context)
    : options(options), conversion(conversion), compiled(compiled), context(context) {
  if (conversion.folder)
    bytes = uint64_t(conversion.folder->bytes());
  else
    (void)llvm::sys::fs::file_size(options.output, bytes);
}

void ConvertReport::print(const Console &console) const {
  double calibrating = 0, others = 0;
  for (const TimedStep &step : compiled.steps)
    (step.name == "calibrate" ? calibrating : others) += step.seconds;
  if (options.timing)
    printTimedSteps(compiled.steps);
  if (conversion.roundedTwice)
    console.note(doubleRoundingText());
  if (conversion.flatbuffer && !conversion.flatbuffer->roundingText().empty())
    console.note(conversion.flatbuffer->roundingText());
  console.note(fmt::format("wrote {}calibration{} {:.2f} s on {}, everything else {:.2f} s; peak memory {:.0f} MB",
                           outputText(),
                           compiled.ranges.method.empty() ? "" : fmt::format(" ({})", compiled.ranges.method),
                           calibrating, samplesText(), others, peakMegabytes()));
}

std::string ConvertReport::outputText() const {
  if (conversion.folder)
    return conversion.folder->text() + "; ";
  if (conversion.flatbuffer)
    return conversion.flatbuffer->text() + "; ";
  return fmt::format("{}: {}", options.output,
                     options.output == standardOutput ? "" : fmt::format("{:.1f} kB; ", bytes / 1e3));
}

std::string ConvertReport::samplesText() const {
  const int64_t count = compiled.ranges.samples;
  return fmt::format("{}{} sample{}", count, options.calibration.random ? " random" : "", count == 1 ? "" : "s");
}

std::string ConvertReport::doubleRoundingText() const {
  return fmt::format("{} layer{} round{} twice, as the target's rounding (gemmlowp_double) does with shifts above 31: "
                     "what is a quarter of a step above an integer becomes the next one, which moves the mean of "
                     "results by up to a quarter of a step; tare verify --rounding half_up --inputs DATA counts what "
                     "one rounding would change",
                     conversion.roundedTwice, conversion.roundedTwice == 1 ? "" : "s",
                     conversion.roundedTwice == 1 ? "s" : "");
}

static void writeRepair(llvm::json::OStream &out, const RepairRecord &repair) {
  out.attribute("layer", jsonText(repair.layer));
  out.attribute("kind", repair.kind);
  out.attribute("channels", repair.channels);
  out.attribute("cost", repair.cost);
  out.attribute("unit", repair.unit);
}

void ConvertReport::printAsJson() const {
  printJson([&](llvm::json::OStream &out) {
    out.object([&] {
      out.attribute("output", jsonText(options.output));
      out.attribute("bytes", int64_t(bytes));
      out.attribute("samples", compiled.ranges.samples);
      out.attribute("random_calibration", options.calibration.random);
      if (options.calibration.random)
        writeDrawn(out, compiled.drawn);
      if (!compiled.ranges.method.empty())
        out.attribute("method", jsonText(compiled.ranges.method));
      if (conversion.arenaBytes)
        out.attribute("arena_bytes", int64_t(*conversion.arenaBytes));
      if (conversion.folder)
        conversion.folder->writeJson(out);
      if (conversion.flatbuffer)
        conversion.flatbuffer->writeJson(out);
      if (conversion.roundedTwice)
        out.attribute("layers_rounded_twice", int64_t(conversion.roundedTwice));
      out.attribute("peak_memory_mb", peakMegabytes());
      writeWarnings(out, context.warnings());
      if (conversion.arenaBytes)
        writeHostReport(out, conversion.host);
      if (conversion.checked)
        writeCheck(out, *conversion.checked);
      out.attributeArray("repairs", [&] {
        for (const RepairRecord &repair : context.repairs())
          out.object([&] { writeRepair(out, repair); });
      });
      out.attributeObject("seconds", [&] {
        for (const TimedStep &step : compiled.steps)
          out.attribute(step.name, step.seconds);
      });
      if (options.timing)
        writeTimedSteps(out, compiled.steps);
    });
  });
}
