//===- SchemaJson.h - Tables of the schema as JSON --------------*- C++ -*-===//
#ifndef TARE_DRIVER_INSPECT_SCHEMAJSON_H
#define TARE_DRIVER_INSPECT_SCHEMAJSON_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/JSON.h"

#include <flatbuffers/flatbuffers.h>

namespace tare {

/// Writes the fields of a table of lib/Schema/program.fbs, by the table's name, under their own, in the schema's order:
/// numbers, words of enums, texts, lists and tables. A text or list that is not there is an empty one; a table that is
/// not there is not written, nor is a number: `table` holds its defaults, too (FlatBufferBuilder::ForceDefaults).
/// `isWritten` is asked of each field, which may be not there or an empty list.
void writeFields(llvm::json::OStream &out, const flatbuffers::Table &table, llvm::StringRef name,
                 llvm::function_ref<bool(llvm::StringRef field, bool isEmpty)> isWritten);

} // namespace tare

#endif // TARE_DRIVER_INSPECT_SCHEMAJSON_H
