//===- LowConstants.h - Borders and masks in their plainest form -*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_LOWCONSTANTS_H
#define TARE_PASSES_QUANTIZE_LOWCONSTANTS_H

#include "Quantize/RangeBounds.h"

namespace tare {

/// Rewrites what needs no low constant, or has it the other way round:
///
/// - a padding that no max pooling behind it can take is the pooling's own, wherever every window still sees an
/// element;
/// - a slice that cuts all of a padding away slices the padding's operand;
/// - a mask that is subtracted is one that is added, negated;
/// - of a row that is masked from end to end before a softmax, which is as if nothing were, the mask goes.
///
/// A padding that others read, too, stays for these.
void simplifyLowConstants(mlir::func::FuncOp function);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_LOWCONSTANTS_H
