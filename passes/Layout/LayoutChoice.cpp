//===- LayoutChoice.cpp - Which ops are to run transposed -----------------===//
//
// A minimum cut. Each op that commutes with transposes stands on one of two
// sides: "permuted" (source) computes on operands as they are before their
// transposes, "original" (sink) as it is. A value that is made on one side and
// read on the other is transposed, once, which costs its bytes. Keeping all as
// it is is one of the cuts, so the result never transposes more.
//
//===----------------------------------------------------------------------===//
#include "LayoutChoice.h"

#include "MinCut.h"
#include "tare/Dialect/Qnn/Constants.h"

using namespace mlir;

namespace tare {

static ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }
static size_t rankOf(Value value) { return shapeOf(value).size(); }

int64_t transposedBytes(Value value, ArrayRef<int32_t> permutation) {
  return npu::movesOnlyUnitDims(permutation, shapeOf(value)) ? 0 : qnn::toHost(value.getType()).bytes();
}

bool isAtBorder(Value value) {
  return isa<BlockArgument>(value) || llvm::any_of(value.getUsers(), llvm::IsaPred<func::ReturnOp>);
}

bool canReorderWeights(npu::ReshapeOp reshape, ArrayRef<int32_t> permutation) {
  ArrayRef<int64_t> from = shapeOf(reshape.getInput()), to = shapeOf(reshape);
  // The leading dimensions stay, all others become one.
  size_t kept = to.size() - 1;
  if (to.empty() || from.size() <= to.size() || from.take_front(kept) != to.take_front(kept) ||
      !npu::isIdentity(permutation.take_front(kept)))
    return false;
  return !reshape->use_empty() && llvm::all_of(reshape->getUses(), [](OpOperand &use) {
    auto linear = dyn_cast<npu::LinearOp>(use.getOwner());
    return linear && use.getOperandNumber() == 0 && linear.getWeight().getDefiningOp<npu::ConstantOp>();
  });
}

namespace {

class Chooser {
public:
  explicit Chooser(func::FuncOp function) : function(function) {}

  LayoutChoice run() {
    for (Operation &op : function.getOps())
      proposeForward(op);
    for (Operation &op : llvm::reverse(function.front()))
      proposeBackward(op);
    for (BlockArgument argument : function.getArguments())
      if (std::optional<npu::Permutation> wanted = wantedForm(argument))
        forms[argument] = *wanted;
    buildGraph();
    return choose();
  }

private:
  //===--------------------------------------------------------------------===//
  // Candidates: form[v] = p says that v could also be had as v', v = transpose(v', p)
  //===--------------------------------------------------------------------===//

  bool isCandidate(Operation *op) const { return op && candidates.contains(op); }
  std::optional<npu::Permutation> formOf(Value value) const {
    auto found = forms.find(value);
    return found == forms.end() ? std::nullopt : std::optional(found->second);
  }
  static size_t layoutRank(npu::PermutableOpInterface op) {
    size_t rank = 0;
    for (Value operand : op->getOperands().take_front(op.getNumLayoutOperands()))
      rank = std::max(rank, rankOf(operand));
    return rank;
  }
  /// The operands whose forms must agree with the op's.
  static auto layoutOperands(npu::PermutableOpInterface op) {
    size_t rank = layoutRank(op);
    return llvm::make_filter_range(
        op->getOpOperands().take_front(op.getNumLayoutOperands()), [rank](OpOperand &operand) {
          return rankOf(operand.get()) == rank && !operand.get().getDefiningOp<npu::ConstantOp>();
        });
  }

  /// Transposes give their results a form, and ops hand it on.
  void proposeForward(Operation &op) {
    if (auto transpose = dyn_cast<npu::TransposeOp>(op))
      return proposeTranspose(transpose);
    auto permutable = dyn_cast<npu::PermutableOpInterface>(op);
    if (!permutable)
      return;
    std::optional<npu::Permutation> form;
    for (OpOperand &operand : layoutOperands(permutable)) {
      std::optional<npu::Permutation> other = formOf(operand.get());
      if (form && other && *form != *other) {
        refusals[&op] = "its operands are transposed by different permutations";
        return;
      }
      form = form ? form : other;
    }
    if (form)
      accept(permutable, *form);
  }

