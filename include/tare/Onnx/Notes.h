//===- Notes.h - What Tare notes in models that it writes -------*- C++ -*-===//
//
// Keys of the metadata (metadata_props) of nodes, of inputs and of the model, where ONNX has no other place for it. The
// import takes them back, so that a model that was written gives the program that it was written of.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_ONNX_NOTES_H
#define TARE_ONNX_NOTES_H

#include "llvm/ADT/StringRef.h"

namespace tare::onnx {

/// Of a node: the layer that it belongs to, where that is not its name, which no other node may have.
inline constexpr llvm::StringLiteral layerNote = "tare.layer";
/// Of a node: the value that its first result holds, where that is not the result's name; of further results with their
/// number behind, "tare.value.1". Also of the inputs of a loop's body.
inline constexpr llvm::StringLiteral valueNote = "tare.value";
/// Of the same: the range that calibration found of the value, "LEAST GREATEST LABEL".
inline constexpr llvm::StringLiteral rangeNote = "tare.range";
/// Of a softmax: what calibration saw of its rows (qnn.least_row_maximum), a number.
inline constexpr llvm::StringLiteral leastRowMaximumNote = "tare.least_row_maximum";
/// Of a Scan: the value that is the step's number.
inline constexpr llvm::StringLiteral stepNote = "tare.step";
/// Of a node that is a part of a layer with a function, and of that function (qnn.in_layer): "true".
inline constexpr llvm::StringLiteral inLayerNote = "tare.in_layer";
/// Of an input: between which numbers its readers tell any apart (qnn.told_apart), "LOW HIGH".
inline constexpr llvm::StringLiteral toldApartNote = "tare.told_apart";
/// Of the model: the name of the hardware that it was quantized for.
inline constexpr llvm::StringLiteral targetNote = "tare.target";

} // namespace tare::onnx

#endif // TARE_ONNX_NOTES_H
