//===- Verifier.cpp - What holds of every program -------------------------===//
#include "tare/Program/Verifier.h"

#include "ArenaVerifier.h"
#include "GridVerifier.h"
#include "PortVerifier.h"
#include "tare/Program/Container.h"
#include "tare/Program/Dataflow.h"
#include "tare/Program/HostLayer.h"
#include "tare/Program/Model.h"

#include <fmt/format.h>

#include <algorithm>

namespace tare::program {
namespace {

bool isProgramType(ElementType type) {
  switch (type) {
  case ElementType::f32:
  case ElementType::i8:
  case ElementType::i16:
  case ElementType::i32:
  case ElementType::i64:
  case ElementType::u8:
  case ElementType::u16:
  case ElementType::u32:
  case ElementType::u64:
  case ElementType::boolean:
    return true;
  default:
    return false;
  }
}

/// The tensor's bytes, multiplied so that no product can overflow.
Result<uint64_t> checkedBytes(const TensorT &tensor) {
  if (!isProgramType(tensor.type))
    return Error{fmt::format("has element type {}, expected f32, an integer or bool", static_cast<int>(tensor.type))};
  if (tensor.shape.size() > maxRank)
    return Error{fmt::format("has rank {}, expected at most {}", tensor.shape.size(), maxRank)};
  uint64_t bytes = sizeOf(tensor.type);
  for (int64_t dimension : tensor.shape) {
    if (dimension < 1)
      return Error{fmt::format("has a dimension of {}, expected at least 1", dimension)};
    if (static_cast<uint64_t>(dimension) > maxBytes / bytes)
      return Error{fmt::format("is larger than {} bytes", maxBytes)};
    bytes *= dimension;
  }
  return bytes;
}

Status verifyTensor(const TensorT &tensor, const ProgramT &program) {
  auto bytes = checkedBytes(tensor);
  if (!bytes)
    return bytes.error();
  uint64_t offset = tensor.constant ? tensor.data_offset : tensor.arena_offset;
  uint64_t available = tensor.constant ? program.constant_bytes : program.arena_bytes;
  if (offset % dataAlignment != 0)
    return Error{fmt::format("lies at offset {}, expected a multiple of {}", offset, dataAlignment)};
  if (offset > available || *bytes > available - offset)
    return Error{fmt::format("takes {} bytes at offset {} of the {}, which has {}", *bytes, offset,
                             tensor.constant ? "constants" : "arena", available)};
  return verifyGrid(tensor.scales, tensor.axis, typeOf(tensor));
}

Status verifyTensors(const ProgramT &program) {
  if (program.arena_bytes > maxBytes)
    return Error{fmt::format("the arena takes {} bytes, expected at most {}", program.arena_bytes, maxBytes)};
  for (size_t i = 0; i != program.tensors.size(); ++i)
    if (auto status = verifyTensor(*program.tensors[i], program); !status)
      return Error{fmt::format("tensor {} ('{}') {}", i, program.tensors[i]->name, status.error().message)};
  return success();
}

/// A byte that is neither 0 nor 1 is no bool.
Status verifyBools(const kernels::Operand &operand) {
  if (!operand.constant || operand.type.element != ElementType::boolean)
    return success();
  const auto *bytes = static_cast<const uint8_t *>(operand.constant);
  bool isGood = std::all_of(bytes, bytes + operand.type.bytes(), [](uint8_t byte) { return byte <= 1; });
  return isGood ? success() : Status(Error{"a constant of bool holds a byte that is neither 0 nor 1"});
}

Status verifyLayer(const LayerT &layer, const ProgramT &program, const ConstantBytes &constants) {
  std::vector<kernels::Operand> operands;
  operands.reserve(layer.operands.size());
  for (uint32_t operand : layer.operands) {
    const TensorT &tensor = *program.tensors[operand];
    operands.push_back({typeOf(tensor), constants && tensor.constant ? constants(operand) : nullptr});
  }
  for (const kernels::Operand &operand : operands)
    if (auto status = verifyBools(operand); !status)
      return status;
  std::vector<uint32_t> results = resultsOf(layer);
  auto inferred = inferResults(layer.op, operands, results.size());
  if (!inferred)
    return inferred.error();
  for (size_t i = 0; i != results.size(); ++i)
    if (TensorType declared = typeOf(*program.tensors[results[i]]); (*inferred)[i] != declared)
      return Error{
          fmt::format("the result is {}, but the program says {}", toString((*inferred)[i]), toString(declared))};
  return success();
}

Status verifyLayers(const ProgramT &program, const ConstantBytes &constants) {
  for (size_t i = 0; i != program.layers.size(); ++i) {
    const LayerT &layer = *program.layers[i];
    if (auto status = verifyLayer(layer, program, constants); !status)
      return Error{fmt::format("layer {} ('{}'): {}", i, layer.name, status.error().message)};
  }
  return success();
}

} // namespace

// The order matters: each check relies on what the earlier ones have
// established.
Status verify(const ProgramT &program, const ConstantBytes &constants) {
  if (!program.target)
    return Error{"there is no target description"};
  if (auto status = verifyTensors(program); !status)
    return status;
  auto uses = analyzeDataflow(program);
  if (!uses)
    return uses.error();
  if (auto status = verifyLayers(program, constants); !status)
    return status;
  auto loops = findLoops(program, *uses);
  if (!loops)
    return loops.error();
  if (auto status = verifyArena(program, *uses, *loops); !status)
    return status;
  return verifyPorts(program, *uses);
}

} // namespace tare::program
