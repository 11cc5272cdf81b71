//===- GraphWriter.h - The nodes and values of a model ----------*- C++ -*-===//
//
// A float value of the IR is a value of the model. A quantized one is integers there, and real numbers behind a
// DequantizeLinear for whoever computes with them.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_ONNXEXPORT_GRAPHWRITER_H
#define TARE_LIB_ONNXEXPORT_GRAPHWRITER_H

#include "Names.h"
#include "UnsignedValues.h"
#include "Versions.h"
#include "onnx.pb.h"
#include "tare/Host/Attributes.h"

#include "mlir/Dialect/Quant/IR/Quant.h"

#include <map>

namespace tare::onnx {

/// What a node is called in the IR: its layer, and the values that its results hold.
struct Origin {
  std::string layer;
  std::vector<std::string> values;

  static Origin of(mlir::Operation *op);
  /// The same layer, on the way to its result.
  Origin step(llvm::StringRef ending) const { return {layer, {values.front() + ending.str()}}; }
};

class GraphWriter {
public:
  /// Writes into `graph`, whose inputs and outputs are those of `function`.
  GraphWriter(mlir::func::FuncOp function, proto::GraphProto &graph);

  /// Adds a node whose one result is called like the value that it holds, or nearly so; gives the result's name.
  std::string add(llvm::StringRef op, std::vector<std::string> operands, const Origin &origin,
                  const host::Attributes &attributes = {});
  /// Adds a node with results of these names. Of operands and results an empty name is one that is left out. An
  /// operator of another domain is "<domain>.<operator>".
  proto::NodeProto &add(llvm::StringRef op, const std::vector<std::string> &operands,
                        const std::vector<std::string> &results, const Origin &origin,
                        const host::Attributes &attributes = {});
  /// Adds a tensor; gives its name, which is this one or nearly so.
  std::string constant(const std::string &name, const Tensor &tensor);
  std::string freshName(const std::string &wanted) { return valueNames.take(wanted); }
  /// Asks for operators of this opset at least.
  void needOpset(int64_t least) { opset = std::max(opset, least); }

  /// The value in the model: as real numbers where it is quantized, in its own type where it is not.
  std::string read(mlir::Value value);
  /// The integers of a quantized value.
  std::string readIntegers(mlir::Value value);
  /// The value in its own type: integers where it is quantized.
  std::string readOwn(mlir::Value value);
  /// What the result of an op is to be called in its own type: the output of the model that it is, or a name like
  /// `wanted`.
  std::string nameOf(mlir::Value result, const std::string &wanted);
  /// The same of its real numbers, where it is quantized.
  std::string realNameOf(mlir::Value result, const std::string &wanted);
  /// The last node that was added gives the real numbers of the result under this name, which are quantized behind it
  /// where the result is.
  void define(mlir::Value result, const std::string &name, const Origin &origin);
  /// The last node gives the result in its own type.
  void defineOwn(mlir::Value result, const std::string &name);
  /// Quantizes real numbers to the grid of `result`, whose integers they become.
  void quantize(const std::string &reals, mlir::Value result, const Origin &origin);
  /// The real numbers that integers are. Of constants there is a node where somebody reads them.
  void dequantize(mlir::quant::DequantizeCastOp op);
  /// The real numbers that integers of a constant are on the grid of `type`; `name` is theirs.
  std::string dequantizedConstant(const std::string &name, const Tensor &integers, mlir::RankedTensorType type);

  /// A result that has no node, in a graph that will not be.
  void defineMissing(mlir::Value result);

  /// Writes what `write` adds into `body`, the graph of a node: what it defines is known within it alone.
  void within(proto::GraphProto &body, llvm::function_ref<void()> write);
  /// A value that enters the graph that is written now, and one that leaves it.
  void addInput(proto::GraphProto &body, mlir::Value value);
  void addOutput(proto::GraphProto &body, mlir::Value value);

  /// Names the outputs that no op of the network gives. Once all ops are written.
  void finish();

  int64_t neededOpset() const { return opset; }
  const std::map<std::string, int64_t> &operators() const { return counts; }

private:
  void nameOutputs();
  std::vector<std::string> gridOf(const std::string &integers, mlir::RankedTensorType type, bool isUnsigned);
  std::string addDequantize(const std::string &integers, mlir::RankedTensorType type, bool isUnsigned,
                            const std::string &result, const Origin &origin);
  std::string addDequantize(mlir::Value integers, const std::string &result, const Origin &origin);
  std::string dequantized(mlir::Value value);
  std::string constantOf(mlir::Value value);
  /// What the compiler has found out of a result, at the node that was added last.
  void noteFindings(mlir::Value result);

  mlir::func::FuncOp function;
  /// Where nodes go, and where constants go.
  proto::GraphProto *graph, &outermost;
  UnsignedValues unsignedValues;
  UniqueNames nodeNames, valueNames;
  /// By values of the IR: in their own type or as real numbers, and the integers of quantized ones.
  llvm::DenseMap<mlir::Value, std::string> reals, integers;
  /// The names of constants.
  llvm::DenseMap<mlir::Value, std::string> constants;
  /// The names of outputs, by what leaves.
  llvm::DenseMap<mlir::Value, std::string> outputs;
  /// The names of scales and zero points, by the integers' name and the quantized type.
  std::map<std::pair<std::string, const void *>, std::vector<std::string>> grids;
  std::map<std::string, int64_t> counts;
  int64_t opset = usualOpset;
};

} // namespace tare::onnx

#endif // TARE_LIB_ONNXEXPORT_GRAPHWRITER_H
