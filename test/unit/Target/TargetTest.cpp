//===- TargetTest.cpp - Descriptions are read, checked and written --------===//
#include "tare/Target/Target.h"
#include "tare/Target/TargetDictionary.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/StringExtras.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace tare;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

namespace {

/// Small and complete; `replaced` is put in place of the line that begins with its key.
std::string describe(const std::string &replaced = "") {
  std::vector<std::string> lines = {"name: small", "activations: [{type: i8, symmetric: true, accumulator_bits: 32}]",
                                    "multiplier_bits: 15", "shift: {min: 0, max: 31}", "rounding: half_up"};
  std::string key = replaced.substr(0, replaced.find(':'));
  bool found = replaced.empty();
  for (std::string &line : lines)
    if (!replaced.empty() && line.starts_with(key + ":")) {
      line = replaced;
      found = true;
    }
  if (!found)
    lines.push_back(replaced);
  return llvm::join(lines, "\n") + "\n";
}

std::string errorOf(const std::string &yaml) {
  Result<Target> target = parseTarget(yaml, "board.yaml");
  return target ? "no error" : target.error().message;
}

/// A description of hardware that has activations of 8 and of 16 bits.
std::string twoTypes() {
  return describe("activations: [{type: i8, symmetric: false, accumulator_bits: 32}, "
                  "{type: i16, symmetric: true, accumulator_bits: 48}]");
}

TEST(Target, GenericIsWhatItsFileSays) {
  Result<Target> target = loadTarget("generic");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->name, "generic");
  EXPECT_EQ(target->multiplierBits, 15);
  EXPECT_EQ(target->shift, (ShiftRange{0, 31}));
  EXPECT_EQ(target->rounding, program::Rounding::half_up);
  EXPECT_EQ(target->tail, Tail::i32);
  ASSERT_NE(target->activation(ElementType::i8), nullptr);
  EXPECT_FALSE(target->activation(ElementType::i8)->symmetric);
  EXPECT_EQ(target->activation(ElementType::i8)->accumulatorBits, 32);
  ASSERT_NE(target->activation(ElementType::i16), nullptr);
  EXPECT_TRUE(target->activation(ElementType::i16)->symmetric);
  EXPECT_EQ(target->activation(ElementType::i16)->accumulatorBits, 48);
  EXPECT_EQ(target->activation(ElementType::f32), nullptr);
  EXPECT_TRUE(target->hasAllOps());
  EXPECT_EQ(target->operators.size(), allOperatorNames().size());
  EXPECT_TRUE(target->hasOp("conv"));
  EXPECT_TRUE(target->hasOp("conv", ElementType::i16));
}

TEST(Target, TailOf32BitsNeedsAnAccumulatorOfAsMany) {
  std::string wide = "activations: [{type: i16, symmetric: true, accumulator_bits: 48}]";
  EXPECT_THAT(errorOf(describe(wide) + "tail: i32\n"), HasSubstr("tail is i32, but every activation type"));
  EXPECT_THAT(errorOf(describe(wide) + "tail: f32\n"), HasSubstr("tail is f32, but every activation type"));
  EXPECT_EQ(errorOf(describe(wide) + "tail: activation\n"), "no error");
  std::string both = "activations: [{type: i16, symmetric: true, accumulator_bits: 33}, {type: i8, symmetric: true, "
                     "accumulator_bits: 32}]";
  EXPECT_EQ(errorOf(describe(both) + "tail: i32\n"), "no error");
  both.replace(both.rfind("32"), 2, "33");
  EXPECT_NE(errorOf(describe(both) + "tail: i32\n"), "no error");
}

TEST(Target, ShiftOnlyHasNoMultiplier) {
  EXPECT_THAT(errorOf(describe("requantizer: shift")),
              HasSubstr("requantizer is shift, whose multiplier is 1, but multiplier_bits is 15"));
  Result<Target> target = parseTarget(describe("multiplier_bits: 1") + "requantizer: shift\n", "board.yaml");
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_TRUE(target->powerOfTwoScales());
  EXPECT_THAT(
      errorOf(describe("multiplier_bits: 1") + "requantizer: shift\nweights: {per_channel: false}\n"),
      HasSubstr(
          "requantizer is shift, whose exponents are those of channels, but per_channel is false; per_channel: "));
  EXPECT_FALSE(parseTarget(describe(), "board.yaml")->powerOfTwoScales());
}

