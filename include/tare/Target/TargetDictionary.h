//===- TargetDictionary.h - Target descriptions as attributes ---*- C++ -*-===//
#ifndef TARE_TARGET_TARGETDICTIONARY_H
#define TARE_TARGET_TARGETDICTIONARY_H

#include "tare/Target/Target.h"

#include "mlir/IR/BuiltinAttributes.h"

namespace tare {

/// The keys and values of the YAML description as attributes: integers,
/// booleans, strings, lists, dictionaries.
mlir::DictionaryAttr toDictionary(mlir::MLIRContext *context, const Target &target);

/// The target that the dictionary describes, under the rules of the YAML
/// description.
Result<Target> fromDictionary(mlir::DictionaryAttr dictionary);

} // namespace tare

#endif // TARE_TARGET_TARGETDICTIONARY_H
