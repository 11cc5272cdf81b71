//===- Verify.cpp - tare verify -------------------------------------------===//
#include "Commands.h"
#include "Json.h"
#include "Table.h"

#include "tare/Program/Reader.h"
#include "tare/Proof/OtherRounding.h"
#include "tare/Proof/Proof.h"

#include <fmt/format.h>

using namespace tare;
using proof::LayerProof;
using proof::RoundingDifference;

namespace {

class VerifyCommand : public Command {
public:
  VerifyCommand()
      : Command(
            "verify", "Prove how far a program's integers are from the real numbers",
            "tare verify model.tare\n"
            "  Walks every breakpoint of every channel's requantizer. An error of 0.5 LSB is that of rounding alone.\n"
            "  With --rounding floor: how many results would differ on a board that rounds so.") {}

  Status run() override {
    Result<std::shared_ptr<const program::Model>> model = program::readFile(path);
    if (!model)
      return model.error();
    return rounding.empty() ? verify(**model) : compareRoundings(**model);
  }

private:
  void addOptions(CLI::App &app) override {
    app.add_option("PROGRAM", path, "A .tare")->required();
    app.add_option("--max-error", maxError, "Fail where a layer's worst error is above this")
        ->type_name("LSB")
        ->check(CLI::PositiveNumber);
    app.add_option("--rounding", rounding, "Compare with a board that rounds so: " + proof::roundingNames())
        ->type_name("MODE");
  }

  //===--- The proof ------------------------------------------------------===//

  Status verify(const program::Model &model) {
    std::vector<LayerProof> proofs = proof::prove(model, threads);
    const LayerProof *worst = nullptr;
    for (const LayerProof &layer : proofs)
      if (!worst || layer.worst.error > worst->worst.error)
        worst = &layer;
    if (json)
      printJson([&](llvm::json::OStream &out) { writeProofs(out, proofs, worst); });
    else
      printProofs(proofs, worst);
    return check(proofs);
  }

  static void printProofs(const std::vector<LayerProof> &proofs, const LayerProof *worst) {
    Table table({{"layer", Table::Align::left},
                 {"kind", Table::Align::left},
                 {"proof", Table::Align::left},
                 {"channels"},
                 {"steps"},
                 {"worst error"},
                 {"channel"},
                 {"accumulator"},
                 {"output"},
                 {"real"}});
    for (const LayerProof &layer : proofs)
      table.add(cellsOf(layer));
    table.print();
    if (worst && worst->channels)
      fmt::print("\nworst error: {:.6f} LSB, in layer '{}', channel {}\n", worst->worst.error, worst->name,
                 worst->channel);
  }

  static std::vector<std::string> cellsOf(const LayerProof &layer) {
    std::vector<std::string> cells = {layer.name, layer.kind, proof::nameOf(layer.method)};
    cells.resize(10);
    if (!layer.channels)
      return cells;
    cells[3] = std::to_string(layer.channels);
    cells[5] = fmt::format("{:.6f} LSB", layer.worst.error);
    if (layer.method == proof::Method::bound)
      return cells;
    cells[4] = std::to_string(layer.steps);
    cells[6] = std::to_string(layer.channel);
    cells[7] = std::to_string(layer.worst.accumulator);
    cells[8] = std::to_string(layer.worst.output);
    cells[9] = fmt::format("{:.4f}", layer.worst.real);
    return cells;
  }

  static void writeProofs(llvm::json::OStream &out, const std::vector<LayerProof> &proofs, const LayerProof *worst) {
    out.object([&] {
      out.attribute("worst_error", worst ? worst->worst.error : 0.0);
      out.attribute("worst_layer", worst && worst->channels ? jsonText(worst->name) : "");
      out.attributeArray("layers", [&] {
        for (const LayerProof &layer : proofs)
          out.object([&] { writeProof(out, layer); });
      });
    });
  }

  static void writeProof(llvm::json::OStream &out, const LayerProof &layer) {
    out.attribute("name", jsonText(layer.name));
    out.attribute("kind", jsonText(layer.kind));
    out.attribute("proof", proof::nameOf(layer.method));
    out.attribute("channels", layer.channels);
    if (!layer.channels)
      return;
    out.attribute("worst_error", layer.worst.error);
    if (layer.method == proof::Method::bound)
      return;
    out.attribute("steps", layer.steps);
    out.attribute("channel", layer.channel);
    out.attribute("accumulator", layer.worst.accumulator);
    out.attribute("output", layer.worst.output);
    out.attribute("real", layer.worst.real);
  }

  /// The tables have been printed; what is above the limit, and what cannot be proven, is the error.
  Status check(const std::vector<LayerProof> &proofs) const {
    std::string failing;
    for (const LayerProof &layer : proofs) {
      if (layer.method == proof::Method::unknown)
        return Error{path + ": layer '" + layer.name +
                     "': the program does not say which real numbers its integers stand for; convert the model again with this version of tare"};
      if (maxError && layer.worst.error > *maxError)
        failing += fmt::format("{}'{}' ({:.4f} LSB)", failing.empty() ? "" : ", ", layer.name, layer.worst.error);
    }
    if (failing.empty())
      return success();
    return Error{fmt::format("{}: above --max-error {}: {}", path, *maxError, failing)};
  }

  //===--- Another rounding -----------------------------------------------===//

  Status compareRoundings(const program::Model &model) const {
    std::optional<program::Rounding> other = proof::roundingOf(rounding);
    if (!other)
      return Error{"--rounding: found '" + rounding + "', expected one of " + proof::roundingNames()};
    std::vector<RoundingDifference> differences;
    for (const auto &layer : model.program().layers)
      if (std::optional<RoundingDifference> difference = proof::compareRounding(model, *layer, *other))
        differences.push_back(*difference);
    if (json)
      printJson([&](llvm::json::OStream &out) { writeDifferences(out, differences); });
    else
      printDifferences(differences);
    return success();
  }

  void printDifferences(const std::vector<RoundingDifference> &differences) const {
    Table table(
        {{"layer", Table::Align::left}, {"kind", Table::Align::left}, {"accumulators"}, {"would differ"}, {"share"}});
    for (const RoundingDifference &layer : differences)
      table.add({layer.name, layer.kind, std::to_string(layer.total), std::to_string(layer.differing),
                 fmt::format("{:.3f} %", 100.0 * double(layer.differing) / double(layer.total))});
    table.print();
  }

  void writeDifferences(llvm::json::OStream &out, const std::vector<RoundingDifference> &differences) const {
    out.object([&] {
      out.attribute("rounding", rounding);
      out.attributeArray("layers", [&] {
        for (const RoundingDifference &layer : differences)
          out.object([&] {
            out.attribute("name", jsonText(layer.name));
            out.attribute("kind", jsonText(layer.kind));
            out.attribute("accumulators", int64_t(layer.total));
            out.attribute("differing", int64_t(layer.differing));
          });
      });
    });
  }

  std::string path, rounding;
  std::optional<double> maxError;
};

} // namespace

std::unique_ptr<Command> tare::makeVerifyCommand() { return std::make_unique<VerifyCommand>(); }
