//===- RoomForTables.h - Grids that hold what tables reach -----*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_ROOMFORTABLES_H
#define TARE_PASSES_QUANTIZE_ROOMFORTABLES_H

#include "Quantize/GridGroups.h"

namespace tare {

/// (A60) Makes grids of functions' results hold what the tables have at the first entry beyond what data reach, so that
/// no line that data are on is cut.
void leaveRoomForTables(llvm::ArrayRef<mlir::Operation *> ops, GridGroups &groups);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_ROOMFORTABLES_H
