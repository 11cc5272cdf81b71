//===- Dataflow.h - Who writes and reads each tensor ------------*- C++ -*-===//
#ifndef TARE_PROGRAM_DATAFLOW_H
#define TARE_PROGRAM_DATAFLOW_H

#include "tare/Schema/program_generated.h"
#include "tare/Tensor/Result.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tare::program {

/// Where in the order of the layers a tensor is written and read. Inputs arrive
/// before layer 0; outputs leave after the last layer, as if a layer of index
/// layers.size() read them.
struct TensorUse {
  static constexpr int64_t fromInput = -1;
  static constexpr int64_t nobody = -2;

  int64_t writer = nobody;
  std::vector<int64_t> readers;

  bool written() const { return writer != nobody; }
  /// The layer after which the memory is free; the writer itself where nobody
  /// reads.
  int64_t lastUse() const { return readers.empty() ? writer : readers.back(); }
};

/// One TensorUse per tensor. An error where an index is out of range, where a
/// layer reads what is not written yet, and where a tensor is written twice,
/// never, or is a constant.
Result<std::vector<TensorUse>> analyzeDataflow(const ProgramT &program);

/// The integers behind an input or output of real numbers: where a quantize or
/// dequantize layer stands at the boundary, the tensor that it makes or reads;
/// otherwise the port's own tensor.
struct Boundary {
  uint32_t tensor = 0;
  /// The quantize or dequantize layer, or -1.
  int64_t cast = -1;
  /// The transposes and reshapes between the port and that layer, in the order
  /// in which they run.
  std::vector<size_t> movements;
};

Boundary inputBoundary(const ProgramT &program, const std::vector<TensorUse> &uses, const PortT &port);
Boundary outputBoundary(const ProgramT &program, const std::vector<TensorUse> &uses, const PortT &port);

} // namespace tare::program

#endif // TARE_PROGRAM_DATAFLOW_H
