//===- OutputCheck.cpp - Whether outputs have survived --------------------===//
#include "Driver/Check/OutputCheck.h"

#include "Driver/Check/ColumnSums.h"

#include "tare/Tensor/Parallel.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <ranges>
#include <set>

using namespace tare;

namespace {

/// With fewer elements a slice's ratio may be bad by chance: then it must be as bad as noise, and hardly any say
/// nothing.
constexpr int64_t fewElements = 16;
constexpr int64_t leastElements = 4;
constexpr double noiseSqnr = 3;
/// Where no more than this share of the slices are bad, chance may have chosen them, unless they are worse than the
/// output as a whole by so many dB.
constexpr double fewSlices = 1.0 / 20;
constexpr double exceptional = 20;
/// A class that no sample shows: a slice of a function's results that stays within this share of what they can be is
/// quiet, not lost, if the program's stay there as well, and lie no farther apart from float's than that.
constexpr double quietShare = 1.0 / 16, quietDistance = 1.0 / 64;
/// What varies less than this, beside its size, counts as equal.
constexpr double variation = 1e-3;
/// More slices along one axis are not looked at one by one.
constexpr int64_t mostSlices = 1 << 16;

/// All equal where the reference is not.
bool isConstant(const Elements &elements) {
  double size = std::max(std::abs(elements.low), std::abs(elements.high));
  return elements.otherLow == elements.otherHigh && elements.high - elements.low > variation * size;
}

/// Infinities and NaN have no ratio, and are as bad as can be.
bool isBelow(const Elements &elements, double sqnr) {
  double found = elements.difference.sqnr();
  return std::isnan(found) || (elements.difference.reference2 > 0 && found < sqnr);
}

bool hasCollapsed(const Elements &elements) { return isConstant(elements) || isBelow(elements, collapsedSqnr); }

/// How far all of the program's results lie above or below all of float's; negative where they overlap.
double distance(const Elements &elements) {
  return std::max(elements.otherLow - elements.high, elements.low - elements.otherHigh);
}

/// Whether both float's and the program's results are small, or hardly vary, beside what a function's can be.
bool isQuiet(const Elements &elements, double width) {
  double low = std::min(elements.low, elements.otherLow), high = std::max(elements.high, elements.otherHigh);
  double reach = std::max(std::abs(low), std::abs(high));
  return std::isfinite(width) && std::min(reach, high - low) <= quietShare * width &&
         distance(elements) <= quietDistance * width;
}

/// What no chance brings about: results of a function that all are elsewhere than float's.
bool isElsewhere(const Elements &elements, double width) {
  return elements.difference.total >= leastElements && distance(elements) > quietShare * width;
}

/// Whether the samples say nothing of a function's results: in float they all lie within a step, the program's are no
/// farther away than that, and calibration saw so many steps of them on other samples that the grid is not to blame.
bool isUnseen(const Elements &elements, const OutputPart &part) {
  constexpr double manySteps = 16;
  return std::isfinite(part.width) && part.step > 0 && part.reach >= manySteps * part.step &&
         elements.high - elements.low < part.step && elements.otherHigh - elements.high <= part.step &&
         elements.low - elements.otherLow <= part.step;
}

bool hasPartCollapsed(const Elements &elements, const OutputPart &part) {
  return hasCollapsed(elements) && !isUnseen(elements, part);
}

bool hasSliceCollapsed(const Elements &elements, const OutputPart &part) {
  if (isQuiet(elements, part.width) || isUnseen(elements, part))
    return false;
  if (elements.difference.total < fewElements)
    return elements.difference.total >= leastElements &&
           (isBelow(elements, noiseSqnr) || (isConstant(elements) && isElsewhere(elements, part.width)));
  return isConstant(elements) || isBelow(elements, collapsedSqnr);
}

/// The smaller one, or NaN.
double worse(double a, double b) { return std::isnan(b) || b < a ? b : a; }

/// f(element, index along the axis)
template <typename F> void forEachSlice(const Shape &shape, int64_t axis, F f) {
  int64_t inner = 1;
  for (size_t i = axis + 1; i < shape.size(); ++i)
    inner *= shape[i];
  int64_t count = elementCount(shape);
  for (int64_t i = 0, index = 0; i < count; i += inner, index = index + 1 == shape[axis] ? 0 : index + 1)
    for (int64_t j = i; j != i + inner; ++j)
      f(j, index);
}

/// Sums over all samples of one output.
class OutputSums {
public:
  OutputSums(const OutputParts &parts, const Shape &shape) : of(parts), shape(shape), byPart(parts.parts.size()) {
    for (int64_t axis = 0; axis != int64_t(shape.size()); ++axis)
      if (shape[axis] > 1 && shape[axis] <= mostSlices)
        slices.push_back({axis, std::vector<Elements>(shape[axis] * byPart.size())});
  }

