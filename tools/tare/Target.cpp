//===- Target.cpp - tare target -------------------------------------------===//
#include "Commands.h"
#include "Driver/Inspect/OperatorTypes.h"
#include "JsonOutput.h"
#include "Table.h"

#include "tare/Schema/element_type_generated.h"
#include "tare/Target/Target.h"

#include "llvm/ADT/StringExtras.h"
#include <fmt/format.h>

using namespace tare;

namespace {

/// "i8, i16"
std::string activationTypes(const Target &target) {
  return llvm::join(
      llvm::map_range(target.activations,
                      [](const ActivationFormat &format) { return std::string(EnumNameElementType(format.type)); }),
      ", ");
}

/// ", conv (i8), linear (i8, i16)": where the hardware has not all of them.
std::string operatorsOf(const Target &target) {
  if (target.hasAllOps())
    return "";
  auto text = [](const OperatorFormat &format) {
    return format.name + " (" +
           llvm::join(llvm::map_range(format.types, [](ElementType type) { return EnumNameElementType(type); }), ", ") +
           ")";
  };
  return ", operators " + llvm::join(llvm::map_range(target.operators, text), ", ");
}

std::string shiftRange(const Target &target) { return fmt::format("[{}, {}]", target.shift.min, target.shift.max); }

class TargetCommand : public Command {
public:
  TargetCommand()
      : Command("target", "List, show and check descriptions of hardware",
                "tare target show generic > my_board.yaml\n"
                "  Edit the copy, look at it with `tare target check my_board.yaml`, and convert with --target "
                "my_board.yaml.\n"
                "  docs/targets.md explains each key.") {}

  Status run() override {
    if (list->parsed())
      return printList();
    return show->parsed() ? printOne() : checkOne();
  }

private:
  void addOptions(CLI::App &app) override {
    // Options after the subcommand's name are this command's, --json above all.
    app.require_subcommand(1);
    list = app.add_subcommand("list", "The targets that come with tare")->fallthrough();
    show = app.add_subcommand("show", "A description, as its file has it")->fallthrough();
    files.reads(show->add_option("target", name, "A shipped target or a YAML file")->required()->type_name("NAME|FILE"),
                name);
    check = app.add_subcommand("check", "Read a description, and say where it contradicts itself")->fallthrough();
    files.reads(check->add_option("target", name, "A YAML file, or a shipped target")->required()->type_name("FILE"),
                name);
  }

  Status printList() const {
    if (json) {
      printJson([](llvm::json::OStream &out) {
        out.array([&] {
          for (const ShippedTarget &shipped : shippedTargets())
            out.object([&] { writeFields(out, *parseTarget(shipped.yaml, shipped.name)); });
        });
      });
      return success();
    }
    Table table({{"name", Table::Align::left},
                 {"activations", Table::Align::left},
                 {"requantizer", Table::Align::left},
                 {"multiplier bits"},
                 {"shifts"},
                 {"rounding", Table::Align::left},
                 {"description", Table::Align::left}});
    for (const ShippedTarget &shipped : shippedTargets()) {
      Result<Target> target = parseTarget(shipped.yaml, shipped.name);
      table.add({target->name, activationTypes(*target), nameOf(target->requantizer).str(),
                 std::to_string(target->multiplierBits), shiftRange(*target),
                 program::EnumNameRounding(target->rounding), target->description});
    }
    table.print();
    return success();
  }

  /// A shipped description with its comments; a file with every key, defaults written out.
  Status printOne() const {
    Result<Target> target = loadTarget(name);
    if (!target)
      return target.error();
    if (json) {
      printJson([&](llvm::json::OStream &out) { out.object([&] { writeFields(out, *target); }); });
      return success();
    }
    for (const ShippedTarget &shipped : shippedTargets())
      if (shipped.name == name) {
        writeOut("{}", shipped.yaml.str());
        return success();
      }
    writeOut("{}", printTarget(*target));
    return success();
  }

  Status checkOne() const {
    Result<Target> target = loadTarget(name);
    if (!target)
      return target.error();
    if (json)
      printJson([&](llvm::json::OStream &out) { out.object([&] { writeFields(out, *target); }); });
    else
      writeOut("{}: target '{}' is sound: {} activations, requantizer {}, multipliers below 2^{}, shifts in {}, "
               "rounding {}{}\n",
               name, target->name, activationTypes(*target), nameOf(target->requantizer).str(), target->multiplierBits,
               shiftRange(*target), program::EnumNameRounding(target->rounding), operatorsOf(*target));
    return success();
  }

  static void writeFields(llvm::json::OStream &out, const Target &target) {
    out.attribute("name", jsonText(target.name));
    out.attribute("description", jsonText(target.description));
    out.attributeArray("activations", [&] {
      for (const ActivationFormat &format : target.activations)
        out.object([&] {
          out.attribute("type", EnumNameElementType(format.type));
          out.attribute("symmetric", format.symmetric);
          out.attribute("accumulator_bits", format.accumulatorBits);
        });
    });
    out.attribute("requantizer", nameOf(target.requantizer));
    out.attribute("multiplier_bits", target.multiplierBits);
    out.attribute("mean_multiplier_bits", target.meanMultiplierBits);
    out.attribute("product_bits", target.productBits);
    out.attributeObject("shift", [&] {
      out.attribute("min", target.shift.min);
      out.attribute("max", target.shift.max);
    });
    out.attribute("rounding", program::EnumNameRounding(target.rounding));
    out.attribute("tail", nameOf(target.tail));
    out.attributeArray("ops", [&] {
      for (const OperatorFormat &format : target.operators)
        out.value(format.name);
    });
    writeOperators(out, "operators", target.operators);
  }

  CLI::App *list = nullptr, *show = nullptr, *check = nullptr;
  std::string name;
};

} // namespace

std::unique_ptr<Command> tare::makeTargetCommand() { return std::make_unique<TargetCommand>(); }
