//===- ScaleList.h - Scales as text -----------------------------*- C++ -*-===//
//
// MLIR's own short form of a list of doubles, [0.1, 0.2], prints six digits of
// each: a scale must survive the round trip exactly.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_DIALECT_NPU_SCALELIST_H
#define TARE_LIB_DIALECT_NPU_SCALELIST_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/OpImplementation.h"

namespace tare::npu {

/// [0.5, 0.25], or the alias of such a list.
inline mlir::ParseResult parseScales(mlir::AsmParser &parser, mlir::DenseF64ArrayAttr &scales) {
  if (parser.parseOptionalLSquare())
    return parser.parseAttribute(scales);
  llvm::SmallVector<double> list;
  auto parseElement = [&] { return parser.parseFloat(list.emplace_back()); };
  if (mlir::failed(parser.parseOptionalRSquare()) &&
      (parser.parseCommaSeparatedList(parseElement) || parser.parseRSquare()))
    return mlir::failure();
  scales = mlir::DenseF64ArrayAttr::get(parser.getContext(), list);
  return mlir::success();
}

inline void printScales(mlir::AsmPrinter &printer, mlir::DenseF64ArrayAttr scales) {
  if (mlir::succeeded(printer.printAlias(scales)))
    return;
  printer << "[";
  llvm::interleaveComma(scales.asArrayRef(), printer, [&](double scale) { printer.printFloat(llvm::APFloat(scale)); });
  printer << "]";
}

inline void printScales(mlir::AsmPrinter &printer, mlir::Operation *, mlir::DenseF64ArrayAttr scales) {
  printScales(printer, scales);
}

/// As a parameter of an attribute.
inline mlir::ParseResult parseScales(mlir::AsmParser &parser, mlir::FailureOr<mlir::DenseF64ArrayAttr> &scales) {
  mlir::DenseF64ArrayAttr list;
  if (parseScales(parser, list))
    return mlir::failure();
  scales = list;
  return mlir::success();
}

} // namespace tare::npu

#endif // TARE_LIB_DIALECT_NPU_SCALELIST_H
