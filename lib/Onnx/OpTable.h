//===- OpTable.h - The ONNX operators that are supported --------*- C++ -*-===//
//
// One entry per ONNX operator. A new operator is one function and one line in
// the registration function of its family.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_ONNX_OPTABLE_H
#define TARE_LIB_ONNX_OPTABLE_H

#include "onnx.pb.h"
#include "llvm/ADT/StringMap.h"

#include <string>
#include <vector>

namespace llvm {
struct LogicalResult;
}

namespace tare::onnx {

class Node;
/// Gives the node's results their values, or reports an error at the node.
using NodeFunction = llvm::LogicalResult (*)(Node &);

struct OpEntry {
  /// Makes qnn ops of the node; null: the operator only computes on values that
  /// are known at import.
  NodeFunction import = nullptr;
  /// The same in another way, where `import` fails; null: there is none.
  NodeFunction importOtherwise = nullptr;
  /// Computes the results of a node whose operands are all known; null: such a
  /// node is imported as any other.
  NodeFunction fold = nullptr;
  /// `fold` needs no operand's elements, only their shapes (Shape, Size).
  bool foldsShapes = false;
};

class OpTable {
public:
  /// All operators.
  static const OpTable &get();

  /// The entry of the node's operator, or null.
  const OpEntry *find(const proto::NodeProto &node) const;

  /// Those that ops are made of, in alphabetical order.
  std::vector<std::string> names() const;

  /// An operator of another domain than ONNX's own is called "<domain>.<operator>".
  void addImport(llvm::StringRef opType, NodeFunction import, NodeFunction otherwise = nullptr) {
    entries[opType].import = import;
    entries[opType].importOtherwise = otherwise;
  }
  void addFold(llvm::StringRef opType, NodeFunction fold) { entries[opType].fold = fold; }
  void addShapeFold(llvm::StringRef opType, NodeFunction fold) { entries[opType] = {nullptr, nullptr, fold, true}; }

private:
  OpTable();
  llvm::StringMap<OpEntry> entries;
};

// One per file of a family, Ops/<Family>.cpp or Ops/<Family>/*.cpp, and of Fold/*.cpp.
void registerFunction(OpTable &table);
void registerBinary(OpTable &table);
void registerMatrix(OpTable &table);
void registerGemm(OpTable &table);
void registerBlockWeights(OpTable &table);
void registerEinsum(OpTable &table);
void registerFusedProducts(OpTable &table);
void registerConvolution(OpTable &table);
void registerNormalization(OpTable &table);
void registerLayerNorms(OpTable &table);
void registerVectorNorms(OpTable &table);
void registerPooling(OpTable &table);
void registerPowerPooling(OpTable &table);
void registerReduction(OpTable &table);
void registerMovement(OpTable &table);
void registerJoins(OpTable &table);
void registerPadding(OpTable &table);
void registerColumns(OpTable &table);
void registerRearrangements(OpTable &table);
void registerRepetitions(OpTable &table);
void registerResizing(OpTable &table);
void registerRecurrent(OpTable &table);
void registerLoops(OpTable &table);
void registerControlFlow(OpTable &table);
void registerQuantization(OpTable &table);
void registerCasts(OpTable &table);
void registerDynamicQuantization(OpTable &table);
void registerQOperators(OpTable &table);
void registerSelection(OpTable &table);
void registerSignal(OpTable &table);
void registerImage(OpTable &table);
void registerAttention(OpTable &table);
void registerRotaryEmbedding(OpTable &table);
void registerShapeFolds(OpTable &table);
void registerMovementFolds(OpTable &table);
void registerElementwiseFolds(OpTable &table);
void registerIndexingFolds(OpTable &table);
void registerQuantizationFolds(OpTable &table);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_OPTABLE_H
