//===- Calibrate.cpp - tare calibrate -------------------------------------===//
#include "CalibrationOptions.h"
#include "Commands.h"
#include "CompilerContext.h"
#include "Json.h"
#include "MemoryLimit.h"
#include "OutputFile.h"
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
    Result<CompilationRequest> request = options.request(threads);
    if (!request)
      return request.error();
    if (Status fits = shards.check(options); !fits)
      return fits;
    if (options.data.empty() && !options.random && !shards.isMerge())
      return Error{"needs data: give --calibration DATA, or --random-calibration to try the flow"};
    if (Status free = checkOutput(output, inputFiles()); !free)
      return free;
    // The data are for below.
    CompilationRequest float32 = *request;
    float32.last = Stage::simplified;
    float32.calibration.path.clear();
    float32.choosesRanges = false;
    CompilerContext context(console());
    auto compiled = compile(float32, *context, {});
    if (mlir::failed(compiled))
      return context.takeError(options.model);
    Status done = calibrateAndWrite(*compiled->module, *request);
    if (!done) {
      context.dropWarnings();
      return done;
    }
    for (const std::string &warning : shardWarnings)
      console().warning(warning);
    context.showWarnings();
    tell();
    return success();
  }

private:
  void addOptions(CLI::App &app) override {
    options.addTo(app, files);
    shards.addTo(app, files);
    files.reads(app.add_option("--calibration", options.data, "The data")->type_name("DATA"), options.data);
    files.writes(app.add_option("-o,--output", output, "The ranges file, or statistics")->required()->type_name("FILE"),
                 output);
  }

  std::vector<std::string> inputFiles() const {
    std::vector<std::string> names = options.files();
    names.insert(names.end(), shards.mergedFiles().begin(), shards.mergedFiles().end());
    return names;
  }

  Status calibrateAndWrite(mlir::ModuleOp module, CompilationRequest &request) {
    if (Status named = checkEnding(output, {shards.isPartial() ? ".stats" : ".json"}); !named)
      return named;
    Status made = shards.isMerge() ? merge(module, request) : calibrate(module, request);
    if (!made)
      return made;
    Result<std::string> bytes =
        statistics ? calibration::toBytes(*statistics) : Result<std::string>(calibration::toJson(ranges, hashes));
    if (!bytes)
      return Error{output + ": " + bytes.error().message};
    if (Status written = writeFile(output, *bytes); !written)
      return written;
    complete.push_back(output);
    return success();
  }

  Status merge(mlir::ModuleOp module, const CompilationRequest &request) {
    auto merged = shards.merge(module, options, request);
    if (!merged)
      return merged.error();
    shardWarnings = std::move(merged->warnings);
    shardCount = merged->statistics.parts.size();
    if (shards.isPartial()) {
      statistics = std::move(merged->statistics);
      return success();
    }
    ranges = calibration::rangesOf(module, merged->statistics.seen, request.calibration.search, threads);
    hashes = std::move(merged->statistics.hashes);
    return success();
  }

  Status calibrate(mlir::ModuleOp module, CompilationRequest &request) {
    Result<size_t> atOnce =
        samplesThatFit(module.lookupSymbol<mlir::func::FuncOp>("main"), options.model, request.calibration.maxMemory);
    if (!atOnce)
      return atOnce.error();
    request.calibration.threads = threadsWithin(threads, *atOnce);
    request.calibration.keepsObservations = shards.isPartial();
    auto found = findWithProgress(module, request.calibration);
    if (!found)
      return naming(found.error().message);
    if (shards.isPartial()) {
      if (!found->seen)
        return Error{options.data + ": is a ranges file, expected the data of a shard"};
      statistics = shards.statisticsOf(module, options, request, std::move(*found));
      return success();
    }
    drawn = std::move(found->drawn);
    hashes = std::move(found->hashes);
    ranges = std::move(found->ranges);
    return success();
  }

  Result<FoundRanges> findWithProgress(mlir::ModuleOp module, const CalibrationRequest &request) {
    std::unique_ptr<Progress> progress;
    std::mutex mutex;
    return findRanges(module, request, [&](int64_t done, int64_t total) {
      std::lock_guard lock(mutex);
      if (!progress)
        progress = std::make_unique<Progress>(console(), "calibrating", total);
      progress->update(done);
    });
  }

  void tell() {
    if (json)
      return printJson([&](llvm::json::OStream &out) { out.object([&] { writeFields(out); }); });
    if (statistics)
      return console().note(fmt::format("wrote {}: the statistics of {} values on {} samples", output,
                                        statistics->names.size(), statistics->seen.samples));
    if (verbose)
      printValues(ranges);
    if (!quiet)
      summarize(ranges);
    if (std::string text = textOf(drawn); !text.empty())
      console().note(text);
    console().note(fmt::format("wrote {}: the ranges of {} values", output, ranges.values.size()));
  }

  void writeFields(llvm::json::OStream &out) const {
    out.attribute("output", jsonText(output));
    if (!statistics)
      out.attribute("method", ranges.method);
    out.attribute("samples", statistics ? statistics->seen.samples : ranges.samples);
    out.attribute("values", int64_t(statistics ? statistics->names.size() : ranges.values.size()));
    if (shards.isMerge())
      out.attribute("shards", int64_t(shardCount));
    if (options.random)
      writeDrawn(out, drawn);
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

  CalibrationOptions options;
  ShardOptions shards;
  std::string output;
  /// What is written: ranges, or of --partial statistics.
  calibration::Ranges ranges;
  std::optional<calibration::Statistics> statistics;
  std::vector<std::string> shardWarnings;
  size_t shardCount = 0;
  DrawnInputs drawn;
  calibration::SampleHashes hashes;
};

} // namespace

std::unique_ptr<Command> tare::makeCalibrateCommand() { return std::make_unique<CalibrateCommand>(); }