  void proposeTranspose(npu::TransposeOp op) {
    npu::Permutation permutation(op.getPermutation());
    if (!isCandidate(op.getInput().getDefiningOp())) {
      forms[op] = permutation;
      return;
    }
    npu::Permutation form = forms[op.getInput()];
    permutation = npu::compose(form, permutation);
    if (npu::isIdentity(permutation))
      return;
    // Whether its users take the form in which the operand is had, or that form's order of dimensions, for which the
    // transpose stays, but in another place: a channel shuffle within channels-last ops.
    bool isOrderOnly = !hasUserFor(op, permutation) && hasUserFor(op, form);
    forms[op] = isOrderOnly ? form : permutation;
    if (isOrderOnly)
      detached.insert(op);
  }

  static bool hasUserFor(npu::TransposeOp op, const npu::Permutation &form) {
    return llvm::any_of(op->getUsers(), [&](Operation *user) {
      auto permutable = dyn_cast<npu::PermutableOpInterface>(user);
      return permutable && layoutRank(permutable) == form.size() && permutable.getPermutedResult(form);
    });
  }

  bool accept(npu::PermutableOpInterface op, const npu::Permutation &permutation) {
    Result<npu::Permutation> result = op.getPermutedResult(permutation);
    if (!result) {
      refusals[op] = result.error().message;
      return false;
    }
    candidates[op] = {op, permutation};
    forms[op->getResult(0)] = *result;
    return true;
  }

  /// The form in which a user would like the value.
  std::optional<npu::Permutation> wantedForm(Value value) const {
    for (OpOperand &use : value.getUses()) {
      if (auto transpose = dyn_cast<npu::TransposeOp>(use.getOwner()))
        return npu::inverse(transpose.getPermutation());
      auto user = candidates.find(use.getOwner());
      if (user != candidates.end() && llvm::is_contained(operandsOf(user->second.first), &use))
        return user->second.second;
    }
    return std::nullopt;
  }
  static SmallVector<OpOperand *> operandsOf(npu::PermutableOpInterface op) {
    return llvm::map_to_vector(layoutOperands(op), [](OpOperand &operand) { return &operand; });
  }

  /// Ops without a transposed operand take the form that their users want.
  void proposeBackward(Operation &op) {
    if (op.getNumResults() != 1 || isa<npu::TransposeOp, npu::ConstantOp>(op) || forms.contains(op.getResult(0)))
      return;
    std::optional<npu::Permutation> wanted = wantedForm(op.getResult(0));
    if (!wanted)
      return;
    auto permutable = dyn_cast<npu::PermutableOpInterface>(op);
    if (permutable && !refusals.contains(&op) && layoutRank(permutable) == wanted->size()) {
      Result<npu::Permutation> result = permutable.getPermutedResult(*wanted);
      if (result && *result == *wanted && accept(permutable, *wanted))
        return;
    }
    forms[op.getResult(0)] = *wanted;
  }

  //===--------------------------------------------------------------------===//
  // The graph
  //===--------------------------------------------------------------------===//

  void buildGraph() {
    for (auto &[op, candidate] : candidates)
      nodes[op] = cut.addNode();
    for (auto &[value, form] : forms)
      addValue(value, form);
    for (auto &[op, candidate] : candidates)
      for (Value operand : op->getOperands().take_front(candidate.first.getNumLayoutOperands()))
        if (!followsForm(operand, candidate.second))
          cut.addEdge(nodes[op], MinCut::sink, costOf(expandedBytes(operand, candidate.second), isAtBorder(operand)));
  }

  /// Bytes first; of equal choices, the one with fewer transposes inside the function.
  static int64_t costOf(int64_t bytes, bool isAtBorder) { return (bytes << 20) + !isAtBorder; }

  /// Whether the operand is had in the op's form wherever its own form is.
  bool followsForm(Value operand, const npu::Permutation &permutation) const {
    return operand.getDefiningOp<npu::ConstantOp>() || formOf(operand) == permutation;
  }

  /// What it costs to transpose an operand for one op alone; it may have fewer dimensions, and broadcast.
  static int64_t expandedBytes(Value operand, const npu::Permutation &permutation) {
    SmallVector<int64_t> shape(permutation.size() - rankOf(operand), 1);
    llvm::append_range(shape, shapeOf(operand));
    bool isFree = npu::movesOnlyUnitDims(npu::inverse(permutation), shape);
    return isFree ? 0 : qnn::toHost(operand.getType()).bytes();
  }

