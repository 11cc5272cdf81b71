//===- ExplanationTable.h - What an explanation shows, for people -*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_EXPLANATIONTABLE_H
#define TARE_TOOLS_TARE_EXPLANATIONTABLE_H

#include "Driver/Explain/AgainstRun.h"
#include "Driver/Explain/Explanation.h"

namespace tare {

/// The layers that do most to the output, `top` of them, and the remedies that bring something.
void printExplanation(const explain::Explanation &explanation, size_t top);

/// The layers that differ, `top` of them, the first of them in words, and what explains it.
void printDifference(const explain::AgainstResult &result, size_t top);

} // namespace tare

#endif // TARE_TOOLS_TARE_EXPLANATIONTABLE_H
