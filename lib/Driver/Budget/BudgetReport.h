//===- BudgetReport.h - What a choice of widths tells -----------*- C++ -*-===//
#ifndef TARE_DRIVER_BUDGET_BUDGETREPORT_H
#define TARE_DRIVER_BUDGET_BUDGETREPORT_H

#include "Driver/Budget/Budget.h"

namespace tare {

/// The choice as a configuration, a rule for each of the outcome's wide values, whose numbers `wide` has.
std::string configOf(const BudgetOutcome &outcome, const std::vector<Candidate> &candidates,
                     const std::vector<size_t> &wide);

} // namespace tare

#endif // TARE_DRIVER_BUDGET_BUDGETREPORT_H
