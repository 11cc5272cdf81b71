//===- EinsumEquation.cpp - Sums of products by labelled axes -------------===//
#include "EinsumEquation.h"

#include <fmt/format.h>

#include <set>

using namespace tare;
using namespace tare::host;

namespace {

/// The label of an axis of the ellipsis is this minus its distance from the end.
constexpr int64_t ellipsisEnd = 1 << 20;

/// Reads an equation for operands of some ranks.
class Reader {
public:
  Reader(std::string_view text, const std::vector<Shape> &shapes) : shapes(shapes) {
    for (char c : text)
      if (c != ' ')
        equation.push_back(c);
  }

  Result<Equation> read() {
    size_t arrow = equation.find("->");
    readTerms(std::string_view(equation).substr(0, arrow));
    if (problem.empty())
      arrow == std::string::npos ? deriveOutput() : readOutput(std::string_view(equation).substr(arrow + 2));
    if (!problem.empty())
      return Error{"attribute 'equation' is '" + equation + "': " + problem};
    return found;
  }

private:
  void fail(std::string message) {
    if (problem.empty())
      problem = std::move(message);
  }

  /// The labels of a term; of its ellipsis as many as `ellipsisRank`.
  Labels labelsOf(std::string_view term, int64_t ellipsisRank) {
    Labels labels;
    bool hasEllipsis = false;
    for (size_t i = 0; i < term.size(); ++i) {
      bool isLetter = (term[i] >= 'a' && term[i] <= 'z') || (term[i] >= 'A' && term[i] <= 'Z');
      if (isLetter) {
        labels.push_back(term[i]);
      } else if (term.substr(i, 3) == "..." && !hasEllipsis) {
        hasEllipsis = true;
        for (int64_t axis = ellipsisRank; axis > 0; --axis)
          labels.push_back(ellipsisEnd - axis);
        i += 2;
      } else {
        fail(fmt::format("'{}' is no term", term));
        return labels;
      }
    }
    return labels;
  }

  void readTerms(std::string_view text) {
    std::vector<std::string_view> terms;
    for (size_t begin = 0; begin <= text.size();) {
      size_t end = std::min(text.find(',', begin), text.size());
      terms.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
    if (terms.size() != shapes.size())
      return fail(fmt::format("it has {} terms, expected {}", terms.size(), shapes.size()));
    for (size_t i = 0; i < terms.size() && problem.empty(); ++i) {
      int64_t letters = labelsOf(terms[i], 0).size(), rank = shapes[i].size();
      bool hasEllipsis = terms[i].find('.') != std::string_view::npos;
      if (letters > rank || (letters < rank && !hasEllipsis))
        return fail(fmt::format("its term '{}' does not fit operand {} of {} dimensions", terms[i], i, rank));
      if (hasEllipsis)
        widest = std::max(widest, rank - letters);
      found.terms.push_back(labelsOf(terms[i], rank - letters));
      measure(found.terms.back(), shapes[i]);
    }
  }

  void measure(const Labels &labels, const Shape &shape) {
    for (size_t axis = 0; axis < labels.size(); ++axis) {
      int64_t &size = found.sizes.try_emplace(labels[axis], 1).first->second;
      if (size == 1)
        size = shape[axis];
      else if (shape[axis] != 1 && shape[axis] != size)
        return fail(fmt::format("a label stands for both {} and {} elements", size, shape[axis]));
    }
  }

  /// The ellipsis, then the letters that occur once.
  void deriveOutput() {
    std::map<int64_t, int> uses;
    for (const Labels &term : found.terms)
      for (int64_t label : term)
        ++uses[label];
    for (int64_t axis = widest; axis > 0; --axis)
      found.output.push_back(ellipsisEnd - axis);
    for (auto [label, count] : uses)
      if (count == 1 && label < 128)
        found.output.push_back(label);
  }

  void readOutput(std::string_view text) {
    found.output = labelsOf(text, widest);
    std::set<int64_t> seen;
    for (int64_t label : found.output) {
      if (!found.sizes.count(label))
        return fail("its result has a label that no operand has");
      if (!seen.insert(label).second)
        return fail("its result has a label twice");
    }
  }

  std::string equation, problem;
  const std::vector<Shape> &shapes;
  Equation found;
  /// Of the ellipses, how many axes the one with the most has.
  int64_t widest = 0;
};

} // namespace

Result<Equation> host::readEquation(std::string_view text, const std::vector<Shape> &shapes) {
  return Reader(text, shapes).read();
}
