//===- LoopsTest.cpp - What holds of loops, and how long tensors live -----===//
#include "NetworkBuilder.h"

#include "tare/Program/Loops.h"
#include "tare/Program/Model.h"
#include "tare/Program/Reader.h"
#include "tare/Program/Verifier.h"

#include <gtest/gtest.h>

#include <functional>

using namespace tare;
using namespace tare::program;
using namespace tare::test;

namespace {

template <typename Table> OpUnion unionOf(Table table) {
  OpUnion op;
  op.Set(std::move(table));
  return op;
}

/// Tensors 0 rows, 1 h0, 2 outer, 3 number, 4 row, 5 h, 6 sum, 7 product, 8 last, 9 all, 10 behind; layers 0 outer, 1
/// begin, 2 sum, 3 product, 4 end, 5 behind. What is from around the loop is read in it.
NetworkBuilder loopNetwork() {
  NetworkBuilder builder;
  uint32_t rows = builder.input("rows", {ElementType::i8, {3, 4}}), h0 = builder.input("h0", {ElementType::i8, {4}});
  auto rescaled = [&](const char *name, uint32_t operand) {
    RescaleT op;
    op.requant = requant({1 << 14}, {15});
    return builder.layer(name, std::move(op), {operand});
  };
  uint32_t outer = rescaled("outer", h0);
  LoopBeginT begin;
  begin.steps = 3, begin.sequences = 1;
  std::vector<uint32_t> in = builder.several("begin", unionOf(begin), {rows, h0}, 3);
  AddT sum;
  sum.lhs_multiplier = sum.rhs_multiplier = 1, sum.clamp_min = -128, sum.clamp_max = 127;
  uint32_t next = builder.layer("sum", sum, {in[1], in[2]});
  uint32_t product = builder.layer("product", sum, {next, outer});
  LoopEndT end;
  end.steps = 3, end.carries = 1;
  std::vector<uint32_t> out = builder.several("end", unionOf(end), {in[0], next, product}, 2);
  builder.output("last", out[0]);
  builder.output("all", rescaled("behind", out[1]));
  return builder;
}

struct Case {
  const char *name;
  const char *message;
  std::function<void(ProgramT &)> change;
};

void PrintTo(const Case &param, std::ostream *stream) { *stream << param.name; }

LoopBeginT &beginOf(ProgramT &p) { return *p.layers[1]->op.AsLoopBegin(); }
LoopEndT &endOf(ProgramT &p) { return *p.layers[4]->op.AsLoopEnd(); }

const Case cases[] = {
    {"NoSteps", "layer 1 ('begin'): there are 0 steps, expected 1 to 16777216",
     [](ProgramT &p) { beginOf(p).steps = 0; }},
    {"TooManySteps", "there are 16777217 steps", [](ProgramT &p) { beginOf(p).steps = (1 << 24) + 1; }},
    {"Length", "sequence 0 is int8 3x4, expected 5 elements along its first axis",
     [](ProgramT &p) { beginOf(p).steps = 5; }},
    {"TooManySequences", "there are 3 sequences among 2 operands", [](ProgramT &p) { beginOf(p).sequences = 3; }},
    {"BeginReversed", "2 sequences are said to be reversed or not, expected 1",
     [](ProgramT &p) { beginOf(p).reversed = {true, false}; }},
    {"EndReversed", "2 sequences are said to be reversed or not, expected 1",
     [](ProgramT &p) { endOf(p).reversed = {true, false}; }},
    {"EndSteps", "layer 4 ('end')", [](ProgramT &p) { endOf(p).steps = 2; }},
    {"EndNoSteps", "there are -1 steps", [](ProgramT &p) { endOf(p).steps = -1; }},
    {"TooManyStates", "expected the step's number and 3 states first", [](ProgramT &p) { endOf(p).carries = 3; }},
    {"ResultsMissing", "there are 2 results, expected 3",
     [](ProgramT &p) {
       p.layers[1]->further_results.pop_back();
       p.layers[2]->operands[1] = 4;
       p.tensors[5]->constant = true;
       p.constant_bytes = 64;
     }},
    {"StepOfNoLoop", "ends no loop that is open",
     [](ProgramT &p) {
       // The number is of another loop's kind: a constant.
       p.layers[4]->operands[0] = 11;
       auto number = std::make_unique<TensorT>();
       number->name = "number", number->type = ElementType::i64, number->shape = {1}, number->constant = true;
       p.tensors.push_back(std::move(number));
       p.constant_bytes = 64;
     }},
    {"NoEnd", "layer 1 ('begin') begins a loop that has no end",
     [](ProgramT &p) {
       p.layers[4]->op = unionOf(reshape({4}));
       p.layers[4]->operands = {6};
       p.layers[4]->further_results.clear();
       p.outputs.pop_back();
       p.layers.pop_back();
       p.tensors[9]->constant = p.tensors[10]->constant = true;
       p.constant_bytes = 64;
     }},
    {"CarriesTooFew", "carries 0 states, expected the 1 of its loop",
     [](ProgramT &p) {
       endOf(p).carries = 0;
       p.tensors[8]->shape = {3, 4};
     }},
    {"ReadBehind", "ends a loop whose tensor 'product' is read behind it",
     [](ProgramT &p) { p.outputs[0]->tensor = 7; }},
    {"ReadBehindByLayer", "ends a loop whose tensor 'begin:2' is read behind it",
     [](ProgramT &p) {
       p.layers[5]->operands[0] = 5;
       p.tensors[10]->shape = {4};
     }},
};

class BrokenLoop : public testing::TestWithParam<Case> {};

} // namespace

