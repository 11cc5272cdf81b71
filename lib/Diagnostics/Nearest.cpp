//===- Nearest.cpp - What a misspelled name may mean ----------------------===//
#include "tare/Diagnostics/Nearest.h"

#include "llvm/ADT/StringRef.h"

#include <optional>

using namespace tare;
using llvm::StringRef;

/// Without the dashes in front, which options have in common.
static StringRef letters(StringRef name) { return name.ltrim('-'); }

/// The least number of edits, where a swap of two neighbours is one and not two.
static unsigned distance(StringRef word, StringRef known) {
  unsigned least = word.edit_distance_insensitive(known);
  std::string swapped = word.str();
  for (size_t i = 0; i + 1 < swapped.size(); ++i) {
    std::swap(swapped[i], swapped[i + 1]);
    least = std::min(least, 1 + StringRef(swapped).edit_distance_insensitive(known));
    std::swap(swapped[i], swapped[i + 1]);
  }
  return least;
}

/// Longer words are not compared, which takes their length's third power: nobody misspells them by hand.
static constexpr size_t mostLetters = 64;

static const std::string *nearest(StringRef word, llvm::ArrayRef<std::string> known) {
  const std::string *found = nullptr;
  if (word.size() > mostLetters)
    return found;
  unsigned least = unsigned(word.size() + 2) / 3 + 1;
  for (const std::string &name : known) {
    if (letters(name).size() >= word.size() + least)
      continue;
    if (unsigned edits = distance(word, letters(name)); edits < least) {
      least = edits;
      found = &name;
    }
  }
  return found;
}

static const std::string *onlyOneThatBeginsWith(StringRef word, llvm::ArrayRef<std::string> known) {
  const std::string *found = nullptr;
  for (const std::string &name : known)
    if (letters(name).starts_with_insensitive(word)) {
      if (found)
        return nullptr;
      found = &name;
    }
  return found;
}

std::string tare::didYouMean(const std::string &word, llvm::ArrayRef<std::string> known) {
  // Of one letter anything is a third.
  if (letters(word).size() < 2)
    return "";
  const std::string *found = nearest(letters(word), known);
  if (!found)
    found = onlyOneThatBeginsWith(letters(word), known);
  return found ? "; did you mean '" + *found + "'?" : "";
}
