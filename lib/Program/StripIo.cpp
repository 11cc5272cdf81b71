//===- StripIo.cpp - Leaves layers at the border to the host --------------===//
//
// What tare-strip-io does on the way to a program, on a finished one. Layers that are taken off are marked, and erased
// at the end with the tensors that nobody has any more.
//
//===----------------------------------------------------------------------===//
#include "tare/Program/StripIo.h"

#include "tare/Program/Container.h"
#include "tare/Program/HostLayer.h"
#include "tare/Program/Loops.h"
#include "tare/Program/Model.h"
#include "tare/Program/Movements.h"
#include "tare/Tensor/ArenaPlan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace tare::program {
namespace {

class Stripper {
public:
  Stripper(ProgramT &program, StrippedKinds kinds) : program(program), kinds(kinds), isTaken(program.layers.size()) {}

  Status run() {
    for (auto &port : program.inputs)
      while (stripInput(*port))
        ;
    for (auto &port : program.outputs)
      while (stripOutput(*port))
        ;
    if (Status rest = checkRest(); !rest)
      return rest;
    eraseTaken();
    dropTensors();
    placeTensors();
    return success();
  }

private:
  //===--------------------------------------------------------------------===//
  // Who reads and writes
  //===--------------------------------------------------------------------===//

  bool isOutput(uint32_t tensor) const {
    return std::any_of(program.outputs.begin(), program.outputs.end(),
                       [&](const auto &port) { return port->tensor == tensor; });
  }

  /// The layers that read a tensor; a layer that reads it twice is there twice.
  std::vector<size_t> readersOf(uint32_t tensor) const {
    std::vector<size_t> readers;
    for (size_t i = 0; i != program.layers.size(); ++i)
      if (!isTaken[i])
        for (uint32_t operand : program.layers[i]->operands)
          if (operand == tensor)
            readers.push_back(i);
    return readers;
  }

  /// The layer that alone reads a tensor, which does not leave.
  std::optional<size_t> onlyReader(uint32_t tensor) const {
    std::vector<size_t> readers = readersOf(tensor);
    return readers.size() == 1 && !isOutput(tensor) ? std::optional(readers.front()) : std::nullopt;
  }

  std::optional<size_t> writerOf(uint32_t tensor) const {
    for (size_t i = 0; i != program.layers.size(); ++i)
      if (std::vector<uint32_t> results = resultsOf(*program.layers[i]);
          !isTaken[i] && std::find(results.begin(), results.end(), tensor) != results.end())
        return i;
    return std::nullopt;
  }

  //===--------------------------------------------------------------------===//
  // Inputs
  //===--------------------------------------------------------------------===//

  bool stripInput(PortT &port) {
    std::optional<size_t> reader = onlyReader(port.tensor);
    if (!reader)
      return false;
    Op kind = program.layers[*reader]->op.type;
    if (kinds.transpose && kind == Op::Transpose)
      return take(port, *reader);
    if (!kinds.quantize || !bringQuantizeFirst(port))
      return false;
    return take(port, *onlyReader(port.tensor));
  }

  bool take(PortT &port, size_t layer) {
    const LayerT &taken = *program.layers[layer];
    addStep(port, port.host_steps.size(), taken.op);
    moveLayout(port, taken.op);
    port.tensor = taken.result;
    isTaken[layer] = true;
    return true;
  }

  /// Movements in front of the quantize that an input leads to move integers afterwards; false where it leads to none.
  bool bringQuantizeFirst(PortT &port) {
    const auto [movements, reader] =
        passageToReader(program, port.tensor, [&](uint32_t tensor) { return onlyReader(tensor); });
    if (!reader || program.layers[*reader]->op.type != Op::Quantize)
      return false;
    if (movements.empty())
      return true;
    // The quantize reads the port, the first movement what it makes, and the last one makes what it made.
    LayerT &quantize = *program.layers[*reader];
    TensorT &integers = *program.tensors[quantize.result];
    uint32_t made = quantize.result, first = addTensor(*program.tensors[port.tensor], integers);
    for (size_t movement : movements)
      setIntegers(*program.tensors[program.layers[movement]->result], integers);
    quantize.operands = {port.tensor};
    quantize.result = first;
    program.layers[movements.front()]->operands = {first};
    program.layers[movements.back()]->result = made;
    // It runs before them now.
    auto rotate = [first = movements.front(), last = *reader](auto begin) {
      std::rotate(begin + first, begin + last, begin + last + 1);
    };
    rotate(program.layers.begin());
    rotate(isTaken.begin());
    return true;
  }

