//===- OutputExits.h - Where outputs leave the program ----------*- C++ -*-===//
#ifndef TARE_PASSES_LAYOUT_OUTPUTEXITS_H
#define TARE_PASSES_LAYOUT_OUTPUTEXITS_H

#include "mlir/IR/Builders.h"

namespace tare {

/// What the host is to do at the border.
struct HostKinds {
  bool quantize = false, dequantize = false, transpose = false, concat = false;
};

/// A value that leaves the program, and what the host does with it then (#npu.*_step). A step that joins takes the
/// values of exits before, too.
struct Exit {
  mlir::Value value;
  llvm::SmallVector<mlir::Attribute> steps;
};

/// The host's step in place of `op`: a quantize, dequantize, transpose, reshape, slice or concat.
mlir::Attribute hostStepFor(mlir::Operation *op);

/// Where the model's output `value` leaves the program if ops of the chosen kinds, and what only moves elements behind
/// them, are the host's: one exit, or several in the order in which its steps join them. New ops, which move integers
/// where real numbers were moved, are made at the builder's place; `strip` is called for each op that is the host's.
llvm::SmallVector<Exit, 1> exitsOf(mlir::Value value, HostKinds kinds, mlir::OpBuilder &builder,
                                   llvm::function_ref<void(mlir::Operation *)> strip);

} // namespace tare

#endif // TARE_PASSES_LAYOUT_OUTPUTEXITS_H
