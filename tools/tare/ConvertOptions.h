//===- ConvertOptions.h - What tare convert is asked for --------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_CONVERTOPTIONS_H
#define TARE_TOOLS_TARE_CONVERTOPTIONS_H

#include "CSourceArguments.h"
#include "Driver/Compile/Request.h"
#include "FileArguments.h"

namespace tare {

/// The options of `tare convert`.
struct ConvertOptions : driver::CompileOptions {
  void addTo(CLI::App &app, FileArguments &files);
  /// After parsing. An error where an option is given without what it belongs to.
  Status settle();

  CSourceArguments c;
  bool noRepair = false;
  /// "on" or "off".
  std::string biasCorrection = "off", equalize = "off";
};

} // namespace tare

#endif // TARE_TOOLS_TARE_CONVERTOPTIONS_H
