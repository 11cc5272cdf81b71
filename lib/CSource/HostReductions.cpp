//===- HostReductions.cpp - The host's reductions in C --------------------===//
#include "HostNumbers.h"
#include "Walks.h"

#include <algorithm>
#include <map>

using namespace tare;
using namespace tare::csource;

namespace {

//===----------------------------------------------------------------------===//
// Over axes
//===----------------------------------------------------------------------===//

/// The axes as an attribute gives them or, from an operator set on, an operand.
std::optional<std::vector<int64_t>> axesOf(const HostWriter &host, int64_t since) {
  std::vector<int64_t> axes = host.attributes().integers("axes");
  if (host.opset() >= since) {
    axes.clear();
    if (host.has(1)) {
      auto known = host.integers(1);
      if (!known)
        return std::nullopt;
      axes = *known;
    }
  }
  if (axes.empty() && !host.attributes().integer("noop_with_empty_axes", 0))
    for (int64_t axis = 0; axis != host.rank(0); ++axis)
      axes.push_back(axis);
  for (int64_t &axis : axes)
    axis = axis < 0 ? axis + host.rank(0) : axis;
  return axes;
}

/// The walks over what stays and over what becomes one.
struct Reduced {
  Walk kept, taken;
  int64_t each;

  static Reduced of(const HostWriter &host, const std::vector<int64_t> &axes) {
    const Shape &shape = host.shape(0);
    std::vector<int64_t> strides = stridesOf(shape), keptStrides, takenStrides;
    Shape kept, taken;
    for (size_t d = 0; d != shape.size(); ++d) {
      bool isTaken = std::ranges::count(axes, int64_t(d)) > 0;
      (isTaken ? taken : kept).push_back(shape[d]);
      (isTaken ? takenStrides : keptStrides).push_back(strides[d]);
    }
    return {Walk(kept, {keptStrides}), Walk(taken, {takenStrides}), elementCount(taken)};
  }
};

/// What is kept of the elements of one type, and how.
struct Reduction {
  std::string kept, begin, next, value;
};

/// The sum of a term, in double or modulo 2^64.
Reduction sumOf(ElementType x, const std::string &term) {
  std::string kept = isFloat(x) ? "double" : "uint64_t";
  return {kept, "0", fmt::format("s + {}", term), fmt::format("({})s", typeOf(x))};
}

std::string termOf(ElementType x) { return isFloat(x) ? "(double)x" : "(uint64_t)x"; }

std::string magnitudeOf(ElementType x) {
  if (isFloat(x))
    return "fabs((double)x)";
  return isSigned(x) ? "(x < 0 ? 0 - (uint64_t)x : (uint64_t)x)" : "(uint64_t)x";
}

Reduction meanOf(ElementType x, int64_t each) {
  Reduction mean = sumOf(x, termOf(x));
  if (isFloat(x))
    mean.value = fmt::format("(float)(s / {})", number(double(each)));
  else if (isSigned(x))
    mean.value = fmt::format("({0})((int64_t)({0})s / {1})", typeOf(x), each);
  else
    mean.value = fmt::format("({0})((uint64_t)({0})s / {1}u)", typeOf(x), each);
  return mean;
}

std::optional<Reduction> reductionOf(HostWriter &host, int64_t each) {
  const std::string &op = host.node().op;
  ElementType x = host.element(0);
  std::string term = termOf(x), type(typeOf(x));
  auto inDouble = [&](const char *next, const char *value) {
    return Reduction{"double", "0", next, elementOf(host.unit(), x, value)};
  };
  if (op == "ReduceSum")
    return sumOf(x, term);
  if (op == "ReduceMean")
    return meanOf(x, each);
  if (op == "ReduceL1")
    return sumOf(x, magnitudeOf(x));
  if (op == "ReduceSumSquare")
    return sumOf(x, fmt::format("{0} * {0}", term));
  if (op == "ReduceProd")
    return Reduction{isFloat(x) ? "double" : "uint64_t", "1", fmt::format("s * {}", term), fmt::format("({})s", type)};
  if (op == "ReduceL2")
    return inDouble("s + (double)x * (double)x", "sqrt(s)");
  if (op == "ReduceLogSum")
    return inDouble("s + (double)x", "log(s)");
  if (op == "ReduceMax")
    return Reduction{type, leastOf(x), isFloat(x) ? greaterOf("s", "x") : "s > x ? s : x", "s"};
  if (op == "ReduceMin")
    return Reduction{type, greatestOf(x), isFloat(x) ? lesserOf("s", "x") : "s < x ? s : x", "s"};
  return std::nullopt;
}

std::optional<Status> lowerReduction(HostWriter &host) {
  const std::string &op = host.node().op;
  if (!op.starts_with("Reduce"))
    return std::nullopt;
  std::optional<std::vector<int64_t>> axes = axesOf(host, op == "ReduceSum" ? 13 : 18);
  if (!axes)
    return Status(hostRefusal(host, "over axes that are computed"));
  Reduced reduced = Reduced::of(host, *axes);
  ElementType x = host.element(0);
  std::string type(typeOf(x)), kernel;
  Parameters parameters{{"X", type}, {"Y", type}};
  reduced.kept.addTo(parameters, host.unit());
  if (std::optional<Reduction> reduction = reductionOf(host, reduced.each)) {
    parameters.insert({{"S", reduction->kept},
                       {"BEGIN", reduction->begin},
                       {"NEXT(s, x)", reduction->next},
                       {"VALUE(s)", reduction->value}});
    kernel = host.unit().kernel("reduce", fmt::format("{}_{}", identifier(op), EnumNameElementType(x)), parameters);
  } else if (op == "ReduceLogSumExp") {
    parameters["VALUE(s)"] = elementOf(host.unit(), x, "s");
    kernel = host.unit().kernel("log_sum_exp", kernelName("log_sum_exp", x), parameters);
  } else {
    return std::nullopt;
  }
  host.layer.run(kernel, {{"kept", reduced.kept.value()}, {"taken", reduced.taken.value()}},
                 {host.place(0), host.resultPlace()});
  return success();
}

//===----------------------------------------------------------------------===//
// Along an axis
//===----------------------------------------------------------------------===//

/// Calls a kernel that knows nothing of the layer but its axis.
void writeAlong(HostWriter &host, const std::string &kernel, const Along &along) {
  host.layer.runAs("along", kernel, along.members(), {host.place(0), host.resultPlace()});
}

/// Before opset 13 all axes from one on are taken together.
Along softmaxAxis(const HostWriter &host) {
  const Shape &shape = host.shape(0);
  if (host.opset() >= 13)
    return Along(shape, host.axis(-1, host.rank(0)));
  int64_t axis = host.axis(1, host.rank(0));
  Along along({1, 1, 1}, 1);
  along.outer = elementCount(Shape(shape.begin(), shape.begin() + axis));
  along.length = elementCount(Shape(shape.begin() + axis, shape.end()));
  return along;
}

Status lowerSoftmaxes(HostWriter &host) {
  const std::string &op = host.node().op;
  host.unit().use("along");
  std::string kernel;
  if (op == "Hardmax")
    kernel = host.unit().kernel("hardmax", "hardmax");
  else
    kernel = host.unit().kernel("host_softmax", op == "Softmax" ? "softmax_f32" : "log_softmax_f32",
                                {{"VALUE(below, sum)", op == "Softmax" ? "(exp(below) / sum)" : "(below - log(sum))"}});
  writeAlong(host, kernel, softmaxAxis(host));
  return success();
}

/// Whether a value is further than the best; NaN is furthest.
std::string beyond(ElementType element, bool isMax) {
  char order = isMax ? '>' : '<';
  if (!isFloat(element))
    return fmt::format("(value {} best)", order);
  return fmt::format("(best == best && (!(value == value) || value {} best))", order);
}

Status lowerArgExtreme(HostWriter &host) {
  ElementType x = host.element(0);
  bool isMax = host.node().op == "ArgMax";
  host.unit().use("along");
  std::string kernel = host.unit().kernel("arg_extreme", kernelName(isMax ? "arg_max" : "arg_min", x),
                                          {{"X", std::string(typeOf(x))},
                                           {"BEYOND(value, best)", beyond(x, isMax)},
                                           {"LAST", host.attributes().integer("select_last_index", 0) ? "1" : "0"}});
  writeAlong(host, kernel, Along(host.shape(0), host.axis(0, host.rank(0))));
  return success();
}

Status lowerRunning(HostWriter &host) {
  std::optional<std::vector<int64_t>> axis = host.integers(1);
  if (!axis)
    return hostRefusal(host, "along an axis that is computed");
  ElementType x = host.element(0);
  bool isSum = host.node().op == "CumSum", isReverse = host.attributes().integer("reverse", 0) != 0;
  std::string type(typeOf(x));
  std::string next =
      isFloat(x) ? fmt::format("s {} (double)x", isSum ? '+' : '*') : arithmetic(x, isSum ? '+' : '*', "s", "x");
  host.unit().use("along");
  std::string kernel = host.unit().kernel("running", kernelName(isSum ? "running_sum" : "running_product", x),
                                          {{"X", type},
                                           {"S", isFloat(x) ? "double" : type},
                                           {"BEGIN", isSum ? "0" : "1"},
                                           {"NEXT(s, x)", next},
                                           {"FIRST", isReverse ? "l->length - 1" : "0"},
                                           {"END", isReverse ? "-1" : "l->length"},
                                           {"BY", isReverse ? "-1" : "1"},
                                           {"EXCLUSIVE", host.attributes().integer("exclusive", 0) ? "1" : "0"}});
  writeAlong(host, kernel, Along(host.shape(0), axis->front() < 0 ? axis->front() + host.rank(0) : axis->front()));
  return success();
}

/// Whether a number comes before another; NaN is beyond all.
std::string before(ElementType element, bool isLargest) {
  const char *least = isLargest ? "b" : "a", *most = isLargest ? "a" : "b";
  if (!isFloat(element))
    return fmt::format("({} < {})", least, most);
  return fmt::format("({0} < {1} || (!({1} == {1}) && {0} == {0}))", least, most);
}

Status lowerTopK(HostWriter &host) {
  int64_t axis = host.axis(-1, host.rank(0));
  bool isLargest = host.opset() < 11 || host.attributes().integer("largest", 1) != 0,
       hasPlaces = host.resultCount() > 1;
  ElementType x = host.element(0);
  int64_t k = host.result().shape[axis];
  std::string kernel = host.unit().kernel(
      "top_k", kernelName("top_k", x),
      {{"X", std::string(typeOf(x))}, {"BEFORE(a, b)", before(x, isLargest)}, {"PLACES", hasPlaces ? "1" : "0"}});
  std::vector<Member> members = Along(host.shape(0), axis).members();
  members.push_back(member("k", k));
  std::vector<Place> places{host.place(0), host.resultPlace()};
  if (hasPlaces)
    places.push_back(host.resultPlace(1));
  places.push_back(host.layer.scratch(ElementType::i32, k));
  host.layer.run(kernel, members, places);
  return success();
}

} // namespace

std::optional<Status> csource::lowerHostReductions(HostWriter &host) {
  static const std::map<std::string, Status (*)(HostWriter &), std::less<>> lowerings = {
      {"Softmax", lowerSoftmaxes}, {"LogSoftmax", lowerSoftmaxes},
      {"Hardmax", lowerSoftmaxes}, {"ArgMax", lowerArgExtreme},
      {"ArgMin", lowerArgExtreme}, {"CumSum", lowerRunning},
      {"CumProd", lowerRunning},   {"TopK", lowerTopK},
  };
  auto found = lowerings.find(host.node().op);
  return found == lowerings.end() ? lowerReduction(host) : found->second(host);
}
