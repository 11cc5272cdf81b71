//===- Permutable.cpp - Ops that commute with transposes ------------------===//
//
// Dimension i of a transposed operand is dimension p[i] of the operand before:
// whatever an op says of dimension i, its permuted copy says of p[i].
//
//===----------------------------------------------------------------------===//
#include "tare/Dialect/Npu/NpuOps.h"

using namespace mlir;

namespace tare::npu {

static bool keepsLastDim(ArrayRef<int32_t> permutation) {
  return permutation.empty() || permutation.back() == static_cast<int32_t>(permutation.size()) - 1;
}

/// A list per channel means the last dimension, which must stay the last.
static Result<Permutation> permutedIfChannelsStay(ArrayRef<int32_t> permutation, bool perChannel) {
  if (perChannel && !keepsLastDim(permutation))
    return Error{"has parameters per channel, and the channels would not stay last"};
  return Permutation(permutation);
}

static bool isPerChannel(RequantAttr requant) {
  StagesAttr stages = requant.getStages();
  LayerFunctionAttr function = requant.getFunction();
  return requant.getMultipliers().size() > 1 || requant.getShifts().size() > 1 ||
         (function && function.getShifts().size() > 1) || (stages && stages.getBias().size() > 1);
}

/// list[i] goes to dimension permutation[i].
static SmallVector<int32_t> moved(ArrayRef<int32_t> list, ArrayRef<int32_t> permutation) {
  SmallVector<int32_t> result(list.size());
  for (auto [value, dim] : llvm::zip_equal(list, permutation))
    result[dim] = value;
  return result;
}

/// The copy on new operands, its result type inferred anew.
static Value finish(OpBuilder &builder, Operation *copy, ValueRange operands) {
  copy->setOperands(operands);
  SmallVector<Type, 1> types;
  LogicalResult inferred = cast<InferTypeOpInterface>(copy).inferReturnTypes(
      copy->getContext(), copy->getLoc(), copy->getOperands(), copy->getDiscardableAttrDictionary(),
      copy->getPropertiesStorage(), copy->getRegions(), types);
  assert(succeeded(inferred) && "a permuted op must stay valid");
  (void)inferred;
  copy->getResult(0).setType(types.front());
  return builder.insert(copy)->getResult(0);
}

template <typename Op> static Op copyOf(Op op) { return cast<Op>(op->cloneWithoutRegions()); }

//===----------------------------------------------------------------------===//
// Element by element
//===----------------------------------------------------------------------===//

Result<Permutation> AddOp::getPermutedResult(ArrayRef<int32_t> permutation) { return Permutation(permutation); }
Value AddOp::createPermuted(OpBuilder &builder, ArrayRef<int32_t>, ValueRange operands) {
  return finish(builder, copyOf(*this), operands);
}

Result<Permutation> MulOp::getPermutedResult(ArrayRef<int32_t> permutation) {
  return permutedIfChannelsStay(permutation, isPerChannel(getRequant()));
}
Value MulOp::createPermuted(OpBuilder &builder, ArrayRef<int32_t>, ValueRange operands) {
  return finish(builder, copyOf(*this), operands);
}

Result<Permutation> RescaleOp::getPermutedResult(ArrayRef<int32_t> permutation) {
  return permutedIfChannelsStay(permutation, isPerChannel(getRequant()));
}
Value RescaleOp::createPermuted(OpBuilder &builder, ArrayRef<int32_t>, ValueRange operands) {
  return finish(builder, copyOf(*this), operands);
}

unsigned LookupOp::getNumLayoutOperands() { return 1; }
Result<Permutation> LookupOp::getPermutedResult(ArrayRef<int32_t> permutation) {
  return permutedIfChannelsStay(permutation, getTable().getType().getRank() > 1);
}
Value LookupOp::createPermuted(OpBuilder &builder, ArrayRef<int32_t>, ValueRange operands) {
  return finish(builder, copyOf(*this), operands);
}

Result<Permutation> QuantizeOp::getPermutedResult(ArrayRef<int32_t> permutation) { return Permutation(permutation); }
Value QuantizeOp::createPermuted(OpBuilder &builder, ArrayRef<int32_t>, ValueRange operands) {
  return finish(builder, copyOf(*this), operands);
}

Result<Permutation> DequantizeOp::getPermutedResult(ArrayRef<int32_t> permutation) { return Permutation(permutation); }
Value DequantizeOp::createPermuted(OpBuilder &builder, ArrayRef<int32_t> permutation, ValueRange operands) {
  DequantizeOp copy = copyOf(*this);
  if (!permutation.empty())
    copy.setAxis(permutation[getAxis()]);
  return finish(builder, copy, operands);
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

Result<Permutation> ReduceMeanOp::getPermutedResult(ArrayRef<int32_t> permutation) {
  Result<Permutation> kept = permutedIfChannelsStay(permutation, isPerChannel(getRequant()));
  if (!kept || !getDropDims())
    return kept;
  // What remains keeps its order: a remaining dimension's place is the number
  // of remaining ones before it.
  SmallVector<int32_t> remaining;
  for (auto [dim, source] : llvm::enumerate(permutation))
    if (!llvm::is_contained(getAxes(), static_cast<int32_t>(dim)))
      remaining.push_back(source);
  Permutation result;
  for (int32_t source : remaining)
    result.push_back(llvm::count_if(remaining, [&](int32_t other) { return other < source; }));
  return result;
}
Value ReduceMeanOp::createPermuted(OpBuilder &builder, ArrayRef<int32_t> permutation, ValueRange operands) {
  ReduceMeanOp copy = copyOf(*this);
  SmallVector<int32_t> axes = permuted(permutation, getAxes());
  llvm::sort(axes);
  copy.setAxes(axes);
  return finish(builder, copy, operands);
}

unsigned SoftmaxOp::getNumLayoutOperands() { return 1; }
Result<Permutation> SoftmaxOp::getPermutedResult(ArrayRef<int32_t> permutation) {
  return permutedIfChannelsStay(permutation, isPerChannel(getRequant()));
}
Value SoftmaxOp::createPermuted(OpBuilder &builder, ArrayRef<int32_t> permutation, ValueRange operands) {
  SoftmaxOp copy = copyOf(*this);
  copy.setAxis(permutation[getAxis()]);
  return finish(builder, copy, operands);
}

unsigned NormalizeOp::getNumLayoutOperands() { return 1; }
Result<Permutation> NormalizeOp::getPermutedResult(ArrayRef<int32_t> permutation) {
  return permutedIfChannelsStay(permutation, isPerChannel(getRequant()));
}
Value NormalizeOp::createPermuted(OpBuilder &builder, ArrayRef<int32_t> permutation, ValueRange operands) {
  NormalizeOp copy = copyOf(*this);
  if (!permutation.empty()) {
    SmallVector<int32_t> axes = permuted(permutation, getAxes());
    llvm::sort(axes);
    copy.setAxes(axes);
    copy.setAxis(permutation[getAxis()]);
  }
  return finish(builder, copy, operands);
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

Result<Permutation> ConcatOp::getPermutedResult(ArrayRef<int32_t> permutation) { return Permutation(permutation); }
Value ConcatOp::createPermuted(OpBuilder &builder, ArrayRef<int32_t> permutation, ValueRange operands) {
  ConcatOp copy = copyOf(*this);
  copy.setAxis(permutation[getAxis()]);
  return finish(builder, copy, operands);
}

Result<Permutation> SliceOp::getPermutedResult(ArrayRef<int32_t> permutation) { return Permutation(permutation); }
Value SliceOp::createPermuted(OpBuilder &builder, ArrayRef<int32_t> permutation, ValueRange operands) {
  SliceOp copy = copyOf(*this);
  copy.setStarts(moved(getStarts(), permutation));
  copy.setSteps(moved(getSteps(), permutation));
  copy.setSizes(moved(getSizes(), permutation));
  return finish(builder, copy, operands);
}

Result<Permutation> PadOp::getPermutedResult(ArrayRef<int32_t> permutation) { return Permutation(permutation); }
Value PadOp::createPermuted(OpBuilder &builder, ArrayRef<int32_t> permutation, ValueRange operands) {
  PadOp copy = copyOf(*this);
  copy.setLow(moved(getLow(), permutation));
  copy.setHigh(moved(getHigh(), permutation));
  return finish(builder, copy, operands);
}

namespace {
/// Neighbouring dimensions of a reshape's operand and those that they become; no smaller group is possible.
struct ReshapeGroup {
  SmallVector<size_t> from, to;
};
} // namespace

static SmallVector<ReshapeGroup> groupDims(ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
  SmallVector<ReshapeGroup> groups;
  size_t i = 0, j = 0;
  while (i != from.size() || j != to.size()) {
    ReshapeGroup &group = groups.emplace_back();
    int64_t fromSize = 1, toSize = 1;
    auto takeFrom = [&] { fromSize *= from[i], group.from.push_back(i++); };
    auto takeTo = [&] { toSize *= to[j], group.to.push_back(j++); };
    i != from.size() ? takeFrom() : takeTo();
    while (fromSize != toSize)
      fromSize < toSize ? takeFrom() : takeTo();
    // A dimension of size 1 stays one where it can; otherwise it is dropped.
    if (group.to.empty() && j != to.size() && to[j] == 1)
      takeTo();
  }
  return groups;
}

/// Where the group's dimensions larger than 1 lie in the operand before its transpose; nothing where that tears them
/// apart.
static std::optional<SmallVector<int32_t>> placesOf(const ReshapeGroup &group, ArrayRef<int64_t> from,
                                                    ArrayRef<int32_t> permutation) {
  SmallVector<int32_t> places;
  for (size_t dim : group.from)
    if (from[dim] != 1)
      places.push_back(permutation[dim]);
  for (size_t dim = 0; dim != from.size(); ++dim) {
    bool isBetween = !places.empty() && from[dim] != 1 && !llvm::is_contained(places, permutation[dim]) &&
                     permutation[dim] > *llvm::min_element(places) && permutation[dim] < *llvm::max_element(places);
    if (isBetween || !llvm::is_sorted(places))
      return std::nullopt;
  }
  return places;
}

/// Commutes where dimensions that it merges or splits stay neighbours. In the permuted result dimensions of size 1 on
/// their own come first, and all others are in the operand's order, so that channels which were last stay last.
Result<Permutation> ReshapeOp::getPermutedResult(ArrayRef<int32_t> permutation) {
  if (getInput().getType() == getType()) // It says what its integers mean: its result moves as its operand does.
    return Permutation(permutation);
  ArrayRef<int64_t> from = getInput().getType().getShape(), to = getType().getShape();
  SmallVector<ReshapeGroup> groups = groupDims(from, to);
  // By the place of the first dimension, then by the group's own.
  SmallVector<std::pair<int32_t, size_t>> ordered;
  for (auto [index, group] : llvm::enumerate(groups)) {
    std::optional<SmallVector<int32_t>> places = placesOf(group, from, permutation);
    if (!places)
      return Error{"merges dimensions that the transpose separates"};
    ordered.emplace_back(places->empty() ? -1 : places->front(), index);
  }
  llvm::sort(ordered);
  Permutation order;
  for (auto [place, index] : ordered)
    llvm::append_range(order, groups[index].to);
  return inverse(order);
}
Value ReshapeOp::createPermuted(OpBuilder &builder, ArrayRef<int32_t> permutation, ValueRange operands) {
  Permutation result = *getPermutedResult(permutation);
  SmallVector<int64_t> shape = permuted(getType().getShape(), inverse(result));
  ReshapeOp copy = copyOf(*this);
  copy.setShape(shape);
  return finish(builder, copy, operands);
}

} // namespace tare::npu
