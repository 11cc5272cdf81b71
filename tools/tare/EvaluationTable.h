//===- EvaluationTable.h - What an evaluation shows, for people -*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_EVALUATIONTABLE_H
#define TARE_TOOLS_TARE_EVALUATIONTABLE_H

#include "Driver/Evaluate/EvaluationReport.h"

namespace tare {

/// Prints the float model, then the others, the smallest loss first; and a line about all.
void printEvaluation(const EvaluationReport &report);

} // namespace tare

#endif // TARE_TOOLS_TARE_EVALUATIONTABLE_H
