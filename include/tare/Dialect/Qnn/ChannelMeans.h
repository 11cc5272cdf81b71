//===- ChannelMeans.h - What layers read, on average ------------*- C++ -*-===//
#ifndef TARE_DIALECT_QNN_CHANNELMEANS_H
#define TARE_DIALECT_QNN_CHANNELMEANS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Operation.h"

#include <map>
#include <string>
#include <vector>

namespace tare::qnn {

/// The discardable attribute of a function: the means that calibration saw of activations, one for each input channel
/// of the layers with weights that read them, by the names of values: {NAME = array<f64>}.
inline constexpr llvm::StringLiteral channelMeansAttrName = "qnn.channel_means";

using ChannelMeans = std::map<std::string, std::vector<double>, std::less<>>;

mlir::DictionaryAttr toAttr(mlir::MLIRContext *context, const ChannelMeans &means);
/// Whether an attribute has that form.
bool isChannelMeans(mlir::Attribute attribute);
/// Those of a function; none where it has no such attribute.
ChannelMeans channelMeansOf(mlir::Operation *function);

/// The axis of the input channels in the activation of a layer with weights.
int64_t inputChannelAxis(mlir::Operation *op);

} // namespace tare::qnn

#endif // TARE_DIALECT_QNN_CHANNELMEANS_H