TEST_P(BrokenLoop, IsRefused) {
  NetworkBuilder builder = loopNetwork();
  ProgramT program = builder.finish();
  ASSERT_TRUE(verify(program));
  GetParam().change(program);
  auto status = verify(program);
  ASSERT_FALSE(status) << "expected: " << GetParam().message;
  EXPECT_NE(status.error().message.find(GetParam().message), std::string::npos) << status.error().message;
}

INSTANTIATE_TEST_SUITE_P(Cases, BrokenLoop, testing::ValuesIn(cases),
                         [](const auto &info) { return std::string(info.param.name); });

/// They came with version 2 of the format, which builds that know no loops refuse by its number.
TEST(Loops, AreOfVersion2) {
  auto model = readMemory(loopNetwork().bytes(), nullptr, "loop.tare");
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ((*model)->program().version, 2u);
}

/// Loops within each other run as often as the product of their steps says.
TEST(Loops, ComeToAnEnd) {
  for (int64_t steps : {4096, 4097}) {
    NetworkBuilder builder;
    uint32_t x = builder.input("x", {ElementType::i8, {4}});
    LoopBeginT begin;
    begin.steps = steps;
    LoopEndT end;
    end.steps = steps, end.carries = 1;
    std::vector<uint32_t> outer = builder.several("outer", unionOf(begin), {x}, 2);
    std::vector<uint32_t> inner = builder.several("inner", unionOf(begin), {outer[1]}, 2);
    uint32_t last = builder.several("inner_end", unionOf(end), {inner[0], inner[1]}, 1).front();
    builder.output("y", builder.several("outer_end", unionOf(end), {outer[0], last}, 1).front());
    ProgramT program = builder.program;
    auto uses = analyzeDataflow(program);
    ASSERT_TRUE(uses);
    auto loops = findLoops(program, *uses);
    EXPECT_EQ(bool(loops), steps == 4096);
    if (!loops)
      EXPECT_NE(loops.error().message.find("that run more than 16777216 times"), std::string::npos);
    else
      EXPECT_EQ(runsOf(1, *loops), steps * steps);
  }
}

/// (A70) What a loop reads is read at its last step, too; states are written at the end of each step, and sequences get
/// an element there.
TEST(Loops, Lifetimes) {
  ProgramT program = loopNetwork().finish();
  auto uses = analyzeDataflow(program);
  ASSERT_TRUE(uses);
  auto loops = findLoops(program, *uses);
  ASSERT_TRUE(loops);
  ASSERT_EQ(loops->size(), 1u);
  EXPECT_EQ(loops->front().begin, 1u);
  EXPECT_EQ(loops->front().end, 4u);
  auto lives = [&](uint32_t tensor) {
    Lifetime life = lifetimeOf(tensor, program, *uses, *loops);
    return std::pair(life.begin, life.end);
  };
  EXPECT_EQ(lives(0), std::pair(int64_t(-1), int64_t(4))); // rows
  EXPECT_EQ(lives(2), std::pair(int64_t(0), int64_t(4)));  // outer
  EXPECT_EQ(lives(5), std::pair(int64_t(1), int64_t(4)));  // the state
  EXPECT_EQ(lives(7), std::pair(int64_t(3), int64_t(4)));  // of a step
  EXPECT_EQ(lives(8), std::pair(int64_t(4), int64_t(6)));  // the last state
  EXPECT_EQ(lives(9), std::pair(int64_t(1), int64_t(5)));  // the sequence
  EXPECT_EQ(runsOf(0, *loops), 1);
  EXPECT_EQ(runsOf(2, *loops), 3);
  EXPECT_EQ(runsOf(5, *loops), 1);
}

/// Memory that is another's at some step is refused: each pair that lives together at one step, put into one place.
TEST(Loops, MemoryIsKept) {
  for (auto [a, b] : {std::pair(0u, 6u), std::pair(2u, 6u), std::pair(9u, 4u), std::pair(9u, 6u), std::pair(5u, 7u)}) {
    ProgramT program = loopNetwork().finish();
    program.tensors[a]->arena_offset = program.tensors[b]->arena_offset;
    auto status = verify(program);
    ASSERT_FALSE(status) << a << " over " << b;
    EXPECT_NE(status.error().message.find("live at the same time and overlap"), std::string::npos)
        << status.error().message;
  }
}
