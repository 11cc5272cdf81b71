//===- ConvertReport.cpp - What tare convert has done ---------------------===//
#include "Driver/Compile/ConvertReport.h"

#include "Driver/Compile/Timing.h"
#include "Driver/Compile/WarningSummary.h"
#include "Driver/Json.h"
#include "tare/Tensor/StandardStreams.h"
#include "llvm/Support/FileSystem.h"

#include <fmt/format.h>

using namespace tare;

ConvertReport::ConvertReport(const driver::CompileOptions &options, const Conversion &made)
    : options(options), conversion(made.facts()), compiled(made.compilation()), context(made.compilerContext()) {
  if (conversion.folder)
    bytes = uint64_t(conversion.folder->bytes());
  else if (options.output.empty())
    bytes = made.byteCount();
  else
    (void)llvm::sys::fs::file_size(options.output, bytes);
}

void ConvertReport::tell(const Listener &listener) const {
  double calibrating = 0, others = 0;
  for (const TimedStep &step : compiled.steps)
    (step.name == "calibrate" ? calibrating : others) += step.seconds;
  if (conversion.roundedTwice)
    listener.note(doubleRoundingText());
  if (conversion.flatbuffer && !conversion.flatbuffer->roundingText().empty())
    listener.note(conversion.flatbuffer->roundingText());
  if (conversion.qdqModel)
    listener.note(conversion.qdqModel->targetText());
  listener.note(fmt::format("wrote {}calibration{} {:.2f} s on {}, everything else {:.2f} s; peak memory {:.0f} MB",
                            outputText(),
                            compiled.ranges.method.empty() ? "" : fmt::format(" ({})", compiled.ranges.method),
                            calibrating, samplesText(), others, peakMegabytes()));
}

std::string ConvertReport::outputText() const {
  if (conversion.folder)
    return conversion.folder->text() + "; ";
  if (conversion.flatbuffer)
    return conversion.flatbuffer->text() + "; ";
  if (conversion.qdqModel)
    return conversion.qdqModel->text() + "; ";
  return fmt::format("{}: {}", options.output,
                     options.output == standardOutput ? "" : fmt::format("{:.1f} kB; ", bytes / 1e3));
}

std::string ConvertReport::samplesText() const {
  const int64_t count = compiled.ranges.samples;
  return fmt::format("{}{} sample{}", count, options.random ? " random" : "", count == 1 ? "" : "s");
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

void ConvertReport::write(llvm::json::OStream &out) const {
  out.object([&] {
    out.attribute("output", options.output.empty() ? llvm::json::Value(nullptr) : jsonText(options.output));
    out.attribute("bytes", int64_t(bytes));
    out.attribute("samples", compiled.ranges.samples);
    out.attribute("random_calibration", options.random);
    if (options.random)
      writeDrawn(out, compiled.drawn);
    if (!compiled.ranges.method.empty())
      out.attribute("method", jsonText(compiled.ranges.method));
    if (conversion.arenaBytes)
      out.attribute("arena_bytes", int64_t(*conversion.arenaBytes));
    if (conversion.folder)
      conversion.folder->writeJson(out);
    if (conversion.flatbuffer)
      conversion.flatbuffer->writeJson(out);
    if (conversion.qdqModel)
      conversion.qdqModel->writeJson(out);
    if (conversion.roundedTwice)
      out.attribute("layers_rounded_twice", int64_t(conversion.roundedTwice));
    out.attribute("peak_memory_mb", peakMegabytes());
    writeWarnings(out, context.warnings());
    if (conversion.arenaBytes)
      writeHostReport(out, conversion.host);
    if (conversion.budget)
      writeBudget(out, *conversion.budget);
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
}
