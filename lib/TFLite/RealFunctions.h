//===- RealFunctions.h - Functions that TFLite has in float -----*- C++ -*-===//
#ifndef TARE_LIB_TFLITE_REALFUNCTIONS_H
#define TARE_LIB_TFLITE_REALFUNCTIONS_H

#include "LayerWriter.h"

namespace tare::tflite {

/// `result` = f(`operand`), both integers, by an operator on real numbers between DEQUANTIZE and QUANTIZE. An error
/// where there is none either.
Status writeInRealNumbers(LayerWriter &layer, const program::FunctionT &function, Index operand, Index result);

} // namespace tare::tflite

#endif // TARE_LIB_TFLITE_REALFUNCTIONS_H
