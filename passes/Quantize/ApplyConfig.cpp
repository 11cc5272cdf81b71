//===- ApplyConfig.cpp - What a configuration chooses ---------------------===//
//
// Invariant: afterwards the function says what its configuration chooses for
// each layer and value, or there is an error at the rule that cannot be followed.
//
//===----------------------------------------------------------------------===//
#include "Quantize/ActivationChoice.h"
#include "tare/Config/Apply.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Npu/NpuAttributes.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Passes/Passes.h"

namespace tare {
#define GEN_PASS_DEF_APPLYCONFIG
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;

namespace {

struct ApplyConfig : tare::impl::ApplyConfigBase<ApplyConfig> {
  using ApplyConfigBase::ApplyConfigBase;

  void runOnFunction() final {
    func::FuncOp function = getOperation();
    FailureOr<Target> known = findTarget();
    const ActivationFormat *format = failed(known) ? nullptr : activationFormat(function, *known, activations);
    if (!format)
      return signalPassFailure();
    Result<config::Rules> rules = config::readRules(std::vector<std::string>(files.begin(), files.end()));
    if (!rules)
      return fail(rules.error());
    const std::vector<config::Layer> layers = config::layersOf(function);
    Result<config::Outcome> outcome = config::apply(*rules, layers, *known, format->type);
    if (!outcome)
      return fail(outcome.error());
    if (std::string text = textOfUnused(*outcome, *rules); !text.empty())
      reportWarning(function.getLoc(), {"UnusedEntries", "", "", 0, CostUnit::none, text,
                                        "compare their names with those of `tare config init MODEL`"});
    if (qnn::Choices choices = outcome->choices(layers); !choices.empty())
      function->setAttr(qnn::choicesAttrName, choices.toAttr(&getContext()));
  }

private:
  void fail(const Error &error) {
    emitError(UnknownLoc::get(&getContext())) << error.message;
    signalPassFailure();
  }

  FailureOr<Target> findTarget() {
    if (target.empty())
      return npu::getTarget(getOperation());
    Result<Target> known = loadTarget(target);
    if (!known)
      return emitError(UnknownLoc::get(&getContext())) << known.error().message;
    return std::move(*known);
  }
};

} // namespace