  static void setIntegers(TensorT &tensor, const TensorT &integers) {
    tensor.type = integers.type;
    tensor.scales = integers.scales;
    tensor.axis = integers.axis;
    tensor.zero_point = integers.zero_point;
  }

  uint32_t addTensor(const TensorT &shaped, const TensorT &integers) {
    auto tensor = std::make_unique<TensorT>(shaped);
    setIntegers(*tensor, integers);
    program.tensors.push_back(std::move(tensor));
    return uint32_t(program.tensors.size() - 1);
  }

  //===--------------------------------------------------------------------===//
  // Outputs
  //===--------------------------------------------------------------------===//

  bool stripOutput(PortT &port) {
    std::optional<size_t> writer = writerOf(port.tensor);
    if (!writer || !mayLeave(port.tensor))
      return false;
    const OpUnion &op = program.layers[*writer]->op;
    bool isWanted = (kinds.transpose && op.type == Op::Transpose) || (kinds.dequantize && op.type == Op::Dequantize) ||
                    (kinds.dequantize && rearranges(op.type) && comesFromDequantize(port.tensor));
    return isWanted && takeBack(port, *writer);
  }

  /// Nobody but one output has it.
  bool mayLeave(uint32_t tensor) const {
    auto isPort = [&](const auto &port) { return port->tensor == tensor; };
    return readersOf(tensor).empty() && std::count_if(program.outputs.begin(), program.outputs.end(), isPort) == 1;
  }

  Passage passageBack(uint32_t tensor) const {
    return passageToWriter(program, tensor, [&](uint32_t made) { return writerOf(made); });
  }

  /// Through movements that nobody else reads, as they are taken off together.
  bool comesFromDequantize(uint32_t tensor) const {
    const Passage passage = passageBack(tensor);
    auto isOwn = [&](size_t movement) {
      const uint32_t result = program.layers[movement]->result;
      return result == tensor || onlyReader(result);
    };
    return passage.end && program.layers[*passage.end]->op.type == Op::Dequantize &&
           std::all_of(passage.movements.begin(), passage.movements.end(), isOwn);
  }

  bool takeBack(PortT &port, size_t layer) {
    const LayerT &taken = *program.layers[layer];
    addStep(port, 0, taken.op);
    if (const auto *transpose = taken.op.AsTranspose())
      moveBack(port, transpose->permutation);
    else if (taken.op.AsReshape())
      port.layout.clear();
    port.tensor = taken.operands.front();
    if (const auto *dequantize = taken.op.AsDequantize()) {
      port.scales = dequantize->scales;
      port.axis = dequantize->scales.size() > 1 ? dequantize->axis : 0;
      port.zero_point = dequantize->zero_point;
    }
    isTaken[layer] = true;
    return true;
  }

  //===--------------------------------------------------------------------===//
  // Ports
  //===--------------------------------------------------------------------===//

  static void addStep(PortT &port, size_t place, const OpUnion &op) {
    auto step = std::make_unique<HostStepT>();
    step->op = op;
    port.host_steps.insert(port.host_steps.begin() + place, std::move(step));
  }

  /// The letters of what a transpose makes of an input.
  static void moveLayout(PortT &port, const OpUnion &op) {
    const auto *transpose = op.AsTranspose();
    if (!transpose || port.layout.size() != transpose->permutation.size())
      return;
    std::string letters = port.layout;
    for (size_t i = 0; i != letters.size(); ++i)
      port.layout[i] = letters[transpose->permutation[i]];
  }

  /// The letters of what a transpose has made an output of.
  static void moveBack(PortT &port, const std::vector<int32_t> &permutation) {
    if (port.layout.size() != permutation.size())
      return;
    std::string letters = port.layout;
    for (size_t i = 0; i != letters.size(); ++i)
      port.layout[permutation[i]] = letters[i];
  }

  //===--------------------------------------------------------------------===//
  // What is left
  //===--------------------------------------------------------------------===//

  /// A host layer reads real numbers, and gives such.
  bool isAtHost(const LayerT &layer) const {
    if (layer.op.type != Op::Quantize)
      return leadsToHost(layer.result);
    const Passage passage = passageBack(layer.operands.front());
    return passage.end && program.layers[*passage.end]->op.type == Op::Host;
  }