  void add(const Tensor &reference, const Tensor &output) {
    const float *a = reference.as<float>(), *b = output.as<float>();
    for (int64_t i = 0, count = of.labels ? reference.count() : 0; i != count; ++i)
      if (!of.partOf(i))
        border.add(a[i], b[i]);
    if (slices.empty())
      for (int64_t i = 0; i != reference.count(); ++i)
        if (std::optional<size_t> part = of.partOf(i))
          byPart[*part].add(a[i], b[i]);
    for (Axis &axis : slices)
      if (!of.labels)
        addSlices(axis, a, b);
      else
        forEachSlice(shape, axis.axis, [&](int64_t i, int64_t index) {
          if (std::optional<size_t> part = of.partOf(i))
            axis.at(index, *part, byPart.size()).add(a[i], b[i]);
        });
  }

  OutputQuality quality() {
    // Slices along one axis are the parts, and these the whole.
    if (!slices.empty())
      for (size_t i = 0; i != slices.front().elements.size(); ++i)
        byPart[i % byPart.size()].add(slices.front().elements[i]);
    for (const Elements &part : byPart)
      whole.add(part);
    OutputQuality result{of.name, whole.difference, whole.low, whole.high, {}, {}, {}, {}, {}};
    if (of.isDiscrete) {
      judgeEquality(result);
      return result;
    }
    for (size_t part = 0; byPart.size() > 1 && part != byPart.size(); ++part)
      result.parts.push_back(collapseOfPart(part));
    // No signal, but numbers of the output nevertheless.
    if (border.difference.total > 0 && isBelow(border, collapsedSqnr)) {
      result.collapses.push_back(collapseOf(border, ""));
      return result;
    }
    for (size_t part = 0; part != byPart.size() && !result.unseen; ++part)
      if (const Elements &each = byPart[part]; hasCollapsed(each) && isUnseen(each, of.parts[part]))
        result.unseen = Unseen{of.parts[part].value, each.low, each.high, of.parts[part].step, of.parts[part].reach};
    if (hasCollapsed(whole) && (!result.unseen || hasLostPart())) {
      result.collapses.push_back(collapseOf(whole, of.parts.size() == 1 ? of.parts.front().value : ""));
      return result;
    }
    for (size_t part = 0; part != byPart.size(); ++part)
      if (byPart.size() > 1 && hasPartCollapsed(byPart[part], of.parts[part]))
        result.collapses.push_back(result.parts[part]);
      else if (!isUnseen(byPart[part], of.parts[part]))
        addSlices(part, result.collapses);
    return result;
  }

private:
  /// Bools and indices say nothing where few of them are as in float, or where all have become one and the same, unless
  /// hardly any are another one in float.
  void judgeEquality(OutputQuality &result) const {
    constexpr double hardlyAny = 0.1;
    const double equal = whole.difference.equalShare();
    const bool isLost = equal < fewEqual || (isConstant(whole) && 1 - equal >= hardlyAny);
    result.equal = equal;
    if (whole.difference.total < leastElements || !isLost)
      return;
    result.collapses.push_back(collapseOf(whole, of.parts.size() == 1 ? of.parts.front().value : ""));
    result.collapses.back().equal = equal;
  }

  bool hasLostPart() const {
    for (size_t part = 0; part != byPart.size(); ++part)
      if (hasPartCollapsed(byPart[part], of.parts[part]))
        return true;
    return false;
  }

  struct Axis {
    int64_t axis;
    /// By index and part.
    std::vector<Elements> elements;

    Elements &at(int64_t index, size_t part, size_t parts) { return elements[index * parts + part]; }
  };

  /// Of one part and nothing else: a row of slices at a time, or so many neighbours in a slice.
  void addSlices(Axis &axis, const float *a, const float *b) const {
    constexpr int64_t lanes = 32;
    int64_t count = elementCount(shape), inner = 1;
    for (size_t i = axis.axis + 1; i < shape.size(); ++i)
      inner *= shape[i];
    if (inner == 1) {
      ColumnSums sums(shape[axis.axis]);
      for (int64_t i = 0; i != count; i += shape[axis.axis])
        sums.add(a + i, b + i);
      for (int64_t index = 0; index != shape[axis.axis]; ++index)
        axis.elements[index].add(sums.at(index));
      return;
    }
    for (int64_t begin = 0, index = 0; begin != count; begin += inner, index = (index + 1) % shape[axis.axis]) {
      int64_t i = begin, end = begin + inner;
      if (inner >= 2 * lanes) {
        ColumnSums sums(lanes);
        for (; i + lanes <= end; i += lanes)
          sums.add(a + i, b + i);
        for (int64_t lane = 0; lane != lanes; ++lane)
          axis.elements[index].add(sums.at(lane));
      }
      for (; i != end; ++i)
        axis.elements[index].add(a[i], b[i]);
    }
  }

