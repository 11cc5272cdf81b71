//===- CommandMetric.cpp - command:PROGRAM --------------------------------===//
#include "Driver/Evaluate/Metrics/CommandRun.h"
#include "Driver/Evaluate/Metrics/Metric.h"
#include "tare/Tensor/Npz.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Program.h"

#include <fmt/format.h>
#include <numeric>

using namespace tare;

namespace {

class CommandMetric : public Metric {
public:
  static Result<std::unique_ptr<Metric>> create(const std::string &program, const std::string &data,
                                                const std::vector<ExecutablePort> &outputs, const Dataset &samples) {
    auto run = CommandRun::create(program, data);
    if (!run)
      return run.error();
    auto writer = ArrayWriter::create((*run)->outputs());
    if (!writer)
      return writer.error();
    std::unique_ptr<CommandMetric> metric(new CommandMetric(std::move(*run), std::move(*writer)));
    for (const ExecutablePort &output : outputs) {
      TensorType type = output.typeInModel(output.real);
      auto array = metric->writer.addSamples(output.name, type, samples.stackingOf(type.shape));
      if (!array)
        return array.error();
      metric->arrays.push_back(*array);
    }
    return std::unique_ptr<Metric>(std::move(metric));
  }

  Status add(const ScoredSample &sample) override {
    for (size_t i = 0; i != arrays.size(); ++i)
      if (Status written = writer.write(arrays[i], sample.index, sample.outputs[i].view()); !written)
        return written;
    return success();
  }

  Result<Score> finish() override {
    if (Status written = writer.commit(); !written)
      return written.error();
    Result<double> number = run->run();
    return number ? Result<Score>(Score{*number}) : number.error();
  }

private:
  CommandMetric(std::unique_ptr<CommandRun> run, ArrayWriter writer) : run(std::move(run)), writer(std::move(writer)) {}

  std::unique_ptr<CommandRun> run;
  ArrayWriter writer;
  std::vector<size_t> arrays;
};

class CommandKind : public MetricKind {
public:
  CommandKind(std::string program, std::string data, std::vector<ExecutablePort> outputs)
      : program(std::move(program)), data(std::move(data)), outputPorts(std::move(outputs)) {
    chosen.resize(outputPorts.size());
    std::iota(chosen.begin(), chosen.end(), size_t(0));
  }
  Names names() const override { return {"score"}; }
  std::string textOf(double score) const override { return fmt::format("{:.6g}", score); }
  Result<std::optional<Shape>> labelsOf(const std::optional<TensorType> &) override { return std::optional<Shape>(); }
  Result<std::unique_ptr<Metric>> make(const Dataset &samples) const override {
    return CommandMetric::create(program, data, outputPorts, samples);
  }

private:
  std::string program, data;
  std::vector<ExecutablePort> outputPorts;
};

} // namespace

Result<std::unique_ptr<MetricKind>> tare::makeCommandMetric(const MetricOptions &options, const Executable &model) {
  const std::string name = options.metric.substr(commandPrefix.size());
  if (!options.outputs.empty())
    return Error{"--metric command: is given all outputs, found --output; leave it out"};
  if (!options.labels.empty())
    return Error{"--metric command: reads its own labels, found --labels; leave it out"};
  llvm::ErrorOr<std::string> program = llvm::sys::findProgramByName(name);
  if (!program || !llvm::sys::fs::can_execute(*program))
    return Error{fmt::format("--metric {}: there is no program '{}'", options.metric, name)};
  return std::unique_ptr<MetricKind>(std::make_unique<CommandKind>(*program, options.data, model.outputs()));
}
