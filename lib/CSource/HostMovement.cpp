//===- HostMovement.cpp - The host's constants and movements in C ---------===//
//
// What an operator does to elements that it only moves is what it does to the numbers of their places: lib/Host moves
// these when compiling, and from where they end up the strides or lists of a kernel are read.
//
//===----------------------------------------------------------------------===//
#include "HostWriter.h"
#include "Movement.h"
#include "Walks.h"
#include "tare/Host/TakenElements.h"

#include <algorithm>
#include <numeric>

using namespace tare;
using namespace tare::csource;

namespace {

/// Runs a node when compiling; nothing where it does not take what operands hold.
std::optional<std::vector<Tensor>> evaluated(const host::Node &node, const std::vector<Tensor> &operands,
                                             const std::vector<TensorType> &types) {
  std::vector<const Tensor *> given;
  for (const Tensor &operand : operands)
    given.push_back(operand ? &operand : nullptr);
  std::vector<Tensor> results(types.begin(), types.end());
  if (!host::run(node, given, results))
    return std::nullopt;
  return results;
}

/// Whether all operands from one on are constants.
bool areKnown(const HostWriter &host, size_t first) {
  for (size_t i = first; i < host.operandCount(); ++i)
    if (host.has(i) && !host.known(i))
      return false;
  return true;
}

std::vector<Tensor> knownOperands(const HostWriter &host) {
  std::vector<Tensor> operands;
  for (size_t i = 0; i != host.operandCount(); ++i)
    operands.push_back(host.has(i) ? host.known(i) : Tensor());
  return operands;
}

/// The shape of an operand, which is all that these read of it.
bool readsShapeAlone(const HostWriter &host) { return host.node().op == "Shape" || host.node().op == "Size"; }

/// The numbers of places, from 1 on: 0 is none.
Tensor numbered(const Shape &shape) {
  Tensor numbers(ElementType::i64, shape);
  std::iota(numbers.mutableAs<int64_t>(), numbers.mutableAs<int64_t>() + numbers.count(), int64_t(1));
  return numbers;
}

/// Where results come from, as nested loops: sizes and strides, outermost first; nothing where they do not.
struct Nest {
  Shape sizes;
  Strided from;

