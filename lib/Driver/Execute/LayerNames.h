//===- LayerNames.h - Names for arrays of layers' results -------*- C++ -*-===//
#ifndef TARE_DRIVER_EXECUTE_LAYERNAMES_H
#define TARE_DRIVER_EXECUTE_LAYERNAMES_H

#include "Driver/Execute/Executable.h"
#include "tare/Schema/program_generated.h"

namespace tare {

/// A distinct name for each layer's result: the layer's, where it is taken the value's, where that is taken too the
/// layer's with a number ("conv1:2"). An output's name is taken. Of several layers of one name the last has it: it
/// holds what the node gives, the others lead to it.
std::vector<std::string> arrayNames(const std::vector<ExecutablePort> &outputs,
                                    const std::vector<ExecutableLayer> &layers);

/// The same of a program's layers, for tables: copies of a layer, which have its name, are told apart.
std::vector<std::string> layerLabels(const program::ProgramT &program);

} // namespace tare

#endif // TARE_DRIVER_EXECUTE_LAYERNAMES_H
