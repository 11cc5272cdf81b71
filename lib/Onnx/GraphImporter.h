//===- GraphImporter.h - One graph on its way into the IR -------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_GRAPHIMPORTER_H
#define TARE_LIB_ONNX_GRAPHIMPORTER_H

#include "Graph.h"
#include "Inputs.h"
#include "OpTable.h"
#include "TensorReader.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnAttributes.h"
#include "llvm/ADT/SetVector.h"

#include <deque>
#include <memory>

namespace tare::onnx {

/// What dynamic quantization computes when the graph runs. The IR has no such values, its grids being static: they
/// exist only on the way from DynamicQuantizeLinear to the float op that the integer op stands for
/// (Ops/DynamicQuantization.cpp).
struct DynamicValue {
  enum class Kind { Integers, Scale, ZeroPoint, Sums };

  Kind kind;
  /// The names of what was quantized: one; two for a product of two scales, and for sums of products of activations.
  llvm::SmallVector<std::string> sources;
  /// Scale, Sums: the constants that it was multiplied by; null for none.
  Tensor factor{};
  /// Sums: the node that computes them, and its constant operand, with zero points: one, or one per output channel.
  const GraphNode *product = nullptr;
  Tensor weight{};
  llvm::SmallVector<int64_t> zeroPoints{};
  /// Sums: those of `sources` whose scale is not in it yet, and the node that multiplied by the last one that is.
  llvm::SmallVector<std::string> unscaled{};
  const GraphNode *scaledBy = nullptr;

  /// Sums times their scales: the result of a float op, which is made when something but a Mul by a constant reads it.
  bool isProduct() const { return kind == Kind::Sums && unscaled.empty(); }
};

/// What it is, and that nothing else can read it: "is the scale of 'x', ..".
std::string describe(const DynamicValue &value);

/// What an ONNX value is.
struct GraphValue {
  /// Its elements, where they are known at import.
  Tensor constant;
  /// Only with `constant`, which then holds integers: the value is these, dequantized on this grid. (Computed only for
  /// whoever asks for its numbers, so that a weight's integers and scales are those of the file.)
  std::optional<qnn::Grid> grid;
  /// The value in the IR. A constant gets one when it is first an operand.
  mlir::Value value;
  /// Only alone: there is no more of the value than this.
  std::shared_ptr<const DynamicValue> dynamic = nullptr;
  /// The real numbers of a constant with a grid, once somebody asked for them.
  Tensor dequantized = {};
  /// Only with `grid`: the dequantized numbers are rounded to this format.
  std::optional<qnn::FloatFormat> format = std::nullopt;
  /// Only with `constant`, which then holds float32: the elements of a float64 one. What is computed at import is
  /// computed of these; whatever else reads the value gets float32.
  Tensor doubles = {};

  static GraphValue of(ReadTensor tensor) {
    GraphValue value{std::move(tensor.elements), std::nullopt, nullptr};
    value.doubles = std::move(tensor.doubles);
    return value;
  }

  bool isKnown() const { return bool(constant); }
  /// The elements of a constant, as real numbers where it has a grid.
  const Tensor &numbers();
};

class Node;

class GraphImporter {
public:
  /// `roundsTo16Bits`: see ImportOptions.
  GraphImporter(Model &model, const std::string &path, Graph &graph, const Reporter &reporter,
                mlir::MLIRContext &context, bool roundsTo16Bits = false);

  /// Fills `module` with @main.
  mlir::LogicalResult run(const std::vector<BoundInput> &inputs, mlir::ModuleOp module);

