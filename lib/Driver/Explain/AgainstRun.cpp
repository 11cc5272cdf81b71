//===- AgainstRun.cpp - A program beside another runtime's values ---------===//
#include "Driver/Explain/AgainstRun.h"
#include "Driver/Execute/SampleMakers.h"

#include "Driver/Execute/Samples.h"
#include "Driver/Json.h"
#include "tare/Program/HostLayer.h"
#include "tare/Program/Reader.h"

#include <algorithm>
#include <fmt/format.h>

using namespace tare;
using namespace tare::explain;
using runtime::Trace;

Status AgainstRun::load() {
  auto model = program::readFile(options.program);
  if (!model)
    return model.error();
  auto created = runtime::Session::create(std::move(*model));
  if (!created)
    return created.error();
  session = std::move(*created);
  ExecutableOptions how;
  how.maxMemory = options.maxMemory;
  auto loaded = Executable::load(options.program, how, listener);
  if (!loaded)
    return loaded.error();
  executable = std::move(*loaded);
  if (Status prepared = executable->prepare({std::vector<bool>(executable->inputs().size(), false)}); !prepared)
    return prepared;
  auto read = OtherValues::read(options.against, session->model(), *executable);
  if (!read)
    return read.error();
  others.emplace(std::move(*read));
  auto traced = Trace::create(session);
  if (!traced)
    return traced.error();
  trace.emplace(std::move(*traced));
  return success();
}

Status AgainstRun::run() {
  if (Status loaded = load(); !loaded)
    return loaded;
  Result<Preprocess> preprocess = readPreprocess(options.preprocess);
  if (!preprocess)
    return preprocess.error();
  auto inputs = withMakers(executable->declarations(/*allowRaw=*/false), *preprocess);
  if (!inputs)
    return inputs.error();
  auto data = Dataset::open(options.data, std::move(*inputs), std::min(options.samples, others->samples()));
  if (!data)
    return data.error();
  for (size_t number : others->layers()) {
    const program::LayerT &layer = *session->program().layers[number];
    found.layers.push_back(
        {number, layer.name, session->program().tensors[layer.result]->name, program::kindOf(layer.op), 0, 0, 0});
  }
  found.samples = (*data)->sampleCount();
  found.unused = others->unused();
  return compare(**data);
}

void AgainstRun::add(AgainstLayer &layer, const Integers &ours, const Integers &theirs) {
  layer.elements += int64_t(ours.size());
  for (size_t i = 0; i != ours.size(); ++i) {
    const int64_t distance = std::abs(ours[i] - theirs[i]);
    layer.differing += distance != 0;
    layer.largest = std::max(layer.largest, distance);
  }
}

Status AgainstRun::compare(SampleSource &data) {
  Progress progress(listener, "comparing sample", data.sampleCount());
  std::vector<Sample> samples;
  for (int64_t n = 0; n != found.samples; ++n) {
    if (Status wanted = progress.mayGoOn(); !wanted)
      return wanted;
    Result<std::optional<Sample>> sample = data.next();
    if (!sample)
      return sample.error();
    samples.push_back(std::move(**sample));
    auto ran = trace->run(trace->enter(samples.back().inputs), [&](const Trace::Step &step) {
      auto layer = std::ranges::find(found.layers, step.layer, &AgainstLayer::number);
      // In a loop the array has the last step's.
      if (layer != found.layers.end() && step.run + 1 == session->shownRunsOf(step.layer))
        add(*layer, integersOf(step.result), others->integers(step.layer, n, others->orders(step.layer).front()));
    });
    if (!ran)
      return ofSample(options.program, n, ran.error().message);
    progress.advance();
  }
  auto differs = std::ranges::find_if(found.layers, [](const AgainstLayer &layer) { return layer.differing > 0; });
  if (differs == found.layers.end())
    return success();
  found.first = size_t(differs - found.layers.begin());
  return explainFirst(samples);
}

/// "dimensions in the order 0, 2, 3, 1"
static std::string orderText(const Alignment &order) {
  std::string text = "dimensions in the order";
  for (size_t i = 0; i != order.order.size(); ++i)
    text += fmt::format("{}{}", i == 0 ? " " : ", ", order.order[i]);
  return text;
}

Status AgainstRun::explainFirst(const std::vector<Sample> &samples) {
  const size_t number = found.layers[*found.first].number;
  std::vector<LayerRun> runs;
  std::vector<int64_t> equalInOrder(others->orders(number).size());
  for (const Sample &sample : samples) {
    auto ran = trace->run(trace->enter(sample.inputs), [&](const Trace::Step &step) {
      if (step.layer != number || step.run + 1 != session->shownRunsOf(step.layer))
        return;
      LayerRun run{{}, integersOf(step.result), {}};
      for (const ConstTensorView &operand : step.operands)
        run.operands.push_back(copyOf(operand));
      for (size_t i = 0; i != equalInOrder.size(); ++i) {
        Integers theirs = others->integers(number, sample.index, others->orders(number)[i]);
        for (size_t at = 0; at != theirs.size(); ++at)
          equalInOrder[i] += theirs[at] == run.ours[at];
        if (i == 0)
          run.theirs = std::move(theirs);
      }
      runs.push_back(std::move(run));
    });
    if (!ran)
      return ofSample(options.program, sample.index, ran.error().message);
  }
  auto hypotheses = Hypotheses::create(session, number);
  auto tested = hypotheses ? hypotheses->test(runs) : hypotheses.error();
  if (!tested)
    return tested.error();
  found.hypotheses = std::move(*tested);
  for (size_t i = 1; i < equalInOrder.size(); ++i)
    if (equalInOrder[i] > equalInOrder[0])
      found.hypotheses.push_back({orderText(others->orders(number)[i]), equalInOrder[i]});
  std::ranges::stable_sort(found.hypotheses, std::ranges::greater(), &Hypothesis::equal);
  return success();
}

void AgainstRun::tell() const {
  if (!found.unused.empty())
    listener.note(fmt::format("not compared: '{}'{} of {}, which no layer of {} has the name of", found.unused.front(),
                              found.unused.size() > 1 ? fmt::format(" and {} more", found.unused.size() - 1) : "",
                              options.against, options.program));
}

void AgainstResult::write(llvm::json::OStream &out) const {
  out.attribute("samples", samples);
  out.attributeArray("layers", [&] {
    for (const AgainstLayer &layer : layers)
      out.object([&] {
        out.attribute("name", jsonText(layer.name));
        out.attribute("value", jsonText(layer.value));
        out.attribute("kind", layer.kind);
        out.attribute("elements", layer.elements);
        out.attribute("differing", layer.differing);
        out.attribute("largest_steps", layer.largest);
      });
  });
  out.attribute("first", first ? llvm::json::Value(jsonText(layers[*first].name)) : llvm::json::Value(nullptr));
  out.attributeArray("hypotheses", [&] {
    for (const Hypothesis &hypothesis : hypotheses)
      out.object([&] {
        out.attribute("text", hypothesis.text);
        out.attribute("equal", hypothesis.equal);
      });
  });
  out.attributeArray("unused", [&] {
    for (const std::string &name : unused)
      out.value(jsonText(name));
  });
}
