//===- ExplainRun.cpp - A model and its program, explained ----------------===//
#include "Driver/Explain/ExplainRun.h"
#include "Driver/Execute/SampleMakers.h"

#include "Driver/Compare/Difference.h"
#include "Driver/Compile/Request.h"
#include "Driver/Execute/MemoryLimit.h"
#include "Driver/Execute/Samples.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Program/Reader.h"
#include "tare/Target/Target.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <ranges>

using namespace mlir;
using namespace tare;
using namespace tare::explain;

Status ExplainRun::run() {
  if (Status loaded = loadProgram(); !loaded)
    return loaded;
  if (Status loaded = loadFloat(); !loaded)
    return loaded;
  if (Status matched = matchPorts(); !matched)
    return matched;
  if (Status limited = limitThreads(); !limited)
    return limited;
  context->showWarnings();
  if (Status done = measureAll(); !done)
    return done;
  if (Status chosen = chooseOutput(); !chosen)
    return chosen;
  if (Status done = measureRemedies(); !done)
    return done;
  explanation = explanationOf(*networks, measured, outputs, output, remedies);
  explanation.samples = data->sampleCount();
  return tare::success();
}

Status ExplainRun::loadProgram() {
  Result<ModelKind> kind = kindOfModel(options.program);
  if (!kind)
    return kind.error();
  if (*kind != ModelKind::program)
    return Error{options.program + ": is no program; give the .tare that was made of the model"};
  auto read = program::readFile(options.program);
  if (!read)
    return read.error();
  model = std::move(*read);
  auto created = runtime::Session::create(model);
  if (!created)
    return created.error();
  session = std::move(*created);
  ExecutableOptions how;
  how.maxMemory = options.maxMemory;
  auto loaded = Executable::load(options.program, how, listener);
  if (!loaded)
    return loaded.error();
  executable = std::move(*loaded);
  return executable->prepare({std::vector<bool>(executable->inputs().size(), false)});
}

/// The float form that the program was made of: for its target, of the part that it is.
Result<CompilationRequest> ExplainRun::requestFor(bool isPart, bool isEqualized) const {
  driver::CompileOptions compile;
  compile.model = options.model;
  static_cast<driver::InputChoices &>(compile) = options;
  // Without a type it is about the data alone.
  if (compile.inputTypes.empty())
    compile.preprocess.clear();
  compile.maxMemory = options.maxMemory;
  compile.emit = "mlir:float";
  compile.equalize = isEqualized;
  // A description of one's own is not in the program.
  const std::string target = model->program().target ? model->program().target->name : "";
  if (loadTarget(target))
    compile.target = target;
  Result<CompilationRequest> request = requestOf(compile);
  if (request && isPart) {
    for (const ExecutablePort &port : executable->inputs())
      request->inputs.push_back(port.name);
    for (const ExecutablePort &port : executable->outputs())
      request->outputs.push_back(port.name);
  }
  return request;
}

/// Whether the float form has the program's inputs and outputs, and no others.
bool ExplainRun::hasPorts() const {
  func::FuncOp main = function;
  std::vector<std::string> names, given;
  for (BlockArgument argument : main.getArguments())
    names.push_back(qnn::valueName(argument));
  for (const ExecutablePort &port : executable->inputs())
    given.push_back(port.name);
  for (const ExplainedOutput &output : outputsOf(main))
    names.push_back(output.name);
  for (const ExecutablePort &port : executable->outputs())
    given.push_back(port.name);
  return std::ranges::is_permutation(names, given);
}

Status ExplainRun::loadForm(bool isPart, bool isEqualized) {
  Result<CompilationRequest> request = requestFor(isPart, isEqualized);
  if (!request)
    return request.error();
  networks.reset();
  module = nullptr;
  context = std::make_unique<CompilerContext>(listener);
  FailureOr<Compilation> compiled = compile(*request, **context, listener);
  if (failed(compiled))
    return context->takeError(options.model);
  context->dropWarnings();
  module = std::move(compiled->module);
  function = module->lookupSymbol<func::FuncOp>("main");
  return tare::success();
}

