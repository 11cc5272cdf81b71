//===- NarrowSoftmax.h - A softmax that rounds each step --------*- C++ -*-===//
#ifndef TARE_LIB_HOST_ATTENTION_NARROWSOFTMAX_H
#define TARE_LIB_HOST_ATTENTION_NARROWSOFTMAX_H

#include "DataTypes.h"
#include "tare/Host/Attributes.h"

#include <optional>
#include <span>

namespace tare::host {

/// The attribute by which the importer says that a node computes in float16 or bfloat16, whose numbers are float32 ones
/// here: ONNX's number of the type.
constexpr std::string_view floatTypeAttribute = "float_type";

/// A type of 16 bits that steps are rounded to; nothing for the others, in which all is computed as float32.
std::optional<DataType> narrowType(int64_t number);
std::optional<DataType> narrowType(const Attributes &attributes);

/// In place, as onnx.reference computes it: differences, exponentials, their sum and the shares are numbers of the
/// type. ONNX does not say how a sum is rounded. That of float16 is once; of bfloat16 each addition is, one after the
/// other as the reference has it of fewer than 8 numbers. More are added pairwise: the reference's own sum of ones ends
/// at 256. Zeros where the greatest is -infinity.
void narrowSoftmax(DataType type, std::span<float> row);

} // namespace tare::host

#endif // TARE_LIB_HOST_ATTENTION_NARROWSOFTMAX_H
