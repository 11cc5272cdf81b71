//===- Session.cpp - Prepares programs ------------------------------------===//
#include "tare/Runtime/Session.h"

#include "Reasons.h"

#include "tare/Runtime/Context.h"

#include <fmt/format.h>

#include <exception>

namespace tare::runtime {

Session::Session(std::shared_ptr<const program::Model> model, std::vector<program::TensorUse> uses,
                 std::vector<program::Loop> loops, SessionOptions options)
    : source(std::move(model)), uses(std::move(uses)), loops(std::move(loops)), options(options) {}

Result<std::shared_ptr<const Session>> Session::create(std::shared_ptr<const program::Model> model,
                                                       SessionOptions options) {
  auto uses = program::analyzeDataflow(model->program());
  if (!uses)
    return uses.error();
  auto loops = program::findLoops(model->program(), *uses);
  if (!loops)
    return loops.error();
  std::shared_ptr<Session> session(new Session(model, std::move(*uses), std::move(*loops), options));
  try {
    session->prepareLayers();
  } catch (const std::exception &error) {
    // Libraries below throw where memory ends.
    return Error{fmt::format("{}: cannot prepare layer {} ('{}'): {}", model->name(), session->layers.size(),
                             model->program().layers[session->layers.size()]->name, reasonOf(error))};
  }
  return std::shared_ptr<const Session>(std::move(session));
}

int64_t Session::shownRunsOf(size_t layer) const {
  const program::LoopEndT *end = program().layers[layer]->op.AsLoopEnd();
  return runsOf(layer) / (end ? end->steps : 1);
}

void Session::prepareLayers() {
  layers.reserve(program().layers.size());
  for (const auto &layer : program().layers) {
    std::vector<kernels::Operand> operands;
    for (uint32_t operand : layer->operands)
      operands.push_back({source->type(operand), source->constant(operand)});
    if (const program::HostT *host = layer->op.AsHost()) {
      std::vector<TensorType> results;
      for (uint32_t result : program::resultsOf(*layer))
        results.push_back(source->type(result));
      layers.emplace_back(*host, operands, results);
    } else {
      layers.emplace_back(layer->op, operands, source->type(layer->result), options.forceReference);
    }
  }
}

Result<std::unique_ptr<Context>> Session::makeContext(Form form, size_t threads) const {
  return makeContext(std::vector<Form>(inputCount(), form), form, threads);
}

Result<std::unique_ptr<Context>> Session::makeContext(std::vector<Form> inputForms, Form outputForm,
                                                      size_t threads) const {
  try {
    std::unique_ptr<Context> context(new Context(shared_from_this(), std::move(inputForms), outputForm, threads));
    if (auto status = context->prepare(); !status)
      return Error{source->name() + ": " + status.error().message};
    return context;
  } catch (const std::exception &error) {
    return Error{fmt::format("{}: cannot prepare to run: {}", source->name(), reasonOf(error))};
  }
}

} // namespace tare::runtime
