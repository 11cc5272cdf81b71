//===- CApi.cpp - Running Tare programs from C ----------------------------===//
#include "Reasons.h"
#include "tare/Program/Container.h"
#include "tare/Program/Reader.h"
#include "tare/Runtime/Context.h"
#include "tare/Runtime/Session.h"
#include "tare/tare.h"

#include <fmt/format.h>

#include <array>
#include <exception>

using namespace tare;

namespace {

constexpr size_t formCount = 3;
static_assert(int(runtime::Form::program) == TARE_FORM_PROGRAM && int(runtime::Form::model) == TARE_FORM_MODEL &&
              int(runtime::Form::raw) == TARE_FORM_RAW);

/// The ports' descriptions in each form: what tare_port points into.
using Descriptions = std::array<std::vector<runtime::PortDescription>, formCount>;

} // namespace

struct tare_program {
  std::shared_ptr<const runtime::Session> session;
  Descriptions inputs;
  Descriptions outputs;
};

struct tare_context {
  std::unique_ptr<runtime::Context> context;
};

namespace {

thread_local std::string lastError;

tare_status fail(const Error &error) {
  lastError = error.message;
  return TARE_ERROR;
}

/// No exception crosses into C.
template <typename Function> tare_status guarded(Function function) {
  try {
    Status status = function();
    return status ? TARE_OK : fail(status.error());
  } catch (const std::exception &error) {
    return fail(Error{runtime::reasonOf(error)});
  }
}

Error isNull(std::string_view what) { return Error{fmt::format("{} is null", what)}; }

Status load(Result<std::shared_ptr<const program::Model>> model, uint32_t flags, tare_program **result) {
  if (!model)
    return model.error();
  auto session = runtime::Session::create(*model, {.forceReference = (flags & TARE_REFERENCE_KERNELS) != 0});
  if (!session)
    return session.error();
  auto program = std::make_unique<tare_program>();
  program->session = *session;
  for (size_t i = 0; i != formCount; ++i) {
    auto form = runtime::Form(i);
    for (size_t port = 0; port != (*session)->inputCount(); ++port)
      program->inputs[i].push_back((*session)->describeInput(port, form));
    for (size_t port = 0, count = (*session)->outputCount(form); port != count; ++port)
      program->outputs[i].push_back((*session)->describeOutput(port, form));
  }
  *result = program.release();
  return success();
}

tare_type typeOf(ElementType element) {
  switch (element) {
  case ElementType::i8:
    return TARE_I8;
  case ElementType::i16:
    return TARE_I16;
  case ElementType::i32:
    return TARE_I32;
  case ElementType::i64:
    return TARE_I64;
  case ElementType::u8:
    return TARE_U8;
  case ElementType::u16:
    return TARE_U16;
  case ElementType::u32:
    return TARE_U32;
  case ElementType::u64:
    return TARE_U64;
  case ElementType::boolean:
    return TARE_BOOL;
  default: // a verified program has no other
    return TARE_F32;
  }
}

Status describe(const Descriptions &forms, std::string_view kind, size_t index, tare_form form, tare_port *port) {
  if (!port)
    return isNull("the description");
  if (size_t(form) >= formCount)
    return Error{fmt::format("there is no form {}", int(form))};
  const std::vector<runtime::PortDescription> &ports = forms[form];
  if (index >= ports.size())
    return Error{fmt::format("there is no {} {} of {}", kind, index, ports.size())};
  const runtime::PortDescription &from = ports[index];
  *port = {from.name.c_str(),      typeOf(from.type.element), from.type.shape.size(),
           from.type.shape.data(), from.type.bytes(),         from.layout.c_str(),
           from.scales.size(),     from.scales.data(),        from.axis,
           from.zeroPoint};
  return success();
}

Status allGiven(const void *const *values, size_t count, std::string_view kind) {
  if (!values && count != 0)
    return isNull(fmt::format("the list of {}s", kind));
  for (size_t i = 0; i != count; ++i)
    if (!values[i])
      return isNull(fmt::format("{} {}", kind, i));
  return success();
}

} // namespace

uint32_t tare_api_version(void) { return TARE_API_VERSION; }

uint32_t tare_format_version(void) { return program::formatVersion; }

const char *tare_last_error(void) { return lastError.c_str(); }

tare_status tare_program_load(const char *path, uint32_t flags, tare_program **program) {
  return guarded([&]() -> Status {
    if (!path || !program)
      return isNull(path ? "the program" : "the path");
    *program = nullptr;
    return load(program::readFile(path), flags, program);
  });
}

tare_status tare_program_load_memory(const void *bytes, size_t size, uint32_t flags, tare_program **program) {
  return guarded([&]() -> Status {
    if (!bytes || !program)
      return isNull(bytes ? "the program" : "the memory");
    *program = nullptr;
    std::span memory(static_cast<const std::byte *>(bytes), size);
    return load(program::readMemory(memory, nullptr, "program in memory"), flags, program);
  });
}

void tare_program_destroy(tare_program *program) { delete program; }

size_t tare_program_input_count(const tare_program *program) {
  return program ? program->inputs[TARE_FORM_PROGRAM].size() : 0;
}

size_t tare_program_output_count(const tare_program *program) {
  return tare_program_output_count_in(program, TARE_FORM_PROGRAM);
}

size_t tare_program_output_count_in(const tare_program *program, tare_form form) {
  return program && size_t(form) < formCount ? program->outputs[form].size() : 0;
}

tare_status tare_program_input(const tare_program *program, size_t index, tare_form form, tare_port *port) {
  return guarded([&]() -> Status {
    if (!program)
      return isNull("the program");
    return describe(program->inputs, "input", index, form, port);
  });
}

tare_status tare_program_output(const tare_program *program, size_t index, tare_form form, tare_port *port) {
  return guarded([&]() -> Status {
    if (!program)
      return isNull("the program");
    return describe(program->outputs, "output", index, form, port);
  });
}

tare_status tare_context_create(const tare_program *program, tare_form form, tare_context **context) {
  return tare_context_create_threaded(program, form, 1, context);
}

tare_status tare_context_create_threaded(const tare_program *program, tare_form form, size_t threads,
                                         tare_context **context) {
  return guarded([&]() -> Status {
    if (!program || !context)
      return isNull(program ? "the context" : "the program");
    *context = nullptr;
    if (size_t(form) >= formCount)
      return Error{fmt::format("there is no form {}", int(form))};
    auto made = program->session->makeContext(runtime::Form(form), threads);
    if (!made)
      return made.error();
    *context = new tare_context{std::move(*made)};
    return success();
  });
}

void tare_context_destroy(tare_context *context) { delete context; }

tare_status tare_context_run(tare_context *context, const void *const *inputs, void *const *outputs) {
  return guarded([&]() -> Status {
    if (!context)
      return isNull("the context");
    size_t inputCount = context->context->session().inputCount(), outputCount = context->context->outputCount();
    if (auto status = allGiven(inputs, inputCount, "input"); !status)
      return status;
    if (auto status = allGiven(outputs, outputCount, "output"); !status)
      return status;
    return context->context->run({inputs, inputCount}, {outputs, outputCount});
  });
}
