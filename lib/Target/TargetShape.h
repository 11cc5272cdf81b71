//===- TargetShape.h - Which keys a description may have --------*- C++ -*-===//
#ifndef TARE_LIB_TARGET_TARGETSHAPE_H
#define TARE_LIB_TARGET_TARGETSHAPE_H

#include "tare/Tensor/Result.h"

#include "llvm/ADT/StringRef.h"

namespace tare {

/// Whether each key of the description `yaml` stands in `example`, a description with every key, and holds what it
/// holds there: one value, a list, or keys. What is missing, or no YAML, is said by who reads the values next. The
/// error is "FILE:LINE: ...".
Status checkShape(llvm::StringRef yaml, llvm::StringRef file, llvm::StringRef example);

} // namespace tare

#endif // TARE_LIB_TARGET_TARGETSHAPE_H
