//===- HostSelection.cpp - The host's choices by indices in C -------------===//
#include "HostNumbers.h"
#include "Walks.h"

#include <map>

using namespace tare;
using namespace tare::csource;

namespace {

Parameters typesOf(const HostWriter &host, size_t elements, size_t indices) {
  return {{"T", std::string(typeOf(host.element(elements)))}, {"I", std::string(typeOf(host.element(indices)))}};
}

Status lowerGather(HostWriter &host) {
  std::string kernel = host.unit().kernel("gather", kernelName("gather", host.element(0)), typesOf(host, 0, 1));
  std::vector<Member> members = Along(host.shape(0), host.axis(0, host.rank(0))).members();
  members.push_back(member("count", host.type(1).count()));
  host.layer.run(kernel, members, {host.place(0), host.place(1), host.resultPlace()}, /*mayFail=*/true);
  return success();
}

Status lowerGatherElements(HostWriter &host) {
  int64_t axis = host.axis(0, host.rank(1));
  std::vector<int64_t> strides = stridesOf(host.shape(0));
  int64_t stride = strides[axis], length = host.shape(0)[axis];
  strides[axis] = 0;
  Walk walk(host.shape(1), {strides});
  Parameters parameters = typesOf(host, 0, 1);
  walk.addTo(parameters, host.unit());
  std::string kernel =
      host.unit().kernel("gather_elements", kernelName("gather_elements", host.element(0)), parameters);
  host.layer.run(kernel, {{"places", walk.value()}, member("length", length), member("stride", stride)},
                 {host.place(0), host.place(1), host.resultPlace()}, /*mayFail=*/true);
  return success();
}

Status lowerGatherNd(HostWriter &host) {
  const Shape &data = host.shape(0), &indices = host.shape(1);
  size_t batch = host.opset() < 12 ? 0 : size_t(host.attributes().integer("batch_dims", 0)),
         depth = size_t(indices.back());
  int64_t batches = elementCount(Shape(data.begin(), data.begin() + batch));
  Shape sizes(data.begin() + batch, data.begin() + batch + depth);
  std::string kernel = host.unit().kernel("gather_nd", kernelName("gather_nd", host.element(0)), typesOf(host, 0, 1));
  host.layer.run(kernel,
                 {member("batches", batches),
                  member("each", host.type(1).count() / (int64_t(depth) * batches)),
                  member("depth", int64_t(depth)),
                  {"sizes", list(sizes)},
                  member("length", elementCount(Shape(data.begin() + batch + depth, data.end())))},
                 {host.place(0), host.place(1), host.resultPlace()}, /*mayFail=*/true);
  return success();
}

Status lowerOneHot(HostWriter &host) {
  if (isFloat(host.element(0)))
    return hostRefusal(host, "of indices that are real numbers");
  Along along(host.result().shape, host.axis(-1, host.rank(0) + 1));
  std::string kernel = host.unit().kernel("one_hot", kernelName("one_hot", host.element(2)), typesOf(host, 2, 0));
  std::vector<Member> members = along.members();
  members.push_back(member("least", host.opset() < 11 ? 0 : -along.length));
  host.layer.run(kernel, members, {host.place(0), host.place(2), host.resultPlace()});
  return success();
}

} // namespace

std::optional<Status> csource::lowerHostSelection(HostWriter &host) {
  static const std::map<std::string, Status (*)(HostWriter &), std::less<>> lowerings = {
      {"Gather", lowerGather},
      {"GatherElements", lowerGatherElements},
      {"GatherND", lowerGatherNd},
      {"OneHot", lowerOneHot},
  };
  auto found = lowerings.find(host.node().op);
  return found == lowerings.end() ? std::nullopt : std::optional(found->second(host));
}