TEST(Target, ThreeStagesRoundHalfAwayAndHaveNoTail) {
  std::string staged = describe("rounding: half_away") + "requantizer: three_stage\n";
  EXPECT_EQ(errorOf(staged), "no error");
  EXPECT_THAT(errorOf(describe("requantizer: three_stage")),
              HasSubstr("whose shifts round half away from zero, but rounding is half_up; rounding: half_away"));
  for (std::string tail : {"i32", "f32"})
    EXPECT_THAT(
        errorOf(staged + "tail: " + tail + "\n"),
        HasSubstr("which adds the bias after the accumulator, but tail is " + tail + "; tail: activation would"));
  std::string far = describe("shift: {min: 0, max: 32}");
  far.replace(far.find("half_up"), 7, "half_away\nrequantizer: three_stage");
  EXPECT_THAT(errorOf(far), HasSubstr("each of whose shifts is at most 31, but shift.max is 32"));
  EXPECT_EQ(errorOf(staged + "product_bits: 31\n"), "no error");
  EXPECT_THAT(errorOf(staged + "product_bits: 30\n"),
              HasSubstr("whose product of 16 bits and a multiplier has 31, but product_bits is 30"));
}

TEST(Target, MeansHaveTheMultipliersOfTheRestUnlessTheySay) {
  EXPECT_EQ(parseTarget(describe("multiplier_bits: 9"), "board.yaml")->meanMultiplierBits, 9);
  EXPECT_EQ(parseTarget(describe("mean_multiplier_bits: 20"), "board.yaml")->meanMultiplierBits, 20);
}

TEST(Target, EveryShippedOneLoadsUnderItsFilesName) {
  for (const ShippedTarget &shipped : shippedTargets()) {
    Result<Target> target = loadTarget(shipped.name.str());
    ASSERT_TRUE(target) << target.error().message;
    EXPECT_EQ(target->name, shipped.name);
    EXPECT_FALSE(target->description.empty());
  }
}

TEST(Target, PrintingAndAttributesKeepEverything) {
  mlir::MLIRContext context;
  std::vector<std::string> descriptions = {describe(),
                                           describe("ops: [conv, linear]"),
                                           describe("operators: [softmax, conv]"),
                                           twoTypes() + "operators: {softmax: [i8], conv: [i16, i8], add: [i16]}\n",
                                           twoTypes() + "ops: [linear, add]\n",
                                           describe("description: \"a: 'quoted' one, 15\""),
                                           describe("memory: {arena_bytes: 1000000, alignment: 16}"),
                                           describe("tail: f32"),
                                           describe("product_bits: 40"),
                                           describe("multiplier_bits: 1") +
                                               "requantizer: shift\nmean_multiplier_bits: 8\n",
                                           describe("rounding: half_away") + "requantizer: three_stage\n"};
  for (const ShippedTarget &shipped : shippedTargets())
    descriptions.push_back(shipped.yaml.str());
  for (const std::string &yaml : descriptions) {
    Result<Target> target = parseTarget(yaml, "board.yaml");
    ASSERT_TRUE(target) << target.error().message;
    Result<Target> printed = parseTarget(printTarget(*target), "printed");
    ASSERT_TRUE(printed) << printed.error().message;
    EXPECT_EQ(*printed, *target) << printTarget(*target);
    Result<Target> attribute = fromDictionary(toDictionary(&context, *target));
    ASSERT_TRUE(attribute) << attribute.error().message;
    EXPECT_EQ(*attribute, *target);
  }
}

/// What is not said inside of what is said.
TEST(Target, PartsHaveDefaultsToo) {
  EXPECT_TRUE(parseTarget(describe("weights: {type: i8}"), "board.yaml")->weights.perChannel);
  EXPECT_TRUE(parseTarget(describe("weights: {per_channel: false}"), "board.yaml")->weights.symmetric);
  EXPECT_EQ(parseTarget(describe("memory: {arena_bytes: 1}"), "board.yaml")->memory.alignment, 64);
  EXPECT_FALSE(parseTarget(describe("memory: {alignment: 16}"), "board.yaml")->memory.arenaBytes);
}

