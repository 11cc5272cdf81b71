//===- FastTest.cpp - Fast kernels equal the reference bit for bit --------===//
#include "Cases.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <new>
#include <sys/mman.h>
#include <thread>
#include <utility>

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

#if defined(__SANITIZE_ADDRESS__)
constexpr size_t guard = 0; // The sanitizer sees every access beyond the end, reads too.
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr size_t guard = 0;
#else
constexpr size_t guard = 256;
#endif
#else
constexpr size_t guard = 256;
#endif

/// 64-byte-aligned memory with a pattern behind it that must survive.
class GuardedMemory {
public:
  explicit GuardedMemory(size_t bytes) : bytes(bytes), memory(::operator new(bytes + guard, alignment)) {
    std::memset(memory, 0xA5, bytes + guard);
  }
  GuardedMemory(const void *contents, size_t bytes) : GuardedMemory(bytes) { std::memcpy(memory, contents, bytes); }
  GuardedMemory(GuardedMemory &&other) : bytes(other.bytes), memory(std::exchange(other.memory, nullptr)) {}
  ~GuardedMemory() { ::operator delete(memory, alignment); }

  uint8_t *data() const { return static_cast<uint8_t *>(memory); }
  bool intact() const {
    return std::all_of(data() + bytes, data() + bytes + guard, [](uint8_t byte) { return byte == 0xA5; });
  }

private:
  static constexpr std::align_val_t alignment{64};
  size_t bytes;
  void *memory;
};

/// Memory that ends where a page that nobody may touch begins: every access beyond the end fails, reads too. It is
/// aligned to its elements only, as a caller's memory may be.
class MemoryBeforeGap {
public:
  explicit MemoryBeforeGap(size_t bytes)
      : pages((bytes + pageSize - 1) / pageSize * pageSize),
        memory(static_cast<uint8_t *>(
            mmap(nullptr, pages + pageSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))),
        start(pages - bytes) {
    EXPECT_NE(memory, MAP_FAILED);
    EXPECT_EQ(mprotect(memory + pages, pageSize, PROT_NONE), 0);
    std::memset(memory, 0xA5, pages);
  }
  MemoryBeforeGap(const void *contents, size_t bytes) : MemoryBeforeGap(bytes) { std::memcpy(data(), contents, bytes); }
  MemoryBeforeGap(MemoryBeforeGap &&other)
      : pages(other.pages), memory(std::exchange(other.memory, nullptr)), start(other.start) {}
  ~MemoryBeforeGap() {
    if (memory)
      munmap(memory, pages + pageSize);
  }

  uint8_t *data() const { return memory + start; }
  /// Nothing before the beginning was written.
  bool intact() const {
    return std::all_of(memory, data(), [](uint8_t byte) { return byte == 0xA5; });
  }

private:
  static constexpr size_t pageSize = 4096;
  size_t pages;
  uint8_t *memory;
  size_t start;
};

/// One run's memory: copies of the operands, result and scratch, each of exactly its size.
class Execution {
public:
  Execution(const Case &test, const FastKernel &fast, const TensorType &type)
      : fast(fast), type(type), result(type.bytes()), scratch(fast.scratchBytes()) {
    for (const Tensor &operand : test.operands) {
      memory.emplace_back(operand.data(), operand.type().bytes());
      operands.push_back({operand.type(), memory.back().data()});
    }
  }

  void operator()(Share share = {}) const {
    fast.run(operands, {type, result.data()}, reinterpret_cast<std::byte *>(scratch.data()), share);
  }

  /// All shares, the last one first, in the same scratch memory: none may depend on another one.
  void inShares(int64_t count) const {
    std::memset(result.data(), 0x5A, type.bytes());
    for (int64_t index = count; index-- > 0;)
      (*this)({index, count});
  }