  /// Who reads a value in which form; source and sink are readers whose side is given.
  struct Readers {
    /// Read the original where they are on the sink's side.
    SmallVector<MinCut::Node> original;
    /// Read the permuted form where they are on the source's side.
    SmallVector<MinCut::Node> permuted;
  };

  MinCut::Node producerNode(Value value) const {
    Operation *op = value.getDefiningOp();
    if (isCandidate(op))
      return nodes.lookup(op);
    return isa_and_nonnull<npu::TransposeOp>(op) ? MinCut::source : MinCut::sink;
  }

  void addValue(Value value, const npu::Permutation &form) {
    MinCut::Node producer = producerNode(value);
    int64_t cost = costOf(transposedBytes(value, npu::inverse(form)), isAtBorder(value));
    Readers readers;
    for (OpOperand &use : value.getUses())
      addReader(use, form, readers);
    if (detached.contains(value.getDefiningOp()))
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

  /// A transpose's result whose forms both are transposes, of either form of the operand: each is paid for if it is
  /// read.
  void addDetached(int64_t cost, const Readers &readers) {
    MinCut::Node original = cut.addNode(), permuted = cut.addNode();
    cut.addEdge(MinCut::source, original, cost);
    cut.addEdge(permuted, MinCut::sink, cost);
    for (MinCut::Node reader : readers.original)
      cut.addEdge(original, reader, MinCut::infinite);
    for (MinCut::Node reader : readers.permuted)
      cut.addEdge(reader, permuted, MinCut::infinite);
  }

  void addReader(OpOperand &use, const npu::Permutation &form, Readers &readers) {
    Operation *user = use.getOwner();
    if (auto transpose = dyn_cast<npu::TransposeOp>(user))
      return addTransposeReader(transpose, form, readers);
    if (auto reshape = dyn_cast<npu::ReshapeOp>(user); reshape && canReorderWeights(reshape, form))
      return;
    auto candidate = candidates.find(user);
    if (candidate == candidates.end()) {
      readers.original.push_back(MinCut::sink);
      return;
    }
    bool sameForm = llvm::is_contained(operandsOf(candidate->second.first), &use) && candidate->second.second == form;
    readers.original.push_back(sameForm ? nodes[user] : MinCut::Node(MinCut::sink));
    if (sameForm)
      readers.permuted.push_back(nodes[user]);
  }

  void addTransposeReader(npu::TransposeOp transpose, const npu::Permutation &form, Readers &readers) {
    // transpose(transpose(v', p), p^-1) is v' itself.
    if (npu::isIdentity(npu::compose(form, transpose.getPermutation()))) {
      readers.permuted.push_back(MinCut::source);
      return;
    }
    // Otherwise it is a transpose of either form, at the same price; but its users that take v' need that.
    if (!isCandidate(transpose.getInput().getDefiningOp()) || detached.contains(transpose))
      return;
    for (OpOperand &use : transpose->getUses())
      if (auto node = nodes.find(use.getOwner()); node != nodes.end())
        readers.permuted.push_back(node->second);
  }

  LayoutChoice choose() {
    std::vector<bool> isPermuted = cut.solve();
    LayoutChoice choice;
    for (Operation &op : function.getOps())
      if (auto candidate = candidates.find(&op); candidate != candidates.end() && isPermuted[nodes[&op]])
        choice.permuted[candidate->second.first] = candidate->second.second;
    choice.refusals = std::move(refusals);
    return choice;
  }

  func::FuncOp function;
  llvm::MapVector<Value, npu::Permutation> forms;
  llvm::MapVector<Operation *, std::pair<npu::PermutableOpInterface, npu::Permutation>> candidates;
  /// Transposes whose result has a form of its own, not one of the operand's.
  llvm::DenseSet<Operation *> detached;
  llvm::DenseMap<Operation *, std::string> refusals;
  MinCut cut;
  llvm::DenseMap<Operation *, MinCut::Node> nodes;
};

} // namespace

LayoutChoice chooseLayouts(func::FuncOp function) { return Chooser(function).run(); }

} // namespace tare