/// In IR numbers are integers, flags are flags and words are words.
TEST(Target, AttributesHaveTheirTypes) {
  mlir::MLIRContext context;
  mlir::DictionaryAttr attribute = toDictionary(&context, *parseTarget(describe(), "board.yaml"));
  EXPECT_EQ(attribute.getAs<mlir::IntegerAttr>("multiplier_bits").getInt(), 15);
  EXPECT_EQ(attribute.getAs<mlir::StringAttr>("rounding").getValue(), "half_up");
  auto weights = attribute.getAs<mlir::DictionaryAttr>("weights");
  ASSERT_TRUE(weights);
  EXPECT_TRUE(weights.getAs<mlir::BoolAttr>("per_channel").getValue());
  auto activations = attribute.getAs<mlir::ArrayAttr>("activations");
  ASSERT_TRUE(activations);
  EXPECT_EQ(mlir::cast<mlir::DictionaryAttr>(activations[0]).getAs<mlir::IntegerAttr>("accumulator_bits").getInt(), 32);
}

TEST(Target, ErrorsHaveFileAndLine) {
  EXPECT_EQ(errorOf(describe("shift: {min: 3, max: 2}")), "board.yaml:4: min is 3, above max, which is 2");
  EXPECT_EQ(errorOf(describe("shift: {min: -1, max: 2}")), "board.yaml:4: found '-1', expected an integer in [0, 62]");
  EXPECT_EQ(errorOf(describe("product_bits: 129")), "board.yaml:6: found '129', expected an integer in [8, 128]");
  EXPECT_THAT(errorOf(describe("product_bits: 15")), HasSubstr("product_bits is 15, but the multiplier alone has 15"));
  EXPECT_EQ(errorOf(describe("multiplier_bits: 32")), "board.yaml:3: found '32', expected an integer in [1, 31]");
  EXPECT_EQ(errorOf(describe("multiplier_bits: many")), "board.yaml:3: found 'many', expected an integer in [1, 31]");
  EXPECT_EQ(errorOf(describe("mean_multiplier_bits: 0")), "board.yaml:6: found '0', expected an integer in [1, 31]");
  EXPECT_EQ(errorOf(describe("requantizer: float")),
            "board.yaml:6: found 'float', expected one of multiply_shift, shift, three_stage");
  EXPECT_THAT(errorOf(describe("speed: 3")), HasSubstr("board.yaml:6: unknown key 'speed'; expected one of name, "));
  EXPECT_THAT(errorOf(describe("rounding: up")),
              HasSubstr("board.yaml:5: found 'up', expected one of half_up, half_away"));
  EXPECT_EQ(errorOf(describe("layout: nchw")), "board.yaml:6: found 'nchw', expected one of nhwc");
  EXPECT_THAT(errorOf(describe("ops: [conv, gru]")), HasSubstr("board.yaml:6: found 'gru', expected one of conv, "));
  EXPECT_EQ(errorOf(describe("memory: {alignment: 48}")), "board.yaml:6: alignment is 48, not a power of two");
  EXPECT_EQ(errorOf(describe("tables: {i8: 128}")), "board.yaml:6: found '128', expected an integer in [256, 256]");
  EXPECT_EQ(errorOf(describe("weights: {type: i16}")), "board.yaml:6: weights have type i8 in a program");
  EXPECT_EQ(errorOf(describe("weights: {symmetric: false}")),
            "board.yaml:6: weights are symmetric in a program: their zero point is 0");
  EXPECT_EQ(errorOf(describe("activations: [{type: i8, symmetric: true, accumulator_bits: 16}]")),
            "board.yaml:2: accumulator_bits is 16, but one product of an activation and a weight has 16 bits already");
  EXPECT_THAT(errorOf(describe("activations: []")), HasSubstr("activations is empty"));
  EXPECT_THAT(errorOf(describe("ops: []")), HasSubstr("ops is empty"));
  EXPECT_THAT(errorOf(describe("ops: [conv, conv]")), HasSubstr("ops has conv twice"));
  std::string format = "{type: i8, symmetric: true, accumulator_bits: 32}";
  EXPECT_THAT(errorOf(describe("activations: [" + format + ", " + format + "]")),
              HasSubstr("activations has i8 twice"));
  EXPECT_EQ(errorOf(describe("name: \"\"")), "board.yaml:1: name is empty");
}