  void expectEqual(const Tensor &expected, const std::string &what) const {
    EXPECT_TRUE(result.intact()) << what << " writes before its result";
    EXPECT_TRUE(scratch.intact()) << what << " writes beyond its scratch memory";
    const auto *bytes = expected.as<uint8_t>();
    size_t first = std::mismatch(bytes, bytes + type.bytes(), result.data()).first - bytes;
    ASSERT_EQ(first, type.bytes()) << what << " differs from its reference at byte " << first << " of "
                                   << toString(type);
  }

private:
  const FastKernel &fast;
  TensorType type;
  std::vector<MemoryBeforeGap> memory;
  std::vector<ConstTensorView> operands;
  MemoryBeforeGap result;
  GuardedMemory scratch;
};

std::unique_ptr<FastKernel> prepareCase(const Case &test, const TensorType &result) {
  return test.kernel().prepare ? test.kernel().prepare(test.op, test.prepared(), result) : nullptr;
}

void expectFastEqualsReference(const Case &test, uint64_t seed) {
  Tensor expected = runReference(test);
  ASSERT_TRUE(bool(expected)) << "seed " << seed;
  std::unique_ptr<FastKernel> fast = prepareCase(test, expected.type());
  if (!fast)
    return;
  Execution run(test, *fast, expected.type());
  std::string what = "seed " + std::to_string(seed) + ": " + std::string(test.kernel().name) + " of " +
                     toString(test.operands[0].type());
  // Twice with the same scratch: a kernel may not depend on what scratch holds.
  run();
  run();
  run.expectEqual(expected, what);
  for (int64_t count : {1, 2, 3, 5}) {
    if (!fast->divides() && count > 1)
      continue;
    run.inShares(count);
    run.expectEqual(expected, what + " in " + std::to_string(count) + " shares");
  }
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

/// Without one the reference kernel would compute the same, and nobody would notice but by the time.
TEST_P(FastKernels, AreThere) {
  std::map<ElementType, int> cases, made;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    Random random(seed * 1000003 + 17);
    Case test = GetParam().make(random);
    if (!test.kernel().prepare)
      return;
    ++cases[test.operands[0].element()];
    made[test.operands[0].element()] += prepareCase(test, runReference(test).type()) != nullptr;
  }
  // Products of two activations of 16 bits have the reference kernel alone.
  if (std::string(GetParam().name) == "matmul")
    cases.erase(ElementType::i16);
  for (ElementType type : {ElementType::i8, ElementType::i16})
    EXPECT_EQ(made[type] > 0, cases[type] > 0) << nameOf(type);
}

TEST_P(FastKernels, RunInSeveralThreadsAtOnce) {
  for (uint64_t seed = 0; seed < 10; ++seed) {
    Random random(seed + 5);
    Case test = GetParam().make(random);
    Tensor expected = runReference(test);
    std::unique_ptr<FastKernel> fast = prepareCase(test, expected.type());
    if (!fast)
      continue;
    std::vector<Execution> runs;
    for (int i = 0; i < 4; ++i)
      runs.emplace_back(test, *fast, expected.type());
    std::vector<std::thread> threads;
    for (const Execution &run : runs)
      threads.emplace_back([&run] {
        for (int i = 0; i < 5; ++i)
          run();
      });
    for (std::thread &thread : threads)
      thread.join();
    for (const Execution &run : runs)
      run.expectEqual(expected, std::string(test.kernel().name));
  }
}

INSTANTIATE_TEST_SUITE_P(Every, FastKernels, testing::ValuesIn(generators),
                         [](const auto &info) { return std::string(info.param.name); });

TEST(Registry, EveryOperatorHasAKernelAndAGenerator) {
  for (program::Op kind : program::EnumValuesOp()) {
    if (kind == program::Op::NONE)
      continue;
    ASSERT_NE(lookup(kind), nullptr);
    // lib/Host computes the one, and its tests are there; random programs have the other (test/unit/Runtime).
    if (lookup(kind)->facts.meaning == Meaning::host || lookup(kind)->facts.meaning == Meaning::loop)
      continue;
    EXPECT_TRUE(std::any_of(generators.begin(), generators.end(), [&](const Generator &g) {
      return lookup(kind)->name == g.name;
    })) << lookup(kind)->name;
  }
  EXPECT_EQ(lookup(program::Op::NONE), nullptr);
  EXPECT_EQ(lookup(program::Op(200)), nullptr);
}