Status ExplainRun::loadFloat() {
  Status whole = loadForm(/*isPart=*/false, /*isEqualized=*/false);
  bool isPart = !whole || !hasPorts();
  if (isPart && !loadForm(isPart, /*isEqualized=*/false)) {
    if (!whole)
      return whole;
    isPart = false;
    if (Status loaded = loadForm(isPart, /*isEqualized=*/false); !loaded)
      return loaded;
  }
  auto sitesOf = [&]() -> Result<std::pair<Sites, Replay>> {
    const RescaledValues rescaled = copyRescaled(*model, function);
    FailureOr<Replay> real = Replay::create(*module);
    if (failed(real))
      return context->takeError(options.model);
    Sites sites = findSites(*model, function, *real, rescaled);
    return std::pair(std::move(sites), std::move(*real));
  };
  auto found = sitesOf();
  if (!found)
    return found.error();
  // Weights may be those of channels that were made alike in size.
  const size_t others = found->first.otherWeights.size();
  if (others > 0) {
    if (loadForm(isPart, /*isEqualized=*/true)) {
      auto equalized = sitesOf();
      if (equalized && equalized->first.otherWeights.size() < others)
        return makeNetworks(std::move(equalized->first), std::move(equalized->second));
    }
    // Also where IR has passed the stage at which channels are made alike: what was loaded before is gone.
    if (Status loaded = loadForm(isPart, /*isEqualized=*/false); !loaded)
      return loaded;
    found = sitesOf();
    if (!found)
      return found.error();
  }
  return makeNetworks(std::move(found->first), std::move(found->second));
}

/// Why there is nothing to tell apart.
Error ExplainRun::nothingIn(const Sites &sites) const {
  if (!sites.unknown.empty())
    return Error{
        fmt::format("{}: has no layer whose value {} has, not even layer '{}'; give the model that it was made of",
                    options.program, options.model, sites.unknown.front())};
  if (!sites.inLoops.empty())
    return Error{
        fmt::format("{}: all that rounds in it is in loops, as layer '{}' is, whose errors are not told apart; "
                    "'tare compare' shows what they come to",
                    options.program, sites.inLoops.front())};
  const std::string output = executable->outputs().empty() ? "" : executable->outputs().front().name;
  return Error{fmt::format("{}: no layer in front of output '{}' rounds anything; there is nothing to explain",
                           options.program, output)};
}

Status ExplainRun::makeNetworks(Sites sites, Replay real) {
  if (sites.all.empty())
    return nothingIn(sites);
  FailureOr<Replay> fixed = Replay::create(*module);
  if (failed(fixed))
    return context->takeError(options.model);
  substituteAll(*fixed, sites.all);
  networks = std::make_unique<Networks>(function, std::move(real), std::move(*fixed), std::move(sites));
  return networks->requantizeAs(session);
}

Status ExplainRun::matchPorts() {
  if (function.getNumArguments() != executable->inputs().size())
    return Error{fmt::format("the models differ: {} has {} inputs, {} has {}", options.model,
                             function.getNumArguments(), options.program, executable->inputs().size())};
  for (const ExecutablePort &port : executable->inputs()) {
    auto argument =
        llvm::find_if(function.getArguments(), [&](BlockArgument each) { return qnn::valueName(each) == port.name; });
    if (argument == function.getArguments().end())
      return Error{fmt::format("the models differ: {} has an input '{}', which {} has not", options.program, port.name,
                               options.model)};
    if (const TensorType type = qnn::toHost(argument->getType()); type.shape != port.real.shape)
      return Error{fmt::format("the models differ: input '{}' is {} in {}, {} in {}", port.name, toString(type.shape),
                               options.model, toString(port.real.shape), options.program)};
    inputNumbers.push_back(argument->getArgNumber());
  }
  outputs = explainedOutputs(function);
  for (const ExplainedOutput &each : outputs) {
    auto port = std::ranges::find(executable->outputs(), each.name, &ExecutablePort::name);
    const size_t number =
        port == executable->outputs().end() ? each.number : size_t(port - executable->outputs().begin());
    const TensorType type = qnn::toHost(function.getResultTypes()[each.number]);
    if (number >= executable->outputs().size() || executable->outputs()[number].real.count() != type.count())
      return Error{
          fmt::format("the models differ: output '{}' of {} is none of {}", each.name, options.model, options.program)};
    outputNumbers.push_back(number);
  }
  if (outputs.empty())
    return Error{fmt::format("{}: its outputs are bools or indices, which have no noise; explain a part of the network "
                             "that ends before (tare convert --outputs NAME)",
                             options.program)};
  return tare::success();
}

