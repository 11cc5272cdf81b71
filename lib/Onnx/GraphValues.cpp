//===- GraphValues.cpp - The values of a graph in the IR ------------------===//
#include "GraphValues.h"
#include "ConstantData.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Host.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Tensor/MappedFile.h"
#include "tare/Tensor/OffsetBinary.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;

namespace {

/// Constants of at most this many elements are written out in printed IR.
constexpr int64_t smallConstant = 16;

mlir::ElementsAttr toElements(mlir::RankedTensorType type, const Tensor &tensor, llvm::StringRef name) {
  bool packed = type.getElementType().isInteger(1);
  if (tensor.count() == 0)
    return mlir::DenseElementsAttr::get(type, llvm::ArrayRef<mlir::Attribute>());
  if (tensor.count() > smallConstant || packed)
    return qnn::toAttr(type, tensor, name);
  return mlir::DenseElementsAttr::getFromRawBuffer(type, llvm::ArrayRef(tensor.as<char>(), tensor.type().bytes()));
}

} // namespace

const Tensor &GraphValue::numbers() {
  if (grid && !dequantized)
    dequantized = format ? rounded(dequantize(constant, *grid), *format) : dequantize(constant, *grid);
  return grid ? dequantized : constant;
}

GraphValue *GraphValues::find(llvm::StringRef name) {
  auto found = values.find(name);
  return found == values.end() ? nullptr : &found->second;
}

void GraphValues::define(llvm::StringRef name, GraphValue value) {
  values[name] = std::move(value);
  if (defined)
    defined->push_back(name.str());
}

llvm::StringSet<> GraphValues::knownNames() const {
  llvm::StringSet<> names;
  for (const auto &entry : values)
    if (entry.second.isKnown())
      names.insert(entry.getKey());
  return names;
}

bool GraphValues::areKnown(const proto::NodeProto &node) const {
  return llvm::all_of(node.input(), [&](const std::string &input) {
    auto found = values.find(input);
    return input.empty() || (found != values.end() && found->second.isKnown());
  });
}

void GraphValues::track(mlir::Operation *op) {
  bool constant = llvm::all_of(op->getOperands(), [&](mlir::Value operand) { return constants.contains(operand); });
  if (constant)
    constants.insert(op->result_begin(), op->result_end());
}

Result<mlir::Value> GraphValues::makeConstant(llvm::StringRef name, const Tensor &tensor) {
  if (std::optional<std::string> problem = findNonFinite(tensor))
    return Error{fmt::format("constant '{}' {}", name.str(), *problem)};
  return makeExactConstant(name, tensor);
}

mlir::Value GraphValues::makeExactConstant(llvm::StringRef name, const Tensor &tensor) {
  if (tensor.count())
    MappedFile::forget(tensor.data(), tensor.type().bytes());
  mlir::MLIRContext *context = irBuilder.getContext();
  mlir::Operation *op = qnn::ConstantOp::create(irBuilder, qnn::nameLoc(context, name, name),
                                                toElements(qnn::toMlir(context, tensor.type()), tensor, name));
  track(op);
  return op->getResult(0);
}

mlir::Value GraphValues::makeIntegers(llvm::StringRef name, const Tensor &integers, const qnn::Grid &grid) {
  mlir::MLIRContext *context = irBuilder.getContext();
  auto type = mlir::RankedTensorType::get(integers.shape(), grid.type(context));
  mlir::ElementsAttr elements = toElements(qnn::storageType(type), integers, name);
  mlir::Operation *constant = qnn::ConstantOp::create(irBuilder, qnn::nameLoc(context, name, name), type, elements);
  track(constant);
  return constant->getResult(0);
}

mlir::Value GraphValues::makeDequantized(llvm::StringRef name, const Tensor &integers, const qnn::Grid &grid,
                                         std::optional<qnn::FloatFormat> format) {
  mlir::Value constant = makeIntegers(name, integers, grid);
  mlir::Location loc = constant.getLoc();
  mlir::Operation *cast =
      mlir::quant::DequantizeCastOp::create(irBuilder, loc, qnn::expressedType(constant.getType()), constant);
  track(cast);
  if (!format)
    return cast->getResult(0);
  mlir::Value reals = cast->getResult(0);
  mlir::Operation *round = qnn::RoundOp::create(irBuilder, loc, reals.getType(), reals, *format);
  track(round);
  return round->getResult(0);
}

Result<mlir::Value> GraphValues::materialize(llvm::StringRef name, GraphValue &value) {
  if (value.dynamic)
    return Error{describe(*value.dynamic)};
  if (value.value)
    return value.value;
  if (value.grid) {
    value.value = makeDequantized(name, value.constant, *value.grid, value.format);
    return value.value;
  }
  Result<mlir::Value> constant = makeConstant(name, value.constant);
  if (constant)
    value.value = *constant;
  return constant;
}

/// The integers of a quantized value, which are what the model computes on.
mlir::Value GraphValues::asPlainIntegers(llvm::StringRef name, mlir::Value quantized) {
  mlir::Location loc = qnn::nameLoc(irBuilder.getContext(), name, name);
  qnn::Grid grid = *qnn::Grid::of(quantized.getType());
  ElementType element = qnn::toHost(quantized.getType()).element;
  auto type = mlir::cast<mlir::RankedTensorType>(quantized.getType());
  auto append = [&](mlir::Operation *op) {
    track(op);
    return op->getResult(0);
  };
  if (!grid.isPerTensor() || grid.scale() != 1 || grid.zeroPoint() != 0) {
    mlir::Type whole = type.clone(wholeRange(element, {1.0}).type(irBuilder.getContext()));
    quantized = append(qnn::ReinterpretOp::create(irBuilder, loc, whole, quantized));
  }
  mlir::Value reals =
      append(mlir::quant::DequantizeCastOp::create(irBuilder, loc, qnn::expressedType(quantized.getType()), quantized));
  host::Attributes to;
  to.set("to", int64_t(dataTypeOf(element)));
  mlir::Type plain =
      qnn::toMlir(irBuilder.getContext(), {element, Shape(type.getShape().begin(), type.getShape().end())});
  return append(qnn::HostOp::create(irBuilder, loc, plain, "Cast", newestOpset, reals, mlir::DenseI64ArrayAttr(),
                                    qnn::toDictionary(irBuilder.getContext(), to), mlir::StringAttr()));
}

Result<mlir::Value> GraphValues::inOwnType(llvm::StringRef name, GraphValue &value) {
  if (value.dynamic)
    return Error{describe(*value.dynamic)};
  if (value.isKnown())
    return makeExactConstant(name, withFloat32(value.numbers()));
  return qnn::quantizedElement(value.value.getType()) ? asPlainIntegers(name, value.value) : value.value;
}

void GraphValues::takeBack(mlir::Operation *last, llvm::ArrayRef<std::string> names) {
  for (const std::string &name : names)
    values.erase(name);
  llvm::DenseSet<mlir::Value> held;
  for (const auto &entry : values)
    held.insert(entry.second.value);
  for (mlir::Operation &op : llvm::make_early_inc_range(llvm::reverse(*irBuilder.getInsertionBlock()))) {
    if (&op == last)
      return;
    bool isHeld = llvm::any_of(op.getResults(), [&](mlir::Value result) { return held.contains(result); });
    if (isHeld || !op.use_empty())
      continue;
    for (mlir::Value result : op.getResults())
      constants.erase(result);
    op.erase();
  }
}
