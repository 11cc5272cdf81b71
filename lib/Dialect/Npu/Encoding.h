//===- Encoding.h - From an op to its program struct ------------*- C++ -*-===//
//
// One fill() per operator, for the op itself and for its adaptor (before the op
// exists, when its result type is inferred).
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_DIALECT_NPU_ENCODING_H
#define TARE_LIB_DIALECT_NPU_ENCODING_H

#include "ScaleList.h"
#include "tare/Dialect/Npu/NpuOps.h"

namespace tare::npu {

/// Infers by the kernel; its message, at `location` if there is one, on
/// failure.
mlir::LogicalResult inferResultType(mlir::MLIRContext *context, std::optional<mlir::Location> location,
                                    const program::OpUnion &parameters, mlir::ValueRange operands,
                                    llvm::SmallVectorImpl<mlir::Type> &types);

inline std::unique_ptr<program::RequantT> encodeRequant(RequantAttr requant) {
  return requant ? requant.encode() : nullptr;
}
inline std::unique_ptr<program::RequantT> encodeRequant(std::optional<RequantAttr> requant) {
  return requant ? requant->encode() : nullptr;
}

template <typename Op> void fillWindow(auto &table, Op op) {
  table.strides = op.getStrides().vec();
  table.pads = op.getPads().vec();
}

template <typename Op> void fillOperandZeroPoints(auto &table, Op op) {
  table.lhs_zero_point = op.getLhsZeroPoint();
  table.rhs_zero_point = op.getRhsZeroPoint();
}

template <typename Op> void fill(program::ConvT &table, Op op) {
  fillWindow(table, op);
  table.dilations = op.getDilations().vec();
  table.group = op.getGroup();
  table.input_zero_point = op.getInputZeroPoint();
  table.requant = encodeRequant(op.getRequant());
}

template <typename Op> void fill(program::ConvTransposeT &table, Op op) {
  fillWindow(table, op);
  table.dilations = op.getDilations().vec();
  table.output_padding = op.getOutputPadding().vec();
  table.group = op.getGroup();
  table.input_zero_point = op.getInputZeroPoint();
  table.requant = encodeRequant(op.getRequant());
}

template <typename Op> void fill(program::LinearT &table, Op op) { table.requant = encodeRequant(op.getRequant()); }

template <typename Op> void fill(program::MatMulT &table, Op op) {
  fillOperandZeroPoints(table, op);
  table.requant = encodeRequant(op.getRequant());
}

template <typename Op> void fill(program::AddT &table, Op op) {
  fillOperandZeroPoints(table, op);
  table.lhs_multiplier = op.getLhsMultiplier();
  table.rhs_multiplier = op.getRhsMultiplier();
  table.shift = op.getShift();
  table.zero_point = op.getZeroPoint();
  table.clamp_min = op.getClampMin();
  table.clamp_max = op.getClampMax();
  table.rounding = op.getRounding();
}

template <typename Op> void fill(program::MulT &table, Op op) {
  fillOperandZeroPoints(table, op);
  table.requant = encodeRequant(op.getRequant());
}

inline ElementType activationOf(mlir::Type type) { return type.isInteger(8) ? ElementType::i8 : ElementType::i16; }

template <typename Op> void fill(program::RescaleT &table, Op op) {
  table.input_zero_point = op.getInputZeroPoint();
  table.requant = encodeRequant(op.getRequant());
  if (std::optional<mlir::Type> output = op.getOutput())
    table.output = activationOf(*output);
}

template <typename Op> void fill(program::LookupT &table, Op op) {
  if (std::optional<FunctionAttr> function = op.getFunction())
    table.function = (*function).encode();
  if (std::optional<llvm::ArrayRef<int32_t>> reach = op.getReach())
    table.reach = reach->vec();
}

template <typename Op> void fill(program::MaxPoolT &table, Op op) {
  fillWindow(table, op);
  table.kernel = op.getKernel().vec();
  table.dilations = op.getDilations().vec();
}

template <typename Op> void fill(program::AveragePoolT &table, Op op) {
  fillWindow(table, op);
  table.kernel = op.getKernel().vec();
  table.count_include_pad = op.getCountIncludePad();
  table.input_zero_point = op.getInputZeroPoint();
  table.requant = encodeRequant(op.getRequant());
}

template <typename Op> void fill(program::ReduceMeanT &table, Op op) {
  table.axes = op.getAxes().vec();
  table.keep_dims = !op.getDropDims();
  table.input_zero_point = op.getInputZeroPoint();
  table.requant = encodeRequant(op.getRequant());
}

template <typename Op> void fill(program::SoftmaxT &table, Op op) {
  table.axis = op.getAxis();
  table.requant = encodeRequant(op.getRequant());
}

template <typename Op> void fill(program::ConcatT &table, Op op) { table.axis = op.getAxis(); }

template <typename Op> void fill(program::GatherT &table, Op op) { table.axis = op.getAxis(); }

template <typename Op> void fill(program::SliceT &table, Op op) {
  table.starts = op.getStarts().vec();
  table.steps = op.getSteps().vec();
  table.sizes = op.getSizes().vec();
}

template <typename Op> void fill(program::PadT &table, Op op) {
  table.low = op.getLow().vec();
  table.high = op.getHigh().vec();
  table.mode = op.getMode();
  table.value = op.getValue();
}

template <typename Op> void fill(program::ReshapeT &table, Op op) { table.shape = op.getShape().vec(); }

template <typename Op> void fill(program::TransposeT &table, Op op) { table.permutation = op.getPermutation().vec(); }

template <typename Op> void fill(program::ResizeT &table, Op op) {
  table.mode = op.getMode();
  table.weight_bits = op.getWeightBits();
  table.fraction_bits = op.getFractionBits();
  table.input_zero_point = op.getInputZeroPoint();
  table.requant = encodeRequant(op.getRequant());
  for (ResizeAxisAttr axis : op.getAxes().template getAsRange<ResizeAxisAttr>()) {
    auto encoded = std::make_unique<program::ResizeAxisT>();
    encoded->lower = axis.getLower().vec();
    encoded->upper = axis.getUpper().vec();
    encoded->weight.assign(axis.getWeight().begin(), axis.getWeight().end());
    if (mlir::StringAttr coordinates = axis.getCoordinates()) {
      encoded->coordinates = coordinates.str();
      encoded->scale = float(axis.getScale().getValueAsDouble());
    }
    table.axes.push_back(std::move(encoded));
  }
}

template <typename Op> void fill(program::QuantizeT &table, Op op) {
  table.scale = op.getScale().convertToFloat();
  table.zero_point = op.getZeroPoint();
  table.output = activationOf(op.getOutput());
  table.narrow = op.getNarrow();
}

template <typename Op> void fill(program::DequantizeT &table, Op op) {
  table.scales = op.getScales().vec();
  table.axis = op.getAxis();
  table.zero_point = op.getZeroPoint();
}

template <typename Op> void fill(program::NormalizeT &table, Op op) {
  table.axes = op.getAxes().vec();
  table.axis = op.getAxis();
  table.keep_mean = op.getKeepMean();
  table.offset = op.getOffset();
  table.input_zero_point = op.getInputZeroPoint();
  table.requant = encodeRequant(op.getRequant());
}

/// The op's parameters; its required attributes must be there.
template <typename Table, typename Op> program::OpUnion encodeOp(Op op) {
  Table table;
  fill(table, op);
  program::OpUnion result;
  result.Set(std::move(table));
  return result;
}

} // namespace tare::npu

#endif // TARE_LIB_DIALECT_NPU_ENCODING_H
