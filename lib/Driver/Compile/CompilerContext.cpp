//===- CompilerContext.cpp - MLIR, and what it has to say -----------------===//
#include "Driver/Compile/CompilerContext.h"

#include "Driver/Compile/WarningSummary.h"
#include "IrDialects.h"

#include "tare/Passes/Repairs.h"

#include "mlir/IR/Location.h"
#include "mlir/IR/Remarks.h"

using namespace mlir;

namespace tare {
namespace {

/// Where a diagnostic is, as its user knows it: the file's line, or the layer's name.
std::string describe(Location location) {
  if (auto file = location->findInstanceOf<FileLineColLoc>())
    return (Twine(file.getFilename().strref()) + ":" + Twine(file.getLine()) + ":" + Twine(file.getColumn())).str();
  if (auto layer = location->findInstanceOf<NameLoc>())
    return ("layer '" + Twine(layer.getName().strref()) + "'").str();
  return "";
}

/// The message with its place in front, unless the text names it already.
std::string withPlace(Location location, const std::string &text) {
  std::string place = describe(location);
  return place.empty() || StringRef(text).contains(place) ? text : place + ": " + text;
}

std::string fold(const Diagnostic &diagnostic) {
  std::string text = withPlace(diagnostic.getLocation(), diagnostic.str());
  for (const Diagnostic &note : const_cast<Diagnostic &>(diagnostic).getNotes())
    text += "; " + withPlace(note.getLocation(), note.str());
  return text;
}

/// Collects the remarks of repairs.
class RepairCollector : public remark::detail::MLIRRemarkStreamerBase {
public:
  explicit RepairCollector(std::vector<RepairRecord> &records) : records(records) {}

  void streamOptimizationRemark(const remark::detail::Remark &remark) override {
    RepairRecord record;
    record.kind = remark.getRemarkName().str();
    for (const remark::detail::Remark::Arg &argument : remark.getArgs())
      take(record, argument.key, argument.val);
    std::lock_guard lock(mutex);
    records.push_back(std::move(record));
  }

private:
  static void take(RepairRecord &record, StringRef key, StringRef value) {
    if (key == "Layer")
      record.layer = value.str();
    else if (key == "Channels")
      (void)value.getAsInteger(10, record.channels);
    else if (key == "Cost")
      (void)value.getAsDouble(record.cost);
    else if (key == "Unit")
      record.unit = value.str();
  }

  std::mutex mutex;
  std::vector<RepairRecord> &records;
};

} // namespace

CompilerContext::CompilerContext(const Listener &listener)
    : listener(listener), handler(&context, [this](Diagnostic &diagnostic) { return handle(diagnostic); }) {
  remark::RemarkCategories categories;
  categories.passed = repairCategory.str();
  (void)remark::enableOptimizationRemarks(context, std::make_unique<RepairCollector>(repairRecords),
                                          std::make_unique<remark::RemarkEmittingPolicyAll>(), categories);
  DialectRegistry dialects;
  registerIrDialects(dialects);
  context.appendDialectRegistry(dialects);
  context.loadAllAvailableDialects();
  context.printOpOnDiagnostic(false);
}

CompilerContext::~CompilerContext() { showWarnings(); }

void CompilerContext::showWarnings() {
  std::lock_guard lock(mutex);
  auto unshown = std::span(warningRecords).subspan(shownWarnings);
  for (const std::string &line : warningLines(unshown, listener.isVerbose()))
    listener.warning(line);
  if (listener.isVerbose())
    for (const std::string &line : remarkLines(unshown))
      listener.remark(line);
  shownWarnings = warningRecords.size();
}

void CompilerContext::dropWarnings() {
  std::lock_guard lock(mutex);
  shownWarnings = warningRecords.size();
}

LogicalResult CompilerContext::handle(Diagnostic &diagnostic) {
  std::lock_guard lock(mutex);
  if (diagnostic.getSeverity() == DiagnosticSeverity::Error) {
    // Copies of a layer, which have its name, fail alike.
    if (std::string error = fold(diagnostic); !llvm::is_contained(errors, error))
      errors.push_back(std::move(error));
  } else if (diagnostic.getSeverity() == DiagnosticSeverity::Warning) {
    // MLIR's own have no fields.
    Warning warning = warningOf(diagnostic).value_or(Warning());
    warning.text = warning.text.empty() ? fold(diagnostic) : withPlace(diagnostic.getLocation(), warning.text);
    warningRecords.push_back(std::move(warning));
  }
  // Remarks are for those who ask for them (tare-opt).
  return mlir::success();
}

Error CompilerContext::takeError(const std::string &file) {
  std::lock_guard lock(mutex);
  std::string message;
  for (const std::string &error : errors)
    message += (message.empty() ? "" : "; ") + error;
  errors.clear();
  // As dropWarnings().
  shownWarnings = warningRecords.size();
  if (message.empty())
    message = "failed without a reason: please report this, with the input";
  return Error{StringRef(message).contains(file) ? message : file + ": " + message};
}

} // namespace tare
