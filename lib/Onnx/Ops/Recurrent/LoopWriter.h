//===- LoopWriter.h - Writes the ends of a loop -----------------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_OPS_RECURRENT_LOOPWRITER_H
#define TARE_LIB_ONNX_OPS_RECURRENT_LOOPWRITER_H

#include "Node.h"

#include <string>
#include <utility>

namespace tare::onnx {

/// A value, and what it is called within a loop; of a sequence, whether the first step has its last element; and
/// whether the name is the model's own.
struct NamedValue {
  std::string name;
  mlir::Value value;
  bool isReversed = false;
  bool isOfModel = false;
};

/// The loop of a node: what is created between construction and end() is its body.
class LoopWriter {
public:
  /// Begins it. Each of the `sequences` has `steps` elements along its first axis. `part` names the loop among the
  /// node's parts.
  LoopWriter(Node &node, std::string part, int64_t steps, llvm::ArrayRef<NamedValue> sequences,
             llvm::ArrayRef<NamedValue> states);

  /// The step's number, int64 [1]; all values are null after an error.
  mlir::Value number() { return value(0); }
  mlir::Value slice(unsigned index) { return value(1 + index); }
  mlir::Value state(unsigned index) { return value(1 + numSequences + index); }

  /// Ends it: the states behind the last step, by the names of those that are carried, then the sequences of what is
  /// collected.
  llvm::SmallVector<mlir::Value> end(llvm::ArrayRef<NamedValue> carries, llvm::ArrayRef<NamedValue> collects);

private:
  mlir::Value value(unsigned index) { return begin ? mlir::Value(begin->getResult(index)) : nullptr; }
  std::string fullName(const NamedValue &value) const;
  mlir::Location location(llvm::StringRef end, llvm::ArrayRef<std::string> values);

  Node &node;
  std::string part;
  int64_t steps;
  unsigned numSequences;
  qnn::LoopBeginOp begin;
};

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_OPS_RECURRENT_LOOPWRITER_H
