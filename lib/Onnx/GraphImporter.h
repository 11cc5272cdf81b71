//===- GraphImporter.h - One graph on its way into the IR -------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_GRAPHIMPORTER_H
#define TARE_LIB_ONNX_GRAPHIMPORTER_H

#include "GraphOutputs.h"
#include "Inputs.h"
#include "NodeImporter.h"

#include "mlir/IR/BuiltinOps.h"

namespace tare::onnx {

struct Survey;

/// A graph, and what its nodes ask of it.
class GraphImporter : public NodeContext {
public:
  /// `roundsTo16Bits`: see ImportOptions.
  GraphImporter(Model &model, const std::string &path, Graph &graph, const Reporter &reporter,
                mlir::MLIRContext &context, bool roundsTo16Bits = false);

  /// Fills `module` with @main.
  mlir::LogicalResult run(const std::vector<BoundInput> &inputs, mlir::ModuleOp module);
  /// The same, on behind what is refused: `module` is of no use then. `takeError` gives what was reported last.
  void survey(const std::vector<BoundInput> &inputs, mlir::ModuleOp module, Survey &result,
              llvm::function_ref<std::string()> takeError);

  GraphValues &values() override { return graphValues; }
  DerivedNames &derivedNames() override { return derived; }
  TensorReader &reader() override { return tensorReader; }
  const proto::ModelProto &modelProto() const override { return *model.proto; }
  int64_t opset() const override { return model.opset; }
  bool isUsed(llvm::StringRef name) const override { return graph.used.contains(name); }
  bool isOutput(llvm::StringRef name) const override;
  std::optional<int32_t> declaredType(llvm::StringRef name) const override;
  std::optional<int32_t> stepType(const proto::NodeProto &node) const override;
  void roundResults(const proto::NodeProto &node) override;
  void reportError(const std::string &message) override;
  void reportWarning(llvm::StringRef kind, const llvm::Twine &message, llvm::StringRef remedy) const override {
    reporter.warning(kind, message, remedy);
  }
  mlir::LogicalResult complete(GraphValue &value) override;
  void noteDynamic(llvm::ArrayRef<std::string> operands, llvm::StringRef result) override {
    notes.noteDynamic(operands, result);
  }
  mlir::LogicalResult importPart(proto::NodeProto part, const std::string &layer, const GraphNode &composite) override {
    return nodes.importPart(std::move(part), layer, composite);
  }
  mlir::LogicalResult importBranch(proto::GraphProto &branch) override { return nodes.importBranch(branch); }

private:
  mlir::LogicalResult checkSupport();
  mlir::LogicalResult readInitializers();
  mlir::LogicalResult importNodes();
  bool standIn(llvm::StringRef name);
  std::optional<int32_t> floatTypeOf(const proto::NodeProto &node, int index) const;
  void roundTo(qnn::FloatFormat format, GraphValue &value);
  mlir::Type inputElement(int32_t dataType);
  mlir::LogicalResult addArguments(const std::vector<BoundInput> &inputs, mlir::func::FuncOp function);

  Model &model;
  Graph &graph;
  const Reporter &reporter;
  GraphValues graphValues;
  DerivedNames derived;
  TensorReader tensorReader;
  bool roundsTo16Bits;
  ImportNotes notes;
  NodeImporter nodes;
  llvm::StringMap<int32_t> declaredTypes;
};

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_GRAPHIMPORTER_H
