//===- Report.h - What a report shows of one program ------------*- C++ -*-===//
//
// Gathered from the program alone, and, as far as they are given, from the model on data, from timed runs, and from
// what the conversion has told. docs/report.md has it as JSON.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DRIVER_REPORT_REPORT_H
#define TARE_DRIVER_REPORT_REPORT_H

#include "Driver/Compare/Difference.h"
#include "Driver/Inspect/Inspection.h"
#include "Driver/Report/SeenValues.h"
#include "Driver/Report/WeightChannels.h"
#include "tare/Driver/Report.h"

#include <optional>
#include <string>
#include <vector>

namespace tare {

/// How far a result is from the model's, over all samples.
struct Accuracy {
  Difference difference;
  /// Bools and indices, of which the share of equal ones counts.
  bool isDiscrete = false;
  /// Of a layer the share of the signal's power that is error, as far as what reads the layer has as much of it: what
  /// is cut off where a sigmoid is flat is off by much, and nobody behind notices.
  std::optional<double> noticed = std::nullopt;
  /// How much more of it there is than in the worst of what the layer reads, 0 or more; and how many decibels less the
  /// layer has, where those have any error.
  double added = 0;
  std::optional<double> fall = std::nullopt;
};

/// A result of a layer, beside what inspect knows of it: these are as many, in the same order.
struct ReportedLayer {
  /// Its name, or where several have that one of its own.
  std::string label;
  /// The layer's number in the program, and how often it runs: of several results of one layer both are the same.
  int64_t step = 0, runs = 1;
  /// The layers that it reads, as numbers of results; -1 is the first input, -2 the second.
  std::vector<int64_t> operands;
  int64_t readBytes = 0, writtenBytes = 0;
  /// Whether it gives its operands' elements again, or their real numbers, and computes nothing.
  bool moves = false;
  std::optional<WeightChannels> weights = std::nullopt;

  /// With the model and data, where both have the value.
  std::optional<Accuracy> accuracy = std::nullopt;
  std::optional<SeenValues> seen = std::nullopt;
  /// Timed.
  std::optional<double> microseconds = std::nullopt;
};

struct ReportedOutput {
  std::string name;
  /// The result that it is, or an input, as of operands.
  int64_t layer = 0;
};

/// An output of the model.
struct ReportedAccuracy {
  std::string name;
  Accuracy accuracy;
  /// What is joined in it, where that is several layers' results that are compared: their numbers.
  std::vector<size_t> parts = {};
};

/// What lies in the arena at `offset`, from layer `begin` to layer `end` of the program.
struct ReportedBlock {
  std::string name;
  int64_t offset = 0, bytes = 0, begin = 0, end = 0;
};

struct ReportedProfile {
  int64_t samples = 0, threads = 0;
  std::string instructionSet;
  /// The mean of a run.
  double microseconds = 0;
};

/// What a reader should know, the worst first.
struct Finding {
  enum class Severity { error, warning, remark } severity = Severity::remark;
  /// The number of the result that it is about; -1 for none.
  int64_t layer = -1;
  /// What was found, a sentence; what to do, an imperative, or empty.
  std::string text, advice = {};
  /// Whether the conversion has told it.
  bool isOfConversion = false;
};

/// A change that made the hardware able to hold a layer.
struct ReportedRepair {
  std::string layer, kind, unit;
  int64_t channels = 0;
  double cost = 0;
};

enum class Grade { unknown, close, fair, far, lost };
/// "close".
llvm::StringRef nameOf(Grade grade);

struct Verdict {
  Grade grade = Grade::unknown;
  std::string text;
};

struct Report {
  Inspection inspection;
  std::vector<ReportedLayer> layers;
  std::vector<ReportedOutput> outputs;
  std::vector<ReportedBlock> arena;

  /// Empty where they are not given.
  std::string model, data;
  int64_t samples = 0;
  std::vector<ReportedAccuracy> accuracy;
  std::optional<ReportedProfile> profile;
  /// Of a conversion whose report was given.
  std::optional<std::vector<ReportedRepair>> repairs;

  std::vector<Finding> findings;
  Verdict verdict;
};

/// All that there is to show of the program of that name.
Result<Report> gatherReport(const driver::ReportOptions &options, const std::string &program, const Listener &listener);

/// More than this share of values is worth a word where it is cut off.
inline constexpr double muchClipped = 1e-3;

/// Gives layers that are not compared, as their value's name is that of what they lead to, the accuracy of that; then
/// fills what is noticed and added of all layers' accuracies.
void findFalls(Report &report);
/// Fills the parts of the outputs' accuracies.
void findParts(Report &report);
/// The numbers of the layers that add most error, the worst first; of those that add any worth a word.
std::vector<size_t> worstLayers(const Report &report, size_t most);
/// The least SQNR of the outputs, and of what is joined in them; nothing where none has one.
std::optional<double> leastSqnr(const Report &report);
/// Fills the findings, behind those that the conversion has told, and the verdict.
void judge(Report &report);

/// One object.
void writeReport(llvm::json::OStream &out, const Report &report);

} // namespace tare

#endif // TARE_DRIVER_REPORT_REPORT_H
