//===- ProgramRows.cpp - Layers, edges and memory of a program ------------===//
#include "Driver/Report/ProgramRows.h"

#include "Driver/Execute/LayerNames.h"
#include "tare/Program/ArenaBlocks.h"
#include "tare/Program/HostLayer.h"
#include "tare/Program/Movements.h"
#include "tare/Program/Reader.h"
#include "tare/Runtime/Session.h"

using namespace tare;

namespace {

class ProgramRows {
public:
  ProgramRows(Report &report, const runtime::Session &session)
      : report(report), session(session), program(session.program()), rows(program.tensors.size()) {}

  Status add() {
    for (size_t i = 0; i != program.inputs.size(); ++i)
      rows[program.inputs[i]->tensor] = -1 - int64_t(i);
    for (size_t i = 0; i != program.layers.size(); ++i)
      addLayer(i);
    addLabels();
    for (const auto &output : program.outputs)
      report.outputs.push_back({output->name, rows[output->tensor]});
    return addArena();
  }

private:
  void addLayer(size_t index) {
    const program::LayerT &layer = *program.layers[index];
    ReportedLayer row;
    row.step = int64_t(index);
    row.runs = session.runsOf(index);
    for (uint32_t operand : layer.operands)
      if (!program.tensors[operand]->constant)
        row.operands.push_back(rows[operand]);
    row.readBytes = session.layer(index).readBytes();
    row.writtenBytes = session.layer(index).writtenBytes();
    row.moves = program::movesElements(layer.op.type) || layer.op.type == program::Op::Dequantize;
    row.weights = weightChannelsOf(session.model(), layer);
    for (uint32_t result : program::resultsOf(layer)) {
      rows[result] = int64_t(report.layers.size());
      report.layers.push_back(row);
      // The further results cost nothing more.
      row.readBytes = row.writtenBytes = 0;
      row.weights.reset();
    }
  }

  void addLabels() {
    std::vector<ExecutableLayer> named;
    for (const InspectedLayer &layer : report.inspection.layers)
      named.push_back({layer.name, layer.value, layer.kind, layer.output, layer.output});
    std::vector<std::string> labels = arrayNames({}, named);
    for (size_t i = 0; i != labels.size(); ++i)
      report.layers[i].label = std::move(labels[i]);
  }

  Status addArena() {
    auto uses = program::analyzeDataflow(program);
    if (!uses)
      return uses.error();
    auto loops = program::findLoops(program, *uses);
    if (!loops)
      return loops.error();
    for (const program::ArenaBlock &block : program::arenaBlocks(program, *uses, *loops))
      report.arena.push_back(
          {program.tensors[block.tensor]->name, int64_t(block.offset), int64_t(block.bytes), block.begin, block.end});
    return success();
  }

  Report &report;
  const runtime::Session &session;
  const program::ProgramT &program;
  /// By tensor, as of ReportedLayer::operands.
  std::vector<int64_t> rows;
};

} // namespace

Status tare::addProgram(Report &report, const std::string &path) {
  auto model = program::readFile(path);
  if (!model)
    return model.error();
  auto session = runtime::Session::create(*model);
  if (!session)
    return session.error();
  return ProgramRows(report, **session).add();
}
