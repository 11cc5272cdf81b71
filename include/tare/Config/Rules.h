//===- Rules.h - A configuration: rules, in order ---------------*- C++ -*-===//
//
// docs/configuration.md explains the file and its keys.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_CONFIG_RULES_H
#define TARE_CONFIG_RULES_H

#include "tare/Config/Settings.h"
#include "tare/Tensor/Result.h"

#include "llvm/ADT/StringRef.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tare::config {

/// Which layers a rule is about: those that satisfy every condition that it has; of a condition with several names, any
/// of these.
struct Selector {
  /// Names of layers, or globs of them: a name that is no layer's is a glob.
  std::vector<std::string> layers = {};
  /// Extended regular expressions, of which one is found somewhere in the layer's name.
  std::vector<std::string> regexes = {};
  /// Operators by Tare's names ("conv"), or of layers of the host by ONNX's ("TopK"), in any case; "input" is an input
  /// of the network.
  std::vector<std::string> operators = {};
  /// Names of values that a layer gives, or globs of them.
  std::vector<std::string> values = {};
  /// Names of layers whose activation it gives, before what keeps its grid.
  std::vector<std::string> feeds = {};
  /// Names of values or of weights, as the model has them: what is said of activations is of values, what is said of
  /// weights of these.
  std::vector<std::string> tensors = {};
  /// What lies on a way from the first value to the second; its layer is part of it. Empty where nothing is said.
  std::pair<std::string, std::string> between = {};

  /// By the names of a configuration's file: "layer 'conv*'".
  std::string text() const;
};

struct Rule {
  Selector selector;
  Settings settings;
  /// "FILE:LINE", for messages.
  std::string place;
  /// The axis of the model's tensor that the scales of weights run along; nothing where that is not said.
  std::optional<int64_t> weightsAxis = std::nullopt;
  /// Whether it may name what the network does not have, as tables that other tools write of every tensor do.
  bool isLenient = false;
};

/// Rules in the order in which they are applied: later ones win.
using Rules = std::vector<Rule>;

/// Reads the text of a configuration in YAML. Errors are "FILE:LINE: .."; an unknown key is one.
Result<Rules> parseRules(llvm::StringRef text, const std::string &file);

/// Reads files one behind the other, so that what a later one says wins: configurations, and what other tools write
/// (tare/Config/Tables.h), told apart by their contents.
Result<Rules> readRules(const std::vector<std::string> &files);

} // namespace tare::config

#endif // TARE_CONFIG_RULES_H
