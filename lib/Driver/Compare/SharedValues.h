//===- SharedValues.h - Where an executable has another's values -*- C++ -*-===//
#ifndef TARE_DRIVER_COMPARE_SHAREDVALUES_H
#define TARE_DRIVER_COMPARE_SHAREDVALUES_H

#include "Driver/Compare/Difference.h"
#include "Driver/Execute/Executable.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tare {

/// A port of an executable, or the result of one of its layers.
struct Place {
  bool isLayer = false;
  size_t index = 0;
};

/// What one executable takes of another: an input of that, or what a layer of it computes, in the order of dimensions
/// of the input.
struct Feed {
  Place place;
  Alignment alignment = {};
};

/// The layer that holds each value: the last one of that name, which the others lead to.
std::map<std::string, size_t> layersByValue(const Executable &executable);

/// The output of that name, or else the layer whose result has it.
std::optional<Place> findOutput(const Executable &executable, const std::string &name);

/// For each input of `part` where `whole` has it: nothing where it does not have one, or not of the same type and
/// shape.
std::optional<std::vector<Feed>> findFeeds(const Executable &whole, const Executable &part);

} // namespace tare

#endif // TARE_DRIVER_COMPARE_SHAREDVALUES_H