/// The ranges of docs/targets.md: each end is taken, and one more is not.
TEST(Target, EveryLimitIsTheLastThatIsTaken) {
  auto taken = [](const std::string &line) { EXPECT_EQ(errorOf(describe(line)), "no error") << line; };
  auto refused = [](const std::string &line) { EXPECT_NE(errorOf(describe(line)), "no error") << line; };
  for (auto line : {"multiplier_bits: 1", "multiplier_bits: 31", "mean_multiplier_bits: 1", "mean_multiplier_bits: 31",
                    "product_bits: 128", "product_bits: 16", "shift: {min: 0, max: 62}", "shift: {min: 5, max: 5}",
                    "memory: {alignment: 1}", "memory: {alignment: 1048576}", "memory: {arena_bytes: 1}"})
    taken(line);
  for (auto line : {"multiplier_bits: 0", "multiplier_bits: 32", "mean_multiplier_bits: 0", "mean_multiplier_bits: 32",
                    "product_bits: 129", "product_bits: 15", "product_bits: 7", "shift: {min: -1, max: 3}",
                    "shift: {min: 0, max: 63}", "shift: {min: 6, max: 5}", "memory: {alignment: 0}",
                    "memory: {alignment: 2097152}", "memory: {arena_bytes: 0}", "tables: {i8: 255}",
                    "tables: {i8: 257}", "tables: {i16: 512}", "tables: {i16: 514}"})
    refused(line);
  EXPECT_EQ(errorOf(describe("multiplier_bits: 7") + "product_bits: 8\n"), "no error");
  auto accumulator = [](const std::string &type, int bits) {
    return "activations: [{type: " + type + ", symmetric: true, accumulator_bits: " + std::to_string(bits) + "}]";
  };
  // One product of 8 or of 16 bits with a weight has 16 or 24.
  taken(accumulator("i8", 17)), taken(accumulator("i8", 64)), taken(accumulator("i16", 25));
  refused(accumulator("i8", 16)), refused(accumulator("i8", 65)), refused(accumulator("i16", 24));
}

/// Every key, on a value that is not its default.
TEST(Target, EveryKeyIsRead) {
  Result<Target> read =
      parseTarget("name: board\ndescription: one\nactivations: [{type: i16, symmetric: true, accumulator_bits: 40}, "
                  "{type: i8, symmetric: false, accumulator_bits: 31}]\nweights: {per_channel: false}\n"
                  "multiplier_bits: 9\nmean_multiplier_bits: 11\nproduct_bits: 50\nshift: {min: 2, max: 41}\n"
                  "rounding: half_even\ntail: f32\nmemory: {arena_bytes: 12345, alignment: 128}\n"
                  "ops: [conv, slice]\n",
                  "board.yaml");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->name, "board");
  EXPECT_EQ(read->description, "one");
  ASSERT_EQ(read->activations.size(), 2u);
  EXPECT_EQ(read->activations[0].type, ElementType::i16);
  EXPECT_TRUE(read->activation(ElementType::i16)->symmetric);
  EXPECT_EQ(read->activation(ElementType::i16)->accumulatorBits, 40);
  EXPECT_FALSE(read->activation(ElementType::i8)->symmetric);
  EXPECT_EQ(read->activation(ElementType::i8)->accumulatorBits, 31);
  EXPECT_FALSE(read->weights.perChannel);
  EXPECT_EQ(read->multiplierBits, 9);
  EXPECT_EQ(read->meanMultiplierBits, 11);
  EXPECT_EQ(read->productBits, 50);
  EXPECT_EQ(read->shift, (ShiftRange{2, 41}));
  EXPECT_EQ(read->rounding, program::Rounding::half_even);
  EXPECT_EQ(read->tail, Tail::f32);
  EXPECT_EQ(read->memory.arenaBytes, 12345);
  EXPECT_EQ(read->memory.alignment, 128);
  EXPECT_TRUE(read->hasOp("conv"));
  EXPECT_TRUE(read->hasOp("slice"));
  EXPECT_FALSE(read->hasOp("linear"));
  // What it does not say.
  Result<Target> plain = parseTarget(describe(), "board.yaml");
  ASSERT_TRUE(plain);
  EXPECT_TRUE(plain->weights.perChannel);
  EXPECT_EQ(plain->productBits, 64);
  EXPECT_EQ(plain->tail, Tail::activation);
  EXPECT_EQ(plain->requantizer, Requantizer::multiply_shift);
  EXPECT_EQ(plain->memory.alignment, 64);
  EXPECT_FALSE(plain->memory.arenaBytes);
  EXPECT_TRUE(plain->hasOp("softmax"));
}

