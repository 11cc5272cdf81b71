//===- NpuDialect.cpp - The hardware dialect ------------------------------===//
#include "tare/Dialect/Npu/NpuDialect.h"

#include "tare/Dialect/Npu/NpuOps.h"

#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;

#include "tare/Dialect/Npu/NpuDialect.cpp.inc"

namespace tare::npu {
namespace {

/// Beyond this many numbers a list is printed before the module, under a short
/// name.
constexpr size_t longList = 8;

struct NpuAsmInterface : OpAsmDialectInterface {
  using OpAsmDialectInterface::OpAsmDialectInterface;

  AliasResult getAlias(Attribute attribute, raw_ostream &os) const override {
    if (auto requant = dyn_cast<RequantAttr>(attribute); requant && isLong(requant))
      return name("requant", os);
    if (auto axis = dyn_cast<ResizeAxisAttr>(attribute); axis && axis.getLower().size() > longList)
      return name("axis", os);
    if (auto list = dyn_cast<DenseF64ArrayAttr>(attribute); list && list.size() > static_cast<int64_t>(longList))
      return name("scales", os);
    return AliasResult::NoAlias;
  }

private:
  static bool isLong(RequantAttr requant) {
    StagesAttr stages = requant.getStages();
    return requant.getMultipliers().size() > longList || requant.getFunction() ||
           (stages && stages.getBias().size() > longList);
  }

  static AliasResult name(StringRef alias, raw_ostream &os) {
    os << alias;
    return AliasResult::FinalAlias;
  }
};

LogicalResult verifyBytes(Operation *op, NamedAttribute attribute) {
  auto bytes = dyn_cast<IntegerAttr>(attribute.getValue());
  if (!bytes || !bytes.getType().isSignlessInteger(64) || bytes.getInt() < 0)
    return op->emitOpError() << "has '" << attribute.getName().getValue()
                             << "' that is not a number of bytes (a 64-bit integer, 0 or more)";
  return success();
}

LogicalResult verifyOffsets(Operation *op, NamedAttribute attribute) {
  auto offsets = dyn_cast<DenseI64ArrayAttr>(attribute.getValue());
  if (!offsets || offsets.size() + 1 != int64_t(op->getNumResults()) ||
      llvm::any_of(offsets.asArrayRef(), [](int64_t offset) { return offset < 0; }))
    return op->emitOpError() << "has '" << attribute.getName().getValue()
                             << "' that is not a number of bytes for each result behind the first";
  return success();
}

LogicalResult verifyGrid(Operation *op, NamedAttribute attribute) {
  auto type = dyn_cast<TypeAttr>(attribute.getValue());
  if (!type || !isa<quant::UniformQuantizedType, quant::UniformQuantizedPerAxisType>(type.getValue()))
    return op->emitOpError() << "has '" << attribute.getName().getValue() << "' that is not a uniform quantized type";
  auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type.getValue());
  auto result = op->getNumResults() == 1 ? dyn_cast<RankedTensorType>(op->getResult(0).getType()) : nullptr;
  bool fits = result &&
              (!perAxis || (perAxis.getQuantizedDimension() < result.getRank() &&
                            result.getDimSize(perAxis.getQuantizedDimension()) == int64_t(perAxis.getScales().size())));
  if (!fits)
    return op->emitOpError() << "has '" << attribute.getName().getValue() << "' that does not fit its result";
  return success();
}

LogicalResult verifyGrids(Operation *op, NamedAttribute attribute) {
  auto list = dyn_cast<ArrayAttr>(attribute.getValue());
  if (!list || list.size() != op->getNumResults())
    return op->emitOpError() << "has 'npu.grids' that is not a list of a grid per result";
  for (auto [grid, result] : llvm::zip(list, op->getResultTypes())) {
    auto type = dyn_cast<TypeAttr>(grid);
    auto quantized = type ? dyn_cast<quant::UniformQuantizedType>(type.getValue()) : nullptr;
    bool fits = quantized && getElementTypeOrSelf(result).isInteger(quantized.getStorageTypeIntegralWidth());
    if (!isa<UnitAttr>(grid) && !fits)
      return op->emitOpError() << "has 'npu.grids' of " << grid << ", which does not fit " << result;
  }
  return success();
}

LogicalResult verifyPortAttribute(Operation *op, NamedAttribute attribute) {
  StringRef name = attribute.getName();
  if (name == offsetAttrName)
    return verifyBytes(op, attribute);
  if (name == gridAttrName) {
    auto type = dyn_cast<TypeAttr>(attribute.getValue());
    if (type && isa<quant::UniformQuantizedType, quant::UniformQuantizedPerAxisType>(type.getValue()))
      return success();
    return op->emitOpError() << "has '" << name << "' on an argument that is not a uniform quantized type";
  }
  if (name == modelOutputAttrName && isa<StringAttr>(attribute.getValue()))
    return success();
  if (name != hostStepsAttrName)
    return op->emitOpError() << "has an unknown attribute '" << name << "' on an argument or result";
  auto steps = dyn_cast<ArrayAttr>(attribute.getValue());
  if (!steps || !llvm::all_of(steps, llvm::IsaPred<HostStepAttrInterface>))
    return op->emitOpError() << "has '" << name << "' that is not a list of host steps";
  return success();
}

} // namespace

void NpuDialect::initialize() {
  registerAttributes();
  registerNpuDialectOperations(this);
  addInterfaces<NpuAsmInterface>();
}

Operation *NpuDialect::materializeConstant(OpBuilder &builder, Attribute value, Type type, Location location) {
  auto elements = dyn_cast<ElementsAttr>(value);
  if (!elements || elements.getType() != type)
    return nullptr;
  return ConstantOp::create(builder, location, elements);
}

LogicalResult NpuDialect::verifyOperationAttribute(Operation *op, NamedAttribute attribute) {
  StringRef name = attribute.getName();
  if (name == offsetAttrName || name == arenaBytesAttrName || name == arenaLowerBoundAttrName)
    return verifyBytes(op, attribute);
  if (name == furtherOffsetsAttrName)
    return verifyOffsets(op, attribute);
  if (name == requantAttrName && isa<RequantAttr>(attribute.getValue()))
    return success();
  if (name == gridAttrName)
    return verifyGrid(op, attribute);
  if (name == gridsAttrName)
    return verifyGrids(op, attribute);
  if (name != targetAttrName)
    return op->emitOpError() << "has an unknown attribute '" << name << "'";
  if (!isa<TargetAttr>(attribute.getValue()))
    return op->emitOpError() << "has '" << name << "' that is not a #npu.target";
  return success();
}

LogicalResult NpuDialect::verifyRegionArgAttribute(Operation *op, unsigned, unsigned, NamedAttribute attribute) {
  return verifyPortAttribute(op, attribute);
}

LogicalResult NpuDialect::verifyRegionResultAttribute(Operation *op, unsigned, unsigned, NamedAttribute attribute) {
  return verifyPortAttribute(op, attribute);
}

} // namespace tare::npu
