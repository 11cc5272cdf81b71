//===- RandomNetwork.cpp - npu networks for property tests ----------------===//
#include "RandomNetwork.h"

#include "tare/Dialect/Npu/NpuOps.h"
#include "tare/Dialect/Qnn/Constants.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <random>

using namespace mlir;

namespace tare {
namespace {

class Generator {
public:
  Generator(MLIRContext &context, unsigned seed) : random(seed), builder(&context), loc(builder.getUnknownLoc()) {}

  OwningOpRef<ModuleOp> run() {
    OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
    builder.setInsertionPointToStart(module->getBody());
    Type input = RankedTensorType::get({1 + pick(2), 1 + pick(3), 1 + pick(4), 1 + pick(3)}, builder.getI8Type());
    auto function = func::FuncOp::create(builder, loc, "main", builder.getFunctionType({input, input}, {}));
    builder.setInsertionPointToStart(function.addEntryBlock());
    values.assign(function.getArguments().begin(), function.getArguments().end());
    for (int i = 0, n = 4 + pick(14); i != n; ++i)
      addOp();
    SmallVector<Value> outputs;
    for (int i = 0, n = 1 + pick(3); i != n; ++i)
      outputs.push_back(values[values.size() - 1 - pick(std::min<int>(values.size(), 6))]);
    func::ReturnOp::create(builder, loc, outputs);
    function.setType(builder.getFunctionType({input, input}, ValueRange(outputs).getTypes()));
    return module;
  }

private:
  int pick(int limit) { return random() % limit; }
  int32_t zero() { return pick(21) - 10; }
  Value anyValue() { return values[pick(values.size())]; }
  static ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

  /// The channels-last permutation, its inverse, or any.
  npu::Permutation permutation(int64_t rank) {
    npu::Permutation result;
    for (int64_t i = 0; i != rank; ++i)
      result.push_back(i);
    int kind = pick(5);
    if (rank > 2 && kind < 2)
      std::rotate(result.begin() + 1, result.begin() + 2, result.end());
    else if (rank > 2 && kind < 4)
      std::rotate(result.begin() + 1, result.end() - 1, result.end());
    else
      std::shuffle(result.begin(), result.end(), random);
    return result;
  }

  npu::RequantAttr requant(size_t count = 1, int32_t leastShift = 14) {
    SmallVector<int32_t> multipliers, shifts;
    for (size_t i = 0; i != count; ++i) {
      multipliers.push_back(8192 + pick(24000));
      shifts.push_back(leastShift + pick(4));
    }
    return npu::RequantAttr::get(builder.getContext(), multipliers, shifts, /*stages=*/{}, /*function=*/{}, zero(),
                                 -128, 127, program::Rounding::half_up);
  }

  Value constant(ElementType element, Shape shape, int low, int high) {
    Tensor tensor(element, shape);
    for (int64_t i = 0; i != tensor.count(); ++i) {
      int value = low + pick(high - low + 1);
      if (element == ElementType::i8)
        tensor.mutableAs<int8_t>()[i] = value;
      else
        tensor.mutableAs<int32_t>()[i] = value;
    }
    return npu::ConstantOp::create(builder, loc, qnn::toAttr(builder.getContext(), tensor));
  }

  void addOp() {
    using Maker = Value (Generator::*)(Value);
    static const Maker makers[] = {
        &Generator::transpose, &Generator::transpose, &Generator::transpose, &Generator::add,     &Generator::mul,
        &Generator::rescale,   &Generator::lookup,    &Generator::slice,     &Generator::pad,     &Generator::concat,
        &Generator::mean,      &Generator::softmax,   &Generator::conv,      &Generator::flatten, &Generator::unit,
        &Generator::shuffle,   &Generator::normalize, &Generator::gather};
    Value operand = anyValue();
    if (shapeOf(operand).empty())
      return;
    if (Value result = (this->*makers[pick(std::size(makers))])(operand))
      values.push_back(result);
  }

  Value transpose(Value x) { return npu::TransposeOp::create(builder, loc, x, permutation(shapeOf(x).size())); }

  /// Another operand that broadcasts with x: a value of its shape, x again, or a constant.
  Value partner(Value x) {
    for (Value value : values)
      if (value.getType() == x.getType() && value != x && pick(2))
        return value;
    ArrayRef<int64_t> shape = shapeOf(x);
    Shape part(shape.begin() + pick(shape.size()), shape.end());
    for (int64_t &dim : part)
      dim = pick(3) ? dim : 1;
    return pick(4) ? constant(ElementType::i8, part, -50, 50) : x;
  }