/// All values of a sample are held, in both networks.
Status ExplainRun::limitThreads() {
  double bytes = 0;
  for (Operation &op : function.front().without_terminator())
    for (Value result : op.getResults())
      if (!qnn::constantValue(result))
        bytes += 3 * double(qnn::toHost(result.getType()).bytes());
  Result<size_t> atOnce = samplesThatFit(function, options.model, limitOf(options.maxMemory), bytes);
  if (!atOnce)
    return atOnce.error();
  threads = threadsWithin(options.threads, *atOnce);
  return tare::success();
}

Result<std::unique_ptr<SampleSource>> ExplainRun::openData() const {
  Result<Preprocess> preprocess = readPreprocess(options.preprocess);
  if (!preprocess)
    return preprocess.error();
  const std::vector<InputDeclaration> declared = executable->declarations(/*allowRaw=*/false);
  std::vector<InputDeclaration> inputs;
  func::FuncOp main = function;
  for (BlockArgument argument : main.getArguments()) {
    const std::string name = qnn::valueName(argument);
    inputs.push_back(*std::ranges::find(declared, name, &InputDeclaration::name));
  }
  auto made = withMakers(std::move(inputs), *preprocess);
  if (!made)
    return made.error();
  auto opened = Dataset::open(options.data, std::move(*made), options.samples);
  return opened ? Result<std::unique_ptr<SampleSource>>(std::move(*opened)) : opened.error();
}

std::vector<Tensor> ExplainRun::inputsOfProgram(const std::vector<Tensor> &inputs) const {
  std::vector<Tensor> ordered;
  for (size_t number : inputNumbers)
    ordered.push_back(inputs[number]);
  return ordered;
}

std::vector<Tensor> ExplainRun::given(const std::vector<Tensor> &all) const {
  std::vector<Tensor> result;
  for (size_t number : outputNumbers)
    result.push_back(toFloat(all[number]));
  return result;
}

Status ExplainRun::watchData() {
  auto opened = openData();
  if (!opened)
    return opened.error();
  data = std::move(*opened);
  const PortForms real{std::vector<bool>(inputNumbers.size(), false)};
  std::vector<WatchedSamples::Input> inputs(inputNumbers.size()), ofProgram = watchedInputs(*executable, real);
  for (size_t i = 0; i != inputNumbers.size(); ++i)
    inputs[inputNumbers[i]] = ofProgram[i];
  watched = std::make_unique<WatchedSamples>(*data, std::move(inputs));
  return tare::success();
}

Result<Measured> ExplainRun::measureSample(const Sample &sample, Runner &runner, Progress &progress) const {
  const std::vector<Tensor> inputs = inputsOfProgram(sample.inputs);
  const std::vector<Tensor> program = runner.run(inputs, {});
  if (Status ran = runner.status(sample.index); !ran)
    return ran.error();
  Result<BothRuns> runs = networks->run(sample.inputs, inputs);
  if (!runs)
    return ofSample(options.model, sample.index, runs.error().message);
  auto found = measure(*networks, *runs, given(program), outputs, [&] {
    progress.advance();
    return progress.mayGoOn();
  });
  if (Status wanted = progress.mayGoOn(); !wanted)
    return wanted.error();
  return found ? std::move(found) : ofSample(options.model, sample.index, found.error().message);
}

Status ExplainRun::measureAll() {
  if (Status opened = watchData(); !opened)
    return opened;
  auto runners = makeRunners(*executable, *data, threads);
  if (!runners)
    return runners.error();
  std::vector<Measured> bySample(data->sampleCount());
  Progress progress(listener, "switching on layer", data->sampleCount() * int64_t(networks->sites().size() + 1));
  Status done = forEachSample(*watched, threads, progress, [&](const Sample &sample, size_t worker) -> Status {
    Result<Measured> found = measureSample(sample, *(*runners)[worker], progress);
    if (!found)
      return found.error();
    bySample[sample.index] = std::move(*found);
    return tare::success();
  });
  if (!done)
    return done;
  measured = Measured(outputs.size(), networks->sites().size());
  for (const Measured &each : bySample)
    measured.add(each);
  return tare::success();
}

