//===- Cut.h - A part of an ONNX graph --------------------------*- C++ -*-===//
//
// What stands behind the values that are asked for, or in front of those that are given, need not be supported, nor
// have known shapes: it is taken away before anything looks at it.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_ONNX_CUT_H
#define TARE_LIB_ONNX_CUT_H

#include "ModelFile.h"
#include "tare/Onnx/Import.h"
#include "llvm/ADT/StringSet.h"

namespace tare::onnx {

/// Gives the graph the outputs of these names in place of its own; leaves it alone where one is no value of it.
void cutOutputs(proto::GraphProto &graph, llvm::ArrayRef<std::string> names);

/// Makes the values of these names inputs of the graph, as the model declares them. False, and nothing is done, where
/// one is no value of it, or its type or shape is not known: `shapes` bind what the model leaves open.
bool cutInputs(proto::GraphProto &graph, llvm::ArrayRef<std::string> names, llvm::ArrayRef<InputShape> shapes);

/// The graph's inputs that its outputs depend on.
llvm::StringSet<> inputsInUse(const proto::GraphProto &graph);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_CUT_H
