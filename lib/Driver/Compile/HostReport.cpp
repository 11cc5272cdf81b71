//===- HostReport.cpp - What of a program the host computes ---------------===//
#include "Driver/Compile/HostReport.h"

#include "Driver/Json.h"

#include "tare/Diagnostics/OneLine.h"
#include "tare/Dialect/Npu/ActivationTypes.h"
#include "tare/Dialect/Npu/NpuOps.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Kernels/Registry.h"
#include "tare/Program/HostLayer.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <algorithm>
#include <fmt/format.h>

using namespace mlir;

namespace tare {
namespace {

constexpr llvm::StringLiteral noIntegerForm = "the operator has no integer form";

int64_t macsOf(npu::NpuOpInterface op) {
  SmallVector<TensorType> operands = llvm::map_to_vector(op->getOperandTypes(), qnn::toHost);
  SmallVector<TensorType> results = llvm::map_to_vector(op->getResultTypes(), qnn::toHost);
  program::OpUnion parameters = op.encode();
  if (const program::HostT *host = parameters.AsHost())
    return program::macsOfHost(*host, operands, results);
  return kernels::lookup(parameters.type)->macs(parameters, operands, results.front());
}

int64_t bytesOf(Operation *op) {
  int64_t bytes = 0;
  for (Type type : op->getOperandTypes())
    bytes += qnn::toHost(type).bytes();
  for (Type type : op->getResultTypes())
    bytes += qnn::toHost(type).bytes();
  return bytes;
}

/// Why the host computes the layer; nothing where hardware does.
std::optional<std::string> whyOnHost(npu::NpuOpInterface op, const Target &target) {
  if (auto host = dyn_cast<npu::HostOp>(op.getOperation()))
    return host.getReason().value_or(noIntegerForm).str();
  const bool isBorder = isa<npu::QuantizeOp, npu::DequantizeOp>(op.getOperation());
  if (std::string name = op->getName().stripDialect().str(); isBorder && !target.hasOp(name))
    return "the target has no " + name;
  else if (std::optional<ElementType> type = isBorder ? npu::missingType(op, target) : std::nullopt)
    return "the target has no " + name + " of " + EnumNameElementType(*type) + " activations";
  return std::nullopt;
}

std::string nodeOf(npu::NpuOpInterface op) {
  auto host = dyn_cast<npu::HostOp>(op.getOperation());
  return host ? host.getNode().str() : op->getName().stripDialect().str();
}

void addTo(std::vector<OperatorShare> &operators, const std::string &op, int64_t macs, int64_t bytes) {
  auto found = std::ranges::find(operators, op, &OperatorShare::op);
  OperatorShare &share = found == operators.end() ? operators.emplace_back(OperatorShare{op}) : *found;
  ++share.layers, share.macs += macs, share.bytes += bytes;
}

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

} // namespace

double HostReport::shareOfMacs() const {
  double sum = 0;
  for (const HostShare &layer : layers)
    sum += shareOfMacs(layer);
  return sum;
}

double HostReport::shareOfBytes() const {
  double sum = 0;
  for (const HostShare &layer : layers)
    sum += shareOfBytes(layer);
  return sum;
}

HostReport hostReportOf(ModuleOp module) {
  HostReport report;
  auto function = module.lookupSymbol<func::FuncOp>("main");
  FailureOr<Target> target = npu::getTarget(module);
  if (failed(target))
    return report;
  int64_t runs = 1;
  for (auto op : function.getOps<npu::NpuOpInterface>()) {
    if (isa<npu::ReshapeOp>(op.getOperation()))
      continue; // Costs nothing.
    if (auto begin = dyn_cast<npu::LoopBeginOp>(op.getOperation()))
      runs *= begin.getSteps();
    if (auto end = dyn_cast<npu::LoopEndOp>(op.getOperation()))
      runs /= end.getBegin().getSteps();
    int64_t macs = runs * macsOf(op), bytes = runs * bytesOf(op);
    report.macs += macs, report.bytes += bytes;
    if (std::optional<std::string> reason = whyOnHost(op, *target))
      report.layers.push_back({nodeOf(op), qnn::layerName(op), *reason, macs, bytes});
    else
      addTo(report.operators, nodeOf(op), macs, bytes);
  }
  return report;
}

std::vector<std::string> linesOf(const HostReport &report, size_t most) {
  std::vector<std::string> lines;
  if (report.layers.empty())
    return lines;
  lines.push_back(fmt::format(
      "the host computes {} layer{} in the model's own types, {} of all multiply-accumulates and {} of all bytes read "
      "and written:",
      report.layers.size(), report.layers.size() == 1 ? "" : "s", percent(report.shareOfMacs()),
      percent(report.shareOfBytes())));
  for (const HostShare &layer : report.layers) {
    if (lines.size() > most) {
      lines.push_back(fmt::format("  .. and {} more (-v shows all)", report.layers.size() - most));
      break;
    }
    lines.push_back(fmt::format("  {} '{}': {} of the multiply-accumulates, {} of the bytes: {}", layer.op,
                                oneLine(layer.layer), percent(report.shareOfMacs(layer)),
                                percent(report.shareOfBytes(layer)), oneLine(layer.reason)));
  }
  return lines;
}

void writeHostReport(llvm::json::OStream &out, const HostReport &report) {
  out.attributeObject("host", [&] {
    out.attribute("share_of_macs", report.shareOfMacs());
    out.attribute("share_of_bytes", report.shareOfBytes());
    out.attributeArray("layers", [&] {
      for (const HostShare &layer : report.layers)
        out.object([&] {
          out.attribute("operator", jsonText(layer.op));
          out.attribute("layer", jsonText(layer.layer));
          out.attribute("reason", jsonText(layer.reason));
          out.attribute("macs", layer.macs);
          out.attribute("bytes", layer.bytes);
          out.attribute("share_of_macs", report.shareOfMacs(layer));
          out.attribute("share_of_bytes", report.shareOfBytes(layer));
        });
    });
  });
}

} // namespace tare
