//===- FoldPads.cpp - Borders into the windows behind them ----------------===//
//
// Invariant: afterwards no convolution or pool reads a border that its own pads
// can stand for, unless a remark says why.
//
//===----------------------------------------------------------------------===//
#include "Graph/Affine.h"
#include "Graph/Limits.h"
#include "Remarks.h"
#include "tare/Dialect/Qnn/DerivedNames.h"
#include "tare/Passes/Passes.h"

#include "mlir/Transforms/WalkPatternRewriteDriver.h"

#include <limits>

namespace tare {
#define GEN_PASS_DEF_FOLDPADS
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;

namespace {

constexpr StringLiteral passName = "tare-fold-pads";

ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

LogicalResult refuse(PatternRewriter &rewriter, Operation *op, StringRef why) {
  remarkMissed(op, passName, "NotFolded") << remark::reason("{0}", why.str());
  return rewriter.notifyMatchFailure(op, why);
}

/// What an image is made of that has a border.
struct Border {
  qnn::PadOp pad;
  /// Between the border and its reader, or null.
  qnn::TransposeOp transpose;
  /// In the order of the reader's axes.
  SmallVector<int64_t> low, high;

  static std::optional<Border> of(Value image) {
    auto transpose = image.getDefiningOp<qnn::TransposeOp>();
    auto pad = (transpose ? transpose.getInput() : image).getDefiningOp<qnn::PadOp>();
    if (!pad || !cast<RankedTensorType>(image.getType()).getElementType().isF32())
      return std::nullopt;
    Border border{pad, transpose, SmallVector<int64_t>(pad.getLow()), SmallVector<int64_t>(pad.getHigh())};
    if (transpose)
      for (auto [i, axis] : llvm::enumerate(transpose.getPermutation()))
        border.low[i] = pad.getLow()[axis], border.high[i] = pad.getHigh()[axis];
    return border;
  }

  double value() { return pad.getValue().convertToDouble(); }

  /// All begins of the spatial axes, then all ends, added to those that the window has.
  SmallVector<int64_t> addedTo(std::optional<ArrayRef<int64_t>> pads) const {
    SmallVector<int64_t> sum(ArrayRef(low).drop_front(2));
    sum.append(high.begin() + 2, high.end());
    for (auto [mine, its] : llvm::zip(sum, pads.value_or(ArrayRef<int64_t>())))
      mine += its;
    return sum;
  }

  /// Why no window's pads can stand for it, whatever its value; empty where they can.
  StringRef problem() {
    if (pad.getMode() != qnn::PadMode::Constant)
      return "the border is no constant";
    bool isSpatial = !low[0] && !low[1] && !high[0] && !high[1];
    return isSpatial ? "" : "the border is not one of an image";
  }

  /// The image without its border.
  Value inner(PatternRewriter &rewriter) {
    if (!transpose)
      return pad.getInput();
    SmallVector<int64_t> shape;
    for (int64_t axis : transpose.getPermutation())
      shape.push_back(shapeOf(pad.getInput())[axis]);
    std::string name = qnn::derivedName(pad, qnn::valueName(pad.getInput()) + "." + qnn::valueName(transpose));
    return qnn::TransposeOp::create(rewriter, qnn::nameLoc(rewriter.getContext(), qnn::layerName(transpose), name),
                                    transpose.getType().clone(shape), pad.getInput(), transpose.getPermutation());
  }
};

/// What an op of this kind asks of its border.
template <typename OpTy> struct FoldPad : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op, PatternRewriter &rewriter) const final {
    std::optional<Border> border = Border::of(op.getInput());
    if (!border)
      return rewriter.notifyMatchFailure(op, "reads no border");
    StringRef problem = border->problem();
    SmallVector<int64_t> pads = border->addedTo(op.getPads());
    if (problem.empty())
      problem = whyNot(op, *border, pads);
    if (!problem.empty())
      return refuse(rewriter, op, problem);
    remarkPassed(op, passName, "FoldedPad") << remark::add("'{0}'", qnn::layerName(border->pad));
    Value inner = border->inner(rewriter);
    rewriter.modifyOpInPlace(op, [&] {
      op.getInputMutable().assign(inner);
      op.setPads(pads);
      countPadding(op);
    });
    for (Operation *dead : {border->transpose.getOperation(), border->pad.getOperation()})
      if (dead && dead->use_empty())
        rewriter.eraseOp(dead);
    return mlir::success();
  }

private:
  static StringRef whyNot(qnn::ConvOp op, Border &border, ArrayRef<int64_t> pads) {
    SmallVector<int64_t> extents(shapeOf(op.getWeight()).drop_front(2));
    for (auto [extent, dilation] : llvm::zip(extents, op.getDilations().value_or(ArrayRef<int64_t>())))
      extent = (extent - 1) * dilation + 1;
    return border.value() == 0 ? whyTooWide(extents, pads) : "the border is not 0, which a convolution pads with";
  }

  static StringRef whyNot(qnn::AveragePoolOp op, Border &border, ArrayRef<int64_t> pads) {
    bool countsAll =
        op.getCountIncludePad() || !op.getPads() || llvm::all_of(*op.getPads(), [](int64_t pad) { return pad == 0; });
    if (border.value() != 0)
      return "the border is not 0, which an average pool pads with";
    if (op.getCeilMode())
      return "the pool rounds its size up, and counts no padding at its end";
    return countsAll ? whyTooWide(op.getKernel(), pads) : "the pool does not count the padding that it has";
  }

  static StringRef whyNot(qnn::MaxPoolOp op, Border &border, ArrayRef<int64_t> pads) {
    if (op.getCeilMode())
      return "the pool rounds its size up, where padding and border differ";
    if (op.getDilations() && llvm::any_of(*op.getDilations(), [](int64_t dilation) { return dilation != 1; }))
      return "the pool's window leaps, and may see nothing but the border";
    if (border.value() > leastOf(border.pad.getInput()))
      return "the border may be above an element, which no padding is";
    return whyTooWide(op.getKernel(), pads);
  }

  /// No element is less.
  static double leastOf(Value value) {
    constexpr double lowest = std::numeric_limits<float>::lowest();
    Operation *op = value.getDefiningOp();
    return op ? std::max(imageOf(op).first, lowest) : lowest;
  }

  static StringRef whyTooWide(ArrayRef<int64_t> kernel, ArrayRef<int64_t> pads) {
    for (auto [i, pad] : llvm::enumerate(pads))
      if (pad >= kernel[i % kernel.size()])
        return "a window would see nothing but padding";
    return "";
  }

  static void countPadding(qnn::AveragePoolOp op) { op.setCountIncludePad(true); }
  static void countPadding(Operation *) {}
};

struct FoldPads : tare::impl::FoldPadsBase<FoldPads> {
  void runOnFunction() final {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldPad<qnn::ConvOp>, FoldPad<qnn::AveragePoolOp>, FoldPad<qnn::MaxPoolOp>>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace
