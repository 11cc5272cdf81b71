//===- SharedValues.cpp - Where an executable has another's values --------===//
#include "Driver/Compare/SharedValues.h"

#include <algorithm>

using namespace tare;

std::map<std::string, size_t> tare::layersByValue(const Executable &executable) {
  std::map<std::string, size_t> result;
  for (size_t i = 0; i != executable.layers().size(); ++i)
    result[executable.layers()[i].value] = i;
  return result;
}

static std::optional<Place> findPort(const std::vector<ExecutablePort> &ports, const std::string &name) {
  auto port = std::ranges::find(ports, name, &ExecutablePort::name);
  return port == ports.end() ? std::nullopt : std::optional(Place{false, size_t(port - ports.begin())});
}

static std::optional<Place> findLayer(const Executable &executable, const std::string &name) {
  const std::map<std::string, size_t> layers = layersByValue(executable);
  auto layer = layers.find(name);
  return layer == layers.end() ? std::nullopt : std::optional(Place{true, layer->second});
}

std::optional<Place> tare::findOutput(const Executable &executable, const std::string &name) {
  std::optional<Place> port = findPort(executable.outputs(), name);
  return port ? port : findLayer(executable, name);
}

/// What a layer of the whole computes, as an input takes it.
static std::optional<Feed> feedOf(const Executable &whole, const ExecutablePort &input) {
  std::optional<Place> layer = findLayer(whole, input.name);
  if (!layer)
    return std::nullopt;
  const TensorType &type = whole.layers()[layer->index].real;
  if (type.element != input.real.element)
    return std::nullopt;
  std::vector<Alignment> candidates = alignments(input.real.shape, type.shape);
  // Of a layout of its own the shape must say which one.
  const bool isSettled = whole.hasModelLayout() ? type.shape == input.real.shape : candidates.size() == 1;
  return isSettled ? std::optional(Feed{*layer, candidates.front()}) : std::nullopt;
}

std::optional<std::vector<Feed>> tare::findFeeds(const Executable &whole, const Executable &part) {
  std::vector<Feed> feeds;
  for (const ExecutablePort &input : part.inputs()) {
    std::optional<Place> port = findPort(whole.inputs(), input.name);
    std::optional<Feed> feed = port ? std::optional(Feed{*port}) : feedOf(whole, input);
    if (!feed || (port && !whole.inputs()[port->index].takesWhat(input)))
      return std::nullopt;
    feeds.push_back(std::move(*feed));
  }
  return feeds;
}
