//===- CancelTransposes.cpp - Move few bytes through transposes -----------===//
//
// Afterwards no transpose follows another, none moves only dimensions of size
// 1, and no choice of layouts for the ops that commute with transposes would
// move fewer bytes.
//
//===----------------------------------------------------------------------===//
#include "LayoutChoice.h"
#include "Remarks.h"
#include "tare/Dialect/Npu/IntegerGrid.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Passes/Passes.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace tare {
#define GEN_PASS_DEF_CANCELTRANSPOSES
#include "tare/Passes/Passes.h.inc"

namespace {

constexpr llvm::StringLiteral category = "tare-cancel-transposes";

class Rewriter {
public:
  explicit Rewriter(func::FuncOp function) : function(function), builder(function.getContext()) {}

  /// Merges transposes of transposes, and equal ones.
  void mergeTransposes() {
    for (npu::TransposeOp op : llvm::to_vector(function.getOps<npu::TransposeOp>())) {
      op.replaceAllUsesWith(transposed(op.getLoc(), op.getInput(), npu::Permutation(op.getPermutation()), op));
      op.erase();
    }
    eraseDead();
  }

  /// The op on operands that are not transposed, and a transpose behind it.
  void permute(npu::PermutableOpInterface op, const npu::Permutation &permutation) {
    npu::Permutation result = *op.getPermutedResult(permutation);
    Location location = transposeLoc(op);
    SmallVector<Value> operands(op->getOperands());
    for (Value &operand : MutableArrayRef(operands).take_front(op.getNumLayoutOperands()))
      operand = transposed(location, expanded(op, operand, permutation.size()), npu::inverse(permutation));
    builder.setInsertionPoint(op);
    Value value = op.createPermuted(builder, permutation, operands);
    npu::permuteGrid(value.getDefiningOp(), result);
    op->getResult(0).replaceAllUsesWith(transposed(location, value, result));
    op->erase();
  }

  /// transpose, reshape, linear: the weights' columns are reordered instead.
  bool reorderWeights(npu::ReshapeOp reshape) {
    auto transpose = reshape.getInput().getDefiningOp<npu::TransposeOp>();
    if (!transpose || !canReorderWeights(reshape, transpose.getPermutation()))
      return false;
    for (OpOperand &use : reshape->getUses())
      reorderColumns(cast<npu::LinearOp>(use.getOwner()), transpose, reshape.getShape().size() - 1);
    reshape.getInputMutable().assign(transpose.getInput());
    if (transposedBytes(transpose.getInput(), transpose.getPermutation()) == 0)
      return true;
    // It holds the value's elements in another order: not what the model calls by that name.
    std::string value = qnn::valueName(reshape.getResult()) + ".channels_last";
    reshape->setLoc(qnn::withValueName(reshape.getLoc(), value));
    return true;
  }

  /// What moves only dimensions of size 1 moves nothing.
  void makeReshapes() {
    for (auto op : llvm::make_early_inc_range(function.getOps<npu::TransposeOp>())) {
      if (transposedBytes(op.getInput(), op.getPermutation()) != 0)
        continue;
      builder.setInsertionPoint(op);
      auto reshape = npu::ReshapeOp::create(builder, op.getLoc(), op.getInput(), op.getType().getShape());
      op.replaceAllUsesWith(reshape.getResult());
      op.erase();
    }
    for (auto op : llvm::make_early_inc_range(function.getOps<npu::ReshapeOp>())) {
      if (op->hasAttr(npu::gridAttrName))
        continue; // It says what its integers mean.
      builder.setInsertionPoint(op);
      Value moved = builder.createOrFold<npu::ReshapeOp>(op.getLoc(), op.getInput(), op.getShape());
      op.replaceAllUsesWith(withGridOf(op.getInput(), moved));
    }
    eraseDead();
  }

  void eraseDead() {
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(function.front())))
      if (isOpTriviallyDead(&op))
        op.erase();
  }

