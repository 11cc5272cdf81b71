//===- FurtherReading.cpp - Where an error is explained -------------------===//
#include "Driver/FurtherReading.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"

#include <algorithm>

using namespace tare;
using llvm::StringRef;

namespace {

/// The page, as it was when this was built.
constexpr char page[] = {
#include "Troubleshooting.inc"
    '\0'};

/// What stands in a quotation for what differs from case to case.
constexpr char gap[] = "…";

/// A quotation of which the message has fewer characters says too little.
constexpr size_t fewest = 12;

/// How many characters the message has of the quotation; 0 where it does not have all, in their order.
size_t matchOf(StringRef quotation, StringRef message) {
  llvm::SmallVector<StringRef> pieces;
  quotation.split(pieces, gap);
  size_t found = 0;
  for (StringRef piece : pieces) {
    piece = piece.trim();
    size_t at = message.find(piece);
    if (at == StringRef::npos)
      return 0;
    found += piece.size();
    message = message.substr(at + piece.size());
  }
  return found;
}

/// The most that any quotation in the first cell of a row has.
size_t bestOfRow(StringRef row, StringRef message) {
  size_t best = 0;
  row = row.split(" | ").first;
  while (row.contains('`')) {
    auto [quotation, rest] = row.split('`').second.split('`');
    best = std::max(best, matchOf(quotation, message));
    row = rest;
  }
  return best;
}

/// As pages on the web name their sections.
std::string anchorOf(StringRef heading) {
  std::string anchor;
  for (char c : heading)
    if (llvm::isAlnum(c) || c == ' ' || c == '-')
      anchor += c == ' ' ? '-' : llvm::toLower(c);
  return anchor;
}

} // namespace

std::string tare::sectionOf(std::string_view message) {
  StringRef rest = page, heading, found;
  size_t best = fewest - 1;
  while (!rest.empty()) {
    auto [line, behind] = rest.split('\n');
    rest = behind;
    if (line.consume_front("## "))
      heading = line;
    else if (line.starts_with("| `"))
      if (size_t match = bestOfRow(line, message); match > best)
        best = match, found = heading;
  }
  return found.empty() ? "" : "docs/troubleshooting.md#" + anchorOf(found);
}
