//===- GoldenRun.cpp - A folder of golden vectors -------------------------===//
#include "Driver/Verify/GoldenRun.h"

#include "Driver/Execute/SampleMakers.h"
#include "Driver/Execute/Samples.h"
#include "Driver/Execute/WatchedSamples.h"
#include "Driver/Json.h"
#include "Driver/Verify/GoldenIndex.h"

#include "tare/Golden/VectorWriter.h"

using namespace tare;

Status GoldenRun::run(const std::shared_ptr<const program::Model> &model) {
  constexpr int64_t usualSamples = 4;
  auto session = runtime::Session::create(model, {.forceReference = true});
  if (!session)
    return session.error();
  const int64_t wanted = options.samples.value_or(usualSamples);
  const bool isRandom = options.data.empty();
  auto inputs = isRandom ? GoldenInputs::random(**session, wanted)
                         : GoldenInputs::fromData(options.data, options.preprocess, **session, wanted);
  if (!inputs)
    return inputs.error();
  int64_t count = inputs->source().sampleCount();
  WatchedSamples source(inputs->source(), watchedInputs(**session));
  auto writer =
      golden::VectorWriter::create(options.folder, *session, {count, options.stepsPerChannel, options.threads});
  if (!writer)
    return writer.error();
  Status done = success();
  {
    Progress progress(listener, "writing sample", count);
    done = forEachSample(source, options.threads, progress, [&](const Sample &sample, size_t) {
      return writer->writeSample(sample.index, inputs->enter(sample, writer->trace()));
    });
  }
  if (done)
    done = writer->writeText("index.json", goldenIndex(*model, writer->vectors(), isRandom ? "random" : "data"));
  if (done)
    done = writer->commit();
  if (!done)
    return done;
  drawn = inputs->drawnIntegers();
  layerCount = writer->vectors().layers.size();
  sampleCount = writer->vectors().samples;
  if (std::string text = textOf(drawn); !text.empty())
    listener.note(text);
  source.warn(listener);
  if (inputs->data())
    tellNotes(*inputs->data(), listener);
  return success();
}

void GoldenRun::write(llvm::json::OStream &out) const {
  out.object([&] {
    out.attribute("output", jsonText(options.folder));
    out.attribute("layers", int64_t(layerCount));
    out.attribute("samples", sampleCount);
    if (options.data.empty())
      writeDrawn(out, drawn);
  });
}
