//===- Node.h - One ONNX node on its way into the IR ------------*- C++ -*-===//
//
// What an import or fold function sees. Errors stick: the first one is reported,
// and from then on attributes read as their defaults, operands and created ops
// as null; a function need not look until it uses a null value, and its result
// is a failure whatever it returns.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_ONNX_NODE_H
#define TARE_LIB_ONNX_NODE_H

#include "GraphImporter.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Host/Attributes.h"

namespace tare::onnx {

using Integers = llvm::SmallVector<int64_t>;

/// Attributes that count elements are below it, so that shape arithmetic cannot
/// overflow.
inline constexpr int64_t largestExtent = int64_t(1) << 30;

/// The dimensions of a value in the IR.
inline llvm::ArrayRef<int64_t> dims(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType()).getShape();
}

/// Whether a tensor type of the IR has a dimension of 0.
inline bool hasNoElements(mlir::Type type) { return mlir::cast<mlir::RankedTensorType>(type).getNumElements() == 0; }

class Node {
public:
  Node(GraphImporter &importer, const GraphNode &node) : importer(importer), node(node), protoNode(*node.proto) {}

  int64_t opset() const { return importer.getOpset(); }
  llvm::StringRef opType() const { return protoNode.op_type(); }
  const proto::NodeProto &proto() const { return protoNode; }
  bool failed() const { return hasFailed; }
  /// Reports what is wrong with the node; only the first error is.
  mlir::LogicalResult error(const llvm::Twine &message);
  /// Tells of the node; as of Warning.
  void warning(llvm::StringRef kind, const llvm::Twine &message, llvm::StringRef remedy);

  // Attributes.
  bool hasAttribute(llvm::StringRef name) const;
  int64_t intAttribute(llvm::StringRef name, int64_t fallback);
  double floatAttribute(llvm::StringRef name, double fallback, bool mayBeInfinite = false);
  std::string stringAttribute(llvm::StringRef name, llvm::StringRef fallback);
  std::optional<Integers> intsAttribute(llvm::StringRef name);
  std::optional<std::vector<float>> floatsAttribute(llvm::StringRef name);
  /// Null where there is none.
  Tensor tensorAttribute(llvm::StringRef name) { return exactTensorAttribute(name).elements; }
  ReadTensor exactTensorAttribute(llvm::StringRef name);
  /// All that a host operator can have.
  host::Attributes hostAttributes();
  /// `count` integers in [lowest, largestExtent], each `fallback` by default.
  Integers extentsAttribute(llvm::StringRef name, size_t count, int64_t fallback, int64_t lowest);

  // Operands.
  unsigned numOperands() const { return protoNode.input_size(); }
  bool hasOperand(unsigned index) const;
  llvm::StringRef operandName(unsigned index) const;
  /// The operand in the IR, which must be float: null after an error.
  mlir::Value operand(unsigned index);
  /// The operand in the IR, as float numbers also where it is a dequantized constant: for parameters that other
  /// constants absorb.
  mlir::Value numbers(unsigned index);
  /// The operand in the IR; of a constant that hides what it is added to or stands beside, -inf is the lowest number.
  mlir::Value maskOperand(unsigned index, mlir::Value (Node::*otherwise)(unsigned) = &Node::operand);
  /// The operand in the IR, float or (integers in ONNX) quantized: for data movement.
  mlir::Value anyOperand(unsigned index);
  /// The operand in the IR, whatever its type; null after an error.
  mlir::Value rawOperand(unsigned index);
  /// The operand in the IR in the model's type: float, integers or bool on no grid.
  mlir::Value inOwnType(unsigned index);
  /// The same of a value that is no operand.
  mlir::Value inOwnType(llvm::StringRef name);
  /// The grid of an operand that is computed integers (in the IR, of a quantized type); nothing for others.
  std::optional<qnn::Grid> integerGrid(unsigned index);
  /// The elements of an operand that is known at import, or null: of a dequantized constant its real numbers.
  const Tensor *known(unsigned index);
  /// The same, float64 numbers as they are.
  const Tensor *knownExactly(unsigned index);
  /// The elements; an error where they are not known.
  const Tensor *requireKnown(unsigned index, llvm::StringRef role);
  /// A dequantized constant's integers and grid, or null.
  const GraphValue *dequantized(unsigned index);
  /// What dynamic quantization computed, or null.
  std::shared_ptr<const DynamicValue> dynamic(unsigned index);
  /// Whether the operand depends on no graph input.
  bool isConstant(unsigned index);
  /// The operand's shape, in whatever form it is.
  std::optional<Shape> shapeOf(unsigned index);
  /// ONNX's number of the type that the model declares for an operand, where it does.
  std::optional<int32_t> declaredType(unsigned index) const { return importer.declaredType(operandName(index)); }
  /// The elements of a known operand of integers.
  std::optional<Integers> requireIntegers(unsigned index, llvm::StringRef role);
  /// The element of a known operand of one number.
  double requireScalar(unsigned index, llvm::StringRef role, double fallback);

