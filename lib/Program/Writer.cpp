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

/// The last operator of version 1; those behind it in the union came with version 2.
constexpr Op lastOfVersion1 = Op::Dequantize;

/// The oldest version of the format that has all operators of a program.
uint32_t versionOf(const ProgramT &program) {
  bool isOfVersion1 =
      std::ranges::all_of(program.layers, [](const auto &layer) { return layer->op.type <= lastOfVersion1; });
  return isOfVersion1 ? 1 : formatVersion;
}

/// The FlatBuffer of a program whose constants are placed; the program is verified.
Status pack(ProgramT program, const ConstantData &constants, flatbuffers::FlatBufferBuilder &builder) {
  if (constants.size() != program.tensors.size())
    return Error{fmt::format("data of {} tensors was given, expected {}", constants.size(), program.tensors.size())};
  program.version = versionOf(program);
  placeConstants(program, constants);
  // A constant of other bytes than its type has is no constant to infer from.
  auto bytesOf = [&](uint32_t tensor) -> const void * {
    bool isWhole = constants[tensor].size() == typeOf(*program.tensors[tensor]).bytes();
    return isWhole ? constants[tensor].data() : nullptr;
  };
  if (auto status = verify(program, bytesOf); !status)
    return status;
  if (auto status = verifyConstants(program, constants); !status)
    return status;
  FinishProgramBuffer(builder, Program::Pack(builder, &program));
  return success();
}

std::span<const std::byte> bytesOf(const flatbuffers::FlatBufferBuilder &builder) {
  return std::as_bytes(std::span(builder.GetBufferPointer(), builder.GetSize()));
}

/// Collects small pieces: a system call for each would be slow.
class BufferedFile {
public:
  explicit BufferedFile(AtomicFile &file) : file(file) { buffer.reserve(capacity); }

  Status write(std::span<const std::byte> bytes) {
    if (buffer.size() + bytes.size() > capacity)
      if (Status status = flush(); !status)
        return status;
    if (bytes.size() > capacity)
      return file.write(bytes.data(), bytes.size());
    buffer.insert(buffer.end(), bytes.begin(), bytes.end());
    return success();
  }
  Status flush() {
    Status status = file.write(buffer.data(), buffer.size());
    buffer.clear();
    return status;
  }

private:
  static constexpr size_t capacity = 1 << 20;
  AtomicFile &file;
  std::vector<std::byte> buffer;
};

} // namespace

Result<std::vector<std::byte>> serialize(ProgramT program, const ConstantData &constants) {
  flatbuffers::FlatBufferBuilder builder;
  if (Status status = pack(std::move(program), constants, builder); !status)
    return status.error();
  std::vector<std::byte> file;
  (void)writeContainer(bytesOf(builder), constants, [&](std::span<const std::byte> bytes) {
    file.insert(file.end(), bytes.begin(), bytes.end());
    return success();
  });
  return file;
}

Status writeProgram(const std::string &path, ProgramT program, const ConstantData &constants) {
  flatbuffers::FlatBufferBuilder builder;
  if (Status status = pack(std::move(program), constants, builder); !status)
    return Error{path + ": " + status.error().message};
  Result<AtomicFile> file = AtomicFile::create(path);
  if (!file)
    return file.error();
  BufferedFile buffered(*file);
  auto sink = [&](std::span<const std::byte> bytes) { return buffered.write(bytes); };
  if (Status status = writeContainer(bytesOf(builder), constants, sink); !status)
    return status;
  if (Status status = buffered.flush(); !status)
    return status;
  return file->commit();
}

} // namespace tare::program
