//===- LayoutForms.cpp - In which forms values could be had ---------------===//
#include "Layout/LayoutForms.h"

using namespace mlir;

namespace tare {

static size_t rankOf(Value value) { return cast<RankedTensorType>(value.getType()).getRank(); }

static size_t layoutRank(npu::PermutableOpInterface op) {
  size_t rank = 0;
  for (Value operand : op->getOperands().take_front(op.getNumLayoutOperands()))
    rank = std::max(rank, rankOf(operand));
  return rank;
}

/// The operands whose forms must agree with the op's.
static auto layoutOperands(npu::PermutableOpInterface op) {
  size_t rank = layoutRank(op);
  return llvm::make_filter_range(op->getOpOperands().take_front(op.getNumLayoutOperands()), [rank](OpOperand &operand) {
    return rankOf(operand.get()) == rank && !operand.get().getDefiningOp<npu::ConstantOp>();
  });
}

static bool hasUserFor(npu::TransposeOp op, const npu::Permutation &form) {
  return llvm::any_of(op->getUsers(), [&](Operation *user) {
    auto permutable = dyn_cast<npu::PermutableOpInterface>(user);
    return permutable && layoutRank(permutable) == form.size() && permutable.getPermutedResult(form);
  });
}

LayoutForms::LayoutForms(func::FuncOp function) {
  for (Operation &op : function.getOps())
    proposeForward(op);
  for (Operation &op : llvm::reverse(function.front()))
    proposeBackward(op);
  for (BlockArgument argument : function.getArguments())
    if (std::optional<npu::Permutation> wanted = wantedForm(argument))
      forms[argument] = *wanted;
}

std::optional<npu::Permutation> LayoutForms::formOf(Value value) const {
  auto found = forms.find(value);
  return found == forms.end() ? std::nullopt : std::optional(found->second);
}

SmallVector<OpOperand *> LayoutForms::operandsOf(npu::PermutableOpInterface op) {
  return llvm::map_to_vector(layoutOperands(op), [](OpOperand &operand) { return &operand; });
}

void LayoutForms::proposeForward(Operation &op) {
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

void LayoutForms::proposeTranspose(npu::TransposeOp op) {
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

bool LayoutForms::accept(npu::PermutableOpInterface op, const npu::Permutation &permutation) {
  Result<npu::Permutation> result = op.getPermutedResult(permutation);
  if (!result) {
    refusals[op] = result.error().message;
    return false;
  }
  candidates[op] = {op, permutation};
  forms[op->getResult(0)] = *result;
  return true;
}

std::optional<npu::Permutation> LayoutForms::wantedForm(Value value) const {
  for (OpOperand &use : value.getUses()) {
    if (auto transpose = dyn_cast<npu::TransposeOp>(use.getOwner()))
      return npu::inverse(transpose.getPermutation());
    auto user = candidates.find(use.getOwner());
    if (user != candidates.end() && llvm::is_contained(operandsOf(user->second.first), &use))
      return user->second.second;
  }
  return std::nullopt;
}

void LayoutForms::proposeBackward(Operation &op) {
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

} // namespace tare
