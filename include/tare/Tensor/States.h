//===- States.h - Inputs that a model gave itself ---------------*- C++ -*-===//
//
// A network that runs step by step (a frame per call) has states: inputs that are what outputs of the step before were.
// Samples are its steps, in the order of the data; a state is zero before the first one of each file.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_TENSOR_STATES_H
#define TARE_TENSOR_STATES_H

#include "tare/Tensor/Dataset.h"

#include <functional>

namespace tare {

/// An input, and the output that it is at the next step: by their names.
struct StateNames {
  std::string input, output;
};
/// Reads "h=h_out"; what stands around the last equals sign.
Result<StateNames> parseState(const std::string &text);

/// The same by their places among a model's inputs and outputs.
struct State {
  size_t input, output;
};
/// Finds states in a model, in the order of its inputs: each is an input and an output of one type, and each input is
/// one state at most.
Result<std::vector<State>> findStates(const std::vector<StateNames> &names, const std::vector<InputDeclaration> &inputs,
                                      const std::vector<InputDeclaration> &outputs);

/// What data have to give: the inputs that are no states.
std::vector<InputDeclaration> withoutStates(std::vector<InputDeclaration> inputs, const std::vector<State> &states);

/// Puts states into samples that came without, one step after the other, from one thread at a time.
class StateFeed {
public:
  StateFeed(std::vector<State> states, const std::vector<InputDeclaration> &inputs);

  bool isEmpty() const { return states.empty(); }
  /// Completes the inputs of the next step.
  void complete(Sample &sample);
  /// Keeps what that step gave.
  void keep(const std::vector<Tensor> &outputs);

private:
  std::vector<State> states;
  std::vector<TensorType> types;
  std::vector<Tensor> current;
};

/// Samples with the states that a model has in them: it runs on each of them when it is taken, one after the other,
/// whoever takes them.
class SamplesWithStates : public SampleSource {
public:
  /// What the model gives for a sample.
  using Run = std::function<Result<std::vector<Tensor>>(const Sample &)>;

  SamplesWithStates(std::unique_ptr<SampleSource> source, StateFeed feed, Run run)
      : source(std::move(source)), feed(std::move(feed)), run(std::move(run)) {}

  int64_t sampleCount() const override { return source->sampleCount(); }
  Result<std::optional<Sample>> next() override;

private:
  std::unique_ptr<SampleSource> source;
  std::mutex mutex;
  StateFeed feed;
  Run run;
};

} // namespace tare

#endif // TARE_TENSOR_STATES_H
