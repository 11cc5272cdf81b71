//===- Trace.cpp - Layer by layer, with what each layer read --------------===//
#include "tare/Runtime/Trace.h"

#include "PortPath.h"
#include "tare/Runtime/Context.h"
#include "tare/Tensor/OffsetBinary.h"

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

Result<std::vector<Tensor>> Trace::run(const std::vector<Tensor> &inputs, const Visitor &visit) const {
  assert(inputs.size() == owner->inputCount() && "one tensor per input");
  const program::ProgramT &program = owner->program();
  const program::Model &model = *owner->source;
  std::vector<Tensor> tensors(program.tensors.size());
  for (size_t i = 0; i != inputs.size(); ++i)
    tensors[program.inputs[i]->tensor] = inputs[i];
  for (size_t i = 0; i != tensors.size(); ++i)
    if (const void *constant = model.constant(i))
      tensors[i] = Tensor(model.type(i), owner, constant);
  for (size_t i = 0; i != program.layers.size(); ++i) {
    const program::LayerT &layer = *program.layers[i];
    std::vector<ConstTensorView> operands;
    for (uint32_t operand : layer.operands)
      operands.push_back(tensors[operand].view());
    auto made = runLayer(i, operands);
    if (!made)
      return Error{"layer '" + layer.name + "': " + made.error().message};
    std::vector<ConstTensorView> views;
    std::vector<uint32_t> results = program::resultsOf(layer);
    for (size_t k = 0; k != results.size(); ++k)
      views.push_back((tensors[results[k]] = (*made)[k]).view());
    if (visit)
      visit({i, operands, views.front(), std::span(views).subspan(1)});
    for (uint32_t tensor : layer.operands)
      if (owner->uses[tensor].lastUse() == int64_t(i))
        tensors[tensor] = Tensor();
  }
  std::vector<Tensor> outputs;
  for (const auto &output : program.outputs)
    outputs.push_back(tensors[output->tensor]);
  return outputs;
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
  Tensor scratch(ElementType::i8, {int64_t(op.scratchBytes())});
  op.run(operands, views.front(), scratch.mutableAs<std::byte>());
  return results;
}

} // namespace tare::runtime
