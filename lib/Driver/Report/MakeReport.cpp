//===- MakeReport.cpp - What a program is, in one page --------------------===//
#include "tare/Driver/Report.h"

#include "Driver/Report/Page.h"
#include "Driver/Report/PairedLayers.h"
#include "Driver/Report/Report.h"

#include "llvm/Support/raw_ostream.h"

#include <filesystem>

using namespace tare;

namespace {

Status checkOptions(const driver::ReportOptions &options) {
  if (options.data.empty() && options.profile)
    return Error{"--profile runs the program on data; give --inputs DATA too"};
  if (!options.data.empty() && options.model.empty() && !options.profile)
    return Error{"--inputs are for the model and the program side by side; name the model in front of the program"};
  const bool saysHow = options.samples || !options.states.empty() || !options.inputShapes.empty() ||
                       !options.inputValues.empty() || !options.inputTypes.empty() || !options.preprocess.empty() ||
                       options.reference || options.maxMemory;
  if (options.data.empty() && saysHow)
    return Error{"--samples, --state, --input-shape, --input-value, --input-type, --preprocess, --reference and "
                 "--max-memory are of runs on data; "
                 "give --inputs DATA too"};
  if (!options.conversion.empty() && !options.other.empty())
    return Error{"--conversion is of one program, but --diff takes two; leave one of them out"};
  return success();
}

/// For the page: as short as may be.
std::string compact(llvm::function_ref<void(llvm::json::OStream &)> write) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  llvm::json::OStream json(stream, /*IndentSize=*/0);
  write(json);
  json.flush();
  return text;
}

std::string fileName(const std::string &path) { return std::filesystem::path(path).filename().string(); }

driver::MadeReport made(const Verdict &verdict, const std::string &title,
                        llvm::function_ref<void(llvm::json::OStream &)> write) {
  return {verdict.text, jsonDocument(write), pageOf(title, compact(write))};
}

} // namespace

Result<driver::MadeReport> driver::report(const ReportOptions &options, const Listener &listener) {
  if (Status fits = checkOptions(options); !fits)
    return fits.error();
  Result<Report> first = gatherReport(options, options.program, listener);
  if (!first)
    return first.error();
  if (options.other.empty())
    return made(first->verdict, fileName(options.program), [&](llvm::json::OStream &out) { writeReport(out, *first); });
  Result<Report> second = gatherReport(options, options.other, listener);
  if (!second)
    return second.error();
  return made(verdictOfBoth(*first, *second), fileName(options.program) + " and " + fileName(options.other),
              [&](llvm::json::OStream &out) { writeBoth(out, *first, *second); });
}
