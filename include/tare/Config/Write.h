//===- Write.h - What holds of each layer, as text --------------*- C++ -*-===//
#ifndef TARE_CONFIG_WRITE_H
#define TARE_CONFIG_WRITE_H

#include "tare/Config/Apply.h"

#include <map>
#include <string>

namespace tare::config {

/// What holds of layers of which no rule says anything.
struct Defaults {
  /// The names of the model and of the target, for the file's first lines.
  std::string model, target;
  unsigned bits = 8;
  bool symmetric = false, perChannel = true, biasCorrection = false, adaptiveRounding = false;
  /// By the names of values, the name of the method that finds their ranges, as `--method` has it.
  std::map<std::string, std::string> methods = {};
  double percentile = 99.99;
};

/// What holds of the layer in the end: of each setting that it takes what rules say, or the default. A fixed grid has
/// no method; widths that are not those of all (Layer::hasOwnWidth) are not said.
Settings effectiveSettings(const Layer &layer, const Settings &chosen, const Defaults &defaults);

/// The effective configuration in YAML, a rule for each layer: read again it changes nothing.
std::string writeYaml(const std::vector<Layer> &layers, const Outcome &outcome, const Defaults &defaults);

/// One rule in YAML, about what gives these values, with a comment behind the names unless it is empty.
std::string ruleOfValues(const std::vector<std::string> &values, const Settings &settings, const std::string &comment);

} // namespace tare::config

#endif // TARE_CONFIG_WRITE_H
