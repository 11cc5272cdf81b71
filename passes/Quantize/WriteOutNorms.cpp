//===- WriteOutNorms.cpp - Normalizations in other operators --------------===//
//
// Invariant: afterwards every normalization has an integer form on the target, or is
// one node of the host where the target has not the other operators either.
//
//===----------------------------------------------------------------------===//
#include "Arithmetic/TargetOperators.h"
#include "Graph/Affine.h"
#include "Quantize/HostForms.h"
#include "Remarks.h"
#include "tare/Dialect/Qnn/DerivedNames.h"
#include "tare/Dialect/Qnn/Norms.h"
#include "tare/Passes/Passes.h"
#include "tare/Target/Target.h"
#include "tare/Tensor/Tensor.h"

namespace tare {
#define GEN_PASS_DEF_WRITEOUTNORMS
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;

namespace {

class Writer {
public:
  explicit Writer(qnn::NormalizeOp op) : op(op), builder(op), type(cast<RankedTensorType>(op.getType())) {}

  void write() {
    Value x = op.getInput();
    Value d = op.getKeepMean() ? x : make<qnn::SubOp>("_centered", type, x, mean("_mean", x), nullptr);
    Value v = mean("_variance", make<qnn::MulOp>("_square", type, d, d, nullptr));
    if (double epsilon = op.getEpsilon().convertToDouble(); epsilon != 0)
      v = make<qnn::AddOp>("_offset", v.getType(), v, constant("_epsilon", {}, epsilon), nullptr);
    Value root = make<qnn::SqrtOp>("_deviation", v.getType(), v);
    const bool isScaled = bool(op.getGamma()), isShifted = bool(op.getBeta());
    Value y = make<qnn::DivOp>(isScaled || isShifted ? "_normalized" : "", type, d, root, nullptr);
    if (isScaled)
      y = make<qnn::MulOp>(isShifted ? "_scaled" : "", type, y, parameter("_gamma", *op.getGamma()), nullptr);
    if (isShifted)
      y = make<qnn::AddOp>("", type, y, parameter("_beta", *op.getBeta()), nullptr);
    if (std::optional<qnn::ClampAttr> clamp = op.getClamp())
      cast<qnn::ClampOpInterface>(y.getDefiningOp()).setClampAttr(*clamp);
    if (Attribute range = op->getDiscardableAttr(qnn::rangeAttrName))
      y.getDefiningOp()->setDiscardableAttr(qnn::rangeAttrName, range);
    op.replaceAllUsesWith(y);
    op.erase();
  }

private:
  Location at(StringRef step) {
    return qnn::nameLoc(op.getContext(), qnn::layerName(op),
                        qnn::derivedName(op, qnn::valueName(op.getResult()) + step.str()));
  }

  template <typename OpTy, typename... Args> Value make(StringRef step, Type result, Args &&...args) {
    return OpTy::create(builder, step.empty() ? op.getLoc() : at(step), result, std::forward<Args>(args)...);
  }

  Value mean(StringRef step, Value value) {
    SmallVector<int64_t> shape(type.getShape());
    for (int64_t axis : op.getAxes())
      shape[axis] = 1;
    return make<qnn::ReduceMeanOp>(step, type.clone(shape), value, op.getAxesAttr(), builder.getUnitAttr(), nullptr);
  }

  Value constant(StringRef step, ArrayRef<int64_t> shape, ArrayRef<double> values) {
    return floatConstant(builder, at(step), shape, values, qnn::valueName(op.getResult()) + step.str());
  }

  /// [C, 1, ..] along the op's axis.
  Value parameter(StringRef step, ArrayRef<double> values) {
    SmallVector<int64_t> shape(type.getRank() - int64_t(*op.getAxis()), 1);
    shape[0] = int64_t(values.size());
    return constant(step, shape, values);
  }

  qnn::NormalizeOp op;
  OpBuilder builder;
  RankedTensorType type;
};

struct WriteOutNorms : tare::impl::WriteOutNormsBase<WriteOutNorms> {
  using WriteOutNormsBase::WriteOutNormsBase;

  void runOnFunction() final {
    SmallVector<qnn::NormalizeOp> norms;
    getOperation().walk([&](qnn::NormalizeOp op) { norms.push_back(op); });
    if (norms.empty())
      return;
    Result<Target> description = loadTarget(target);
    if (!description) {
      emitError(UnknownLoc::get(&getContext())) << description.error().message;
      return signalPassFailure();
    }
    const ElementType element = activations.empty()   ? description->activations.front().type
                                : activations == "i8" ? ElementType::i8
                                                      : ElementType::i16;
    auto has = [&](StringRef name) { return description->hasOp(name, element); };
    const bool isMissing =
        !has("normalize") && !(element == ElementType::i8 && isComputedWide(norms.front(), *description));
    const bool hasSteps = llvm::all_of(ArrayRef<StringRef>{"mul", "reduce_mean", "add", "lookup"}, has);
    for (qnn::NormalizeOp op : norms) {
      const bool isHosts = isMissing && !hasSteps && hasHostForm(op);
      if (isHosts || (!isMissing && qnn::hasIntegerForm(op, 8 * sizeOf(element))))
        continue;
      remarkPassed(op, "tare-write-out-norms", "NormWrittenOut")
          << remark::reason("{0}", isMissing ? "the target has no operator for it" : "too many elements have one mean");
      Writer(op).write();
    }
  }
};

} // namespace