  // Results.
  /// See GraphImporter.
  std::optional<int32_t> stepType() const { return importer.stepType(protoNode); }
  unsigned numResults() const { return protoNode.output_size(); }
  /// A value of the IR that is no operand, and how many axes it has.
  mlir::Value valueNamed(llvm::StringRef name) const { return importer.find(name)->value; }
  int64_t rankOf(llvm::StringRef name) const { return dims(valueNamed(name)).size(); }
  /// Whether another node or the graph's outputs read the result.
  bool isUsed(unsigned index) const;
  llvm::StringRef resultName(unsigned index) const;
  /// That of the first result that the node does not leave out: what steps on the way are called by.
  llvm::StringRef firstResultName() const;
  /// Result 0 (or another) is this value, a known one where it has no elements; fails after an error.
  mlir::LogicalResult give(mlir::Value value, unsigned index = 0);
  /// Result `index` has operand 0's element type and no elements.
  mlir::LogicalResult giveEmpty(const Shape &shape, unsigned index = 0);
  mlir::LogicalResult give(Tensor constant, unsigned index = 0);
  mlir::LogicalResult give(GraphValue value, unsigned index = 0);
  /// Result 0 is operand `index` as it is.
  mlir::LogicalResult forward(unsigned index = 0);
  mlir::LogicalResult give(DynamicValue value, unsigned index = 0);
  /// The value `name`, for a node that is imported instead of this one.
  void define(llvm::StringRef name, GraphValue value) { importer.define(name, std::move(value)); }
  /// Imports `other`, which stands for this node and gives its results.
  mlir::LogicalResult importInstead(const GraphNode &other);
  /// Imports a node that is written for this one, as a part of it: see Composite.
  mlir::LogicalResult importPart(proto::NodeProto part, const std::string &layer);
  /// Imports one of the node's graphs, whose values it then sees.
  mlir::LogicalResult importBranch(proto::GraphProto &branch);
  GraphValue *valueOf(llvm::StringRef name) { return importer.find(name); }
  /// The shape of a value that is no operand.
  Shape shapeOfValue(llvm::StringRef name);
  /// A tensor of one of the node's graphs; null after an error.
  Tensor readTensor(proto::TensorProto &tensor);
  /// Whether the graph gives the result.
  bool isOutput(unsigned index) const { return importer.isOutput(resultName(index)); }

  /// The node, for values that refer to it.
  const GraphNode &graphNode() const { return node; }
  void noteDynamic(llvm::ArrayRef<std::string> operands) { importer.noteDynamic(operands, resultName(0)); }

