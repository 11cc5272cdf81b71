//===- Border.h - The parts of the border's family --------------*- C++ -*-===//
#ifndef TARE_LIB_HOST_BORDER_BORDER_H
#define TARE_LIB_HOST_BORDER_BORDER_H

#include "tare/Host/Operator.h"

namespace tare::host {

/// QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear.
void addLinearQuantization(Operators &all);
/// MatMulInteger, QLinearMatMul and their like.
void addQuantizedProducts(Operators &all);
/// ConvInteger, QLinearConv.
void addQuantizedConvolutions(Operators &all);
/// Microsoft's operators on quantized numbers, element by element.
void addQuantizedElements(Operators &all);

} // namespace tare::host

#endif // TARE_LIB_HOST_BORDER_BORDER_H
