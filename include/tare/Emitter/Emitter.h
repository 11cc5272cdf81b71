//===- Emitter.h - From npu IR to a program ---------------------*- C++ -*-===//
#ifndef TARE_EMITTER_EMITTER_H
#define TARE_EMITTER_EMITTER_H

#include "mlir/IR/BuiltinOps.h"
#include "tare/Program/Writer.h"
#include "tare/Tensor/Tensor.h"

namespace tare {

/// A program that is ready for program::serialize() or writeProgram().
struct EmittedProgram {
  program::ProgramT program;
  /// Views of the IR's constants, and of `expanded`.
  program::ConstantData constants;
  /// What has no memory of its own in the IR: splats.
  std::vector<Tensor> expanded;
};

/// The module's @main, lowered to npu ops with planned memory, as a program. The module must outlive the result.
/// Whatever is missing is an error at the op: an address, the target, an operator that the target does not have.
mlir::FailureOr<EmittedProgram> emitProgram(mlir::ModuleOp module);

} // namespace tare

#endif // TARE_EMITTER_EMITTER_H
