//===- Environment.cpp - What the environment asks of a run ---------------===//
#include "Environment.h"

#include "tare/Tensor/Parallel.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"

#include <cstdlib>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <string_view>

using namespace tare;

/// The names that TARE_MAX_ISA may have on this kind of processor, from the least.
static constexpr std::string_view instructionSets[] = {
#if defined(__x86_64__)
    "portable", "avx2", "avx512", "avx512_vnni", "amx"
#elif defined(__aarch64__)
    "portable", "neon"
#else
    "portable"
#endif
};

/// Whether a text is a whole number above 0, of any length.
static bool isCount(llvm::StringRef text) { return llvm::all_of(text, llvm::isDigit) && !text.ltrim('0').empty(); }

static void checkThreads(llvm::StringRef text, std::vector<std::string> &complaints) {
  unsigned long long threads = 0;
  if (!isCount(text))
    complaints.push_back(
        fmt::format("TARE_THREADS is '{}', expected a number from 1 to {}: as many threads as there are "
                    "cores do the work ({})",
                    text.str(), mostThreads, availableCores()));
  else if (text.getAsInteger(10, threads) || threads > mostThreads)
    complaints.push_back(fmt::format("TARE_THREADS is '{}', which is more than {} threads: {} do the work", text.str(),
                                     mostThreads, defaultThreads()));
}

static void checkInstructionSet(llvm::StringRef text, std::vector<std::string> &complaints) {
  if (!llvm::is_contained(instructionSets, std::string_view(text)))
    complaints.push_back(fmt::format("TARE_MAX_ISA is '{}', expected one of {}: the portable kernels do the work",
                                     text.str(), fmt::join(instructionSets, ", ")));
}

/// What a variable says; an empty one says nothing, as one that is not set.
static llvm::StringRef said(const char *variable) {
  const char *text = std::getenv(variable);
  return text ? text : "";
}

std::vector<std::string> tare::environmentComplaints(bool withThreads) {
  std::vector<std::string> complaints;
  if (llvm::StringRef text = said("TARE_THREADS"); withThreads && !text.empty())
    checkThreads(text, complaints);
  if (llvm::StringRef text = said("TARE_MAX_ISA"); !text.empty())
    checkInstructionSet(text, complaints);
  return complaints;
}
