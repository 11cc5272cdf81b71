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

std::vector<Tensor> Trace::run(const std::vector<Tensor> &inputs, const Visitor &visit) const {
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
    tensors[layer.result] = runLayer(i, operands);
    if (visit)
      visit({i, operands, tensors[layer.result].view()});
    for (uint32_t tensor : layer.operands)
      if (owner->uses[tensor].lastUse() == int64_t(i))
        tensors[tensor] = Tensor();
  }
  std::vector<Tensor> outputs;
  for (const auto &output : program.outputs)
    outputs.push_back(tensors[output->tensor]);
  return outputs;
}

Tensor Trace::runLayer(size_t layer, std::span<const ConstTensorView> operands) const {
  const BoundOp &op = owner->layers[layer];
  Tensor result(owner->source->type(owner->program().layers[layer]->result));
  Tensor scratch(ElementType::i8, {int64_t(op.scratchBytes())});
  op.run(operands, result.mutableView(), scratch.mutableAs<std::byte>());
  return result;
}

} // namespace tare::runtime