  static Collapse collapseOf(const Elements &elements, std::string value) {
    return {std::move(value),    true, true, {}, {}, 0, elements.difference.sqnr(), elements.difference.cosine(),
            isConstant(elements)};
  }

  /// Where all of a part lies along an axis, with no other part there, it is told by its indices.
  Collapse collapseOfPart(size_t part) const {
    Collapse collapse = collapseOf(byPart[part], of.parts[part].value);
    collapse.isOutput = false;
    for (size_t axis = 0; axis != shape.size() && !collapse.axis; ++axis) {
      std::vector<bool> hasPart(shape[axis]), hasOther(shape[axis]);
      forEachSlice(shape, axis, [&](int64_t i, int64_t index) {
        if (std::optional<size_t> found = of.partOf(i))
          (*found == part ? hasPart : hasOther)[index] = true;
      });
      std::vector<int64_t> indices;
      bool isApart = true;
      for (int64_t i = 0; i != shape[axis]; ++i) {
        isApart &= !(hasPart[i] && hasOther[i]);
        if (hasPart[i])
          indices.push_back(i);
      }
      if (isApart)
        collapse.axis = axis, collapse.indices = std::move(indices), collapse.slices = shape[axis];
    }
    return collapse;
  }

  void addSlices(size_t part, std::vector<Collapse> &collapses) const {
    for (const Axis &axis : slices) {
      Collapse collapse{of.parts[part].value, false, false, axis.axis, {}, shape[axis.axis], HUGE_VAL, 1, false};
      bool isSure = false;
      for (int64_t i = 0; i != shape[axis.axis]; ++i) {
        const Elements &elements = axis.elements[i * byPart.size() + part];
        if (elements.difference.total == 0 || !hasSliceCollapsed(elements, of.parts[part]))
          continue;
        collapse.indices.push_back(i);
        collapse.isConstant |= isConstant(elements);
        isSure |= isElsewhere(elements, of.parts[part].width);
        collapse.sqnr = worse(collapse.sqnr, elements.difference.sqnr());
        collapse.cosine = worse(collapse.cosine, elements.difference.cosine());
      }
      double worst = collapse.isConstant ? std::min(collapse.sqnr, 0.0) : collapse.sqnr;
      bool areSmall = axis.elements[part].difference.total < fewElements;
      bool byChance = !isSure && double(collapse.indices.size()) <= fewSlices * double(shape[axis.axis]) &&
                      (areSmall || worst > byPart[part].difference.sqnr() - exceptional);
      if (!collapse.indices.empty() && !byChance)
        collapses.push_back(std::move(collapse));
    }
  }

  const OutputParts &of;
  Shape shape;
  Elements whole;
  std::vector<Elements> byPart;
  /// Of what paddings put there.
  Elements border;
  std::vector<Axis> slices;
};

/// Tells apart the collapses of slices that are seen along several axes: a channel that is lost is missing in each row.
class DistinctCollapses {
public:
  DistinctCollapses(const OutputParts &parts, const Shape &shape, size_t output,
                    const std::vector<std::vector<Tensor>> &references, const std::vector<std::vector<Tensor>> &outputs)
      : parts(parts), shape(shape), output(output), references(references), outputs(outputs) {}

  /// Leaves of those that are each other's the one with the smallest share of its axis, and puts the worst first.
  void reduce(std::vector<Collapse> &collapses) const {
    std::ranges::stable_sort(collapses, {}, share);
    std::vector<Collapse> kept;
    for (size_t i = 0; i != collapses.size(); ++i) {
      auto explains = [&](size_t other) {
        return isExplained(collapses[i], collapses[other]) &&
               (other < i || !isExplained(collapses[other], collapses[i]));
      };
      auto others = std::views::iota(size_t(0), collapses.size());
      if (std::ranges::none_of(others, [&](size_t other) { return other != i && explains(other); }))
        kept.push_back(collapses[i]);
    }
    std::ranges::stable_sort(kept, [](const Collapse &a, const Collapse &b) {
      return std::pair(!a.isPart, severity(a)) < std::pair(!b.isPart, severity(b));
    });
    if (!kept.empty())
      collapses = std::move(kept);
  }

private:
  static double share(const Collapse &collapse) {
    return collapse.isPart ? 0 : double(collapse.indices.size()) / double(collapse.slices);
  }
  static double severity(const Collapse &collapse) {
    return std::isnan(collapse.sqnr) ? -HUGE_VAL : collapse.isConstant ? std::min(collapse.sqnr, 0.0) : collapse.sqnr;
  }

