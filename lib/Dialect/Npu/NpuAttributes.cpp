//===- NpuAttributes.cpp - Attributes of the hardware dialect -------------===//
#include "tare/Dialect/Npu/NpuAttributes.h"

#include "ScaleList.h"

#include "tare/Dialect/Npu/NpuDialect.h"

#include "tare/Target/TargetDictionary.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

#define GET_ATTRDEF_CLASSES
#include "tare/Dialect/Npu/NpuAttributes.cpp.inc"

namespace tare::npu {

void NpuDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "tare/Dialect/Npu/NpuAttributes.cpp.inc"
      >();
}

// What a byte of the program cannot hold must not get as far as the encoding;
// all else is the kernels' to check.
static LogicalResult verifyShifts(function_ref<InFlightDiagnostic()> emitError, ArrayRef<int32_t> shifts) {
  for (int32_t shift : shifts)
    if (shift < 0 || shift > UINT8_MAX)
      return emitError() << "shift " << shift << " is not in [0, 255]";
  return success();
}

LogicalResult RequantAttr::verify(function_ref<InFlightDiagnostic()> emitError, ArrayRef<int32_t>,
                                  ArrayRef<int32_t> shifts, StagesAttr, LayerFunctionAttr, int32_t, int32_t, int32_t,
                                  program::Rounding) {
  return verifyShifts(emitError, shifts);
}

LogicalResult StagesAttr::verify(function_ref<InFlightDiagnostic()> emitError, ArrayRef<int32_t> shifts,
                                 ArrayRef<int32_t>) {
  if (shifts.size() != 3)
    return emitError() << "has " << shifts.size() << " shifts; expected 3, one for each stage";
  return verifyShifts(emitError, shifts);
}

LogicalResult LayerFunctionAttr::verify(function_ref<InFlightDiagnostic()> emitError, ArrayRef<int32_t> shifts, int32_t,
                                        FloatAttr scale, int32_t fractionBits, ArrayRef<int32_t> table, FunctionAttr) {
  if (!scale.getType().isF64())
    return emitError() << "has a scale of type " << scale.getType() << "; expected f64";
  if (fractionBits < 0 || fractionBits > UINT8_MAX)
    return emitError() << "fraction_bits " << fractionBits << " is not in [0, 255]";
  for (int32_t entry : table)
    if (entry != int16_t(entry))
      return emitError() << "table entry " << entry << " is not in [-32768, 32767]";
  return verifyShifts(emitError, shifts);
}

std::unique_ptr<program::LayerFunctionT> LayerFunctionAttr::encode() const {
  auto table = std::make_unique<program::LayerFunctionT>();
  table->shifts.assign(getShifts().begin(), getShifts().end());
  table->zero_point = getZeroPoint();
  table->fraction_bits = uint8_t(getFractionBits());
  table->table.assign(getTable().begin(), getTable().end());
  table->scale = getScale().getValueAsDouble();
  table->function = getFunction().encode();
  return table;
}

std::unique_ptr<program::RequantT> RequantAttr::encode() const {
  auto table = std::make_unique<program::RequantT>();
  table->multipliers = getMultipliers().vec();
  table->shifts.assign(getShifts().begin(), getShifts().end());
  table->zero_point = getZeroPoint();
  table->clamp_min = getClampMin();
  table->clamp_max = getClampMax();
  table->rounding = getRounding();
  if (StagesAttr stages = getStages()) {
    table->stages = std::make_unique<program::StagesT>();
    table->stages->accumulator_shift = stages.getShifts()[0];
    table->stages->product_shift = stages.getShifts()[1];
    table->stages->output_shift = stages.getShifts()[2];
    table->stages->bias = stages.getBias().vec();
  }
  if (LayerFunctionAttr function = getFunction())
    table->function = function.encode();
  return table;
}

std::unique_ptr<program::FunctionT> FunctionAttr::encode() const {
  auto table = std::make_unique<program::FunctionT>();
  table->kind = getKind();
  table->parameters = getParameters().asArrayRef().vec();
  table->clamp_min = getClampMin();
  table->clamp_max = getClampMax();
  return table;
}

LogicalResult ResizeAxisAttr::verify(function_ref<InFlightDiagnostic()> emitError, ArrayRef<int32_t>, ArrayRef<int32_t>,
                                     ArrayRef<int32_t> weight, StringAttr coordinates, FloatAttr scale) {
  if (bool(coordinates) != bool(scale))
    return emitError() << "has only one of coordinates and scale";
  for (int32_t w : weight)
    if (w < 0 || w > UINT16_MAX)
      return emitError() << "weight " << w << " is not in [0, 65535]";
  return success();
}

LogicalResult QuantizeStepAttr::verify(function_ref<InFlightDiagnostic()> emitError, FloatAttr scale, int32_t,
                                       Type output, bool) {
  if (!scale.getType().isF32())
    return emitError() << "has a scale of type " << scale.getType() << "; expected f32";
  if (!output.isSignlessInteger(8) && !output.isSignlessInteger(16))
    return emitError() << "has output " << output << "; expected i8 or i16";
  return success();
}

TargetAttr TargetAttr::get(MLIRContext *context, const Target &target) {
  return get(context, toDictionary(context, target));
}

LogicalResult TargetAttr::verify(function_ref<InFlightDiagnostic()> emitError, DictionaryAttr description) {
  Result<Target> target = fromDictionary(description);
  if (!target)
    return emitError() << target.error().message;
  return success();
}

Target TargetAttr::getTarget() const { return *fromDictionary(getDescription()); }

FailureOr<Target> getTarget(Operation *op) {
  for (Operation *scope = op; scope; scope = scope->getParentOp())
    if (auto target = scope->getAttrOfType<TargetAttr>(targetAttrName))
      return target.getTarget();
  return op->emitError() << "the module has no '" << targetAttrName << "': run --tare-set-target first";
}

template <typename Table> static program::OpUnion wrap(Table table) {
  program::OpUnion result;
  result.Set(std::move(table));
  return result;
}

program::OpUnion QuantizeStepAttr::encode() const {
  program::QuantizeT table;
  table.scale = getScale().getValue().convertToFloat();
  table.zero_point = getZeroPoint();
  table.output = getOutput().isInteger(8) ? ElementType::i8 : ElementType::i16;
  table.narrow = getNarrow();
  return wrap(std::move(table));
}

program::OpUnion DequantizeStepAttr::encode() const {
  program::DequantizeT table;
  table.scales = getScales().asArrayRef().vec();
  table.axis = getAxis();
  table.zero_point = getZeroPoint();
  return wrap(std::move(table));
}

program::OpUnion TransposeStepAttr::encode() const {
  program::TransposeT table;
  table.permutation = getPermutation().vec();
  return wrap(std::move(table));
}

program::OpUnion ReshapeStepAttr::encode() const {
  program::ReshapeT table;
  table.shape = getShape().vec();
  return wrap(std::move(table));
}

program::OpUnion SliceStepAttr::encode() const {
  program::SliceT table;
  table.starts = getStarts().vec();
  table.steps = getSteps().vec();
  table.sizes = getSizes().vec();
  return wrap(std::move(table));
}

LogicalResult ConcatStepAttr::verify(function_ref<InFlightDiagnostic()> emitError, int32_t, uint32_t count) {
  return count != 0 ? success() : emitError() << "joins 0 values; expected at least 1";
}

program::OpUnion ConcatStepAttr::encode() const {
  program::ConcatT table;
  table.axis = getAxis();
  return wrap(std::move(table));
}

} // namespace tare::npu
