//===- OutputFile.h - What may be written to ---------------*- C++ -*-===//
#ifndef TARE_DRIVER_OUTPUTFILE_H
#define TARE_DRIVER_OUTPUTFILE_H

#include "tare/Tensor/Result.h"

#include <initializer_list>
#include <span>
#include <string>

namespace tare {

/// An error where the output is the same file as one of the inputs, by whatever name, or as one that is read with it:
/// of a folder of data, or weights beside a model or IR. Inputs that are empty, or no files, are none. To be asked
/// before any work.
Status checkOutput(const std::string &output, std::span<const std::string> inputs);

/// An error where the output's name ends as files of another kind do, by which they are told apart when they are read.
/// An ending that says nothing, as .bin, a device and a pipe take anything. To be asked before any work.
Status checkEnding(const std::string &output, std::initializer_list<std::string_view> endings);

} // namespace tare

#endif // TARE_DRIVER_OUTPUTFILE_H