  // Building.
  mlir::OpBuilder &builder() { return importer.getBuilder(); }
  /// Creates the op that holds result 0; the result's type is inferred.
  template <typename Op, typename... Args> mlir::Value create(Args &&...args) {
    return createNamed<Op>(resultName(0), std::forward<Args>(args)...);
  }
  /// An op on the way to it: its value is called "<result>/<step>".
  template <typename Op, typename... Args> mlir::Value createStep(llvm::StringRef step, Args &&...args) {
    return createNamed<Op>(stepName(step), std::forward<Args>(args)...);
  }
  /// An op of a part of the node that errors and tables tell apart: the layer "<layer>.<part>", whose value is
  /// "<result>/<part>".
  template <typename Op, typename... Args> mlir::Value createPart(llvm::StringRef part, Args &&...args) {
    return createAt<Op>(partLocation(part), std::forward<Args>(args)...);
  }
  /// A step whose numbers the model does not round: see qnn::intermediateAttrName.
  template <typename Op, typename... Args> mlir::Value createIntermediate(llvm::StringRef step, Args &&...args) {
    mlir::Value value = createStep<Op>(step, std::forward<Args>(args)...);
    if (value && value.getDefiningOp<Op>())
      value.getDefiningOp()->setAttr(qnn::intermediateAttrName, builder().getUnitAttr());
    return value;
  }
  /// The op that holds the value `name`.
  template <typename Op, typename... Args> mlir::Value createNamed(llvm::StringRef name, Args &&...args) {
    return createAt<Op>(location(name), std::forward<Args>(args)...);
  }
  /// The op that holds result 0, or a step on the way to it, whose type the caller knows.
  template <typename Op> mlir::Value createTyped(mlir::Type type, mlir::Value operand, llvm::StringRef step = "") {
    if (hasFailed)
      return nullptr;
    return check(Op::create(builder(), location(step.empty() ? resultName(0).str() : stepName(step)), type, operand));
  }
  /// The op's first result; null where the op is not valid, which becomes the node's error.
  mlir::Value check(mlir::Operation *op);
  /// A constant of the IR with a name of its own.
  mlir::Value constant(llvm::StringRef name, const Tensor &tensor);
  mlir::Value scalarConstant(llvm::StringRef step, double value);
  mlir::Value integerConstant(llvm::StringRef name, const Tensor &integers, const qnn::Grid &grid);
  mlir::Value dequantizedConstant(llvm::StringRef name, const Tensor &integers, const qnn::Grid &grid,
                                  std::optional<qnn::FloatFormat> format);
  /// Null where all values are the default, which printed IR leaves out.
  mlir::DenseI64ArrayAttr listUnless(int64_t fallback, llvm::ArrayRef<int64_t> values) {
    bool isDefault = llvm::all_of(values, [&](int64_t value) { return value == fallback; });
    return isDefault ? mlir::DenseI64ArrayAttr() : list(values);
  }
  mlir::DenseI64ArrayAttr list(llvm::ArrayRef<int64_t> values) { return builder().getDenseI64ArrayAttr(values); }

private:
  const proto::AttributeProto *attribute(llvm::StringRef name, proto::AttributeProto::AttributeType type);
  GraphValue *valueOf(unsigned index);
  GraphValue *requireValue(unsigned index);
  mlir::Location location(llvm::StringRef value);
  mlir::Location partLocation(llvm::StringRef part);
  template <typename Op, typename... Args> mlir::Value createAt(mlir::Location location, Args &&...args) {
    if (hasFailed)
      return nullptr;
    mlir::Type unknown = mlir::RankedTensorType::get({}, builder().getF32Type());
    return complete(Op::create(builder(), location, unknown, std::forward<Args>(args)...));
  }
  std::string stepName(llvm::StringRef step) const { return (firstResultName() + "/" + step).str(); }
  mlir::Value complete(mlir::Operation *op);
  mlir::Value nothingOf(mlir::RankedTensorType type, mlir::Operation *op);

  GraphImporter &importer;
  const GraphNode &node;
  const proto::NodeProto &protoNode;
  bool hasFailed = false;
};

/// begin, begin + 1, .., end - 1
inline Integers axisRange(int64_t begin, int64_t end) { return llvm::to_vector(llvm::seq<int64_t>(begin, end)); }

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_NODE_H
