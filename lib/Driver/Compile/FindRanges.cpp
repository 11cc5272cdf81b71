//===- FindRanges.cpp - Ranges from data or a file ------------------------===//
#include "Driver/Calibrate/LeastHashes.h"
#include "Driver/Compile/CalibrationSamples.h"
#include "Driver/Execute/CancellableSamples.h"
#include "Driver/Progress.h"
#include "tare/Dialect/Qnn/Choices.h"
#include "tare/Tensor/StandardStreams.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace tare;
using namespace mlir;
using calibration::Observations;
using calibration::Ranges;

/// It is JSON: its first character that is not white space is a brace.
bool tare::isRangesFile(const std::string &path) {
  Result<std::string> opened = pathToOpen(path);
  if (!opened)
    return false;
  auto buffer = llvm::MemoryBuffer::getFileSlice(*opened, 64, 0);
  // One that is called as a ranges file is no data, whatever is in it: its reader says what is wrong.
  if (buffer && llvm::StringRef(path).ends_with_insensitive(".json"))
    return true;
  return buffer && (*buffer)->getBuffer().ltrim().starts_with("{");
}

/// Whether biases of some layer are to be corrected.
static bool wantsMeans(const CalibrationRequest &request, const qnn::Choices &choices) {
  return request.wantsMeans ||
         llvm::any_of(choices.layers, [](const auto &entry) { return entry.second.biasCorrection.value_or(false); });
}

/// A ranges file has ranges, however they were found, and nothing else.
static Status checkSettled(const CalibrationRequest &request, const qnn::Choices &choices) {
  for (const auto &[name, choice] : choices.values)
    if (choice.method)
      return Error{request.path +
                   ": is a ranges file, which settles how ranges are found, but the configuration says "
                   "activations.method of '" +
                   name + "'; give the data, or leave the method out"};
  if (wantsMeans(request, choices))
    return Error{request.path + ": is a ranges file, which has no means of what layers read, as bias correction needs; "
                                "give the data, or leave bias correction out"};
  return tare::success();
}

Result<FoundRanges> tare::findRanges(ModuleOp module, const CalibrationRequest &request, const Listener &listener,
                                     Observations *observed) {
  if (request.known)
    return FoundRanges{*request.known, {}, {}};
  const qnn::Choices choices = qnn::Choices::of(module.lookupSymbol("main"));
  if (!request.random && isRangesFile(request.path)) {
    if (Status settled = checkSettled(request, choices); !settled)
      return settled.error();
    Result<Ranges> read = calibration::readRanges(request.path);
    return read ? Result<FoundRanges>(FoundRanges{std::move(*read), {}, {}}) : read.error();
  }
  DrawnInputs drawn = request.random ? drawnInputs(module) : DrawnInputs();
  Result<OpenedSamples> opened = openSamples(module, request, drawn);
  if (!opened)
    return opened.error();
  const std::unique_ptr<SampleSource> &source = opened->source;
  const HashedSamples *hashed = opened->hashed;
  SampleKeeper keeper(request.keepsByHash ? 0 : request.kept, source->sampleCount());
  LeastHashes least(request.keepsByHash ? size_t(request.kept) : 0);
  calibration::CalibrationOptions options{request.search, request.threads, {}, wantsMeans(request, choices), {}};
  options.visit = [&](const Sample &sample, const std::vector<Tensor> &outputs) {
    keeper.visit(sample, outputs);
    least.visit(sample, outputs);
  };
  Progress progress(listener, "calibrating", source->sampleCount());
  options.progress = [&](int64_t done) { progress.update(done); };
  CancellableSamples samples(*source, listener);
  Observations seen;
  Result<Ranges> ranges = calibration::calibrate(module, samples, options, &seen);
  if (!ranges)
    return ranges.error();
  if (opened->data)
    tellNotes(*opened->data, listener);
  // A check may look for other ranges.
  constexpr size_t small = size_t(64) << 20;
  std::optional<Observations> kept;
  if (request.kept > 0 && seen.bytes() <= small)
    kept = seen;
  if (observed)
    *observed = std::move(seen);
  return FoundRanges{std::move(*ranges), request.keepsByHash ? least.take() : keeper.take(), std::move(kept),
                     std::move(drawn), hashed ? hashed->hashes() : calibration::SampleHashes()};
}
