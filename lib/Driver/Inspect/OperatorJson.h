//===- OperatorJson.h - An operator's parameters as JSON --------*- C++ -*-===//
#ifndef TARE_DRIVER_INSPECT_OPERATORJSON_H
#define TARE_DRIVER_INSPECT_OPERATORJSON_H

#include "tare/Schema/program_generated.h"

#include "llvm/Support/JSON.h"

namespace tare {

/// The operator's parameters under the names of the schema (lib/Schema/program.fbs), apart from its requantization.
void writeParameters(llvm::json::OStream &out, const program::OpUnion &op);

/// What a layer reads behind its accumulator; its multipliers are the requantization's.
void writeLayerFunction(llvm::json::OStream &out, const program::LayerFunctionT &function);
/// The shifts and the bias of a requantization in three stages.
void writeStages(llvm::json::OStream &out, const program::StagesT &stages);

/// A requantization's parameters: the one place that knows how they are written.
void writeRequant(llvm::json::OStream &out, const program::RequantT &requant);

} // namespace tare

#endif // TARE_DRIVER_INSPECT_OPERATORJSON_H
