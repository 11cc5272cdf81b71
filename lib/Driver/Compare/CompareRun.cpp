//===- CompareRun.cpp - Two files on the same samples ---------------------===//
#include "Driver/Compare/CompareRun.h"

#include "Driver/Execute/DataBinding.h"
#include "Driver/Execute/MemoryLimit.h"
#include "Driver/Execute/Options.h"
#include "Driver/Execute/States.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tare;

/// Those of the whole, with the grids of the one that has them.
static std::vector<WatchedSamples::Input> inputsOf(const Executable &whole, const Executable &part) {
  auto real = [](const Executable &of) { return PortForms{std::vector<bool>(of.inputs().size(), false)}; };
  std::vector<WatchedSamples::Input> inputs = watchedInputs(whole, real(whole));
  for (const WatchedSamples::Input &other : watchedInputs(part, real(part)))
    for (WatchedSamples::Input &input : inputs)
      if (input.name == other.name && !input.held)
        input.held = other.held;
  return inputs;
}

Status CompareRun::run(Comparison::Watcher watcher) {
  if (Status loaded = load(); !loaded)
    return loaded;
  auto created = Comparison::create(*a, *b);
  if (!created)
    return Error{fmt::format("{} and {}: {}", options.first, options.second, created.error().message)};
  comparison = std::move(*created);
  comparison->watch(std::move(watcher));
  const Executable &whole = comparison->whole(), &part = &whole == a.get() ? *b : *a;
  auto opened = openData(*a, whole);
  if (!opened)
    return opened.error();
  data = std::move(*opened);
  for (const Executable *executable : {a.get(), b.get()})
    executable->showWarnings();
  watched = std::make_unique<WatchedSamples>(*data, inputsOf(whole, part));
  Progress progress(listener, "comparing sample", data->sampleCount());
  size_t atOnce = std::min(a->samplesAtOnce(), b->samplesAtOnce());
  return comparison->run(*watched, threadsWithin(options.threads, atOnce), progress);
}

/// One may be a part of the other.
Status CompareRun::load() {
  Result<ExecutableOptions> wanted = executableOptions({options.first, options.second}, options);
  if (!wanted)
    return wanted.error();
  how = std::move(*wanted);
  if (Status used = checkReference(how, {options.first, options.second}); !used)
    return used;
  auto first = loadOne(options.first, how), second = loadOne(options.second, how);
  if (!first && second)
    first = loadPart(options.first, **second, first.error());
  if (!first)
    return first.error();
  if (!second)
    second = loadPart(options.second, **first, second.error());
  if (!second)
    return second.error();
  a = std::move(*first);
  b = std::move(*second);
  return success();
}

Result<std::unique_ptr<Executable>> CompareRun::loadOne(const std::string &path, const ExecutableOptions &how) const {
  auto executable = loadForData(path, how, options.data, listener);
  if (!executable)
    return executable;
  PortForms real{std::vector<bool>((*executable)->inputs().size()), false};
  if (Status prepared = (*executable)->prepare(real); !prepared)
    return prepared.error();
  return executable;
}

/// Of a model that cannot be read as a whole what the other one is a part of; `problem` where that cannot be, either.
Result<std::unique_ptr<Executable>> CompareRun::loadPart(const std::string &path, const Executable &other,
                                                         Error problem) const {
  Result<ModelKind> kind = kindOfModel(path);
  if (!kind || *kind != ModelKind::onnx)
    return problem;
  ExecutableOptions part = how;
  for (const ExecutablePort &input : other.inputs())
    part.import.inputs.push_back(input.name);
  for (const ExecutablePort &output : other.outputs())
    part.import.outputs.push_back(output.name);
  auto executable = loadOne(path, part);
  return executable ? std::move(executable) : Result<std::unique_ptr<Executable>>(std::move(problem));
}

/// Samples for both; their states are what the reference makes of them, so that each step is compared alone.
Result<std::unique_ptr<SampleSource>> CompareRun::openData(const Executable &reference, const Executable &whole) {
  auto names = parseStates(options.states);
  if (!names)
    return names.error();
  auto states = findStates(*names, reference);
  if (!states)
    return Error{options.first + ": " + states.error().message};
  if (!states->empty() && &reference != &whole)
    return Error{options.first + ": --state needs all of the network as the reference, found a part of " +
                 options.second};
  auto inputs = withMakers(withoutStates(whole.declarations(/*allowRaw=*/false), *states), how.preprocess);
  if (!inputs)
    return inputs.error();
  auto data = Dataset::open(options.data, std::move(*inputs), options.samples.value_or(Dataset::all));
  if (!data)
    return data.error();
  opened = data->get();
  if (Status free = checkStates(*names, **data, options.data); !free)
    return free.error();
  if (states->empty())
    return std::unique_ptr<SampleSource>(std::move(*data));
  auto runner = reference.makeRunner(std::max<size_t>(options.threads, 1));
  if (!runner)
    return runner.error();
  auto run = [runner = std::shared_ptr<Runner>(std::move(*runner))](const Sample &sample) {
    std::vector<Tensor> outputs = runner->run(sample.inputs, {});
    Status ran = runner->status(sample.index);
    return ran ? Result<std::vector<Tensor>>(std::move(outputs)) : ran.error();
  };
  return std::unique_ptr<SampleSource>(std::make_unique<SamplesWithStates>(
      std::move(*data), StateFeed(*states, realInputsOf(reference)), std::move(run)));
}

void CompareRun::tell() const {
  watched->warn(listener);
  tellNotes(*opened, listener);
  warnOfNonFinite();
  if (std::vector<std::string> names = comparison->uncompared(); !names.empty())
    listener.note(
        fmt::format("not compared: the outputs '{}', which only one of the two has", fmt::join(names, "', '")));
}

/// Where they begin: what follows has them from there, as a rule.
void CompareRun::warnOfNonFinite() const {
  for (const auto *values : {&comparison->layers(), &comparison->outputs()})
    for (const ComparedValue &value : *values)
      if (const Difference &d = value.difference; !d.isFinite())
        return listener.warning(fmt::format(
            "NaN or infinity begins in {} '{}': {} elements in {}, {} in {}, of {}; its cosine and SQNR are NaN",
            value.kind == "output" ? "output" : "layer", value.name, d.nonFiniteReference, options.first,
            d.nonFiniteOther, options.second, d.total));
}
