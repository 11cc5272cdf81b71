//===- Passes.td - The passes from a float graph to integers ---*- tablegen -*-===//
//
// One file for each step of the pipeline. Each pass has one file in passes/<step>/, and one test of the same name in
// test/passes/<step>/.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_PASSES_TD
#define TARE_PASSES_PASSES_TD

include "tare/Passes/GraphPasses.td"
include "tare/Passes/QuantizePasses.td"
include "tare/Passes/RequantPasses.td"
include "tare/Passes/LoweringPasses.td"
include "tare/Passes/LayoutPasses.td"
include "tare/Passes/MemoryPasses.td"

#endif // TARE_PASSES_PASSES_TD
