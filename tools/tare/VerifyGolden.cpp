//===- VerifyGolden.cpp - tare verify: golden vectors ---------------------===//
#include "Driver/Execute/Samples.h"
#include "Driver/Execute/WatchedSamples.h"
#include "Driver/Verify/GoldenIndex.h"
#include "Driver/Verify/GoldenInputs.h"
#include "JsonOutput.h"
#include "Verification.h"

#include "tare/Golden/VectorWriter.h"

#include <fmt/format.h>

using namespace tare;

namespace {

constexpr int64_t defaultSamples = 4;

void report(const Verification &task, const std::string &folder, const golden::Vectors &vectors,
            const GoldenInputs &inputs, bool isRandom) {
  if (std::string drawn = textOf(inputs.drawnIntegers()); !drawn.empty())
    task.console.note(drawn);
  if (!task.json)
    return task.console.note(
        fmt::format("wrote {}: {} layers, {} samples", folder, vectors.layers.size(), vectors.samples));
  printJson([&](llvm::json::OStream &out) {
    out.object([&] {
      out.attribute("output", jsonText(folder));
      out.attribute("layers", int64_t(vectors.layers.size()));
      out.attribute("samples", vectors.samples);
      if (isRandom)
        writeDrawn(out, inputs.drawnIntegers());
    });
  });
}

} // namespace

Status tare::writeGolden(const Verification &task, const GoldenRequest &request) {
  auto session = runtime::Session::create(task.model, {.forceReference = true});
  if (!session)
    return session.error();
  int64_t samples = request.samples.value_or(defaultSamples);
  bool isRandom = request.inputs.empty();
  auto inputs =
      isRandom ? GoldenInputs::random(**session, samples) : GoldenInputs::fromData(request.inputs, **session, samples);
  if (!inputs)
    return inputs.error();
  int64_t count = inputs->source().sampleCount();
  WatchedSamples source(inputs->source(), watchedInputs(**session));
  auto writer = golden::VectorWriter::create(request.folder, *session, {count, request.stepsPerChannel, task.threads});
  if (!writer)
    return writer.error();
  Status done = success();
  {
    Progress progress(task.console, "writing sample", count);
    done = forEachSample(source, task.threads, progress, [&](const Sample &sample, size_t) {
      return writer->writeSample(sample.index, inputs->enter(sample, writer->trace()));
    });
  }
  if (done)
    done = writer->writeText("index.json", goldenIndex(*task.model, writer->vectors(), isRandom ? "random" : "data"));
  if (done)
    done = writer->commit();
  if (done)
    report(task, request.folder, writer->vectors(), *inputs, isRandom);
  if (done)
    source.warn(task.console);
  return done;
}
