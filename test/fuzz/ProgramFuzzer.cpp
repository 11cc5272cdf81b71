//===- ProgramFuzzer.cpp - Loads and runs any bytes -----------------------===//
//
// The input is a FlatBuffer. It is put into a container with a right checksum
// and the constants that it asks for, so that the fuzzer meets the verifier and
// the kernels, not the checksum. It begins with small networks of its own.
//
//===----------------------------------------------------------------------===//
#include "RandomNetwork.h"

#include "tare/Kernels/Registry.h"
#include "tare/Program/Container.h"
#include "tare/Program/Reader.h"
#include "tare/Runtime/Context.h"

#include <algorithm>

using namespace tare;

namespace {

constexpr uint64_t maxConstantBytes = 1 << 16;
constexpr uint64_t maxWork = 1 << 22;

std::vector<std::byte> anyBytes(size_t size) {
  std::vector<std::byte> bytes(size);
  for (size_t i = 0; i != size; ++i)
    bytes[i] = std::byte(i * 151 % 256);
  return bytes;
}

/// The constants that the program claims to have, if that is a number that the FlatBuffer holds at all.
uint64_t claimedConstants(std::span<const uint8_t> data) {
  flatbuffers::Verifier verifier(data.data(), data.size());
  if (!program::VerifyProgramBuffer(verifier))
    return 0;
  uint64_t claimed = program::GetProgram(data.data())->constant_bytes();
  return claimed % program::dataAlignment == 0 ? std::min(claimed, maxConstantBytes) : 0;
}

bool isSmall(const program::Model &model) {
  uint64_t work = model.program().arena_bytes;
  for (uint32_t i = 0; i != model.program().tensors.size(); ++i)
    work += model.type(i).bytes();
  for (const auto &layer : model.program().layers) {
    std::vector<TensorType> operands;
    for (uint32_t operand : layer->operands)
      operands.push_back(model.type(operand));
    work += kernels::lookup(layer->op.type)->macs(layer->op, operands, model.type(layer->result));
  }
  return work < maxWork;
}

void run(std::shared_ptr<const program::Model> model, runtime::Form form) {
  auto session = runtime::Session::create(model);
  if (!session)
    return;
  auto context = (*session)->makeContext(form);
  if (!context)
    return;
  std::vector<std::vector<std::byte>> values;
  std::vector<const void *> inputs;
  std::vector<void *> outputs;
  for (size_t i = 0; i != (*session)->inputCount(); ++i)
    inputs.push_back(values.emplace_back(anyBytes((*session)->describeInput(i, form).type.bytes())).data());
  for (size_t i = 0; i != (*session)->outputCount(form); ++i)
    outputs.push_back(values.emplace_back(anyBytes((*session)->describeOutput(i, form).type.bytes())).data());
  (void)(*context)->run(inputs, outputs); // Host layers may refuse what they are given.
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // FlatBuffers wants its bytes aligned.
  std::vector<uint8_t> buffer(data, data + size);
  auto constants = anyBytes(claimedConstants(buffer));
  auto file = program::makeContainer({std::as_bytes(std::span(buffer)), constants});
  auto model = program::readMemory(file, nullptr, "fuzzed");
  if (model && isSmall(**model))
    run(*model, runtime::Form(size % 3));
  return 0;
}

/// Where there is no corpus yet, the first inputs are random networks.
extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maxSize, unsigned seed) {
  if (size < 64) {
    auto file = test::randomNetwork(seed % 1000, 4, seed % 2 == 1).bytes();
    auto parts = program::openContainer(file);
    size = std::min(maxSize, parts->flatBuffer.size());
    std::memcpy(data, parts->flatBuffer.data(), size);
  }
  return LLVMFuzzerMutate(data, size, maxSize);
}