private:
  /// "conv1.transpose": an op that no node of the model stands for, named after one.
  static Location transposeLoc(Operation *op) {
    if (!op->getLoc()->findInstanceOf<NameLoc>())
      return op->getLoc();
    return qnn::nameLoc(op->getContext(), qnn::layerName(op) + ".transpose", qnn::valueName(op->getResult(0)));
  }

  /// transpose(value, permutation): one that is there already, or a new one. It comes to lie right behind the value, so
  /// that whoever reads the value may read it. `replaced` does not count as being there.
  Value transposed(Location location, Value value, npu::Permutation permutation, Operation *replaced = nullptr) {
    while (auto first = value.getDefiningOp<npu::TransposeOp>()) {
      if (!first->hasOneUse() && transposedBytes(value, permutation) == 0)
        break;
      permutation = npu::compose(first.getPermutation(), permutation);
      value = first.getInput();
    }
    if (npu::isIdentity(permutation))
      return value;
    builder.setInsertionPointAfterValue(value);
    for (Operation *user : value.getUsers()) {
      auto other = dyn_cast<npu::TransposeOp>(user);
      if (!other || other == replaced || other.getPermutation() != ArrayRef(permutation))
        continue;
      other->moveBefore(builder.getInsertionBlock(), builder.getInsertionPoint());
      return other;
    }
    return withGridOf(value, builder.createOrFold<npu::TransposeOp>(location, value, permutation));
  }

  /// A constant that was moved at once is still on its grid, where that is one for all of its elements.
  static Value withGridOf(Value value, Value moved) {
    auto constant = moved.getDefiningOp<npu::ConstantOp>();
    auto grid = dyn_cast_or_null<quant::UniformQuantizedType>(constant ? npu::gridOf(value) : nullptr);
    if (grid)
      npu::setGrid(constant, grid);
    return moved;
  }

  /// The value with dimensions of size 1 in front, as broadcasting adds them.
  Value expanded(Operation *op, Value value, size_t rank) {
    ArrayRef<int64_t> shape = cast<RankedTensorType>(value.getType()).getShape();
    if (shape.size() == rank)
      return value;
    SmallVector<int64_t> full(rank - shape.size(), 1);
    llvm::append_range(full, shape);
    builder.setInsertionPointAfterValue(value);
    return withGridOf(value, builder.createOrFold<npu::ReshapeOp>(op->getLoc(), value, full));
  }

  /// The columns of the weights, which count the dimensions from `kept` on of the transpose's result, now count those
  /// of its operand.
  void reorderColumns(npu::LinearOp linear, npu::TransposeOp transpose, size_t kept) {
    Value weight = linear.getWeight();
    ArrayRef<int64_t> weightShape = cast<RankedTensorType>(weight.getType()).getShape();
    SmallVector<int64_t> split{weightShape[0]};
    llvm::append_range(split, transpose.getType().getShape().drop_front(kept));
    npu::Permutation order{0};
    npu::Permutation back = npu::inverse(transpose.getPermutation());
    for (int32_t dim : ArrayRef(back).drop_front(kept))
      order.push_back(dim - kept + 1);
    builder.setInsertionPoint(linear);
    Location location = weight.getLoc();
    Value columns = builder.createOrFold<npu::ReshapeOp>(location, weight, split);
    columns = builder.createOrFold<npu::TransposeOp>(location, columns, order);
    quant::QuantizedType grid = npu::gridOf(weight);
    Value reordered = builder.createOrFold<npu::ReshapeOp>(location, columns, weightShape);
    // The rows, which the scales run along, stay where they are.
    if (grid)
      npu::setGrid(reordered.getDefiningOp(), grid);
    linear.getWeightMutable().assign(reordered);
  }

  func::FuncOp function;
  OpBuilder builder;
};

/// How many transposes there are, what they move, and how many are inside the function, out of the host's reach.
struct Cost {
  explicit Cost(func::FuncOp function) {
    for (auto op : function.getOps<npu::TransposeOp>()) {
      int64_t moved = takenByWeights(op) ? 0 : transposedBytes(op.getInput(), op.getPermutation());
      count += moved != 0;
      bytes += moved;
      inside += !isAtBorder(op.getInput()) && !isAtBorder(op);
    }
  }
  bool operator<(const Cost &other) const { return std::tie(bytes, inside) < std::tie(other.bytes, other.inside); }

