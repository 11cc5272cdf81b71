//===- FastTest.cpp - Fast kernels equal the reference bit for bit --------===//
#include "Cases.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

using namespace tare;
using namespace tare::kernels;
using namespace tare::kernels::test;

namespace {

class FastKernels : public testing::TestWithParam<Generator> {};

/// Cases per operator; TARE_TEST_CASES asks for more.
int64_t caseCount() {
  const char *count = std::getenv("TARE_TEST_CASES");
  return count ? std::atoll(count) : 150;
}

/// 64-byte-aligned memory with a pattern behind it that must survive.
class GuardedMemory {
public:
  explicit GuardedMemory(size_t bytes) : bytes(bytes), tensor(ElementType::u8, {int64_t(bytes + guard)}) {
    std::memset(data(), 0xA5, bytes + guard);
  }
  uint8_t *data() { return tensor.mutableAs<uint8_t>(); }
  bool intact() {
    return std::all_of(data() + bytes, data() + bytes + guard, [](uint8_t byte) { return byte == 0xA5; });
  }

private:
  static constexpr size_t guard = 256;
  size_t bytes;
  Tensor tensor;
};

void expectFastEqualsReference(const Case &test, uint64_t seed) {
  Tensor expected = runReference(test);
  ASSERT_TRUE(bool(expected)) << "seed " << seed;
  if (!test.kernel().prepare)
    return;
  std::unique_ptr<FastKernel> fast = test.kernel().prepare(test.op, test.prepared(), expected.type());
  if (!fast)
    return;
  GuardedMemory result(expected.type().bytes()), scratch(fast->scratchBytes());
  // Twice with the same scratch: a kernel may not depend on what scratch holds.
  for (int run = 0; run < 2; ++run)
    fast->run(test.views(), {expected.type(), result.data()}, reinterpret_cast<std::byte *>(scratch.data()));
  EXPECT_TRUE(result.intact()) << "seed " << seed << " writes beyond its result";
  EXPECT_TRUE(scratch.intact()) << "seed " << seed << " writes beyond its scratch memory";
  size_t bytes = expected.type().bytes();
  const auto *a = expected.as<uint8_t>();
  size_t first = std::mismatch(a, a + bytes, result.data()).first - a;
  ASSERT_EQ(first, bytes) << "seed " << seed << ": " << test.kernel().name << " of "
                          << toString(test.operands[0].type()) << " differs from its reference at byte " << first
                          << " of " << toString(expected.type());
}

} // namespace

TEST_P(FastKernels, EqualReference) {
  for (uint64_t seed = 0; seed < uint64_t(caseCount()) && !HasFatalFailure(); ++seed) {
    Random random(seed * 1000003 + 17);
    Case test = GetParam().make(random);
    ASSERT_EQ(test.kernel().name, GetParam().name);
    expectFastEqualsReference(test, seed);
  }
}

INSTANTIATE_TEST_SUITE_P(Every, FastKernels, testing::ValuesIn(generators),
                         [](const auto &info) { return std::string(info.param.name); });

TEST(Registry, EveryOperatorHasAKernelAndAGenerator) {
  for (program::Op kind : program::EnumValuesOp()) {
    if (kind == program::Op::NONE)
      continue;
    ASSERT_NE(lookup(kind), nullptr);
    EXPECT_TRUE(std::any_of(generators.begin(), generators.end(), [&](const Generator &g) {
      return lookup(kind)->name == g.name;
    })) << lookup(kind)->name;
  }
  EXPECT_EQ(lookup(program::Op::NONE), nullptr);
  EXPECT_EQ(lookup(program::Op(200)), nullptr);
}
