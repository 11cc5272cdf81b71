//===- Layouts.cpp - What a tensor's dimensions mean ----------------------===//
//
// Convolutions, pools and resizes are channels-last by definition; transposes
// and reshapes between them and the border say how the border differs.
//
//===----------------------------------------------------------------------===//
#include "Layouts.h"

#include "tare/Dialect/Npu/NpuOps.h"
#include "tare/Kernels/Registry.h"

using namespace mlir;

namespace tare {
namespace {

bool isSpatial(Operation *op) {
  auto kind = dyn_cast<npu::NpuOpInterface>(op);
  return kind && kernels::lookup(kind.getKind())->facts.layout == kernels::Layout::channelsLast;
}

std::string channelsLast(int64_t rank) { return rank == 3 ? "NWC" : "NHWC"; }

std::string byRank(int64_t rank) {
  static const char *const layouts[] = {"", "N", "NC", "NCW", "NCHW"};
  return rank < 5 ? layouts[rank] : "";
}

ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

/// The letters of `to` where `from`, with letters `letters`, is the same memory: dimensions larger than 1 keep their
/// order, and the others' letters go to the remaining places with N first. Empty where more than unit dimensions
/// differ.
std::string acrossReshape(ArrayRef<int64_t> from, const std::string &letters, ArrayRef<int64_t> to) {
  auto isLarge = [](int64_t dim) { return dim != 1; };
  if (from.size() != to.size() ||
      !llvm::equal(llvm::make_filter_range(from, isLarge), llvm::make_filter_range(to, isLarge)))
    return "";
  std::string large, unit;
  for (auto [dim, letter] : llvm::zip(from, letters))
    (isLarge(dim) ? large : unit) += letter;
  // N, then C, then the spatial ones: ONNX's order.
  llvm::sort(unit,
             [](char a, char b) { return std::string_view("NCDHW").find(a) < std::string_view("NCDHW").find(b); });
  std::string result;
  for (size_t nextLarge = 0, nextUnit = 0; int64_t dim : to)
    result += isLarge(dim) ? large[nextLarge++] : unit[nextUnit++];
  return result;
}

/// The operand's letters from the result's.
std::string toOperand(npu::TransposeOp op, const std::string &letters) {
  std::string result(letters.size(), '?');
  for (auto [letter, source] : llvm::zip(letters, op.getPermutation()))
    result[source] = letter;
  return result;
}

std::string toResult(npu::TransposeOp op, const std::string &letters) {
  std::string result;
  for (int32_t source : op.getPermutation())
    result += letters[source];
  return result;
}

/// Whether each dimension of the result means what it means in `operand`.
bool keepsDimensions(Operation *op, Value operand) {
  return isa<npu::PermutableOpInterface>(op) && shapeOf(op->getResult(0)).size() == shapeOf(operand).size();
}

/// What the users of a value, and theirs, say of its dimensions.
class UserLetters {
public:
  /// Of the first user that knows; the depth limits what a large network costs.
  std::string of(Value value, int depth) {
    if (depth == 0 || unknown.contains({value, depth}))
      return "";
    for (OpOperand &use : value.getUses())
      if (std::string letters = ofUse(use, depth); !letters.empty())
        return letters;
    unknown.insert({value, depth});
    return "";
  }

private:
  std::string ofUse(OpOperand &use, int depth) {
    Operation *user = use.getOwner();
    if (isSpatial(user))
      return use.getOperandNumber() == 0 ? channelsLast(shapeOf(use.get()).size()) : "";
    if (user->getNumResults() != 1)
      return "";
    std::string letters = of(user->getResult(0), depth - 1);
    if (letters.empty())
      return "";
    if (auto transpose = dyn_cast<npu::TransposeOp>(user))
      return toOperand(transpose, letters);
    if (isa<npu::ReshapeOp>(user))
      return acrossReshape(shapeOf(user->getResult(0)), letters, shapeOf(use.get()));
    return keepsDimensions(user, use.get()) ? letters : "";
  }

  /// Values that have been looked at in vain, and how far: paths part and join again.
  llvm::DenseSet<std::pair<Value, int>> unknown;
};

std::string fromProducer(Value value, int depth) {
  Operation *op = value.getDefiningOp();
  if (!op || depth == 0)
    return "";
  if (isSpatial(op))
    return channelsLast(shapeOf(value).size());
  if (op->getNumOperands() == 0)
    return "";
  Value operand = op->getOperand(0);
  if (!isa<npu::TransposeOp, npu::ReshapeOp>(op) && !keepsDimensions(op, operand))
    return "";
  std::string letters = fromProducer(operand, depth - 1);
  if (letters.empty())
    return "";
  if (auto transpose = dyn_cast<npu::TransposeOp>(op))
    return toResult(transpose, letters);
  return isa<npu::ReshapeOp>(op) ? acrossReshape(shapeOf(operand), letters, shapeOf(value)) : letters;
}

constexpr int maxDepth = 16;

} // namespace

std::string layoutOfInput(Value value) {
  std::string letters = UserLetters().of(value, maxDepth);
  return letters.empty() ? byRank(shapeOf(value).size()) : letters;
}

std::string layoutOfOutput(Value value) {
  std::string letters = fromProducer(value, maxDepth);
  return letters.empty() ? byRank(shapeOf(value).size()) : letters;
}

} // namespace tare