  // For Node.
  const Reporter &getReporter() const { return reporter; }
  /// Reports an error of a node; while another way to import it is left, the first one is kept for that.
  void reportError(const std::string &message);
  const proto::ModelProto &getModel() const { return *model.proto; }
  int64_t getOpset() const { return model.opset; }
  const Graph &getGraph() const { return graph; }
  mlir::OpBuilder &getBuilder() { return builder; }
  TensorReader &getReader() { return reader; }
  /// The value of that name; null where a node did not define its result.
  GraphValue *find(llvm::StringRef name);
  void define(llvm::StringRef name, GraphValue value);
  /// Makes the float op whose result a product of dynamic quantization is; any other value is left as it is.
  mlir::LogicalResult complete(GraphValue &value);
  /// The value in the IR: a constant becomes qnn.constant (and quant.dcast) here.
  Result<mlir::Value> materialize(llvm::StringRef name, GraphValue &value);
  /// A constant of the IR; floats must be finite.
  Result<mlir::Value> makeConstant(llvm::StringRef name, const Tensor &tensor);
  /// A constant of the IR whose floats may be any.
  mlir::Value makeExactConstant(llvm::StringRef name, const Tensor &tensor);
  /// A quantized constant, its dequantization, and the rounding of that to `format`, if any.
  mlir::Value makeDequantized(llvm::StringRef name, const Tensor &integers, const qnn::Grid &grid,
                              std::optional<qnn::FloatFormat> format);
  /// The value in the IR in the model's type: float, integers or bool on no grid. Its floats may be infinite or NaN.
  Result<mlir::Value> inOwnType(llvm::StringRef name, GraphValue &value);
  /// A constant of integers on a grid.
  mlir::Value makeIntegers(llvm::StringRef name, const Tensor &integers, const qnn::Grid &grid);
  /// Whether a value of the IR depends on no graph input.
  bool isConstant(mlir::Value value) const { return constants.contains(value); }
  /// Notes whether an op that was just created depends on graph inputs.
  void track(mlir::Operation *op);
  /// Imports the branch of an If: its initializers and nodes, which see all values so far.
  mlir::LogicalResult importBranch(proto::GraphProto &branch);
  /// ONNX's number of the type that the model declares for a value; nothing where it does not.
  std::optional<int32_t> declaredType(llvm::StringRef name) const;
  /// ONNX's number of float16 or bfloat16 where the node computes in that and rounds each of its steps, not only its
  /// results.
  std::optional<int32_t> stepType(const proto::NodeProto &node) const;
  bool isOutput(llvm::StringRef name) const;
  /// Imports a node that was written for `composite`.
  mlir::LogicalResult importPart(proto::NodeProto part, const std::string &layer, const GraphNode &composite);
  /// Notes that the graph finds the ranges of `operands` when it runs, and would need that of their product `result`.
  void noteDynamic(llvm::ArrayRef<std::string> operands, llvm::StringRef result);

private:
  mlir::LogicalResult checkSupport();
  mlir::LogicalResult readInitializers();
  mlir::LogicalResult importNodes();
  mlir::LogicalResult importNode(const GraphNode &graphNode);
  mlir::LogicalResult importBy(llvm::function_ref<mlir::LogicalResult(Node &)> way, const GraphNode &graphNode);
  std::optional<std::string> tryWays(const GraphNode &graphNode);
  std::optional<std::string> attempt(llvm::function_ref<mlir::LogicalResult()> import);
  void takeBack(mlir::Operation *last, llvm::ArrayRef<std::string> defined);
  std::optional<int32_t> floatTypeOf(const proto::NodeProto &node, int index) const;
  void roundResults(const proto::NodeProto &node);
  void roundTo(qnn::FloatFormat format, GraphValue &value);
  bool isAllKnown(const proto::NodeProto &node) const;
  bool hasDoubles(const proto::NodeProto &node) const;
  void noteRounded(llvm::StringRef name);
  void reportRoundedDoubles();
  mlir::Value asPlainIntegers(llvm::StringRef name, mlir::Value quantized);
  /// An error of the node where the value, if there is one in the IR, has more dimensions than programs have.
  mlir::LogicalResult checkRank(Node &node, llvm::StringRef name);
  Result<mlir::Value> makeOutput(llvm::StringRef name, bool &isUnsigned);
  llvm::SmallVector<std::string> outputNames() const;
  mlir::LogicalResult finish(mlir::func::FuncOp function);
  std::string makerOf(const std::string &value) const;
  void reportDynamic(mlir::func::FuncOp function);
  mlir::Type inputElement(int32_t dataType);
  mlir::LogicalResult addArguments(const std::vector<BoundInput> &inputs, mlir::func::FuncOp function);

  Model &model;
  Graph &graph;
  const Reporter &reporter;
  mlir::OpBuilder builder;
  TensorReader reader;
  bool roundsTo16Bits;
  llvm::StringMap<GraphValue> values;
  /// Constants of float64 that something reads as float32.
  llvm::SetVector<mlir::StringAttr> roundedDoubles;
  /// What composites were written as; values of dynamic quantization refer to their nodes.
  struct Part {
    proto::NodeProto proto;
    GraphNode node;
  };
  std::deque<Part> parts;
  /// What goes wrong, and what is defined, while a node is imported that may be imported in another way.
  struct Attempt {
    std::string problem;
    llvm::SmallVector<std::string> defined;
  };
  Attempt *current = nullptr;
  llvm::DenseSet<mlir::Value> constants;
  llvm::StringMap<int32_t> declaredTypes;
  /// See noteDynamic.
  llvm::SetVector<mlir::StringAttr> dynamicOperands, dynamicResults;
};

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_GRAPHIMPORTER_H
