//===- MovedChannels.h - Channels behind reshapes and transposes -*- C++ -*-===//
#ifndef TARE_PASSES_GRAPH_MOVEDCHANNELS_H
#define TARE_PASSES_GRAPH_MOVEDCHANNELS_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/SmallVector.h"

#include <optional>

namespace tare {

/// The reshapes and transposes that `value` ends, as far as nobody else reads what they give: the last one first.
llvm::SmallVector<mlir::Operation *> ownMovementsBefore(mlir::Value value);

/// Which way elements are followed through movements.
enum class Direction { forward, backward };

/// Numbers of a tensor of `shape`, one per index along `axis`, as numbers per index along `channelAxis` of the tensor
/// that the movements, the last one first, make of that one; backward, of the tensor that they made it of. Nothing
/// where the elements of a channel would have different numbers.
std::optional<llvm::SmallVector<double>> movedChannels(llvm::ArrayRef<double> numbers, llvm::ArrayRef<int64_t> shape,
                                                       int64_t axis, llvm::ArrayRef<mlir::Operation *> movements,
                                                       Direction direction, llvm::ArrayRef<int64_t> movedShape,
                                                       int64_t channelAxis);

} // namespace tare

#endif // TARE_PASSES_GRAPH_MOVEDCHANNELS_H
