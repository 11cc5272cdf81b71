//===- RoundingOnData.cpp - If the board rounded otherwise, on data -------===//
#include "Driver/Verify/RoundingOnData.h"

#include "Driver/Execute/LayerNames.h"
#include "Driver/Execute/Samples.h"
#include "tare/Kernels/Registry.h"
#include "tare/Proof/OtherRounding.h"
#include "tare/Proof/Requantizer.h"

#include <algorithm>
#include <cstring>

using namespace tare;
using runtime::Trace;

namespace {

Result<Trace> traceOf(std::shared_ptr<const program::Model> model, runtime::SessionOptions options = {}) {
  auto session = runtime::Session::create(std::move(model), options);
  return session ? Trace::create(*session) : Result<Trace>(session.error());
}

bool hasStages(const program::Model &model) {
  return std::ranges::any_of(model.program().layers, [](const auto &layer) {
    const program::RequantT *requant = kernels::requantOf(layer->op);
    return requant && requant->stages;
  });
}

void count(RoundedElements &elements, const ConstTensorView &one, const ConstTensorView &other) {
  size_t bytes = sizeOf(one.type.element);
  int64_t differing = 0;
  for (int64_t i = 0, number = one.count(); i != number; ++i)
    differing += std::memcmp(one.as<char>() + i * bytes, other.as<char>() + i * bytes, bytes) != 0;
  elements.differing += differing;
  elements.total += one.count();
}

} // namespace

Result<std::unique_ptr<RoundingOnData>> RoundingOnData::create(std::shared_ptr<const program::Model> model,
                                                               program::Rounding rounding) {
  auto program = traceOf(model);
  if (!program)
    return program.error();
  // No program may have stages that round otherwise, so the fast kernels know none.
  bool reference = hasStages(*model) && rounding != program::Rounding::half_away;
  auto other = traceOf(proof::withRounding(*model, rounding), {.forceReference = reference});
  if (!other)
    return other.error();
  return std::unique_ptr<RoundingOnData>(new RoundingOnData(std::move(*program), std::move(*other)));
}

RoundingOnData::RoundingOnData(Trace program, Trace other)
    : program(std::move(program)), other(std::move(other)), ofLayers(session().program().layers.size()),
      ofOutputs(session().outputCount()) {
  std::vector<std::string> labels = layerLabels(session().program());
  for (size_t i = 0; i != ofLayers.size(); ++i) {
    const program::LayerT &layer = *session().program().layers[i];
    ofLayers[i].name = layer.name;
    ofLayers[i].label = labels[i];
    ofLayers[i].kind = program::kindOf(layer.op);
  }
  for (size_t i = 0; i != ofOutputs.size(); ++i)
    ofOutputs[i].name = session().program().outputs[i]->name;
}

Status RoundingOnData::run(SampleSource &source, size_t threads, Progress &progress) {
  return forEachSample(source, threads, progress, [&](const Sample &sample, size_t) { return runSample(sample); });
}

Status RoundingOnData::runSample(const Sample &sample) {
  std::vector<Tensor> inputs = program.enter(sample.inputs);
  auto results = program.run(inputs, [&](const Trace::Step &step) {
    if (proof::rounds(session().program().layers[step.layer]->op))
      count(ofLayers[step.layer], step.result, (*other.runLayer(step.layer, step.operands))[0].view());
  });
  auto otherResults = results ? other.run(inputs) : results;
  if (!otherResults)
    return otherResults.error();
  for (size_t i = 0; i != results->size(); ++i)
    count(ofOutputs[i], (*results)[i].view(), (*otherResults)[i].view());
  return success();
}

std::vector<const RoundedElements *> RoundingOnData::layers() const {
  std::vector<const RoundedElements *> rounding;
  for (size_t i = 0; i != ofLayers.size(); ++i)
    if (proof::rounds(session().program().layers[i]->op))
      rounding.push_back(&ofLayers[i]);
  return rounding;
}

std::vector<const RoundedElements *> RoundingOnData::outputs() const {
  std::vector<const RoundedElements *> all;
  for (const RoundedElements &output : ofOutputs)
    all.push_back(&output);
  return all;
}
