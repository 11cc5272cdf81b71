//===- Calibrate.cpp - tare calibrate -------------------------------------===//
#include "CalibrationOptions.h"
#include "Commands.h"
#include "Driver/Calibrate/CalibrationRun.h"
#include "JsonOutput.h"
#include "ShardOptions.h"
#include "Table.h"
#include "tare/Diagnostics/OneLine.h"
#include "tare/Tensor/AtomicFile.h"

#include <fmt/format.h>

using namespace tare;

namespace {

class CalibrateCommand : public Command {
public:
  CalibrateCommand()
      : Command(
            "calibrate", "Find the range of every value of a network on data",
            "tare calibrate model.onnx --calibration data.npz -o ranges.json\n"
            "  DATA is an .npz whose keys are the inputs' names, its first axis counting samples; a .npy where the\n"
            "  network has one input; or a folder of such files. Data that lie on several machines are calibrated on\n"
            "  there, with --partial -o N.stats instead of -o ranges.json, and the shards put together:\n"
            "  tare calibrate model.onnx --merge *.stats -o ranges.json") {}

  Status run() override {
    options.threads = threads;
    CalibrationRun calibration(options, shards, console());
    if (Status found = calibration.find(output, nullptr); !found)
      return found;
    if (Status written = write(calibration); !written) {
      calibration.dropWarnings();
      return written;
    }
    complete.push_back(output);
    calibration.showWarnings();
    report(calibration);
    return success();
  }

private:
  void addOptions(CLI::App &app) override {
    addCalibrationOptions(app, files, options);
    addShardOptions(app, files, shards);
    files.reads(app.add_option("--calibration", options.data, "The data")->type_name("DATA"), options.data);
    files.writes(app.add_option("-o,--output", output, "The ranges file, or statistics")->required()->type_name("FILE"),
                 output);
  }

  Status write(const CalibrationRun &found) const {
    Result<std::string> bytes = found.file();
    if (!bytes)
      return Error{output + ": " + bytes.error().message};
    return writeFile(output, *bytes);
  }

  void report(const CalibrationRun &found) const {
    if (json)
      return printJson([&](llvm::json::OStream &out) { out.object([&] { writeFields(out, found); }); });
    if (const calibration::Statistics *statistics = found.statistics())
      return console().note(fmt::format("wrote {}: the statistics of {} values on {} samples", output,
                                        statistics->seen.names.size(), statistics->seen.samples));
    const calibration::Ranges &ranges = found.ranges();
    if (verbose)
      printValues(ranges);
    if (!quiet)
      summarize(ranges);
    if (std::string text = textOf(found.drawn()); !text.empty())
      console().note(text);
    console().note(fmt::format("wrote {}: the ranges of {} values", output, ranges.values.size()));
  }

  void writeFields(llvm::json::OStream &out, const CalibrationRun &found) const {
    const calibration::Ranges &ranges = found.ranges();
    const calibration::Statistics *statistics = found.statistics();
    out.attribute("output", jsonText(output));
    if (!statistics)
      out.attribute("method", ranges.method);
    out.attribute("samples", statistics ? statistics->seen.samples : ranges.samples);
    out.attribute("values", int64_t(statistics ? statistics->seen.names.size() : ranges.values.size()));
    if (shards.isMerge())
      out.attribute("shards", int64_t(found.shardCount()));
    if (options.random)
      writeDrawn(out, found.drawn());
  }

  static void printValues(const calibration::Ranges &ranges) {
    Table table(
        {{"value", Table::Align::left}, {"label", Table::Align::left}, {"min"}, {"max"}, {"seen min"}, {"seen max"}});
    for (const auto &[name, range] : ranges.values)
      table.add({name, range.label, fmt::format("{:.6g}", range.min), fmt::format("{:.6g}", range.max),
                 fmt::format("{:.6g}", range.seenMin), fmt::format("{:.6g}", range.seenMax)});
    table.print();
    writeOut("\n");
  }

  /// How many there are, and those worth a look: the extremes, and what is cut off most.
  static void summarize(const calibration::Ranges &ranges) {
    writeOut("{} values, found by {} on {} samples; --verbose lists them\n", ranges.values.size(), ranges.method,
             ranges.samples);
    auto widthOf = [](const calibration::ValueRange &range) { return range.max - range.min; };
    auto seenOf = [](const calibration::ValueRange &range) { return range.seenMax - range.seenMin; };
    using Entry = std::pair<const std::string, calibration::ValueRange>;
    const Entry *widest = nullptr, *narrowest = nullptr, *cut = nullptr;
    for (const Entry &entry : ranges.values) {
      const calibration::ValueRange &range = entry.second;
      if (!widest || widthOf(range) > widthOf(widest->second))
        widest = &entry;
      if (!narrowest || widthOf(range) < widthOf(narrowest->second))
        narrowest = &entry;
      bool isCut = range.min > range.seenMin || range.max < range.seenMax;
      if (isCut && (!cut || seenOf(range) / widthOf(range) > seenOf(cut->second) / widthOf(cut->second)))
        cut = &entry;
    }
    auto print = [](const char *what, const Entry *entry) {
      if (entry)
        writeOut("{:<10} '{}': [{:.6g}, {:.6g}], seen [{:.6g}, {:.6g}]\n", what, oneLine(entry->first),
                 entry->second.min, entry->second.max, entry->second.seenMin, entry->second.seenMax);
    };
    print("widest", widest);
    print("narrowest", narrowest);
    print("cut most", cut);
  }

  driver::CalibrationOptions options;
  ShardOptions shards;
  std::string output;
};

} // namespace

std::unique_ptr<Command> tare::makeCalibrateCommand() { return std::make_unique<CalibrateCommand>(); }