TEST(Target, OperatorsHaveTypes) {
  Result<Target> target = parseTarget(twoTypes() + "operators: {softmax: [i16, i8], conv: [i8]}\n", "board.yaml");
  ASSERT_TRUE(target) << target.error().message;
  // A map has no order: the schema's, and that of activations.
  EXPECT_EQ(target->operators, (std::vector<OperatorFormat>{{"conv", {ElementType::i8}},
                                                            {"softmax", {ElementType::i8, ElementType::i16}}}));
  EXPECT_TRUE(target->hasOp("conv", ElementType::i8));
  EXPECT_FALSE(target->hasOp("conv", ElementType::i16));
  EXPECT_TRUE(target->hasOp("softmax", ElementType::i16));
  EXPECT_FALSE(target->hasOp("linear"));
  EXPECT_FALSE(target->hasOp("linear", ElementType::i8));
  EXPECT_EQ(target->findOp("linear"), nullptr);
  // Integers that no activation is.
  EXPECT_TRUE(parseTarget(describe("operators: {conv: [i8]}"), "board.yaml")->hasOp("conv", ElementType::i16));
  EXPECT_FALSE(parseTarget(describe("operators: {conv: [i8]}"), "board.yaml")->hasOp("add", ElementType::i16));
  EXPECT_FALSE(target->hasAllOps());
}

/// Names alone have every type that activations have, under either key.
TEST(Target, OperatorsMayBeNames) {
  for (std::string key : {"ops", "operators"}) {
    Result<Target> target = parseTarget(twoTypes() + key + ": [linear, conv]\n", "board.yaml");
    ASSERT_TRUE(target) << target.error().message;
    const std::vector<ElementType> both = {ElementType::i8, ElementType::i16};
    EXPECT_EQ(target->operators, (std::vector<OperatorFormat>{{"linear", both}, {"conv", both}}));
    EXPECT_THAT(printTarget(*target), HasSubstr("[ linear, conv ]"));
  }
  EXPECT_THAT(printTarget(*parseTarget(twoTypes(), "board.yaml")), Not(HasSubstr("operators")));
}

/// All types of all operators, said one by one, are what is said by saying nothing.
TEST(Target, AllOperatorsAreTheDefault) {
  std::string all = "operators:\n";
  for (const std::string &name : allOperatorNames())
    all += "  " + name + ": [i16, i8]\n";
  Result<Target> said = parseTarget(twoTypes() + all, "board.yaml");
  ASSERT_TRUE(said) << said.error().message;
  EXPECT_TRUE(said->hasAllOps());
  EXPECT_EQ(*said, *parseTarget(twoTypes(), "board.yaml"));
}

