//===- Writer.cpp - Writes programs ---------------------------------------===//
#include "tare/Program/Writer.h"

#include "tare/Program/Container.h"
#include "tare/Program/Model.h"
#include "tare/Program/Verifier.h"
#include "tare/Tensor/AtomicFile.h"

#include <fmt/format.h>

#include <algorithm>

namespace tare::program {
namespace {

/// Lays the constants one after the other, in the order of the tensors.
void placeConstants(ProgramT &program, const ConstantData &constants) {
  program.constant_bytes = 0;
  for (size_t i = 0; i != program.tensors.size(); ++i) {
    TensorT &tensor = *program.tensors[i];
    tensor.data_offset = tensor.constant ? program.constant_bytes : 0;
    if (tensor.constant)
      program.constant_bytes += alignUp(constants[i].size());
  }
}

Status verifyConstants(const ProgramT &program, const ConstantData &constants) {
  for (size_t i = 0; i != program.tensors.size(); ++i) {
    const TensorT &tensor = *program.tensors[i];
    size_t expected = tensor.constant ? typeOf(tensor).bytes() : 0;
    if (constants[i].size() != expected)
      return Error{fmt::format("tensor {} ('{}') has {} bytes of data, expected {}", i, tensor.name,
                               constants[i].size(), expected)};
  }
  return success();
}

std::vector<std::byte> gather(const ProgramT &program, const ConstantData &constants) {
  std::vector<std::byte> block(program.constant_bytes);
  for (size_t i = 0; i != program.tensors.size(); ++i)
    if (program.tensors[i]->constant)
      std::copy(constants[i].begin(), constants[i].end(), block.begin() + program.tensors[i]->data_offset);
  return block;
}

} // namespace

Result<std::vector<std::byte>> serialize(ProgramT program, const ConstantData &constants) {
  if (constants.size() != program.tensors.size())
    return Error{fmt::format("data of {} tensors was given, expected {}", constants.size(), program.tensors.size())};
  program.version = formatVersion;
  placeConstants(program, constants);
  if (auto status = verify(program); !status)
    return status.error();
  if (auto status = verifyConstants(program, constants); !status)
    return status.error();

  flatbuffers::FlatBufferBuilder builder;
  FinishProgramBuffer(builder, Program::Pack(builder, &program));
  std::vector<std::byte> block = gather(program, constants);
  return makeContainer({std::as_bytes(std::span(builder.GetBufferPointer(), builder.GetSize())), block});
}

Status writeProgram(const std::string &path, ProgramT program, const ConstantData &constants) {
  auto bytes = serialize(std::move(program), constants);
  if (!bytes)
    return Error{path + ": " + bytes.error().message};
  return writeFile(path, std::string_view(reinterpret_cast<const char *>(bytes->data()), bytes->size()));
}

} // namespace tare::program