  int64_t count = 0;
  int64_t bytes = 0;
  int64_t inside = 0;

private:
  static bool takenByWeights(npu::TransposeOp op) {
    return llvm::all_of(op->getUsers(), [&](Operation *user) {
      auto reshape = dyn_cast<npu::ReshapeOp>(user);
      return reshape && canReorderWeights(reshape, op.getPermutation());
    });
  }
};

struct CancelTransposes : impl::CancelTransposesBase<CancelTransposes> {
  void runOnFunction() override {
    func::FuncOp function = getOperation();
    Cost before(function);
    Rewriter rewriter(function);
    rewriter.mergeTransposes();
    LayoutChoice choice;
    while (improve(function, choice))
      ;
    for (auto reshape : llvm::to_vector(function.getOps<npu::ReshapeOp>()))
      reorderWeights(rewriter, reshape);
    rewriter.makeReshapes();
    reportRest(function, choice);
    report(function, before, Cost(function));
  }

private:
  /// One round on a copy, which replaces the function's body where it is better: transposes that end up next to each
  /// other in new combinations can make a choice better or worse than it looked.
  /// `choice` is that of the function as it was before.
  static bool improve(func::FuncOp function, LayoutChoice &choice) {
    choice = chooseLayouts(function);
    if (choice.permuted.empty())
      return false;
    IRMapping mapping;
    OwningOpRef<func::FuncOp> copy = cast<func::FuncOp>(function->clone(mapping));
    Rewriter rewriter(*copy);
    for (auto &[op, permutation] : choice.permuted)
      rewriter.permute(cast<npu::PermutableOpInterface>(mapping.lookup(op.getOperation())), permutation);
    rewriter.mergeTransposes();
    if (!(Cost(*copy) < Cost(function)))
      return false;
    for (auto &[op, permutation] : choice.permuted)
      remark::passed(op->getLoc(), remark::RemarkOpts::name("Permuted").category(category))
          << remark::metric("Layer", qnn::layerName(op))
          << remark::add("computes on what its transposed operands were made of");
    function.getBody().takeBody(copy->getBody());
    return true;
  }

  static bool reorderWeights(Rewriter &rewriter, npu::ReshapeOp reshape) {
    if (!rewriter.reorderWeights(reshape))
      return false;
    for (Operation *linear : reshape->getUsers())
      remarkPassed(linear, category, "ReorderedWeights") << remark::add("its weights' columns take over a transpose");
    return true;
  }

  /// Why a user of a transpose did not let it pass.
  static std::string whyNot(Operation *user, const LayoutChoice &choice) {
    if (isa<func::ReturnOp>(user))
      return "an output has this order of dimensions";
    std::string name = "'" + qnn::layerName(user) + "' (" + user->getName().getStringRef().str() + ") ";
    if (auto refusal = choice.refusals.find(user); refusal != choice.refusals.end())
      return name + refusal->second;
    if (isa<npu::PermutableOpInterface>(user))
      return name + "could be passed, but more bytes would be transposed elsewhere";
    return name + "needs this order of dimensions";
  }

  static void reportRest(func::FuncOp function, const LayoutChoice &choice) {
    for (auto op : function.getOps<npu::TransposeOp>())
      remarkMissed(op, category, "TransposeStays")
          << remark::reason("{0}", whyNot(*op->user_begin(), choice))
          << remark::metric("Bytes", transposedBytes(op.getInput(), op.getPermutation()));
  }

  static void report(func::FuncOp function, const Cost &before, const Cost &after) {
    remark::analysis(function.getLoc(),
                     remark::RemarkOpts::name("Transposes").category(category).function(function.getName()))
        << remark::metric("TransposesBefore", before.count) << remark::metric("BytesBefore", before.bytes)
        << remark::metric("Transposes", after.count) << remark::metric("Bytes", after.bytes);
  }
};

} // namespace
} // namespace tare
