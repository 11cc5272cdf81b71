//===- HostReport.h - What of a program the host computes -------*- C++ -*-===//
#ifndef TARE_DRIVER_COMPILE_HOSTREPORT_H
#define TARE_DRIVER_COMPILE_HOSTREPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/JSON.h"

#include <string>
#include <vector>

namespace tare {

/// A node that the host computes.
struct HostShare {
  std::string op, layer, reason;
  /// Multiply-accumulates of its product, where it is one, and the bytes that it reads and writes.
  int64_t macs = 0, bytes = 0;
};

/// The layers of one operator that hardware computes.
struct OperatorShare {
  std::string op;
  int64_t layers = 0;
  /// As of HostShare, of all together.
  int64_t macs = 0, bytes = 0;
};

/// All of them, and what the whole network does.
struct HostReport {
  std::vector<HostShare> layers;
  /// What is left to hardware, in the order of the first layer of each.
  std::vector<OperatorShare> operators;
  int64_t macs = 0, bytes = 0;

  double shareOfMacs(const HostShare &layer) const { return macs ? double(layer.macs) / double(macs) : 0; }
  double shareOfBytes(const HostShare &layer) const { return bytes ? double(layer.bytes) / double(bytes) : 0; }
  /// Their sums, from 0 to 1.
  double shareOfMacs() const;
  double shareOfBytes() const;
};

/// Of a module at the npu stage.
HostReport hostReportOf(mlir::ModuleOp module);

/// A line for each node and one for all, for the notes of a conversion; `most` nodes at most.
std::vector<std::string> linesOf(const HostReport &report, size_t most);
/// `"host": {"layers": [..], "share_of_macs": .., "share_of_bytes": ..}`
void writeHostReport(llvm::json::OStream &out, const HostReport &report);

} // namespace tare

#endif // TARE_DRIVER_COMPILE_HOSTREPORT_H
