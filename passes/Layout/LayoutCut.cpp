//===- LayoutCut.cpp - The cheapest forms as a minimum cut ----------------===//
#include "Layout/LayoutCut.h"
#include "Layout/LayoutChoice.h"
#include "tare/Dialect/Qnn/Constants.h"

using namespace mlir;

namespace tare {

static ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

/// Bytes first; of equal choices, the one with fewer transposes inside the function.
static int64_t costOf(int64_t bytes, bool isAtBorder) { return (bytes << 20) + !isAtBorder; }

/// What it costs to transpose an operand for one op alone; it may have fewer dimensions, and broadcast.
static int64_t expandedBytes(Value operand, const npu::Permutation &permutation) {
  SmallVector<int64_t> shape(permutation.size() - shapeOf(operand).size(), 1);
  llvm::append_range(shape, shapeOf(operand));
  bool isFree = npu::movesOnlyUnitDims(npu::inverse(permutation), shape);
  return isFree ? 0 : qnn::toHost(operand.getType()).bytes();
}

LayoutCut::LayoutCut(const LayoutForms &forms) : forms(forms) {
  for (auto &[op, candidate] : forms.candidates)
    nodes[op] = cut.addNode();
  for (auto &[value, form] : forms.forms)
    addValue(value, form);
  for (auto [op, candidate] : forms.candidates)
    for (Value operand : op->getOperands().take_front(candidate.first.getNumLayoutOperands()))
      if (!followsForm(operand, candidate.second))
        cut.addEdge(nodes[op], MinCut::sink, costOf(expandedBytes(operand, candidate.second), isAtBorder(operand)));
}

bool LayoutCut::followsForm(Value operand, const npu::Permutation &permutation) const {
  return operand.getDefiningOp<npu::ConstantOp>() || forms.formOf(operand) == permutation;
}

MinCut::Node LayoutCut::producerNode(Value value) const {
  Operation *op = value.getDefiningOp();
  if (forms.isCandidate(op))
    return nodes.lookup(op);
  return isa_and_nonnull<npu::TransposeOp>(op) ? MinCut::source : MinCut::sink;
}

void LayoutCut::addValue(Value value, const npu::Permutation &form) {
  MinCut::Node producer = producerNode(value);
  int64_t cost = costOf(transposedBytes(value, npu::inverse(form)), isAtBorder(value));
  Readers readers;
  for (OpOperand &use : value.getUses())
    addReader(use, form, readers);
  if (forms.isDetached(value.getDefiningOp()))
    return addDetached(cost, readers);
  if (producer != MinCut::sink && !readers.original.empty()) {
    MinCut::Node original = cut.addNode();
    cut.addEdge(producer, original, cost);
    for (MinCut::Node reader : readers.original)
      cut.addEdge(original, reader, MinCut::infinite);
  }
  if (producer != MinCut::source && !readers.permuted.empty()) {
    MinCut::Node permuted = cut.addNode();
    cut.addEdge(permuted, producer, cost);
    for (MinCut::Node reader : readers.permuted)
      cut.addEdge(reader, permuted, MinCut::infinite);
  }
}

void LayoutCut::addDetached(int64_t cost, const Readers &readers) {
  MinCut::Node original = cut.addNode(), permuted = cut.addNode();
  cut.addEdge(MinCut::source, original, cost);
  cut.addEdge(permuted, MinCut::sink, cost);
  for (MinCut::Node reader : readers.original)
    cut.addEdge(original, reader, MinCut::infinite);
  for (MinCut::Node reader : readers.permuted)
    cut.addEdge(reader, permuted, MinCut::infinite);
}

void LayoutCut::addReader(OpOperand &use, const npu::Permutation &form, Readers &readers) {
  Operation *user = use.getOwner();
  if (auto transpose = dyn_cast<npu::TransposeOp>(user))
    return addTransposeReader(transpose, form, readers);
  if (auto reshape = dyn_cast<npu::ReshapeOp>(user); reshape && canReorderWeights(reshape, form))
    return;
  auto candidate = forms.candidates.find(user);
  if (candidate == forms.candidates.end()) {
    readers.original.push_back(MinCut::sink);
    return;
  }
  bool sameForm =
      llvm::is_contained(LayoutForms::operandsOf(candidate->second.first), &use) && candidate->second.second == form;
  readers.original.push_back(sameForm ? nodes.lookup(user) : MinCut::Node(MinCut::sink));
  if (sameForm)
    readers.permuted.push_back(nodes.lookup(user));
}

void LayoutCut::addTransposeReader(npu::TransposeOp transpose, const npu::Permutation &form, Readers &readers) {
  // transpose(transpose(v', p), p^-1) is v' itself.
  if (npu::isIdentity(npu::compose(form, transpose.getPermutation()))) {
    readers.permuted.push_back(MinCut::source);
    return;
  }
  // Otherwise it is a transpose of either form, at the same price; but its users that take v' need that.
  if (!forms.isCandidate(transpose.getInput().getDefiningOp()) || forms.isDetached(transpose))
    return;
  for (OpOperand &use : transpose->getUses())
    if (auto node = nodes.find(use.getOwner()); node != nodes.end())
      readers.permuted.push_back(node->second);
}

llvm::DenseMap<Operation *, bool> LayoutCut::solve() {
  std::vector<bool> isPermuted = cut.solve();
  llvm::DenseMap<Operation *, bool> result;
  for (auto [op, node] : nodes)
    result[op] = isPermuted[node];
  return result;
}

} // namespace tare
