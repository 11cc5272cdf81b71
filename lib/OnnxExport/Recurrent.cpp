//===- Recurrent.cpp - Loops ----------------------------------------------===//
//
// Both ends of a loop and what stands between are one Scan: its states, its sequences and, where a step asks for it,
// the step's number as one more sequence.
//
//===----------------------------------------------------------------------===//
#include "Lowering.h"

#include "Protos.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Onnx/Notes.h"

using namespace mlir;
using namespace tare;
using namespace tare::onnx;

namespace {

/// 0, 1, .., each an element of a sequence.
Tensor stepNumbers(int64_t steps) {
  Tensor numbers(ElementType::i64, {steps, 1});
  for (int64_t i = 0; i != steps; ++i)
    numbers.mutableAs<int64_t>()[i] = i;
  return numbers;
}

/// 1 of what runs backwards.
std::vector<int64_t> directions(std::optional<ArrayRef<bool>> reversed, size_t count) {
  std::vector<int64_t> all(count, 0);
  if (reversed)
    std::copy(reversed->begin(), reversed->end(), all.begin());
  return all;
}

/// The layer of both ends, which are called "LAYER.begin" and "LAYER.end".
std::string layerOf(qnn::LoopBeginOp begin) {
  const std::string name = qnn::layerName(begin);
  StringRef layer = name;
  layer.consume_back(".begin");
  return layer.str();
}

} // namespace

Status onnx::lowerLoop(qnn::LoopBeginOp begin, GraphWriter &graph, WriteOps write) {
  qnn::LoopEndOp end = begin.getEnd();
  const size_t sequences = begin.getSequences().size(), states = begin.getStates().size();
  // The end reads it, too.
  const bool readsNumber = !begin->getResult(0).hasOneUse() || sequences == 0;
  const Origin origin{layerOf(begin), Origin::of(end).values};
  std::vector<std::string> operands, results;
  for (Value state : begin.getStates())
    operands.push_back(graph.readOwn(state));
  for (Value sequence : begin.getSequences())
    operands.push_back(graph.readOwn(sequence));
  if (readsNumber)
    operands.push_back(graph.constant(origin.layer + "_number", stepNumbers(begin.getSteps())));

  proto::GraphProto body;
  body.set_name(origin.layer);
  graph.within(body, [&] {
    for (size_t i = 0; i != states; ++i)
      graph.addInput(body, begin.getState(i));
    for (size_t i = 0; i != sequences; ++i)
      graph.addInput(body, begin->getResult(1 + i));
    if (readsNumber)
      graph.addInput(body, begin->getResult(0));
    write(begin->getNextNode(), end);
    for (Value leaving : llvm::drop_begin(end->getOperands()))
      graph.addOutput(body, leaving);
  });

  for (auto [result, name] : llvm::zip_equal(end->getResults(), origin.values))
    results.push_back(graph.nameOf(result, name));
  const size_t inputs = sequences + (readsNumber ? 1 : 0);
  proto::NodeProto &node = graph.add(
      "Scan", operands, results, origin,
      host::Attributes({{"num_scan_inputs", int64_t(inputs)},
                        {"scan_input_directions", directions(begin.getReversed(), inputs)},
                        {"scan_output_directions", directions(end.getReversed(), end.getCollects().size())}}));
  addNote(node, stepNote, qnn::valueName(begin->getResult(0)));
  proto::AttributeProto &attribute = *node.add_attribute();
  attribute.set_name("body");
  attribute.set_type(proto::AttributeProto::GRAPH);
  *attribute.mutable_g() = std::move(body);
  for (auto [result, name] : llvm::zip_equal(end->getResults(), results))
    graph.defineOwn(result, name);
  return tare::success();
}
