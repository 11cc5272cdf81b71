//===- Remarks.h - What a pass did, what it refused and why -----*- C++ -*-===//
#ifndef TARE_PASSES_REMARKS_H
#define TARE_PASSES_REMARKS_H

#include "mlir/IR/Remarks.h"
#include "tare/Dialect/Qnn/Names.h"

namespace tare {

/// A remark that `pass` did `what` to the layer of `op`. Both names must
/// outlive the remark: literals.
inline mlir::remark::detail::InFlightRemark remarkPassed(mlir::Operation *op, llvm::StringRef pass,
                                                         llvm::StringRef what) {
  auto remark = mlir::remark::passed(op->getLoc(), mlir::remark::RemarkOpts::name(what).category(pass));
  if (remark)
    remark << mlir::remark::detail::Remark::Arg("Layer", qnn::layerName(op));
  return remark;
}

/// A remark that `pass` refused to do `what` to the layer of `op`; the reason
/// follows as mlir::remark::reason.
inline mlir::remark::detail::InFlightRemark remarkMissed(mlir::Operation *op, llvm::StringRef pass,
                                                         llvm::StringRef what) {
  auto remark = mlir::remark::missed(op->getLoc(), mlir::remark::RemarkOpts::name(what).category(pass));
  if (remark)
    remark << mlir::remark::detail::Remark::Arg("Layer", qnn::layerName(op));
  return remark;
}

} // namespace tare

#endif // TARE_PASSES_REMARKS_H