/// The one that was asked for, or the one that is furthest from float.
Status ExplainRun::chooseOutput() {
  for (size_t i = 0; i != outputs.size(); ++i)
    if (!std::isfinite(measured.signal[i]) || !std::isfinite(measured.program[i]))
      return Error{fmt::format("{}: output '{}' has NaN or infinite elements on these samples, of which nothing is a "
                               "share; tare compare shows where they begin",
                               options.program, outputs[i].name)};
  if (options.output.empty()) {
    auto sqnr = [&](size_t i) {
      // Of an output that is all 0 nothing is a share.
      return measured.signal[i] > 0 ? sqnrOf(measured.signal[i], measured.program[i]) : HUGE_VAL;
    };
    for (size_t i = 1; i != outputs.size(); ++i)
      output = sqnr(i) < sqnr(output) ? i : output;
    return tare::success();
  }
  auto named = std::ranges::find(outputs, options.output, &ExplainedOutput::name);
  if (named == outputs.end())
    return Error{fmt::format("{}: has no output '{}' of numbers; it has '{}'", options.program, options.output,
                             fmt::join(outputs | std::views::transform(&ExplainedOutput::name), "', '"))};
  output = size_t(named - outputs.begin());
  return tare::success();
}

Allowed ExplainRun::allowed() const {
  const std::string target = model->program().target ? model->program().target->name : "";
  Result<Target> hardware = loadTarget(target);
  if (!hardware)
    return {};
  return {hardware->activation(ElementType::i16) != nullptr, hardware->weights.perChannel};
}

/// The outputs' noise with each remedy.
Result<std::vector<Powers>> ExplainRun::tryRemedies(const Sample &sample, Progress &progress) const {
  Result<BothRuns> runs = networks->run(sample.inputs, inputsOfProgram(sample.inputs));
  if (!runs)
    return ofSample(options.model, sample.index, runs.error().message);
  std::vector<Powers> tried;
  for (const Remedy &remedy : remedies) {
    Result<Powers> noise = noiseWith(remedy, *networks, *runs, sample.inputs, outputs);
    if (!noise)
      return ofSample(options.model, sample.index, noise.error().message);
    tried.push_back(std::move(*noise));
    progress.advance();
    if (Status wanted = progress.mayGoOn(); !wanted)
      return wanted.error();
  }
  return tried;
}

Status ExplainRun::measureRemedies() {
  std::vector<size_t> worst = rankedSites(measured, output);
  worst.resize(std::min<size_t>(worst.size(), size_t(options.top)));
  auto found = remediesFor(*networks, measured, worst, output, allowed(), *module);
  if (!found)
    return found.error();
  remedies = std::move(*found);
  auto again = openData();
  if (!again)
    return again.error();
  std::vector<std::vector<Powers>> bySample((*again)->sampleCount());
  Progress progress(listener, "trying remedy", (*again)->sampleCount() * int64_t(remedies.size() + 1));
  Status done = forEachSample(**again, threads, progress, [&](const Sample &sample, size_t) -> Status {
    Result<std::vector<Powers>> tried = tryRemedies(sample, progress);
    if (!tried)
      return tried.error();
    bySample[sample.index] = std::move(*tried);
    return tare::success();
  });
  for (size_t i = 0; done && i != remedies.size(); ++i) {
    remedies[i].noise.assign(outputs.size(), 0);
    for (const std::vector<Powers> &sample : bySample)
      for (size_t each = 0; each != outputs.size(); ++each)
        remedies[i].noise[each] += sample[i][each];
  }
  return done;
}

void ExplainRun::tell() const {
  watched->warn(listener);
  auto say = [&](const std::vector<std::string> &names, const char *what) {
    if (!names.empty())
      listener.warning(fmt::format("{}: of layer '{}'{} {}", options.program, names.front(),
                                   names.size() > 1 ? fmt::format(" and {} more", names.size() - 1) : "", what));
  };
  say(explanation.inLoops, "nothing is told, nor part of the shares, as a loop runs it at each step");
  say(explanation.unknown, "nothing is told, nor part of the shares, as the float network does not have the result");
  say(explanation.otherWeights, "the weights are not the model's, rounded: what they cost is no part of the shares; is "
                                "this the model that the program was made of?");
}