TEST(Target, OperatorsHaveErrorsWithTheirPlace) {
  EXPECT_THAT(errorOf(describe("operators: {conv: [i8], sofmax: [i8]}")),
              HasSubstr("board.yaml:6: unknown key 'operators.sofmax'; expected one of conv, "));
  EXPECT_THAT(errorOf(describe("operators: {conv: [i8], sofmax: [i8]}")), EndsWith("; did you mean 'softmax'?"));
  EXPECT_THAT(errorOf(describe("operators: [conv, sofmax]")),
              HasSubstr("board.yaml:6: found 'sofmax', expected one of conv, "));
  EXPECT_THAT(errorOf(describe("ops: [conv, sofmax]")), EndsWith("; did you mean 'softmax'?"));
  EXPECT_EQ(errorOf(describe("operators: {conv: [i4]}")),
            "board.yaml:6: found 'i4', expected one of the types of activations: i8");
  EXPECT_EQ(errorOf(describe() + "operators:\n  conv: [i8]\n  linear: [i16]\n"),
            "board.yaml:8: found 'i16', expected one of the types of activations: i8");
  EXPECT_THAT(errorOf(describe("operators: {conv: i8}")), HasSubstr("operators.conv: found 'i8', expected a list"));
  EXPECT_THAT(errorOf(describe("operators: conv")),
              HasSubstr("operators: found 'conv', expected a list of names, or the keys conv, "));
  EXPECT_THAT(errorOf(describe("operators: [[conv]]")), HasSubstr("operators: found a list, expected one value"));
  EXPECT_THAT(errorOf(describe("operators: {conv: []}")), HasSubstr("operators.conv has no types"));
  EXPECT_THAT(errorOf(describe("operators: {conv: [i8, i8]}")), HasSubstr("operators.conv has i8 twice"));
  EXPECT_THAT(errorOf(describe("operators: {}")), HasSubstr("operators is empty"));
  EXPECT_THAT(errorOf(describe("operators: []")), HasSubstr("operators is empty"));
  EXPECT_THAT(errorOf(describe("operators: [conv, conv]")), HasSubstr("operators has conv twice"));
  for (std::string operators : {"[conv]", "{conv: [i8]}"})
    EXPECT_EQ(errorOf(describe("ops: [conv]") + "operators: " + operators + "\n"),
              "board.yaml:7: ops and operators say the same twice; leave one of them out");
}

TEST(Target, UnknownKeysAreNamedWithTheirPlace) {
  EXPECT_THAT(errorOf(describe("multipler_bits: 15")), HasSubstr("board.yaml:6: unknown key 'multipler_bits'"));
  EXPECT_THAT(errorOf(describe("multipler_bits: 15")), EndsWith("; did you mean 'multiplier_bits'?"));
  EXPECT_THAT(errorOf(describe("shift: {min: 0, mx: 2}")),
              HasSubstr("board.yaml:4: unknown key 'shift.mx'; expected one of min, max"));
  EXPECT_THAT(errorOf(describe("activations: [{type: i8, symetric: true, accumulator_bits: 32}]")),
              HasSubstr("board.yaml:2: unknown key 'activations.symetric'; expected one of type, symmetric, "));
  EXPECT_THAT(errorOf(describe("memory: {arena: 5}")), HasSubstr("unknown key 'memory.arena'; expected one of arena_"));
}

TEST(Target, OtherKindsOfValuesAreSaid) {
  EXPECT_EQ(errorOf(describe("shift: 5")), "board.yaml:4: shift: found '5', expected the keys min, max");
  EXPECT_EQ(errorOf(describe("multiplier_bits: [1, 2]")),
            "board.yaml:3: multiplier_bits: found a list, expected one value");
  EXPECT_EQ(errorOf(describe("rounding: {a: 1}")), "board.yaml:5: rounding: found keys, expected one value");
  EXPECT_EQ(errorOf(describe("rounding:")), "board.yaml:5: rounding: found nothing, expected one value");
  EXPECT_EQ(errorOf(describe("ops: conv")), "board.yaml:6: ops: found 'conv', expected a list, of one value each");
  EXPECT_EQ(errorOf(describe("activations: [i8]")),
            "board.yaml:2: activations: found 'i8', expected the keys type, symmetric, accumulator_bits");
  EXPECT_EQ(errorOf(describe("weights: {symmetric: maybe}")), "board.yaml:6: found 'maybe', expected true or false");
  EXPECT_THAT(errorOf(describe("rounding: \"half_up")), HasSubstr("expected quote at end of scalar"));
}

