//===- Inspection.h - What inspect shows ------------------------*- C++ -*-===//
//
// Filled from a program, or from a module of IR.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DRIVER_INSPECT_INSPECTION_H
#define TARE_DRIVER_INSPECT_INSPECTION_H

#include "Driver/Execute/Executable.h"
#include "Driver/Json.h"
#include "tare/Driver/Execute.h"
#include "tare/Schema/program_generated.h"
#include "tare/Target/Target.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tare {

/// What the integers of a port or layer mean; no scales where they have no grid, or nobody says.
struct InspectedGrid {
  std::vector<double> scales;
  /// As many as there are scales.
  std::vector<int64_t> zeroPoints;
  std::optional<int64_t> axis;
};

/// What the host does, with so many values: those that no step has taken yet, of this output and of those before it.
struct InspectedStep {
  std::string kind;
  program::OpUnion op;
  uint32_t operandCount;
};

struct InspectedPort {
  std::string name;
  TensorType type;
  std::string layout;
  InspectedGrid grid;
  /// In order.
  std::vector<InspectedStep> hostSteps;
  /// The model's output that the steps join this one and others to.
  std::string modelOutput;
};

/// Weights, a bias, a table: an operand that the program holds.
struct InspectedConstant {
  std::string name;
  TensorType type;
  InspectedGrid grid;
};

struct InspectedLayer {
  std::string name, value, kind;
  TensorType output;
  InspectedGrid grid;
  /// M = multipliers * 2^-shifts; lists of length 1 or C, empty where the layer does not rescale.
  std::vector<int64_t> multipliers, shifts;
  /// Where the layer rescales in stages; then there are no shifts.
  std::optional<program::StagesT> stages;
  /// Where a function is part of the layer: M leads to the 16 bits that it reads.
  std::optional<program::LayerFunctionT> function;
  /// The bits of the accumulator that even the worst input leaves unused, sign apart.
  std::optional<int> headroom;
  int64_t macs = 0;
  std::vector<InspectedConstant> constants;
  /// A node of the model that the host computes, in a program or in IR that becomes one.
  bool isHost = false;
};

/// The whole shift of each channel: q, or q0 + q1 + q2 of three stages.
std::vector<int64_t> wholeShifts(const InspectedLayer &layer);
/// M = m * 2^-q; a list of one goes with every element of the other. Empty where the layer does not rescale.
std::vector<double> factorsOf(const InspectedLayer &layer);

struct InspectedMemory {
  int64_t arena = 0, arenaLowerBound = 0, constants = 0;
};

struct Inspection {
  std::string path;
  /// "program", "onnx" or "ir".
  std::string kind;
  int64_t fileBytes = 0;
  std::string target, producer;
  /// Of a program: the target's operators, with their types.
  std::vector<OperatorFormat> operators;
  std::vector<InspectedPort> inputs, outputs;
  std::vector<InspectedLayer> layers;
  std::optional<InspectedMemory> memory;
  /// Elements of constants.
  int64_t parameters = 0;

  void writeJson(llvm::json::OStream &out) const;
};

/// Of a file of any kind, with its name and size.
Result<Inspection> inspectFile(const std::string &path, const driver::ModelOptions &options, const Listener &listener);

Result<Inspection> inspectProgram(const std::string &path);
Result<Inspection> inspectModule(const std::string &path, ModelKind kind, const ExecutableOptions &options,
                                 const Listener &listener);

} // namespace tare

#endif // TARE_DRIVER_INSPECT_INSPECTION_H
