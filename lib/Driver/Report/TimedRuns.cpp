//===- TimedRuns.cpp - Times of layers for a report -----------------------===//
#include "Driver/Report/TimedRuns.h"

#include "Driver/Execute/LayerTimes.h"
#include "Driver/Execute/Options.h"
#include "Driver/Execute/Samples.h"
#include "Driver/Execute/States.h"
#include "tare/Kernels/Peak.h"

using namespace tare;

namespace {

/// Samples one after the other, as a step may need what the one before gave.
Status runAll(SampleSource &data, StateFeed feed, LayerTimes &times, const Listener &listener) {
  Progress progress(listener, "timing sample", data.sampleCount());
  return forEachSample(data, 1, progress, [&](const Sample &given, size_t) -> Status {
    Sample sample = given;
    feed.complete(sample);
    std::vector<Tensor> outputs = times.timedRunner().run(sample.inputs, {});
    if (Status ran = times.timedRunner().status(sample.index); !ran)
      return ran;
    feed.keep(outputs);
    times.add();
    return success();
  });
}

void fill(Report &report, const LayerTimes &times) {
  report.profile = {times.samples(), int64_t(times.last().threads), std::string(kernels::instructionSet()),
                    times.whole()};
  for (size_t i = 0; i != report.layers.size(); ++i)
    report.layers[i].microseconds = times.of(i);
}

} // namespace

Status tare::addTimes(Report &report, const driver::ReportOptions &options, const std::string &program,
                      const Listener &listener) {
  std::vector<std::string> models = {program};
  if (!options.model.empty())
    models.push_back(options.model);
  Result<ExecutableOptions> how = executableOptions(models, options);
  if (!how)
    return how.error();
  auto executable = Executable::load(program, *how, listener);
  if (!executable)
    return executable.error();
  auto names = parseStates(options.states);
  if (!names)
    return names.error();
  auto states = findStates(*names, **executable);
  if (!states)
    return Error{program + ": " + states.error().message};
  auto made = withMakers(withoutStates((*executable)->declarations(/*allowRaw=*/false), *states), how->preprocess);
  if (!made)
    return made.error();
  auto data = Dataset::open(options.data, std::move(*made), options.samples.value_or(Dataset::all));
  if (!data)
    return data.error();
  if (Status free = checkStates(*names, **data, options.data); !free)
    return free;
  const std::vector<InputDeclaration> inputs = realInputsOf(**executable);
  if (Status prepared = (*executable)->prepare({std::vector<bool>(inputs.size(), false)}); !prepared)
    return prepared;
  auto times = LayerTimes::create(**executable, program, options.threads);
  if (!times)
    return times.error();
  if (Status ran = runAll(**data, StateFeed(*states, inputs), **times, listener); !ran)
    return ran;
  fill(report, **times);
  return success();
}
