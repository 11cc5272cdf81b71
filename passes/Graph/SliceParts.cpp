//===- SliceParts.cpp - Slices of what was just joined --------------------===//
//
// A box of a concatenation, perhaps behind reshapes, transposes and further
// concatenations, may consist of values that were there before: a detection
// head joins boxes and scores of each scale, then the scales, and takes boxes
// and scores apart again. Joined directly, the boxes need not share a grid with
// the scores.
//
//===----------------------------------------------------------------------===//
#include "Graph/SliceParts.h"

#include "tare/Dialect/Qnn/DerivedNames.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace tare;

namespace {

ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

int64_t product(ArrayRef<int64_t> sizes) { return llvm::product_of(sizes); }

/// Neighbouring elements along every axis.
struct Box {
  SmallVector<int64_t> starts, sizes;

  static Box all(ArrayRef<int64_t> shape) {
    return {SmallVector<int64_t>(shape.size(), 0), SmallVector<int64_t>(shape)};
  }
  bool isAll(Value value) const { return ArrayRef(sizes) == shapeOf(value); }
};

/// The box of a reshape's operand that holds the elements of a box of its result; nothing where they are no box. Only
/// one axis may be cut, and the axes before it must be the same.
std::optional<Box> beforeReshape(qnn::ReshapeOp op, const Box &box) {
  ArrayRef<int64_t> from = shapeOf(op.getInput()), to = shapeOf(op);
  SmallVector<size_t> cut;
  for (size_t i = 0; i != to.size(); ++i)
    if (box.sizes[i] != to[i])
      cut.push_back(i);
  if (cut.size() != 1)
    return std::nullopt;
  int64_t before = product(to.take_front(cut[0])), after = product(to.drop_front(cut[0] + 1));
  for (size_t i = 0; i != from.size(); ++i) {
    int64_t rest = product(from.drop_front(i + 1));
    bool isSame = product(from.take_front(i)) == before && from[i] * rest == to[cut[0]] * after;
    if (!isSame || from[i] == 1 || (box.starts[cut[0]] * after) % rest != 0 || (box.sizes[cut[0]] * after) % rest != 0)
      continue;
    Box operand = Box::all(from);
    operand.starts[i] = box.starts[cut[0]] * after / rest;
    operand.sizes[i] = box.sizes[cut[0]] * after / rest;
    return operand;
  }
  return std::nullopt;
}

Box beforeTranspose(qnn::TransposeOp op, const Box &box) {
  Box operand = box;
  for (auto [i, axis] : llvm::enumerate(op.getPermutation()))
    operand.starts[axis] = box.starts[i], operand.sizes[axis] = box.sizes[i];
  return operand;
}

/// The operands of a concatenation that a box touches, with the box of each.
SmallVector<std::pair<Value, Box>> beforeConcat(qnn::ConcatOp op, const Box &box) {
  SmallVector<std::pair<Value, Box>> parts;
  int64_t axis = op.getAxis(), begin = 0, first = box.starts[axis], last = first + box.sizes[axis];
  for (Value operand : op.getInputs()) {
    int64_t end = begin + shapeOf(operand)[axis];
    if (begin < last && end > first) {
      Box part = box;
      part.starts[axis] = std::max(first, begin) - begin;
      part.sizes[axis] = std::min(last, end) - begin - part.starts[axis];
      parts.emplace_back(operand, part);
    }
    begin = end;
  }
  return parts;
}

/// Makes a box of values that are there, or says whether that can be done.
class Taker {
public:
  Taker(qnn::SliceOp slice, PatternRewriter &rewriter) : slice(slice), rewriter(rewriter) {}

  bool canTake(Value value, const Box &box) {
    if (box.isAll(value))
      return true;
    if (auto reshape = value.getDefiningOp<qnn::ReshapeOp>()) {
      std::optional<Box> operand = beforeReshape(reshape, box);
      return operand && canTake(reshape.getInput(), *operand);
    }
    if (auto transpose = value.getDefiningOp<qnn::TransposeOp>())
      return canTake(transpose.getInput(), beforeTranspose(transpose, box));
    auto concat = value.getDefiningOp<qnn::ConcatOp>();
    return concat &&
           llvm::all_of(beforeConcat(concat, box), [&](auto &part) { return canTake(part.first, part.second); });
  }

  Value take(Value value, const Box &box) {
    if (box.isAll(value))
      return value;
    Location loc = partLoc(value);
    if (auto reshape = value.getDefiningOp<qnn::ReshapeOp>())
      return qnn::ReshapeOp::create(rewriter, loc, typeOf(box), take(reshape.getInput(), *beforeReshape(reshape, box)),
                                    box.sizes);
    if (auto transpose = value.getDefiningOp<qnn::TransposeOp>())
      return qnn::TransposeOp::create(rewriter, loc, typeOf(box),
                                      take(transpose.getInput(), beforeTranspose(transpose, box)),
                                      transpose.getPermutation());
    auto concat = value.getDefiningOp<qnn::ConcatOp>();
    SmallVector<Value> parts;
    for (auto &[operand, part] : beforeConcat(concat, box))
      parts.push_back(take(operand, part));
    return parts.size() == 1 ? parts.front()
                             : qnn::ConcatOp::create(rewriter, loc, typeOf(box), parts, concat.getAxis());
  }

private:
  RankedTensorType typeOf(const Box &box) { return cast<RankedTensorType>(slice.getType()).clone(box.sizes); }

  /// The slice's own, for what holds all of its elements; a part of a value before belongs to the op that made it.
  Location partLoc(Value value) {
    if (value == slice.getInput())
      return slice.getLoc();
    std::string name = qnn::derivedName(slice, qnn::valueName(value) + "." + qnn::valueName(slice));
    return qnn::nameLoc(rewriter.getContext(), qnn::layerName(value.getDefiningOp()), name);
  }

  qnn::SliceOp slice;
  PatternRewriter &rewriter;
};

struct TakeParts : OpRewritePattern<qnn::SliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(qnn::SliceOp op, PatternRewriter &rewriter) const final {
    if (!llvm::all_of(op.getSteps(), [](int64_t step) { return step == 1; }))
      return rewriter.notifyMatchFailure(op, "leaves out elements in between");
    Box box{SmallVector<int64_t>(op.getStarts()), SmallVector<int64_t>(op.getSizes())};
    Taker taker(op, rewriter);
    if (!taker.canTake(op.getInput(), box))
      return rewriter.notifyMatchFailure(op, "takes other than whole parts of a concatenation");
    rewriter.replaceOp(op, taker.take(op.getInput(), box));
    return mlir::success();
  }
};

} // namespace

void tare::addSlicePartsPattern(RewritePatternSet &patterns) { patterns.add<TakeParts>(patterns.getContext()); }
