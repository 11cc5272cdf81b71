//===- IndexSearch.cpp - What integers are used for -----------------------===//
#include "Driver/Calibrate/IndexSearch.h"

#include "llvm/ADT/StringSwitch.h"

#include <algorithm>
#include <cmath>
#include <set>

using namespace tare;

namespace {

using Value = IndexUse::Value;

int64_t sizeOf(const IndexUse &use, size_t operand, int64_t axis) {
  const Shape &shape = use.operands[operand].shape;
  const int64_t rank = shape.size();
  return axis >= -rank && axis < rank ? shape[axis < 0 ? axis + rank : axis] : 0;
}

/// The least dimension that the tuples of GatherND and ScatterND count along.
int64_t leastOfTuple(const IndexUse &use) {
  const Shape &data = use.operands[0].shape, &indices = use.operands[1].shape;
  const size_t begin = use.attributes.integer("batch_dims", 0), length = indices.empty() ? 0 : indices.back();
  int64_t least = 0;
  for (size_t i = begin; i < std::min(begin + length, data.size()); ++i)
    least = i == begin ? data[i] : std::min(least, data[i]);
  return least;
}

/// How many the value's numbers choose among; nothing where it is no index.
std::optional<int64_t> countOf(const IndexUse &use) {
  const std::string_view kind = use.kind;
  const size_t position = use.position;
  auto rowsOf = [&](size_t table) -> std::optional<int64_t> {
    return table < use.operands.size() && use.operands[table].value ? std::optional(sizeOf(use, table, 0))
                                                                    : std::nullopt;
  };
  if (position == 1 && (kind == "Gather" || kind == "GatherElements" || kind == "ScatterElements" || kind == "Scatter"))
    return sizeOf(use, 0, use.attributes.integer("axis", 0));
  if (position == 1 && (kind == "GatherND" || kind == "ScatterND"))
    return leastOfTuple(use);
  if (position == 0 && kind == "OneHot" && use.operands[1].constant)
    return int64_t(*use.operands[1].constant);
  if (kind == "com.microsoft.EmbedLayerNormalization")
    return position == 0 ? rowsOf(2) : position == 1 ? rowsOf(4) : position == 8 ? rowsOf(3) : std::nullopt;
  return std::nullopt;
}

bool movesOnly(std::string_view kind) {
  return llvm::StringSwitch<bool>(kind)
      .Cases({"move", "Cast", "CastLike", "Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Transpose",
              "Slice", "Split", "Expand", "Tile", "Concat", "Pad", "Gather", "GatherElements"},
             true)
      .Default(false);
}

class Search {
public:
  explicit Search(const std::function<std::vector<IndexUse>(Value)> &usesOf) : usesOf(usesOf) {}

  /// The value is the input's integers and `offset`; nothing where it is something else that was computed from them.
  void follow(Value value, std::optional<int64_t> offset) {
    if (!seen.insert({value, offset}).second)
      return;
    for (const IndexUse &use : usesOf(value))
      look(use, offset);
  }

  IndexUsage usage;

private:
  void look(const IndexUse &use, std::optional<int64_t> offset) {
    if (std::optional<int64_t> count = countOf(use); count && *count > 0)
      return note(use, *count, offset);
    usage.isMask |= masks(use);
    for (const IndexUse::Output &output : use.outputs) {
      // Numbers that are computed from it in float are not its own any more.
      const bool isInteger = output.element != ElementType::f32 && output.element != ElementType::boolean;
      const bool isSame = movesOnly(use.kind) && use.position == 0;
      if (isSame || isShifted(use))
        follow(output.value, offsetBehind(use, offset));
      else if (isInteger)
        follow(output.value, std::nullopt);
    }
  }

  /// What is known of the input's own numbers, where it is only moved by an offset. Otherwise 0 and 1 are what most
  /// computations leave in a table.
  void note(const IndexUse &use, int64_t count, std::optional<int64_t> offset) {
    calibration::IntegerRange range{0, std::min<int64_t>(count - 1, 1)};
    if (offset)
      range = {-*offset, count - 1 - *offset};
    if (usage.layer.empty() || count < usage.count)
      usage.layer = use.layer, usage.count = count;
    if (!usage.range)
      usage.range = range;
    usage.range->low = std::max(usage.range->low, range.low);
    usage.range->high = std::max(usage.range->low, std::min(usage.range->high, range.high));
  }

  static const IndexUse::Operand *otherOf(const IndexUse &use) {
    return use.operands.size() == 2 ? &use.operands[1 - use.position] : nullptr;
  }

  static bool isShifted(const IndexUse &use) {
    const IndexUse::Operand *other = otherOf(use);
    return other && other->constant && (use.kind == "Add" || (use.kind == "Sub" && use.position == 0));
  }

  static std::optional<int64_t> offsetBehind(const IndexUse &use, std::optional<int64_t> offset) {
    if (!offset || !isShifted(use))
      return offset;
    const double number = *otherOf(use)->constant;
    if (std::floor(number) != number || std::abs(number) > 1e9)
      return std::nullopt;
    return *offset + (use.kind == "Add" ? int64_t(number) : -int64_t(number));
  }

  /// Whether it is told apart as yes and no: made a bool, or counted down from 1.
  static bool masks(const IndexUse &use) {
    const bool givesBool = !use.outputs.empty() && use.outputs.front().element == ElementType::boolean;
    const IndexUse::Operand *other = otherOf(use);
    return (use.kind == "Cast" && givesBool) ||
           (use.kind == "Sub" && use.position == 1 && other->constant && *other->constant == 1);
  }

  const std::function<std::vector<IndexUse>(Value)> &usesOf;
  std::set<std::pair<Value, std::optional<int64_t>>> seen;
};

} // namespace

IndexUsage tare::searchIndexUses(Value value, const std::function<std::vector<IndexUse>(Value)> &usesOf) {
  Search search(usesOf);
  search.follow(value, 0);
  return std::move(search.usage);
}
