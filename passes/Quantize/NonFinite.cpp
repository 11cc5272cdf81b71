//===- NonFinite.cpp - Values that were no numbers ------------------------===//
#include "Quantize/NonFinite.h"
#include "Graph/FiniteFills.h"
#include "tare/Dialect/Qnn/Names.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace tare;

namespace {

/// "'s' of node 'add' (first in sample 3)"
std::string describe(Value value, const calibration::ValueRange &range) {
  std::string text = "'" + qnn::valueName(value) + "'";
  if (Operation *maker = value.getDefiningOp())
    text += " of node '" + qnn::layerName(maker) + "'";
  return range.nonFiniteSample < 0 ? text : text + llvm::formatv(" (first in sample {0})", range.nonFiniteSample).str();
}

/// "'norm', an output of the graph"
std::string namesOf(ArrayRef<Operation *> readers) {
  SmallVector<std::string> names = llvm::map_to_vector(readers, [](Operation *op) {
    return op->hasTrait<OpTrait::IsTerminator>() ? "an output of the graph" : "'" + qnn::layerName(op) + "'";
  });
  return llvm::join(names, ", ");
}

/// The nodes that put an infinity among their elements, and all values that it reaches.
class Fills {
public:
  explicit Fills(func::FuncOp function) {
    for (Operation &op : function.getBody().front().without_terminator()) {
      auto node = dyn_cast<qnn::HostOp>(op);
      std::optional<double> infinity = node ? infiniteFill(node) : std::nullopt;
      // Others have nothing that tells it apart, and are finite by now.
      if (infinity && !readersOfInfinity(node->getResult(0), *infinity).empty())
        nodes.emplace_back(node, *infinity);
      if (infinity || llvm::any_of(op.getOperands(), [&](Value operand) { return reached.contains(operand); }))
        reached.insert_range(op.getResults());
    }
  }

  bool reach(Value value) const { return reached.contains(value); }

  /// All nodes in one error.
  void report() const {
    SmallVector<std::string> texts;
    for (auto [node, infinity] : nodes)
      texts.push_back(llvm::formatv("node '{0}' puts {1}, a constant of the model, among its elements, and a result "
                                    "depends on it as on a number: {2}",
                                    qnn::layerName(node), infinity < 0 ? "-inf" : "inf",
                                    namesOf(readersOfInfinity(node->getResult(0), infinity))));
    nodes.front().first->getParentOfType<func::FuncOp>().emitError()
        << llvm::join(texts, "; ")
        << "; no grid holds it: put a finite number there (-1e4 hides a score as well), or let a softmax alone read it";
  }

private:
  std::vector<std::pair<qnn::HostOp, double>> nodes;
  DenseSet<Value> reached;
};

} // namespace

void NonFiniteValues::add(Value value, const calibration::ValueRange &range, bool staysFloat) {
  entries.push_back({value, describe(value, range), staysFloat});
}

LogicalResult NonFiniteValues::report(func::FuncOp function) const {
  if (entries.empty())
    return mlir::success();
  const Fills fills(function);
  SmallVector<std::string> others;
  bool isInput = false, isRefused = false;
  for (const auto &[value, text, staysFloat] : entries) {
    if (fills.reach(value)) {
      isRefused |= !staysFloat;
      continue;
    }
    isInput |= isa<BlockArgument>(value);
    others.push_back(text);
  }
  if (isRefused)
    fills.report();
  if (!others.empty())
    function.emitError() << "NaN or infinity was seen during calibration in " << llvm::join(others, ", ")
                         << (isInput ? "; take such numbers out of the data (numpy.isfinite finds them)"
                                     : "; give data as the model takes them, or keep the first of these finite in "
                                       "the model (no division by 0, no logarithm of 0 or less)");
  return failure(isRefused || !others.empty());
}
