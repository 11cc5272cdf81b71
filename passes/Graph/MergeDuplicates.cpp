//===- MergeDuplicates.cpp - Once what is computed twice ------------------===//
//
// Invariant: afterwards no two ops of the graph dialect in one loop, or in none,
// compute the same from the same values, unless a remark says why.
// MLIR's own pass knows neither that constants of equal bytes are equal nor that
// nothing of a loop is read behind it.
//
//===----------------------------------------------------------------------===//
#include "Graph/Affine.h"
#include "Remarks.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/Hashing.h"

#include <cstring>

namespace tare {
#define GEN_PASS_DEF_MERGEDUPLICATES
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;

namespace {

constexpr StringLiteral passName = "tare-merge-duplicates";
constexpr auto ignored = OperationEquivalence::IgnoreLocations | OperationEquivalence::IgnoreDiscardableAttrs;

using Candidates = DenseMap<size_t, SmallVector<Operation *, 1>>;

ArrayRef<uint8_t> bytesOf(const Tensor &tensor) {
  return {reinterpret_cast<const uint8_t *>(tensor.data()), size_t(tensor.type().bytes())};
}

/// The first of the constants that are equal. Large ones are compared by where their elements are: they may still be in
/// the model's file.
class FirstConstants {
public:
  explicit FirstConstants(Block &body) {
    DenseMap<size_t, SmallVector<qnn::ConstantOp, 1>> known;
    for (auto op : body.getOps<qnn::ConstantOp>()) {
      SmallVector<qnn::ConstantOp, 1> &alike = known[hashOf(op)];
      auto *equal = llvm::find_if(alike, [&](qnn::ConstantOp other) { return areEqual(op, other); });
      if (equal != alike.end())
        first[op] = *equal;
      else
        alike.push_back(op);
    }
  }

  Value of(Value value) const {
    auto found = first.find(value);
    return found == first.end() ? value : found->second;
  }

private:
  static bool isSmall(qnn::ConstantOp op) {
    constexpr int64_t mostBytes = 1 << 16;
    return qnn::toHost(op.getValue().getShapedType()).bytes() <= mostBytes;
  }

  static size_t hashOf(qnn::ConstantOp op) {
    if (!isSmall(op))
      return llvm::hash_combine(op.getType(), op.getValue());
    Tensor elements = qnn::toTensor(op.getValue());
    return llvm::hash_combine(op.getType(), llvm::hash_value(bytesOf(elements)));
  }

  static bool areEqual(qnn::ConstantOp op, qnn::ConstantOp other) {
    if (op.getType() != other.getType() || op.getValue().getElementType() != other.getValue().getElementType() ||
        op->getDiscardableAttrDictionary() != other->getDiscardableAttrDictionary())
      return false;
    if (!isSmall(op))
      return op.getValue() == other.getValue();
    Tensor mine = qnn::toTensor(op.getValue()), its = qnn::toTensor(other.getValue());
    return bytesOf(mine) == bytesOf(its);
  }

  DenseMap<Value, Value> first;
};

/// What stays of the attributes that no op's meaning needs, where both may be on one op; else nothing.
std::optional<DictionaryAttr> unitedAttributes(Operation *op, Operation *other) {
  NamedAttrList united(op->getDiscardableAttrDictionary());
  for (NamedAttribute attribute : other->getDiscardableAttrs()) {
    Attribute mine = united.get(attribute.getName());
    if (mine && mine != attribute.getValue())
      return std::nullopt;
    united.set(attribute.getName(), attribute.getValue());
  }
  // A value of the model's own is one, whatever else holds it.
  if (!op->hasAttr(qnn::intermediateAttrName) || !other->hasAttr(qnn::intermediateAttrName))
    united.erase(qnn::intermediateAttrName);
  return united.getDictionary(op->getContext());
}

bool isGiven(Operation *op) {
  return llvm::any_of(op->getUsers(), [](Operation *user) { return isa<func::ReturnOp>(user); });
}

class Merger {
public:
  explicit Merger(Block &body) : body(body), constants(body), scopes(1) {}

  void run() {
    IRRewriter rewriter(body.getParentOp()->getContext());
    for (Operation &op : llvm::make_early_inc_range(body)) {
      if (isa<qnn::LoopBeginOp>(op))
        scopes.emplace_back();
      if (isa<qnn::LoopEndOp>(op) && scopes.size() > 1)
        scopes.pop_back();
      if (isa<qnn::QnnDialect>(op.getDialect()) && isPure(&op) && op.getNumOperands() != 0 && !isa<qnn::LoopEndOp>(op))
        visit(op, rewriter);
    }
  }

private:
  void visit(Operation &op, IRRewriter &rewriter) {
    auto hashOperand = [&](Value value) { return hash_value(constants.of(value)); };
    size_t hash = OperationEquivalence::computeHash(&op, hashOperand, OperationEquivalence::ignoreHashValue, ignored);
    SmallVector<Operation *, 1> &alike = scopes.back()[hash];
    auto areOne = [&](Value a, Value b) { return mlir::success(constants.of(a) == constants.of(b)); };
    for (Operation *first : alike)
      if (OperationEquivalence::isEquivalentTo(first, &op, areOne, nullptr, ignored) && merge(first, op, rewriter))
        return;
    alike.push_back(&op);
  }

  static bool merge(Operation *first, Operation &op, IRRewriter &rewriter) {
    // Each output of the model keeps its name.
    if (isGiven(first) && isGiven(&op))
      return refuse(op, "both are outputs");
    std::optional<DictionaryAttr> united = unitedAttributes(first, &op);
    if (!united)
      return refuse(op, "its range is another than that of '" + qnn::valueName(first->getResult(0)) + "'");
    remarkPassed(&op, passName, "Merged") << remark::add("into '{0}'", qnn::layerName(first));
    if (isGiven(&op) || (first->hasAttr(qnn::intermediateAttrName) && !op.hasAttr(qnn::intermediateAttrName)))
      first->setLoc(op.getLoc());
    first->setDiscardableAttrs(*united);
    SmallVector<Value> operands(op.getOperands());
    rewriter.replaceOp(&op, first);
    eraseDeadConstants(rewriter, operands);
    return true;
  }

  static bool refuse(Operation &op, const std::string &why) {
    remarkMissed(&op, passName, "NotMerged") << remark::reason("{0}", why);
    return false;
  }

  Block &body;
  FirstConstants constants;
  /// By hash, of each loop around.
  SmallVector<Candidates> scopes;
};

struct MergeDuplicates : tare::impl::MergeDuplicatesBase<MergeDuplicates> {
  void runOnFunction() final { Merger(getOperation().getBody().front()).run(); }
};

} // namespace
