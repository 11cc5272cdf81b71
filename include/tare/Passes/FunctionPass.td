//===- FunctionPass.td - A pass over one graph -----------------*- tablegen -*-===//
#ifndef TARE_PASSES_FUNCTIONPASS_TD
#define TARE_PASSES_FUNCTIONPASS_TD

include "mlir/Pass/PassBase.td"

/// tare/Passes/FunctionPass.h.
class FunctionPass<string argument> : PassBase<argument, "::tare::FunctionPass">;

#endif // TARE_PASSES_FUNCTIONPASS_TD
