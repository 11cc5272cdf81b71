//===- Rescaled.cpp - Values that a program has on two grids --------------===//
#include "Driver/Explain/Rescaled.h"

#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace tare;

static std::map<std::string, Operation *> makersOf(func::FuncOp function) {
  std::map<std::string, Operation *> makers;
  for (Operation &op : function.front().without_terminator())
    for (Value result : op.getResults())
      makers[qnn::valueName(result)] = &op;
  return makers;
}

/// The value with new readers behind it, which are among `readers`; null where none of them reads it.
static Value copyFor(llvm::ArrayRef<Operation *> readers, const std::string &name, const std::string &layer) {
  SmallVector<OpOperand *> uses;
  for (Operation *reader : readers)
    for (OpOperand &operand : reader->getOpOperands())
      if (qnn::valueName(operand.get()) == name && isa<RankedTensorType>(operand.get().getType()))
        uses.push_back(&operand);
  if (uses.empty())
    return {};
  Value value = uses.front()->get();
  auto type = cast<RankedTensorType>(value.getType());
  OpBuilder builder(value.getContext());
  builder.setInsertionPointAfterValue(value);
  Value copy =
      qnn::ReshapeOp::create(builder, qnn::nameLoc(value.getContext(), layer, layer), type, value, type.getShape());
  for (OpOperand *use : uses)
    if (use->get() == value)
      use->set(copy);
  return copy;
}

explain::RescaledValues explain::copyRescaled(const program::Model &model, func::FuncOp real) {
  const program::ProgramT &program = model.program();
  const std::map<std::string, Operation *> makers = makersOf(real);
  RescaledValues copies;
  for (size_t i = 0; i != program.layers.size(); ++i) {
    const program::LayerT &layer = *program.layers[i];
    const std::string &name = program.tensors[layer.result]->name;
    if (!layer.op.AsRescale() || program.tensors[layer.operands[0]]->name != name)
      continue;
    SmallVector<Operation *> readers;
    for (const auto &other : program.layers)
      if (llvm::is_contained(other->operands, layer.result))
        if (auto maker = makers.find(program.tensors[other->result]->name); maker != makers.end())
          if (!llvm::is_contained(readers, maker->second))
            readers.push_back(maker->second);
    if (Value copy = copyFor(readers, name, layer.name))
      copies[i] = copy;
  }
  return copies;
}
