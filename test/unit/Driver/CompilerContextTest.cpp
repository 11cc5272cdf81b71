//===- CompilerContextTest.cpp - What MLIR says, as users read it ---------===//
#include "Driver/Compile/CompilerContext.h"

#include "tare/Passes/Repairs.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace mlir;
using namespace tare;
using testing::HasSubstr;

namespace {

const Listener silent;

/// Keeps what it is told, as lines.
class Lines : public Listener {
public:
  explicit Lines(bool verbose = false) : verbose(verbose) {}
  void warning(const std::string &message) const override { text += "warning: " + message + "\n"; }
  void remark(const std::string &message) const override { text += "remark: " + message + "\n"; }
  bool isVerbose() const override { return verbose; }

  mutable std::string text;

private:
  bool verbose;
};

Location layer(CompilerContext &context, StringRef name) { return NameLoc::get(StringAttr::get(&*context, name)); }

Location line(CompilerContext &context, StringRef file) { return FileLineColLoc::get(&*context, file, 3, 7); }

Warning warning(const std::string &text, double cost = 1) {
  return {"Kind", "", "conv", cost, CostUnit::lsb, text, "mend it"};
}

TEST(CompilerContext, ErrorsNameTheFileAndThePlace) {
  CompilerContext context(silent);
  emitError(layer(context, "conv"), "is wrong");
  EXPECT_EQ(context.takeError("m.onnx").message, "m.onnx: layer 'conv': is wrong");
  emitError(layer(context, "conv"), "layer 'conv' is wrong");
  EXPECT_EQ(context.takeError("m.onnx").message, "m.onnx: layer 'conv' is wrong");
  emitError(line(context, "m.mlir"), "is wrong");
  EXPECT_EQ(context.takeError("m.mlir").message, "m.mlir:3:7: is wrong");
  emitError(UnknownLoc::get(&*context), "m.onnx: is wrong");
  EXPECT_EQ(context.takeError("m.onnx").message, "m.onnx: is wrong");
  emitError(FusedLoc::get(&*context, {UnknownLoc::get(&*context), layer(context, "conv")}), "is wrong");
  EXPECT_EQ(context.takeError("m.onnx").message, "m.onnx: layer 'conv': is wrong");
}

TEST(CompilerContext, NotesFollowTheirError) {
  CompilerContext context(silent);
  InFlightDiagnostic error = emitError(layer(context, "conv"), "is wrong");
  error.attachNote(layer(context, "add")) << "reads it";
  error.attachNote(layer(context, "mul")) << "so does 'mul'";
  error.report();
  EXPECT_EQ(context.takeError("m.onnx").message,
            "m.onnx: layer 'conv': is wrong; layer 'add': reads it; layer 'mul': so does 'mul'");
}

TEST(CompilerContext, EachErrorOnce) {
  CompilerContext context(silent);
  for (StringRef name : {"a", "b", "a"})
    emitError(layer(context, name), "is wrong");
  EXPECT_EQ(context.takeError("m").message, "m: layer 'a': is wrong; layer 'b': is wrong");
  EXPECT_THAT(context.takeError("m").message, HasSubstr("failed without a reason"));
}

TEST(CompilerContext, WarningsAreShownOnce) {
  Lines lines;
  {
    CompilerContext context(lines);
    reportWarning(layer(context, "conv"), warning("'x' loses"));
    context.showWarnings();
    context.showWarnings();
    reportWarning(layer(context, "conv"), warning("layer 'conv' loses"));
    emitWarning(layer(context, "add"), "is odd");
    EXPECT_EQ(context.warnings().size(), 3u);
    EXPECT_EQ(context.warnings()[0].text, "layer 'conv': 'x' loses");
    EXPECT_EQ(context.warnings()[1].text, "layer 'conv' loses");
    EXPECT_EQ(context.warnings()[1].remedy, "mend it");
    EXPECT_EQ(context.warnings()[2].text, "layer 'add': is odd");
    EXPECT_EQ(context.warnings()[2].kind, "");
  }
  // The rest when it ends.
  EXPECT_EQ(lines.text, "warning: layer 'conv': 'x' loses; mend it\n"
                        "warning: layer 'conv' loses; mend it\n"
                        "warning: layer 'add': is odd\n");
}

TEST(CompilerContext, DroppedWarningsAreNotShown) {
  Lines lines;
  {
    CompilerContext context(lines);
    reportWarning(layer(context, "conv"), warning("a"));
    context.dropWarnings();
    reportWarning(layer(context, "conv"), warning("b"));
    context.showWarnings();
    reportWarning(layer(context, "conv"), warning("c"));
    emitError(layer(context, "conv"), "is wrong");
    (void)context.takeError("m");
  }
  EXPECT_EQ(lines.text, "warning: layer 'conv': b; mend it\n");
}

/// All are lines of their own for who asks for them, also those that cost too little for a warning.
TEST(CompilerContext, VerboseShowsRemarks) {
  auto show = [](bool verbose) {
    Lines lines(verbose);
    {
      CompilerContext context(lines);
      reportWarning(layer(context, "conv"), warning("a", 3));
      reportWarning(layer(context, "conv"), warning("b", 2));
      reportWarning(layer(context, "conv"), warning("c", 0.01));
    }
    return lines.text;
  };
  EXPECT_EQ(show(true), "warning: layer 'conv': a; mend it\nwarning: layer 'conv': b; mend it\n"
                        "remark: layer 'conv': c; mend it\n");
  std::string few = show(false);
  EXPECT_THAT(few, HasSubstr("the worst of 2 such warnings"));
  EXPECT_EQ(std::count(few.begin(), few.end(), '\n'), 1);
}

TEST(CompilerContext, RepairsAreKept) {
  CompilerContext context(silent);
  OwningOpRef<ModuleOp> module = ModuleOp::create(layer(context, "conv"));
  reportRepair(*module, {"CoarserResult", 12, 0.25, true, "", "mend it"}, "'conv' is coarser");
  reportRepair(*module, {"LostBits", 1, 1.5, false, "Cause", ""}, "'conv' loses bits");
  ASSERT_EQ(context.repairs().size(), 2u);
  const RepairRecord &first = context.repairs()[0], &second = context.repairs()[1];
  EXPECT_EQ(first.kind, "CoarserResult");
  EXPECT_EQ(first.layer, "conv");
  EXPECT_EQ(first.channels, 12);
  EXPECT_EQ(first.cost, 0.25);
  EXPECT_EQ(first.unit, "LSB");
  EXPECT_EQ(second.kind, "LostBits");
  EXPECT_EQ(second.channels, 1);
  EXPECT_EQ(second.cost, 1.5);
  EXPECT_EQ(second.unit, "real");
  ASSERT_EQ(context.warnings().size(), 2u);
  EXPECT_THAT(context.warnings()[0].text, HasSubstr("repaired: 'conv' is coarser"));
  EXPECT_EQ(context.warnings()[0].cost, 0.25);
}

} // namespace
