//===- QnnDialect.cpp - Registration, aliases, discardable attributes -----===//
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "tare/Dialect/Qnn/ChannelMeans.h"
#include "tare/Dialect/Qnn/Choices.h"
#include "tare/Dialect/Qnn/HalfValues.h"
#include "tare/Dialect/Qnn/InputLayouts.h"
#include "tare/Dialect/Qnn/InputProducts.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Dialect/Qnn/RunTimeRanges.h"
#include "tare/Dialect/Qnn/States.h"

using namespace mlir;
using namespace tare::qnn;

#include "tare/Dialect/Qnn/QnnDialect.cpp.inc"
#include "tare/Dialect/Qnn/QnnInterfaces.cpp.inc"

namespace {

/// Quantized types with a scale per channel print long: an alias keeps printed IR readable. The interface hangs on this
/// dialect although the types are the quant dialect's, which has none of its own.
struct QnnAliases : OpAsmDialectInterface {
  using OpAsmDialectInterface::OpAsmDialectInterface;

  AliasResult getAlias(Type type, raw_ostream &os) const final {
    auto quantized = dyn_cast<quant::QuantizedType>(type);
    if (!quantized)
      return AliasResult::NoAlias;
    os << (quantized.isSigned() ? "i" : "u") << quantized.getStorageTypeIntegralWidth();
    if (isa<quant::UniformQuantizedPerAxisType>(type))
      os << "_per_axis";
    return AliasResult::OverridableAlias;
  }
};

LogicalResult verifyDiscardable(Operation *op, NamedAttribute attribute) {
  StringRef name = attribute.getName();
  bool isRange = name == rangeAttrName || (name.starts_with(rangeAttrName) && name[rangeAttrName.size()] == '.');
  if (isRange && !isa<RangeAttr>(attribute.getValue()))
    return op->emitOpError("attribute '") << rangeAttrName << "' must be a #qnn.range, found " << attribute.getValue();
  bool isText = llvm::is_contained({portNameAttrName, biasMisfitAttrName, nextStateAttrName, inputLayoutAttrName},
                                   attribute.getName().getValue());
  if (isText && !isa<StringAttr>(attribute.getValue()))
    return op->emitOpError("attribute '")
           << attribute.getName().getValue() << "' must be a string, found " << attribute.getValue();
  bool isFlag = llvm::is_contained({measuredRangesAttrName, portUnsignedAttrName, intermediateAttrName},
                                   attribute.getName().getValue());
  if (isFlag && !isa<UnitAttr>(attribute.getValue()))
    return op->emitOpError("attribute '")
           << attribute.getName().getValue() << "' must be a unit, found " << attribute.getValue();
  auto ends = dyn_cast<DenseF64ArrayAttr>(attribute.getValue());
  if (attribute.getName() == toldApartAttrName && (!ends || ends.size() != 2 || !(ends[0] < ends[1])))
    return op->emitOpError("attribute '")
           << toldApartAttrName << "' must be two ascending numbers, array<f64: low, high>, found "
           << attribute.getValue();
  if (attribute.getName() == leastRowMaximumAttrName && !isa<FloatAttr>(attribute.getValue()))
    return op->emitOpError("attribute '")
           << leastRowMaximumAttrName << "' must be a number, found " << attribute.getValue();
  if (attribute.getName() == portFormatAttrName && !isa<FloatFormatAttr>(attribute.getValue()))
    return op->emitOpError("attribute '")
           << portFormatAttrName << "' must be a #qnn.float_format, found " << attribute.getValue();
  if (attribute.getName() == runTimeRangesAttrName && !isRunTimeRanges(attribute.getValue()))
    return op->emitOpError("attribute '")
           << runTimeRangesAttrName << "' must be {operands = [names], results = [names]}, found "
           << attribute.getValue();
  if (attribute.getName() == channelMeansAttrName && !isChannelMeans(attribute.getValue()))
    return op->emitOpError("attribute '")
           << channelMeansAttrName << "' must be {value = array<f64: ..>, ..}, found " << attribute.getValue();
  if (attribute.getName() == inputProductsAttrName && !isInputProducts(attribute.getValue()))
    return op->emitOpError("attribute '")
           << inputProductsAttrName << "' must be {layer = dense numbers of tensor<groups x K x K x f64>, ..}, found "
           << attribute.getValue();
  if (attribute.getName() == halfValuesAttrName && !isHalfValues(attribute.getValue()))
    return op->emitOpError("attribute '")
           << halfValuesAttrName << "' must be a list of names, found " << attribute.getValue();
  if (attribute.getName() == choicesAttrName)
    if (std::string misfit = misfitOfChoices(attribute.getValue()); !misfit.empty())
      return op->emitOpError("attribute '")
             << choicesAttrName << "' must be {layers = {..}, values = {..}}: " << misfit;
  return success();
}

} // namespace

void QnnDialect::initialize() {
  registerAttributes();
  registerQnnDialectOperations(this);
  addInterfaces<QnnAliases>();
}

Operation *QnnDialect::materializeConstant(OpBuilder &builder, Attribute value, Type type, Location loc) {
  auto elements = dyn_cast<ElementsAttr>(value);
  return elements ? ConstantOp::create(builder, loc, type, elements) : nullptr;
}

LogicalResult QnnDialect::verifyOperationAttribute(Operation *op, NamedAttribute attribute) {
  return verifyDiscardable(op, attribute);
}

LogicalResult QnnDialect::verifyRegionArgAttribute(Operation *op, unsigned, unsigned, NamedAttribute attribute) {
  return verifyDiscardable(op, attribute);
}
