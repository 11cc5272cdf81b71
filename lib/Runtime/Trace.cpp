//===- Trace.cpp - Layer by layer, with what each layer read --------------===//
#include "tare/Runtime/Trace.h"

#include "PortPath.h"
#include "tare/Kernels/LoopEnds.h"
#include "tare/Runtime/Context.h"
#include "tare/Tensor/OffsetBinary.h"

#include <algorithm>
#include <cassert>

namespace tare::runtime {

Result<Trace> Trace::create(std::shared_ptr<const Session> session) {
  // A trace takes no more than a context, apart from what could share memory: what a context refuses is too large here.
  if (auto context = session->makeContext(); !context)
    return context.error();
  return Trace(std::move(session));
}

std::vector<Tensor> Trace::enter(const std::vector<Tensor> &values) const {
  assert(values.size() == owner->inputCount() && "one value per input");
  std::vector<Tensor> tensors;
  for (size_t i = 0; i != values.size(); ++i) {
    PortPath path = inputPath(*owner->source, owner->uses, i, Form::model);
    Tensor tensor = owner->program().inputs[i]->is_unsigned ? shiftedByHalf(values[i]) : values[i];
    for (size_t step = 1; step != path.values.size(); ++step) {
      const program::OpUnion &op = *path.values[step].op;
      ConstTensorView operand = tensor.view();
      Tensor result(path.values[step].type);
      kernels::lookup(op.type)->reference(op, {&operand, 1}, result.mutableView());
      tensor = result;
    }
    tensors.push_back(tensor);
  }
  return tensors;
}

/// One run of a program.
class Trace::Run {
public:
  Run(const Trace &trace, const std::vector<Tensor> &inputs, const Visitor &visit)
      : trace(trace), session(*trace.owner), program(session.program()), visit(visit), tensors(program.tensors.size()),
        turns(session.loops.size()) {
    for (size_t i = 0; i != inputs.size(); ++i)
      tensors[program.inputs[i]->tensor] = inputs[i];
    for (size_t i = 0; i != tensors.size(); ++i)
      if (const void *constant = session.source->constant(i))
        tensors[i] = Tensor(session.source->type(i), trace.owner, constant);
  }

  Result<std::vector<Tensor>> operator()() {
    for (size_t i = 0; i != program.layers.size();)
      if (Status done = runLayer(i); !done)
        return Error{"layer '" + program.layers[i]->name + "': " + done.error().message};
    std::vector<Tensor> outputs;
    for (const auto &output : program.outputs)
      outputs.push_back(tensors[output->tensor]);
    return outputs;
  }

private:
  /// Runs layer `i`, which becomes the next one.
  Status runLayer(size_t &i) {
    const program::LayerT &layer = *program.layers[i];
    if (layer.op.type == program::Op::LoopBegin)
      return beginStep(i++), success();
    if (layer.op.type == program::Op::LoopEnd)
      return endStep(i), success();
    auto made = trace.runLayer(i, operandsOf(layer));
    if (!made)
      return made.error();
    std::vector<uint32_t> results = program::resultsOf(layer);
    for (size_t k = 0; k != results.size(); ++k)
      tensors[results[k]] = (*made)[k];
    show(i);
    release(i++);
    return success();
  }

  std::vector<ConstTensorView> operandsOf(const program::LayerT &layer) const {
    std::vector<ConstTensorView> operands;
    for (uint32_t operand : layer.operands)
      operands.push_back(tensors[operand].view());
    return operands;
  }

  /// New memory for the results: what a step has made may still be read.
  std::vector<TensorView> makeResults(const program::LayerT &layer) {
    std::vector<TensorView> views;
    for (uint32_t result : program::resultsOf(layer))
      views.push_back((tensors[result] = Tensor(session.source->type(result))).mutableView());
    return views;
  }

  size_t loopOf(size_t layer) const {
    auto isEnd = [&](const program::Loop &loop) { return loop.begin == layer || loop.end == layer; };
    return std::ranges::find_if(session.loops, isEnd) - session.loops.begin();
  }

  void beginStep(size_t i) {
    const program::LayerT &layer = *program.layers[i];
    const int64_t turn = turns[loopOf(i)];
    if (turn == 0)
      kernels::beginStep(*layer.op.AsLoopBegin(), 0, operandsOf(layer), makeResults(layer));
    else
      nextStep(layer, turn);
    show(i);
  }

