//===- LoopWriter.cpp - Writes the ends of a loop -------------------------===//
#include "LoopWriter.h"
#include "tare/Dialect/Qnn/Loops.h"

using namespace tare;
using namespace tare::onnx;

namespace {

llvm::SmallVector<mlir::Value> valuesOf(llvm::ArrayRef<NamedValue> named) {
  return llvm::map_to_vector(named, [](const NamedValue &each) { return each.value; });
}

/// Null where none is.
mlir::DenseBoolArrayAttr flagsOf(mlir::OpBuilder &builder, llvm::ArrayRef<NamedValue> sequences) {
  auto flags = llvm::map_to_vector(sequences, [](const NamedValue &each) { return each.isReversed; });
  return llvm::is_contained(flags, true) ? builder.getDenseBoolArrayAttr(flags) : mlir::DenseBoolArrayAttr();
}

bool areAllThere(llvm::ArrayRef<NamedValue> named) {
  return llvm::all_of(named, [](const NamedValue &each) { return bool(each.value); });
}

} // namespace

std::string LoopWriter::fullName(const NamedValue &value) const {
  return value.isOfModel ? value.name : node.derivedName(value.name);
}

mlir::Location LoopWriter::location(llvm::StringRef end, llvm::ArrayRef<std::string> values) {
  mlir::MLIRContext *context = node.builder().getContext();
  auto named = [&](const std::string &name) {
    return mlir::Location(mlir::NameLoc::get(mlir::StringAttr::get(context, name)));
  };
  llvm::SmallVector<mlir::Location> names = llvm::map_to_vector(values, named);
  std::string layer = node.graphNode().layer + "." + part + end.str();
  return mlir::NameLoc::get(mlir::StringAttr::get(context, layer), mlir::FusedLoc::get(context, names));
}

LoopWriter::LoopWriter(Node &node, std::string part, int64_t steps, llvm::ArrayRef<NamedValue> sequences,
                       llvm::ArrayRef<NamedValue> states)
    : node(node), part(std::move(part)), steps(steps), numSequences(sequences.size()) {
  if (node.failed() || !areAllThere(sequences) || !areAllThere(states))
    return;
  mlir::OpBuilder &builder = node.builder();
  llvm::SmallVector<mlir::Type> types{mlir::RankedTensorType::get({1}, builder.getI64Type())};
  std::vector<std::string> names{fullName({this->part + "number", nullptr})};
  for (const NamedValue &sequence : sequences) {
    types.push_back(qnn::elementOfSequence(sequence.value.getType()));
    names.push_back(fullName(sequence));
  }
  for (const NamedValue &state : states) {
    types.push_back(state.value.getType());
    names.push_back(fullName(state));
  }
  auto made = qnn::LoopBeginOp::create(builder, location("begin", names), types, steps, valuesOf(sequences),
                                       valuesOf(states), flagsOf(builder, sequences));
  if (node.check(made))
    begin = made;
}

llvm::SmallVector<mlir::Value> LoopWriter::end(llvm::ArrayRef<NamedValue> carries,
                                               llvm::ArrayRef<NamedValue> collects) {
  llvm::SmallVector<mlir::Value> none(carries.size() + collects.size());
  if (node.failed() || !begin || !areAllThere(carries) || !areAllThere(collects))
    return none;
  mlir::OpBuilder &builder = node.builder();
  llvm::SmallVector<mlir::Type> types;
  std::vector<std::string> names;
  for (const NamedValue &state : carries) {
    types.push_back(state.value.getType());
    names.push_back(fullName(state));
  }
  for (const NamedValue &collected : collects) {
    types.push_back(qnn::sequenceOf(collected.value.getType(), steps));
    names.push_back(fullName(collected));
  }
  auto made = qnn::LoopEndOp::create(builder, location("end", names), types, number(), valuesOf(carries),
                                     valuesOf(collects), flagsOf(builder, collects));
  qnn::hoistInvariants(begin, made);
  if (!node.check(made))
    return none;
  return llvm::SmallVector<mlir::Value>(made.getResults());
}
