//===- HostPlanes.cpp - The host's norms and pools in C -------------------===//
#include "HostNumbers.h"
#include "Windows.h"

#include <algorithm>
#include <map>

using namespace tare;
using namespace tare::csource;

namespace {

Status lowerLocalResponse(HostWriter &host) {
  const Shape &shape = host.shape(0);
  int64_t size = host.attributes().integer("size", 1);
  auto attribute = [&](const char *name, double fallback) { return host.attributes().number(name, fallback); };
  std::string kernel = host.unit().kernel("local_response", "local_response");
  host.layer.run(kernel,
                 {member("batch", shape[0]),
                  member("channels", shape[1]),
                  member("inner", elementCount(Shape(shape.begin() + 2, shape.end()))),
                  member("before", std::min((size - 1) / 2, shape[1])),
                  member("after", std::min(size / 2, shape[1])),
                  {"alpha", number(attribute("alpha", 1e-4) / double(size))},
                  {"beta", number(attribute("beta", 0.75))},
                  {"bias", number(attribute("bias", 1))}},
                 {host.place(0), host.resultPlace()});
  return success();
}

Status lowerLpNorm(HostWriter &host) {
  bool isEuclidean = host.attributes().integer("p", 2) == 2;
  host.unit().use("along");
  std::string kernel =
      host.unit().kernel("lp_norm", isEuclidean ? "euclidean_norm" : "absolute_norm",
                         {{"TERM(x)", isEuclidean ? "x * x" : "fabs(x)"}, {"EUCLIDEAN", isEuclidean ? "1" : "0"}});
  host.layer.runAs("along", kernel, Along(host.shape(0), host.axis(-1, host.rank(0))).members(),
                   {host.place(0), host.resultPlace()});
  return success();
}

/// The shape but for what repeats nothing.
Shape withoutLeadingOnes(const Shape &shape) {
  return Shape(std::ranges::find_if(shape, [](int64_t size) { return size != 1; }), shape.end());
}

/// What moments are taken of, and which factors the elements of a row have: its channel's, or those of their places.
struct Rows {
  int64_t length, channels;
  Shape factors;
  bool areOfChannels;
};

Status writeMoments(HostWriter &host, std::string name, const Rows &rows, bool isCentered) {
  const bool hasBias = isCentered && host.has(2);
  for (size_t operand = 1; operand <= (hasBias ? 2 : 1); ++operand)
    if (withoutLeadingOnes(host.shape(operand)) != withoutLeadingOnes(rows.factors))
      return hostRefusal(host, "with factors that are repeated");
  if (host.resultCount() > 1 || !isFloat(host.element(0)))
    return hostRefusal(host, "with statistics as results, or of other types than float32");
  std::string kernel = host.unit().kernel("moments_norm", name + (hasBias ? "_biased" : ""),
                                          {{"FACTOR(row, i)", rows.areOfChannels ? "(row % l->channels)" : "i"},
                                           {"CENTERED", isCentered ? "1" : "0"},
                                           {"BIASED", hasBias ? "1" : "0"}});
  std::vector<Place> places{host.place(0), host.place(1)};
  if (hasBias)
    places.push_back(host.place(2));
  places.push_back(host.resultPlace());
  host.layer.run(kernel,
                 {member("rows", elementCount(host.shape(0)) / std::max<int64_t>(rows.length, 1)),
                  member("length", rows.length),
                  member("channels", rows.channels),
                  {"epsilon", number(host.attributes().number("epsilon", 1e-5))}},
                 places);
  return success();
}

Status lowerLastAxesNorm(HostWriter &host) {
  const Shape &shape = host.shape(0);
  const Shape last(shape.begin() + host.axis(-1, host.rank(0)), shape.end());
  const bool isCentered = host.node().op == "LayerNormalization";
  return writeMoments(host, isCentered ? "layer_norm" : "rms_norm", {elementCount(last), 1, last, false}, isCentered);
}

Status lowerInstanceNorm(HostWriter &host) {
  const Shape &shape = host.shape(0);
  const int64_t inner = elementCount(Shape(shape.begin() + 2, shape.end()));
  return writeMoments(host, "instance_norm", {inner, shape[1], {shape[1]}, true}, true);
}

/// Of images in planes, as models have them.
Status lowerMaxPool(HostWriter &host) {
  if (host.resultCount() > 1)
    return hostRefusal(host, "with the places of its results");
  if (host.rank(0) > 4)
    return hostRefusal(host, "of three spatial dimensions");
  std::string mode = host.attributes().text("auto_pad", "NOTSET");
  if (mode.starts_with("SAME"))
    return hostRefusal(host, "with auto_pad");
  size_t rank = size_t(host.rank(0)) - 2;
  auto listOf = [&](const char *name, size_t count, int32_t fallback) {
    std::vector<int64_t> values = host.attributes().integers(name);
    return values.empty() ? std::vector<int32_t>(count, fallback) : std::vector<int32_t>(values.begin(), values.end());
  };
  std::vector<int32_t> strides = listOf("strides", rank, 1), pads = listOf("pads", 2 * rank, 0),
                       dilations = listOf("dilations", rank, 1);
  Window window({strides, pads, dilations}, host.attributes().integers("kernel_shape"));
  auto planesOf = [&](const Shape &shape) {
    Shape planes{shape[0] * shape[1]};
    planes.insert(planes.end(), shape.begin() + 2, shape.end());
    planes.push_back(1);
    return Image(planes);
  };
  Image input = planesOf(host.shape(0)), output = planesOf(host.result().shape);
  if (Status fits = checkReach(window, output); !fits)
    return fits;
  ElementType x = host.element(0);
  host.unit().use("window");
  std::string kernel = host.unit().kernel("max_pool_planes", kernelName("max_pool_planes", x),
                                          {{"X", std::string(typeOf(x))},
                                           {"LEAST", leastOf(x)},
                                           {"FURTHER(a, b)", isFloat(x) ? "(a > b || !(a == a))" : "(a > b)"}});
  host.layer.run(kernel, {{"window", window.value(input, output)}}, {host.place(0), host.resultPlace()});
  return success();
}

} // namespace

std::optional<Status> csource::lowerHostPlanes(HostWriter &host) {
  static const std::map<std::string, Status (*)(HostWriter &), std::less<>> lowerings = {
      {"InstanceNormalization", lowerInstanceNorm},
      {"LayerNormalization", lowerLastAxesNorm},
      {"RMSNormalization", lowerLastAxesNorm},
      {"LRN", lowerLocalResponse},
      {"LpNormalization", lowerLpNorm},
      {"MaxPool", lowerMaxPool},
  };
  auto found = lowerings.find(host.node().op);
  return found == lowerings.end() ? std::nullopt : std::optional(found->second(host));
}
