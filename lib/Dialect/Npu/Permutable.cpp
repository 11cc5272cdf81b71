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
  return requant.getMultipliers().size() > 1 || requant.getShifts().size() > 1;
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

/// Commutes where it adds and removes dimensions of size 1 only. In the permuted result those come first and all others
/// are in the operand's order, so that channels which were last stay last.
Result<Permutation> ReshapeOp::getPermutedResult(ArrayRef<int32_t> permutation) {
  auto isLarge = [](int64_t size) { return size != 1; };
  ArrayRef<int64_t> from = getInput().getType().getShape(), to = getType().getShape();
  if (!llvm::equal(llvm::make_filter_range(from, isLarge), llvm::make_filter_range(to, isLarge)))
    return Error{"changes more than dimensions of size 1"};
  SmallVector<int32_t> sources;
  for (auto [size, source] : llvm::zip_equal(from, permutation))
    if (isLarge(size))
      sources.push_back(source);
  int32_t units = to.size() - sources.size();
  Permutation result;
  int32_t unit = 0;
  auto source = sources.begin();
  for (int64_t size : to) {
    if (!isLarge(size)) {
      result.push_back(unit++);
      continue;
    }
    result.push_back(units + llvm::count_if(sources, [&](int32_t other) { return other < *source; }));
    ++source;
  }
  return result;
}
Value ReshapeOp::createPermuted(OpBuilder &builder, ArrayRef<int32_t> permutation, ValueRange operands) {
  Permutation result = *getPermutedResult(permutation);
  SmallVector<int64_t> shape = permuted(getType().getShape(), inverse(result));
  ReshapeOp copy = copyOf(*this);
  copy.setShape(shape);
  return finish(builder, copy, operands);
}

} // namespace tare::npu
