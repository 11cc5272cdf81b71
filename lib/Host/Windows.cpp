//===- Windows.cpp - Windows over spatial dimensions, of a node -----------===//
#include "Windows.h"

#include <fmt/format.h>

#include <algorithm>

using namespace tare;
using namespace tare::host;
using kernels::Geometry;

/// No size along an axis is larger: sums and products of two of them are exact.
static constexpr int64_t mostAlongAxis = (int64_t(1) << 30) - 1;

/// A list with one number per axis (or `perAxis`), or nothing where the node has none.
static Result<std::vector<int64_t>> listOf(const Attributes &attributes, std::string_view name, size_t count,
                                           int64_t least) {
  std::vector<int64_t> values = attributes.integers(name);
  if (!attributes.has(name))
    return values;
  if (values.size() != count)
    return Error{fmt::format("attribute '{}' has {} elements, expected {}", name, values.size(), count)};
  for (int64_t value : values)
    if (value < least || value > mostAlongAxis)
      return Error{fmt::format("attribute '{}' holds {}, expected {} to {}", name, value, least, mostAlongAxis)};
  return values;
}

Result<Geometry> host::geometryOf(const Attributes &attributes, std::vector<int64_t> kernel) {
  size_t rank = kernel.size();
  if (rank < 1 || rank > 3)
    return Error{fmt::format("has {} spatial dimensions, expected 1 to 3", rank)};
  for (int64_t size : kernel)
    if (size < 1 || size > mostAlongAxis)
      return Error{fmt::format("its kernel holds {}, expected 1 to {}", size, mostAlongAxis)};
  Result<std::vector<int64_t>> strides = listOf(attributes, "strides", rank, 1),
                               dilations = listOf(attributes, "dilations", rank, 1),
                               pads = listOf(attributes, "pads", 2 * rank, 0);
  for (auto *list : {&strides, &dilations, &pads})
    if (!*list)
      return list->error();
  return Geometry{std::move(kernel), *strides, *pads, *dilations, 1};
}

bool host::padsToSame(const Attributes &attributes) {
  return attributes.text("auto_pad", "NOTSET").starts_with("SAME");
}

void host::splitPads(Geometry &geometry, size_t axis, int64_t total, bool moreAtBegin) {
  geometry.pads.resize(2 * geometry.rank());
  total = std::max<int64_t>(total, 0);
  int64_t begin = moreAtBegin ? total - total / 2 : total / 2;
  geometry.pads[axis] = begin;
  geometry.pads[geometry.rank() + axis] = total - begin;
}

/// Gives a geometry the pads that auto_pad asks for.
static Status applyAutoPad(const Attributes &attributes, std::span<const int64_t> input, Geometry &geometry) {
  std::string mode = attributes.text("auto_pad", "NOTSET");
  if (mode == "NOTSET" || mode.empty())
    return success();
  geometry.pads.clear();
  if (mode == "VALID")
    return success();
  if (mode != "SAME_UPPER" && mode != "SAME_LOWER")
    return Error{"attribute 'auto_pad' is '" + mode + "', expected NOTSET, SAME_UPPER, SAME_LOWER or VALID"};
  for (size_t d = 0; d < input.size(); ++d) {
    int64_t windows = (input[d] + geometry.stride(d) - 1) / geometry.stride(d);
    splitPads(geometry, d, (windows - 1) * geometry.stride(d) + geometry.extent(d) - input[d], mode == "SAME_LOWER");
  }
  return success();
}

Result<Windows> host::windowsOf(const Attributes &attributes, std::span<const int64_t> input,
                                std::vector<int64_t> kernel) {
  if (attributes.has("kernel_shape"))
    kernel = attributes.integers("kernel_shape");
  if (kernel.size() != input.size())
    return Error{fmt::format("its kernel has {} dimensions, expected {}", kernel.size(), input.size())};
  Result<Geometry> geometry = geometryOf(attributes, std::move(kernel));
  if (!geometry)
    return geometry.error();
  for (int64_t size : input)
    if (size < 0 || size > mostAlongAxis)
      return Error{fmt::format("a spatial dimension has {} elements, expected at most {}", size, mostAlongAxis)};
  Status padded = applyAutoPad(attributes, input, *geometry);
  if (!padded)
    return padded.error();
  for (size_t d = 0; d < input.size(); ++d)
    if (input[d] + geometry->padBegin(d) + geometry->padEnd(d) < geometry->extent(d))
      return Error{fmt::format("a window of {} elements does not fit into {} and their padding of {}",
                               geometry->extent(d), input[d], geometry->padBegin(d) + geometry->padEnd(d))};
  // With auto_pad, ceil mode makes no difference.
  std::string mode = attributes.text("auto_pad", "NOTSET");
  bool ceil = attributes.integer("ceil_mode", 0) != 0 && (mode == "NOTSET" || mode.empty());
  return Windows{*geometry, kernels::outputSizes(input, *geometry, ceil)};
}

Volume::Volume(const Geometry &geometry, std::span<const int64_t> inputSizes, std::span<const int64_t> outputSizes) {
  for (size_t d = 0; d < geometry.rank(); ++d) {
    size_t to = d + 3 - geometry.rank();
    input[to] = inputSizes[d];
    output[to] = outputSizes[d];
    kernel[to] = geometry.kernel[d];
    strides[to] = geometry.stride(d);
    begin[to] = geometry.padBegin(d);
    end[to] = geometry.padEnd(d);
    dilations[to] = geometry.dilation(d);
  }
}

static int64_t dividedUp(int64_t value, int64_t by) { return value <= 0 ? 0 : (value - 1) / by + 1; }

std::array<int64_t, 2> Volume::tapsInside(size_t axis, int64_t o) const {
  int64_t start = source(axis, o, 0);
  int64_t last = std::min(kernel[axis], dividedUp(input[axis] - start, dilations[axis]));
  return {std::min(dividedUp(-start, dilations[axis]), last), last};
}

std::array<int64_t, 2> Volume::windowsInside(size_t axis, int64_t k) const {
  int64_t start = source(axis, 0, k);
  int64_t last = std::min(output[axis], dividedUp(input[axis] - start, strides[axis]));
  return {std::min(dividedUp(-start, strides[axis]), last), last};
}
