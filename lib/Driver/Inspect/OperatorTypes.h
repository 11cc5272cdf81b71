//===- OperatorTypes.h - A target's operators in JSON -----------*- C++ -*-===//
#ifndef TARE_DRIVER_INSPECT_OPERATORTYPES_H
#define TARE_DRIVER_INSPECT_OPERATORTYPES_H

#include "tare/Target/Target.h"

#include "llvm/Support/JSON.h"

namespace tare {

/// `"KEY": {"conv": ["i8"], "linear": ["i8", "i16"]}`
inline void writeOperators(llvm::json::OStream &out, llvm::StringRef key, llvm::ArrayRef<OperatorFormat> operators) {
  out.attributeObject(key, [&] {
    for (const OperatorFormat &format : operators)
      out.attributeArray(format.name, [&] {
        for (ElementType type : format.types)
          out.value(EnumNameElementType(type));
      });
  });
}

} // namespace tare

#endif // TARE_DRIVER_INSPECT_OPERATORTYPES_H