TEST(Target, ASecondDocumentIsNotPassedOver) {
  EXPECT_THAT(errorOf(describe() + "---\nname: other\n"), HasSubstr(": found a second document, expected one"));
  EXPECT_THAT(errorOf(describe() + "---\n---\n[]\n"), HasSubstr("found a second document"));
  EXPECT_EQ(errorOf("---\n" + describe() + "---\n"), "no error");
  EXPECT_EQ(errorOf(describe() + "...\n"), "no error");
}

/// LLVM reads no repetitions by anchors.
TEST(Target, AnAliasIsNoValue) {
  EXPECT_EQ(errorOf(describe("memory: {alignment: &a 32}")), "no error");
  EXPECT_THAT(errorOf(describe("memory: {alignment: &a 32, arena_bytes: *a}")),
              HasSubstr("board.yaml:6: expected a value, not an alias of one"));
}

/// As IR has them: the place is the attribute, and its one line is not named.
TEST(Target, AttributesAreCheckedAsTextIs) {
  mlir::MLIRContext context;
  mlir::Builder builder(&context);
  mlir::NamedAttrList entries(toDictionary(&context, *parseTarget(describe(), "board.yaml")));
  EXPECT_TRUE(fromDictionary(entries.getDictionary(&context)));
  entries.set("multiplier_bits", builder.getI64IntegerAttr(32));
  Result<Target> wide = fromDictionary(entries.getDictionary(&context));
  ASSERT_FALSE(wide);
  EXPECT_EQ(wide.error().message, "found '32', expected an integer in [1, 31]");
  entries.set("multiplier_bits", builder.getF32FloatAttr(1.5f));
  EXPECT_FALSE(fromDictionary(entries.getDictionary(&context)));
  entries.set("multiplier_bits", builder.getI64IntegerAttr(15));
  entries.set("name", builder.getStringAttr("a \"quoted\" one"));
  Result<Target> named = fromDictionary(entries.getDictionary(&context));
  ASSERT_TRUE(named) << named.error().message;
  EXPECT_EQ(named->name, "a \"quoted\" one");
}

/// A model in place of a description, for one.
TEST(Target, BytesAreNoDescription) {
  std::string expected = "found bytes that are no text, expected a target description: name";
  EXPECT_THAT(errorOf(std::string("\x08\x08\x12", 3)), HasSubstr("board.yaml:1: " + expected));
  EXPECT_THAT(errorOf(std::string("name: x\r\n\tactivations: \0", 24)), HasSubstr("board.yaml:2: " + expected));
  EXPECT_THAT(errorOf("name: \"gr\u00f6\u00dfer\""), HasSubstr("missing required key 'activations'"));
}

TEST(Target, NoTextCrashes) {
  EXPECT_THAT(errorOf(""), HasSubstr("board.yaml:1: expected a target description"));
  EXPECT_THAT(errorOf("# nothing\n"), HasSubstr("expected a target description"));
  EXPECT_THAT(errorOf("---\n"), HasSubstr("expected a target description"));
  EXPECT_THAT(errorOf("[]"), HasSubstr("board.yaml:1: found a list, expected the keys name, "));
  EXPECT_THAT(errorOf("name: x"), HasSubstr("missing required key 'activations'"));
  std::string yaml = describe();
  for (size_t length = 0; length < yaml.size(); ++length)
    (void)errorOf(yaml.substr(0, length));
  // Of text that is no YAML a node may be nowhere in it.
  for (size_t at = 0; at < yaml.size(); ++at)
    for (char byte : {'\n', '[', '}', ':', '"', '&', '\xd1', '\x16'}) {
      std::string broken = yaml;
      broken[at] = byte;
      (void)errorOf(broken);
    }
}

TEST(Target, UnknownNamesListTheShippedOnes) {
  Result<Target> target = loadTarget("no-such-board");
  ASSERT_FALSE(target);
  EXPECT_THAT(target.error().message, HasSubstr("no target or file 'no-such-board'"));
  EXPECT_THAT(target.error().message, HasSubstr("generic"));
}

} // namespace
