//===- HostileTest.cpp - Programs that somebody has tampered with ---------===//
//
// The checksum is right, so that every later check is met. Whatever still loads
// is run: under the sanitizers, nothing may read or write out of bounds.
//
//===----------------------------------------------------------------------===//
#include "RandomNetwork.h"

#include "tare/Kernels/Registry.h"
#include "tare/Program/Container.h"
#include "tare/Program/Reader.h"
#include "tare/Runtime/Context.h"

#include <gtest/gtest.h>
#include <xxhash.h>

using namespace tare;
using namespace tare::test;

namespace {

using Bytes = std::vector<std::byte>;

/// What a test can afford to run: a tampered program may legally be huge.
bool isSmall(const program::Model &model) {
  const program::ProgramT &program = model.program();
  uint64_t work = program.arena_bytes;
  for (const auto &layer : program.layers) {
    std::vector<TensorType> operands;
    for (uint32_t operand : layer->operands)
      operands.push_back(model.type(operand));
    work += kernels::lookup(layer->op.type)->macs(layer->op, operands, model.type(layer->result));
  }
  for (uint32_t i = 0; i != program.tensors.size(); ++i)
    work += model.type(i).bytes();
  return work < 10'000'000;
}

void run(std::shared_ptr<const program::Model> model, uint32_t seed) {
  auto session = runtime::Session::create(model, {seed % 2 == 0});
  ASSERT_TRUE(session) << session.error().message;
  auto form = runtime::Form(seed / 2 % 3);
  auto context = (*session)->makeContext(form);
  ASSERT_TRUE(context) << context.error().message;
  std::mt19937 rng(seed);
  std::vector<Bytes> values;
  std::vector<const void *> inputs;
  std::vector<void *> outputs;
  for (size_t i = 0; i != (*session)->inputCount(); ++i)
    values.push_back(randomValue((*session)->describeInput(i, form).type, rng));
  for (size_t i = 0; i != (*session)->outputCount(form); ++i)
    values.emplace_back((*session)->describeOutput(i, form).type.bytes());
  for (size_t i = 0; i != values.size(); ++i)
    if (i < (*session)->inputCount())
      inputs.push_back(values[i].data());
    else
      outputs.push_back(values[i].data());
  (void)(*context)->run(inputs, outputs); // Host layers may refuse what they are given.
}

/// True where the file loads.
bool loadAndRun(const Bytes &file, uint32_t seed) {
  auto model = program::readMemory(file, nullptr, "hostile.tare");
  if (!model) {
    EXPECT_TRUE(model.error().message.starts_with("hostile.tare: "));
    return false;
  }
  if (isSmall(**model))
    run(*model, seed);
  return true;
}

/// A number that is likely to meet a limit.
uint64_t nastyNumber(std::mt19937 &rng) {
  constexpr uint64_t nasty[] = {0,
                                1,
                                2,
                                63,
                                64,
                                127,
                                128,
                                255,
                                0x7fff,
                                0x8000,
                                0xffff,
                                0x7fffffff,
                                0x80000000,
                                0xffffffff,
                                uint64_t(1) << 40,
                                uint64_t(1) << 62,
                                ~uint64_t(0)};
  return nasty[rng() % std::size(nasty)];
}

/// Overwrites 1, 2, 4 or 8 bytes.
void overwrite(std::span<std::byte> bytes, std::mt19937 &rng) {
  size_t size = size_t(1) << rng() % 4;
  if (bytes.size() < size)
    return;
  size_t place = rng() % (bytes.size() - size + 1) / size * size;
  uint64_t old = 0;
  std::memcpy(&old, &bytes[place], size);
  uint64_t value = nastyNumber(rng);
  if (rng() % 2)
    value = old + (rng() % 9) - 4;
  std::memcpy(&bytes[place], &value, size);
}

class Hostile : public testing::TestWithParam<uint32_t> {};

TEST_P(Hostile, BytesLoadAndRunOrAreAnError) {
  uint32_t block = GetParam();
  NetworkBuilder builder = block % 2 ? smallNetwork() : randomNetwork(block, 8, block % 4 == 0);
  Bytes file = builder.bytes();
  auto parts = program::openContainer(file);
  ASSERT_TRUE(parts);
  size_t loaded = 0;
  constexpr uint32_t trials = 250;
  for (uint32_t trial = 0; trial != trials; ++trial) {
    std::mt19937 rng(block * trials + trial);
    Bytes buffer(parts->flatBuffer.begin(), parts->flatBuffer.end());
    Bytes constants(parts->constants.begin(), parts->constants.end());
    for (uint32_t i = 0; i <= trial % 4; ++i) {
      overwrite(buffer, rng);
      overwrite(constants, rng);
    }
    loaded += loadAndRun(program::makeContainer({buffer, constants}), trial);
  }
  // Numbers that matter to no check, such as multipliers, are always some.
  EXPECT_GT(loaded, 0u);
}

/// Any footer: sizes and offsets that lead out of the file.
TEST_P(Hostile, FootersAreAnError) {
  Bytes file = smallNetwork().bytes();
  std::mt19937 rng(GetParam());
  for (int trial = 0; trial != 100; ++trial) {
    Bytes tampered = file;
    uint64_t numbers[] = {nastyNumber(rng) + rng() % 3, nastyNumber(rng)};
    std::memcpy(&tampered[tampered.size() - program::footerBytes], numbers, sizeof(numbers));
    size_t body = tampered.size() - sizeof(uint64_t);
    uint64_t checksum = XXH3_64bits(tampered.data(), body);
    std::memcpy(&tampered[body], &checksum, sizeof(checksum));
    EXPECT_FALSE(program::readMemory(tampered, nullptr, "hostile.tare"));
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Hostile, testing::Range(0u, 24u));

} // namespace
