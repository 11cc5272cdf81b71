//===- OnnxExport.cpp - A quantized network as an ONNX model --------------===//
#include "tare/OnnxExport/OnnxExport.h"

#include "Lowering.h"
#include "Protos.h"
#include "tare/Dialect/Npu/NpuAttributes.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Onnx/Notes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace mlir;
using namespace tare;
using namespace tare::onnx;

namespace {

/// protobuf counts in 31 bits.
constexpr uint64_t mostBytes = 2'000'000'000;
/// The first version in which nodes have metadata.
constexpr int64_t irVersion = 10;

/// Writes all ops, and keeps the reasons why some cannot be.
class NetworkWriter {
public:
  NetworkWriter(func::FuncOp function, proto::GraphProto &proto) : function(function), graph(function, proto) {}

  Status write() {
    checkOutputs();
    writeOps(&function.front().front(), function.front().getTerminator());
    if (!refusals.empty())
      return Error{fmt::format("has no form in ONNX; {}", fmt::join(refusals, "; "))};
    graph.finish();
    return tare::success();
  }

  const GraphWriter &written() const { return graph; }

private:
  /// Unsigned integers have a grid, unless nothing computes them.
  void checkOutputs() {
    for (OpOperand &result : function.front().getTerminator()->getOpOperands()) {
      std::optional<qnn::Grid> grid = qnn::Grid::of(result.get().getType());
      const bool isUnsigned = bool(function.getResultAttr(result.getOperandNumber(), qnn::portUnsignedAttrName));
      if (grid ? grid->bits > 16 : isUnsigned)
        refusals.push_back(fmt::format("output '{}': {}; leave it out by --outputs", qnn::valueName(result.get()),
                                       grid ? "it is integers of 32 bits on a grid, which QuantizeLinear has not"
                                            : "it is a constant of unsigned integers"));
    }
  }

  void writeOps(Operation *first, Operation *last) {
    for (Operation *op = first; op != last; op = op->getNextNode()) {
      auto begin = dyn_cast<qnn::LoopBeginOp>(op);
      note(op, begin ? lowerLoop(begin, graph, [&](Operation *inner, Operation *end) { writeOps(inner, end); })
                     : lower(op, graph));
      if (begin)
        op = begin.getEnd();
    }
  }

  void note(Operation *op, const Status &written) {
    if (written)
      return;
    refusals.push_back(fmt::format("layer '{}' ({}): {}", qnn::layerName(op), op->getName().stripDialect().str(),
                                   written.error().message));
    // Its readers may have reasons of their own.
    for (Value result : op->getResults())
      graph.defineMissing(result);
  }

  func::FuncOp function;
  GraphWriter graph;
  std::vector<std::string> refusals;
};

void describe(proto::ModelProto &model, ModuleOp module, const NetworkWriter &network) {
  model.set_ir_version(irVersion);
  model.set_producer_name("tare");
  model.set_producer_version(TARE_VERSION);
  model.add_opset_import()->set_version(network.written().neededOpset());
  for (const auto &[op, count] : network.written().operators())
    if (StringRef domain = StringRef(op).rsplit('.').first; domain != op)
      if (llvm::none_of(model.opset_import(), [&](const auto &set) { return set.domain() == domain; })) {
        model.add_opset_import()->set_domain(domain.str());
        model.mutable_opset_import()->rbegin()->set_version(1);
      }
  if (FailureOr<Target> target = npu::getTarget(module); succeeded(target))
    addNote(model, targetNote, target->name);
}

} // namespace

Result<ExportedModel> onnx::exportModel(ModuleOp module) {
  auto function = module.lookupSymbol<func::FuncOp>("main");
  proto::ModelProto model;
  model.mutable_graph()->set_name("main");
  NetworkWriter network(function, *model.mutable_graph());
  if (Status written = network.write(); !written)
    return written.error();
  describe(model, module, network);
  if (model.ByteSizeLong() > mostBytes)
    return Error{fmt::format("takes {:.1f} GB as an ONNX model, and one file holds 2 GB; cut the network with --inputs "
                             "and --outputs",
                             double(model.ByteSizeLong()) / 1e9)};
  ExportedModel exported;
  exported.operators = network.written().operators();
  exported.bytes = model.SerializeAsString();
  return exported;
}