  /// Each tensor is looked at once, however often movements part and join again.
  bool leadsToHost(uint32_t tensor) const {
    std::vector<uint32_t> moved{tensor};
    std::set<uint32_t> seen{tensor};
    for (size_t i = 0; i != moved.size(); ++i)
      for (size_t reader : readersOf(moved[i])) {
        const LayerT &layer = *program.layers[reader];
        if (layer.op.type == Op::Host)
          return true;
        if (movesElements(layer.op.type) && seen.insert(layer.result).second)
          moved.push_back(layer.result);
      }
    return false;
  }

  Status checkRest() const {
    std::string left;
    for (size_t i = 0; i != program.layers.size(); ++i) {
      const LayerT &layer = *program.layers[i];
      bool isWanted =
          (kinds.quantize && layer.op.type == Op::Quantize) || (kinds.dequantize && layer.op.type == Op::Dequantize);
      if (isWanted && !isTaken[i] && !isAtHost(layer))
        left += fmt::format("{}'{}' ({})", left.empty() ? "" : ", ", layer.name, kindOf(layer.op));
    }
    if (left.empty())
      return success();
    return Error{"cannot be left to the host, as they are not next to an input or output, or not its only reader: " +
                 left};
  }

  void eraseTaken() {
    std::vector<std::unique_ptr<LayerT>> layers;
    for (size_t i = 0; i != program.layers.size(); ++i)
      if (!isTaken[i])
        layers.push_back(std::move(program.layers[i]));
    program.layers = std::move(layers);
  }

  /// Tensors that nobody has any more; the others keep their order.
  void dropTensors() {
    std::set<uint32_t> used;
    visitIndices([&](uint32_t &index) { used.insert(index); });
    std::map<uint32_t, uint32_t> renamed;
    std::vector<std::unique_ptr<TensorT>> tensors;
    for (uint32_t index : used) {
      renamed[index] = uint32_t(tensors.size());
      tensors.push_back(std::move(program.tensors[index]));
    }
    program.tensors = std::move(tensors);
    visitIndices([&](uint32_t &index) { index = renamed[index]; });
  }

  template <typename Visit> void visitIndices(Visit visit) {
    for (auto *ports : {&program.inputs, &program.outputs})
      for (auto &port : *ports)
        visit(port->tensor);
    for (auto &layer : program.layers) {
      for (uint32_t &operand : layer->operands)
        visit(operand);
      visit(layer->result);
      for (uint32_t &result : layer->further_results)
        visit(result);
    }
  }

  /// As tare-plan-memory does: a reshape's result lies where its operand does.
  void placeTensors() {
    auto uses = analyzeDataflow(program);
    if (!uses)
      return; // The verifier says so.
    auto loops = findLoops(program, *uses);
    if (!loops)
      return;
    std::vector<size_t> blockOf(program.tensors.size());
    std::vector<MemoryBlock> blocks;
    auto place = [&](uint32_t tensor) {
      blockOf[tensor] = blocks.size();
      const auto [begin, end] = lifetimeOf(tensor, program, *uses, *loops);
      blocks.push_back({int64_t(typeOf(*program.tensors[tensor]).bytes()), begin + 1, end + 1});
    };
    for (auto &port : program.inputs)
      place(port->tensor);
    for (auto &layer : program.layers) {
      uint32_t operand = layer->operands.empty() ? 0 : layer->operands.front();
      if (layer->op.type == Op::Reshape && !program.tensors[operand]->constant) {
        size_t block = blockOf[layer->result] = blockOf[operand];
        blocks[block].end = std::max(blocks[block].end, lifetimeOf(layer->result, program, *uses, *loops).end + 1);
        continue;
      }
      for (uint32_t result : resultsOf(*layer))
        place(result);
    }
    ArenaPlan plan = planArena(blocks, dataAlignment);
    for (size_t i = 0; i != program.tensors.size(); ++i)
      if (!program.tensors[i]->constant)
        program.tensors[i]->arena_offset = plan.offsets[blockOf[i]];
    program.arena_bytes = plan.arenaBytes;
    program.arena_lower_bound = plan.lowerBound;
  }

  ProgramT &program;
  StrippedKinds kinds;
  std::vector<bool> isTaken;
};

} // namespace

Status stripIo(ProgramT &program, StrippedKinds kinds) { return Stripper(program, kinds).run(); }

} // namespace tare::program
