//===- HostResize.cpp - The host's smooth resizing in C -------------------===//
#include "HostWriter.h"
#include "tare/Host/Resampling.h"

#include <algorithm>

using namespace tare;
using namespace tare::csource;

namespace {

/// What the node resizes by; nothing where that is computed.
std::optional<host::Resampling> resamplingOf(const HostWriter &host) {
  std::vector<Tensor> operands;
  for (size_t i = 0; i != host.operandCount(); ++i) {
    // Of the first operand the shape counts.
    operands.push_back(i == 0 ? Tensor(host.type(0)) : host.has(i) ? host.known(i) : Tensor());
    if (host.has(i) && !operands.back())
      return std::nullopt;
  }
  std::vector<const Tensor *> given;
  for (const Tensor &operand : operands)
    given.push_back(operand ? &operand : nullptr);
  return host::resamplingOf(host.node(), given);
}

std::vector<int32_t> narrowed(const std::vector<int64_t> &values) { return {values.begin(), values.end()}; }

bool hasOutside(const host::ResampledAxis &axis) {
  return std::ranges::adjacent_find(axis.begins) != axis.begins.end();
}

/// Resizes one axis of `shape`, from one place to another.
void writeAxis(HostWriter &host, const host::ResampledAxis &resampled, Shape &shape, const Place &from,
               const Place &to) {
  Along along(shape, int64_t(resampled.axis));
  int64_t results = int64_t(resampled.begins.size()) - 1;
  std::string kernel = host.unit().kernel(
      "resample", fmt::format("resample_{}_{}", EnumNameElementType(from.element), EnumNameElementType(to.element)),
      {{"X", std::string(typeOf(from.element))}, {"Y", std::string(typeOf(to.element))}});
  auto role = [&](const char *what) { return fmt::format("{}_of_axis_{}", what, resampled.axis); };
  host.layer.run(kernel,
                 {{"begins", host.layer.array(role("begins"), narrowed(resampled.begins))},
                  {"sources", host.layer.array(role("sources"), narrowed(resampled.sources))},
                  {"weights", host.layer.array(role("weights"), resampled.weights)},
                  member("outer", along.outer),
                  member("length", along.length),
                  member("results", results),
                  member("inner", along.inner)},
                 {from, to});
  shape[resampled.axis] = results;
}

} // namespace

std::optional<Status> csource::lowerHostResize(HostWriter &host) {
  if (host.node().op != "Resize" && host.node().op != "Upsample")
    return std::nullopt;
  std::optional<host::Resampling> resampling = resamplingOf(host);
  if (!resampling || resampling->axes.empty() || !isFloat(host.element(0)))
    return std::nullopt;
  if (std::ranges::any_of(resampling->axes, hasOutside))
    return Status(hostRefusal(host, "beyond its operand"));
  Shape shape = host.shape(0);
  Place from = host.place(0);
  for (size_t i = 0; i != resampling->axes.size(); ++i) {
    const host::ResampledAxis &axis = resampling->axes[i];
    Shape next = shape;
    next[axis.axis] = int64_t(axis.begins.size()) - 1;
    bool isLast = i + 1 == resampling->axes.size();
    Place to = isLast ? host.resultPlace() : host.layer.scratch(ElementType::f64, elementCount(next));
    writeAxis(host, axis, shape, from, to);
    from = to;
  }
  return success();
}