  /// The states are there: endStep() has put them there.
  void nextStep(const program::LayerT &layer, int64_t turn) {
    const program::LoopBeginT &loop = *layer.op.AsLoopBegin();
    std::vector<uint32_t> results = program::resultsOf(layer);
    std::vector<TensorView> views;
    for (size_t k = 0; k != results.size(); ++k) {
      Tensor &tensor = tensors[results[k]];
      if (k <= loop.sequences)
        tensor = Tensor(session.source->type(results[k]));
      views.push_back({tensor.type(), const_cast<void *>(tensor.data())});
    }
    kernels::beginStep(loop, turn, operandsOf(layer), views);
  }

  void endStep(size_t &i) {
    const program::LayerT &layer = *program.layers[i];
    const program::LoopEndT &end = *layer.op.AsLoopEnd();
    const size_t number = loopOf(i);
    const program::Loop &loop = session.loops[number];
    int64_t &turn = turns[number];
    std::vector<uint32_t> results = program::resultsOf(layer);
    std::vector<TensorView> views;
    for (uint32_t result : results) {
      Tensor &tensor = tensors[result];
      if (turn == 0)
        tensor = Tensor(session.source->type(result));
      views.push_back({tensor.type(), const_cast<void *>(tensor.data())});
    }
    kernels::endStep(end, turn, operandsOf(layer), views);
    if (turn + 1 == loop.steps) {
      turn = 0;
      show(i);
      return release(i++);
    }
    const program::LayerT &begin = *program.layers[loop.begin];
    std::vector<uint32_t> begun = program::resultsOf(begin);
    // All at once: a state may be carried into another.
    std::vector<Tensor> carried;
    for (uint32_t k = 0; k != end.carries; ++k)
      carried.push_back(tensors[layer.operands[1 + k]]);
    for (uint32_t k = 0; k != end.carries; ++k)
      tensors[begun[begun.size() - end.carries + k]] = carried[k];
    ++turn;
    i = loop.begin;
  }

  void show(size_t i) {
    if (!visit)
      return;
    const program::LayerT &layer = *program.layers[i];
    std::vector<ConstTensorView> operands = operandsOf(layer), views;
    for (uint32_t result : program::resultsOf(layer))
      views.push_back(tensors[result].view());
    visit({i, operands, views.front(), std::span(views).subspan(1), runOf(i)});
  }

  /// Which of its runs a layer is at.
  int64_t runOf(size_t i) const {
    int64_t run = 0;
    // Outer loops come last.
    for (size_t number = session.loops.size(); number-- != 0;)
      if (session.loops[number].holds(int64_t(i)))
        run = run * session.loops[number].steps + turns[number];
    return run;
  }

  /// What nobody reads behind layer `i`; nothing within a loop.
  void release(size_t i) {
    auto holds = [&](const program::Loop &loop) { return loop.holds(int64_t(i)) && loop.end != i; };
    if (std::ranges::any_of(session.loops, holds))
      return;
    const bool endsLoop = program.layers[i]->op.type == program::Op::LoopEnd;
    for (size_t from = endsLoop ? session.loops[loopOf(i)].begin : i; from <= i; ++from)
      for (uint32_t tensor : program.layers[from]->operands)
        if (session.uses[tensor].lastUse() <= int64_t(i))
          tensors[tensor] = Tensor();
  }

  const Trace &trace;
  const Session &session;
  const program::ProgramT &program;
  const Visitor &visit;
  std::vector<Tensor> tensors;
  /// By loop, the step that it is at.
  std::vector<int64_t> turns;
};

Result<std::vector<Tensor>> Trace::run(const std::vector<Tensor> &inputs, const Visitor &visit) const {
  assert(inputs.size() == owner->inputCount() && "one tensor per input");
  return Run(*this, inputs, visit)();
}

Result<std::vector<Tensor>> Trace::runLayer(size_t layer, std::span<const ConstTensorView> operands) const {
  const BoundOp &op = owner->layers[layer];
  std::vector<Tensor> results;
  std::vector<TensorView> views;
  for (uint32_t result : program::resultsOf(*owner->program().layers[layer]))
    views.push_back(results.emplace_back(owner->source->type(result)).mutableView());
  if (op.isHost()) {
    if (Status done = op.runHost(operands, views); !done)
      return done.error();
    return results;
  }
  if (Status fits = op.check(operands); !fits)
    return fits.error();
  Tensor scratch(ElementType::i8, {int64_t(op.scratchBytes())});
  op.run(operands, views.front(), scratch.mutableAs<std::byte>());
  return results;
}

} // namespace tare::runtime
