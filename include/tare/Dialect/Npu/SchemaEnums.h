//===- SchemaEnums.h - The program schema's enums in text -------*- C++ -*-===//
//
// An enum's names stand in the schema alone; printing and parsing read the
// table that flatc made of them.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DIALECT_NPU_SCHEMAENUMS_H
#define TARE_DIALECT_NPU_SCHEMAENUMS_H

#include "tare/Schema/program_generated.h"

#include "mlir/IR/OpImplementation.h"

namespace tare::npu {

/// The enum's names in order of value, ending in nullptr.
template <typename Enum> const char *const *schemaNames();
template <> inline const char *const *schemaNames<program::Rounding>() { return program::EnumNamesRounding(); }
template <> inline const char *const *schemaNames<program::PadMode>() { return program::EnumNamesPadMode(); }
template <> inline const char *const *schemaNames<program::ResizeMode>() { return program::EnumNamesResizeMode(); }
template <> inline const char *const *schemaNames<program::FunctionKind>() { return program::EnumNamesFunctionKind(); }

/// The value's name in the schema.
template <typename Enum> llvm::StringRef nameOf(Enum value) { return schemaNames<Enum>()[static_cast<size_t>(value)]; }

/// The value of that name, or nothing.
template <typename Enum> std::optional<Enum> parseSchemaName(llvm::StringRef name) {
  for (size_t i = 0; schemaNames<Enum>()[i]; ++i)
    if (name == schemaNames<Enum>()[i])
      return static_cast<Enum>(i);
  return std::nullopt;
}

/// "half_up, half_away, ..." for error messages.
template <typename Enum> std::string listSchemaNames() {
  std::string list;
  for (size_t i = 0; schemaNames<Enum>()[i]; ++i)
    list += (i ? ", " : "") + std::string(schemaNames<Enum>()[i]);
  return list;
}

/// Parses a keyword that names a value.
template <typename Enum> mlir::FailureOr<Enum> parseSchemaEnum(mlir::AsmParser &parser) {
  llvm::SMLoc location = parser.getCurrentLocation();
  llvm::StringRef keyword;
  if (parser.parseKeyword(&keyword))
    return mlir::failure();
  if (std::optional<Enum> value = parseSchemaName<Enum>(keyword))
    return *value;
  parser.emitError(location) << "'" << keyword << "' is none of " << listSchemaNames<Enum>();
  return mlir::failure();
}

} // namespace tare::npu

#endif // TARE_DIALECT_NPU_SCHEMAENUMS_H
