//===- TFLite.h - A program as a TFLite flatbuffer --------------*- C++ -*-===//
//
// The published format (lib/Schema/tflite.fbs) that LiteRT, its kernels for microcontrollers and the compilers of many
// accelerators read. docs/tflite.md says which operator of a program becomes which of theirs.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_TFLITE_TFLITE_H
#define TARE_TFLITE_TFLITE_H

#include "tare/Program/Model.h"
#include "tare/Tensor/Result.h"

#include <map>
#include <string>

namespace tare::tflite {

struct File {
  /// The flatbuffer.
  std::string bytes;
  /// How many operators of each name it has.
  std::map<std::string, int64_t> operators;
  /// How many layers of each kind LiteRT's kernels round otherwise than the program (docs/tflite.md has by how much).
  std::map<std::string, int64_t> roundedOtherwise;
  /// The layers whose operator gives coarser steps than the program has there, by layer: how many times as coarse.
  std::map<std::string, double> coarser;
};

/// The program's layers in their order, activations on their grids, weights [O, height, width, I]. Its inputs and
/// outputs are the program's own tensors; what was left to the host stays there.
/// An error names every layer that the format has nothing for, with what to do.
Result<File> writeModel(const program::Model &model);

} // namespace tare::tflite

#endif // TARE_TFLITE_TFLITE_H