  Value add(Value x) {
    return npu::AddOp::create(builder, loc, x, partner(x), zero(), zero(), 4000 + pick(9000), pick(16000) - 8000, 13,
                              zero(), -128, 127, program::Rounding::half_up);
  }
  Value mul(Value x) { return npu::MulOp::create(builder, loc, partner(x), x, zero(), zero(), requant()); }
  Value rescale(Value x) {
    return npu::RescaleOp::create(builder, loc, x, zero(), requant(pick(2) ? 1 : shapeOf(x).back()), TypeAttr());
  }
  Value gather(Value x) {
    const int32_t axis = pick(shapeOf(x).size());
    const int length = int(shapeOf(x)[axis]);
    return npu::GatherOp::create(builder, loc, x, constant(ElementType::i32, {1 + pick(4)}, -length, length - 1), axis);
  }
  Value normalize(Value x) {
    SmallVector<int32_t> axes;
    for (int32_t axis = 0; axis < int32_t(shapeOf(x).size()); ++axis)
      if (pick(2))
        axes.push_back(axis);
    const int32_t axis = pick(shapeOf(x).size());
    if (axes.empty())
      axes.push_back(axis);
    Tensor gamma(ElementType::i16, {pick(2) ? 1 : shapeOf(x)[axis]});
    for (int64_t c = 0; c != gamma.count(); ++c)
      gamma.mutableAs<int16_t>()[c] = int16_t(pick(2000) - 1000);
    Value factors = npu::ConstantOp::create(builder, loc, qnn::toAttr(builder.getContext(), gamma));
    Value terms = constant(ElementType::i32, gamma.shape(), -100000, 100000);
    return npu::NormalizeOp::create(builder, loc, x, factors, terms, axes, axis, 1 + pick(1000), pick(3) == 0, zero(),
                                    requant(1, 31));
  }
  Value lookup(Value x) {
    Shape shape = pick(2) ? Shape{256} : Shape{shapeOf(x).back(), 256};
    return npu::LookupOp::create(builder, loc, x, constant(ElementType::i8, shape, -128, 127), npu::FunctionAttr(),
                                 DenseI32ArrayAttr());
  }

  Value slice(Value x) {
    SmallVector<int32_t> starts, steps, sizes;
    for (int64_t dim : shapeOf(x)) {
      int32_t size = 1 + pick(dim), start = pick(dim - size + 1);
      bool reverse = pick(4) == 0;
      starts.push_back(reverse ? start + size - 1 : start);
      steps.push_back(reverse ? -1 : 1);
      sizes.push_back(size);
    }
    return npu::SliceOp::create(builder, loc, x, starts, steps, sizes);
  }

  Value pad(Value x) {
    SmallVector<int32_t> low, high;
    for (int64_t dim : shapeOf(x)) {
      low.push_back(dim < 5 ? pick(2) : 0);
      high.push_back(dim < 5 ? pick(2) : 0);
    }
    return npu::PadOp::create(builder, loc, x, low, high, program::PadMode::constant, zero());
  }

  Value concat(Value x) { return npu::ConcatOp::create(builder, loc, ValueRange{x, x}, pick(shapeOf(x).size())); }

  Value mean(Value x) {
    SmallVector<int32_t> axes;
    for (int32_t axis = 0; axis != static_cast<int32_t>(shapeOf(x).size()); ++axis)
      if (pick(2))
        axes.push_back(axis);
    if (axes.empty() || axes.size() == shapeOf(x).size())
      return nullptr;
    return npu::ReduceMeanOp::create(builder, loc, x, axes, pick(2) == 0, zero(), requant());
  }

  Value softmax(Value x) {
    return npu::SoftmaxOp::create(builder, loc, x, constant(ElementType::i32, {256}, 0, 65535), pick(shapeOf(x).size()),
                                  requant());
  }

  /// Channels-last, by definition.
  Value conv(Value x) {
    if (shapeOf(x).size() != 4)
      return nullptr;
    SmallVector<int32_t> ones{1, 1}, zeros{0, 0, 0, 0};
    int64_t outputs = 1 + pick(4);
    Value weight = constant(ElementType::i8, {outputs, 1, 1, shapeOf(x).back()}, -128, 127);
    return npu::ConvOp::create(builder, loc, x, weight, constant(ElementType::i32, {outputs}, -1000, 1000), ones, zeros,
                               ones, 1, zero(), requant(pick(2) ? 1 : outputs));
  }

  Value flatten(Value x) {
    ArrayRef<int64_t> shape = shapeOf(x);
    if (shape.size() < 3)
      return nullptr;
    int64_t columns = ShapedType::getNumElements(shape.drop_front());
    Value flat = npu::ReshapeOp::create(builder, loc, x, ArrayRef<int64_t>{shape[0], columns});
    Value bias = constant(ElementType::i32, {5}, -1000, 1000);
    return npu::LinearOp::create(builder, loc, flat, constant(ElementType::i8, {5, columns}, -128, 127), bias,
                                 requant());
  }

  /// A dimension of size 1 more.
  Value unit(Value x) {
    SmallVector<int64_t> shape(shapeOf(x));
    if (shape.size() > 4)
      return nullptr;
    shape.insert(shape.begin() + pick(shape.size() + 1), 1);
    return npu::ReshapeOp::create(builder, loc, x, shape);
  }

  /// A dimension in two parts, in the other order, merged again: a channel shuffle.
  Value shuffle(Value x) {
    SmallVector<int64_t> shape(shapeOf(x)), split(shape);
    int64_t dim = pick(shape.size());
    if (shape[dim] % 2 || shape.size() > 4)
      return nullptr;
    split[dim] = 2;
    split.insert(split.begin() + dim + 1, shape[dim] / 2);
    npu::Permutation swapped;
    for (int64_t i = 0; i != static_cast<int64_t>(split.size()); ++i)
      swapped.push_back(i);
    std::swap(swapped[dim], swapped[dim + 1]);
    Value parts = npu::ReshapeOp::create(builder, loc, x, split);
    if (pick(3) == 0)
      return parts;
    parts = npu::TransposeOp::create(builder, loc, parts, swapped);
    return npu::ReshapeOp::create(builder, loc, parts, shape);
  }

  std::mt19937 random;
  OpBuilder builder;
  Location loc;
  SmallVector<Value> values;
};

} // namespace

OwningOpRef<ModuleOp> makeRandomNetwork(MLIRContext &context, unsigned seed) { return Generator(context, seed).run(); }

} // namespace tare