  static std::optional<Nest> of(std::vector<int64_t> places) {
    Nest nest;
    nest.from.begin = places.front();
    // From the inside: how far the first run goes, and whether all runs go as far by the same steps.
    while (places.size() > 1) {
      size_t length = 2;
      int64_t step = places[1] - places[0];
      while (length < places.size() && places[length] - places[length - 1] == step)
        ++length;
      if (places.size() % length != 0)
        return std::nullopt;
      std::vector<int64_t> starts;
      for (size_t i = 0; i != places.size(); ++i) {
        if (places[i] != places[i / length * length] + int64_t(i % length) * step)
          return std::nullopt;
        if (i % length == 0)
          starts.push_back(places[i]);
      }
      nest.sizes.insert(nest.sizes.begin(), int64_t(length));
      nest.from.strides.insert(nest.from.strides.begin(), step);
      places = std::move(starts);
    }
    return nest;
  }
};

constexpr size_t mostLoops = 8;

/// The lists of coordinates of each axis, where a coordinate of the result chooses one of the operand, whatever the
/// others are; -1 where the border is.
std::optional<std::vector<std::vector<int64_t>>> listsOf(const std::vector<int64_t> &places, const Shape &operand,
                                                         const Shape &result) {
  if (operand.size() != result.size())
    return std::nullopt;
  std::vector<int64_t> strides = stridesOf(operand), wide = stridesOf(result);
  std::vector<std::vector<int64_t>> lists;
  for (int64_t size : result)
    lists.emplace_back(size, -1);
  for (size_t i = 0; i != places.size(); ++i)
    for (size_t d = 0; places[i] >= 0 && d != result.size(); ++d)
      lists[d][int64_t(i) / wide[d] % result[d]] = places[i] / strides[d] % operand[d];
  for (size_t i = 0; i != places.size(); ++i) {
    int64_t place = 0;
    for (size_t d = 0; d != result.size() && place >= 0; ++d) {
      int64_t coordinate = lists[d][int64_t(i) / wide[d] % result[d]];
      place = coordinate < 0 ? -1 : place + coordinate * strides[d];
    }
    if (place != places[i])
      return std::nullopt;
  }
  return lists;
}

/// What elements that come from nowhere are: 0, or the constant that a Pad has.
std::string borderOf(const HostWriter &host) {
  if (host.node().op != "Pad")
    return "0";
  if (host.opset() < 11)
    return number(float(host.attributes().number("value", 0)));
  return host.has(2) ? element(host.known(2).view(), 0) : "0";
}

/// Writes one result, of which each element is that of the operand at a place, or border.
void writePlaces(HostWriter &host, size_t result, const std::vector<int64_t> &places) {
  const Shape &x = host.shape(0), &y = host.result(result).shape;
  bool hasBorder = std::ranges::count(places, -1) > 0;
  std::optional<Nest> nest = hasBorder ? std::nullopt : Nest::of(places);
  Place from = host.place(0), to = host.resultPlace(result);
  if (nest && nest->sizes.size() <= mostLoops) {
    writeMove(host.layer, nest->sizes, nest->from, from, {0, stridesOf(nest->sizes)}, to);
    return;
  }
  if (auto lists = listsOf(places, x, y))
    return writePick(host.layer, x, *lists, borderOf(host), from, to);
  writePick(host.layer, {host.type(0).count()}, {places}, borderOf(host), from, to);
}

bool isIdentity(const std::vector<int64_t> &places, int64_t count) {
  for (size_t i = 0; i != places.size(); ++i)
    if (places[i] != int64_t(i))
      return false;
  return int64_t(places.size()) == count;
}

/// Whether the node takes the elements of its first operand, and all others are known.
bool moves(const HostWriter &host) {
  const std::string &op = host.node().op;
  bool hasOne = host.resultCount() == 1 || op == "Split";
  if (host.operandCount() == 0 || !host.has(0) || !areKnown(host, 1) || !hasOne)
    return false;
  if (op == "Resize" || op == "Upsample")
    return host.attributes().text("mode", "nearest") == "nearest" &&
           host.attributes().number("extrapolation_value", 0) == 0;
  if (op == "Pad")
    return true;
  return host::takenElements(host.node(), host.operandCount()).operands == std::vector<size_t>{0};
}

/// The node with another constant border, which is no place of an operand.
host::Node withoutBorder(const HostWriter &host) {
  host::Node node = host.node();
  if (node.op == "Pad")
    node.attributes.set("value", 0.0);
  return node;
}

/// The results as places of the operand.
std::optional<std::vector<Tensor>> movedPlaces(const HostWriter &host) {
  std::vector<Tensor> operands = knownOperands(host);
  operands[0] = numbered(host.shape(0));
  if (host.node().op == "Pad" && host.has(2)) {
    operands[2] = Tensor(ElementType::i64, host.shape(2));
    *operands[2].mutableAs<int64_t>() = 0;
  }
  std::vector<TensorType> types;
  for (size_t i = 0; i != host.resultCount(); ++i)
    types.push_back({ElementType::i64, host.result(i).shape});
  return evaluated(withoutBorder(host), operands, types);
}

Status writeConcat(HostWriter &host) {
  const Shape &shape = host.result().shape;
  int64_t axis = host.axis(1, int64_t(shape.size())), begin = 0;
  std::vector<int64_t> strides = stridesOf(shape);
  for (size_t i = 0; i != host.operandCount(); ++i) {
    const Shape &part = host.shape(i);
    if (elementCount(part) != 0)
      writeMove(host.layer, part, {0, stridesOf(part)}, host.place(i), {begin, strides}, host.resultPlace());
    begin += part[axis] * strides[axis];
  }
  return success();
}

} // namespace

std::optional<Status> csource::lowerHostConstants(HostWriter &host) {
  if (!readsShapeAlone(host) && !areKnown(host, 0))
    return std::nullopt;
  std::vector<Tensor> operands = knownOperands(host);
  // Of a shape no element counts.
  if (readsShapeAlone(host))
    operands[0] = Tensor(host.type(0));
  std::vector<TensorType> types;
  for (size_t i = 0; i != host.resultCount(); ++i)
    types.push_back(host.result(i));
  std::optional<std::vector<Tensor>> results = evaluated(host.node(), operands, types);
  if (!results)
    return Status(hostRefusal(host, "of constants that it does not take"));
  for (size_t i = 0; i != results->size(); ++i) {
    const Tensor &values = (*results)[i];
    Place constant{Place::constant, values.element(), 0, host.layer.array(fmt::format("result_{}", i), values.view())};
    writeCopy(host.layer, constant, host.resultPlace(i), values.count());
  }
  return success();
}

std::optional<Status> csource::lowerHostMovement(HostWriter &host) {
  if (host.node().op == "Concat")
    return writeConcat(host);
  if (!moves(host))
    return std::nullopt;
  std::optional<std::vector<Tensor>> moved = movedPlaces(host);
  if (!moved)
    return std::nullopt;
  for (size_t i = 0; i != moved->size(); ++i) {
    const Tensor &numbers = (*moved)[i];
    std::vector<int64_t> places(numbers.as<int64_t>(), numbers.as<int64_t>() + numbers.count());
    for (int64_t &place : places)
      --place;
    if (!isIdentity(places, host.type(0).count()) || moved->size() > 1 || !host.layer.joinResult(0))
      writePlaces(host, i, places);
  }
  return success();
}