  /// Whether slices are fine in what is left of them without those of the other collapse.
  bool isExplained(const Collapse &collapse, const Collapse &other) const {
    if (collapse.isPart || other.isPart || collapse.value != other.value || collapse.axis == other.axis)
      return false;
    llvm::BitVector left = elementsOf(collapse, parts, shape);
    left.reset(elementsOf(other, parts, shape));
    int64_t inner = 1;
    for (size_t i = *collapse.axis + 1; i != shape.size(); ++i)
      inner *= shape[i];
    std::vector<Elements> slices(collapse.slices);
    for (size_t sample = 0; sample != references.size(); ++sample) {
      Tensor reference = toFloat(references[sample][output]), found = toFloat(outputs[sample][output]);
      for (unsigned i : left.set_bits())
        slices[i / inner % slices.size()].add(reference.as<float>()[i], found.as<float>()[i]);
    }
    auto part = std::ranges::find(parts.parts, collapse.value, &OutputPart::value);
    return std::ranges::none_of(
        slices, [&](const Elements &each) { return each.difference.total > 0 && hasSliceCollapsed(each, *part); });
  }

  const OutputParts &parts;
  const Shape &shape;
  size_t output;
  const std::vector<std::vector<Tensor>> &references, &outputs;
};

} // namespace

std::vector<OutputQuality> tare::checkOutputs(const std::vector<OutputParts> &parts,
                                              const std::vector<std::vector<Tensor>> &references,
                                              const std::vector<std::vector<Tensor>> &outputs, size_t threads) {
  std::vector<OutputQuality> result(parts.size());
  parallelFor(parts.size(), threads, [&](size_t i, size_t) {
    OutputSums sums(parts[i], references.front()[i].shape());
    for (size_t sample = 0; sample != references.size(); ++sample)
      sums.add(toFloat(references[sample][i]), toFloat(outputs[sample][i]));
    result[i] = sums.quality();
    if (result[i].collapses.size() > 1)
      DistinctCollapses(parts[i], references.front()[i].shape(), i, references, outputs).reduce(result[i].collapses);
  });
  return result;
}

llvm::BitVector tare::elementsOf(const Collapse &collapse, const OutputParts &parts, const Shape &shape) {
  llvm::BitVector elements(elementCount(shape), true);
  for (int64_t i = 0; i != elementCount(shape); ++i)
    if (std::optional<size_t> part = parts.partOf(i);
        !part || (!collapse.isOutput && parts.parts[*part].value != collapse.value))
      elements.reset(i);
  if (collapse.axis) {
    std::set<int64_t> indices(collapse.indices.begin(), collapse.indices.end());
    forEachSlice(shape, *collapse.axis, [&](int64_t i, int64_t index) {
      if (!indices.contains(index))
        elements.reset(i);
    });
  }
  return elements;
}

double tare::sqnrOf(const Collapse &collapse, const OutputParts &parts, size_t output,
                    const std::vector<std::vector<Tensor>> &references,
                    const std::vector<std::vector<Tensor>> &outputs) {
  const Shape &shape = references.front()[output].shape();
  const llvm::BitVector elements = elementsOf(collapse, parts, shape);
  const bool isSliced = collapse.axis && !collapse.isPart;
  int64_t inner = 1;
  for (size_t i = isSliced ? *collapse.axis + 1 : 0; isSliced && i < shape.size(); ++i)
    inner *= shape[i];
  std::vector<Difference> slices(isSliced ? shape[*collapse.axis] : 1);
  for (size_t sample = 0; sample != outputs.size(); ++sample) {
    Tensor reference = toFloat(references[sample][output]), found = toFloat(outputs[sample][output]);
    for (unsigned i : elements.set_bits())
      slices[isSliced ? i / inner % slices.size() : 0].add(reference.as<float>()[i], found.as<float>()[i]);
  }
  double worst = HUGE_VAL;
  for (const Difference &slice : slices)
    if (slice.total > 0)
      worst = std::min(worst, slice.sqnr());
  return worst;
}
