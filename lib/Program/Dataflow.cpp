//===- Dataflow.cpp - Who writes and reads each tensor --------------------===//
#include "tare/Program/Dataflow.h"
#include "tare/Program/HostLayer.h"
#include "tare/Program/Movements.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace tare::program {
namespace {

/// Follows the inputs, the layers and the outputs in the order in which they
/// run.
class DataflowBuilder {
public:
  explicit DataflowBuilder(const ProgramT &program) : program(program), uses(program.tensors.size()) {}

  Result<std::vector<TensorUse>> build() {
    for (const auto &port : program.inputs)
      if (auto status = write(port->tensor, TensorUse::fromInput, {"input", port->name}); !status)
        return status.error();
    for (size_t i = 0; i != program.layers.size(); ++i)
      if (auto status = addLayer(i); !status)
        return status.error();
    for (const auto &port : program.outputs)
      if (auto status = read(port->tensor, program.layers.size(), {"output", port->name}); !status)
        return status.error();
    for (size_t i = 0; i != uses.size(); ++i)
      if (!program.tensors[i]->constant && !uses[i].written())
        return Error{fmt::format("nothing writes tensor {} ('{}')", i, program.tensors[i]->name)};
    return std::move(uses);
  }

private:
  /// Who reads or writes; in words only where something is wrong.
  struct Who {
    std::string_view kind;
    const std::string &name;
    std::optional<size_t> index = std::nullopt;

    std::string text() const {
      return index ? fmt::format("{} {} ('{}')", kind, *index, name) : fmt::format("{} '{}'", kind, name);
    }
  };

  Status addLayer(size_t index) {
    const LayerT &layer = *program.layers[index];
    Who who{"layer", layer.name, index};
    for (uint32_t operand : layer.operands)
      if (auto status = read(operand, index, who); !status)
        return status;
    for (uint32_t result : resultsOf(layer))
      if (auto status = write(result, index, who); !status)
        return status;
    return success();
  }

  Status write(uint32_t tensor, int64_t writer, const Who &who) {
    if (tensor >= uses.size())
      return outOfRange(tensor, who);
    if (program.tensors[tensor]->constant)
      return Error{fmt::format("{} writes tensor {}, which is a constant", who.text(), tensor)};
    if (uses[tensor].written())
      return Error{fmt::format("{} writes tensor {}, which is written already", who.text(), tensor)};
    uses[tensor].writer = writer;
    return success();
  }

  Status read(uint32_t tensor, int64_t reader, const Who &who) {
    if (tensor >= uses.size())
      return outOfRange(tensor, who);
    if (!program.tensors[tensor]->constant && !uses[tensor].written())
      return Error{fmt::format("{} reads tensor {} before it is written", who.text(), tensor)};
    uses[tensor].readers.push_back(reader);
    return success();
  }

  Error outOfRange(uint32_t tensor, const Who &who) const {
    return Error{fmt::format("{} refers to tensor {} of {}", who.text(), tensor, uses.size())};
  }

  const ProgramT &program;
  std::vector<TensorUse> uses;
};

} // namespace

Result<std::vector<TensorUse>> analyzeDataflow(const ProgramT &program) { return DataflowBuilder(program).build(); }

Boundary inputBoundary(const ProgramT &program, const std::vector<TensorUse> &uses, const PortT &port) {
  // A second reader would still need the real numbers, so the way must not fork; an output is a reader, too.
  Passage passage = passageToReader(program, port.tensor, [&](uint32_t tensor) {
    const std::vector<int64_t> &readers = uses[tensor].readers;
    const bool isOne = readers.size() == 1 && size_t(readers.front()) != program.layers.size();
    return isOne ? std::optional<size_t>(readers.front()) : std::nullopt;
  });
  if (!passage.end || program.layers[*passage.end]->op.type != Op::Quantize)
    return {port.tensor, -1, {}};
  return {program.layers[*passage.end]->result, int64_t(*passage.end), std::move(passage.movements)};
}

Boundary outputBoundary(const ProgramT &program, const std::vector<TensorUse> &uses, const PortT &port) {
  Passage passage = passageToWriter(program, port.tensor, [&](uint32_t tensor) {
    const int64_t writer = uses[tensor].writer;
    return writer >= 0 ? std::optional<size_t>(writer) : std::nullopt;
  });
  if (!passage.end || program.layers[*passage.end]->op.type != Op::Dequantize)
    return {port.tensor, -1, {}};
  std::reverse(passage.movements.begin(), passage.movements.end());
  return {program.layers[*passage.end]->operands.front(), int64_t(*passage.end), std::move(passage.movements)};
}

} // namespace tare::program
