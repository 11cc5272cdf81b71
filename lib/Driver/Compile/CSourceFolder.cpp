//===- CSourceFolder.cpp - A program as a folder of C ---------------------===//
#include "Driver/Compile/CSourceFolder.h"

#include "Driver/Json.h"
#include "Driver/Verify/GoldenInputs.h"

#include "tare/Runtime/Trace.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tare;

namespace {

/// The samples of the test that comes with a source.
constexpr int64_t testSamples = 2;

/// Random samples and what the reference kernels give for them, as golden vectors have them.
Result<std::vector<csource::GoldenSample>> goldenSamples(const std::shared_ptr<const runtime::Session> &session) {
  auto trace = runtime::Trace::create(session);
  if (!trace)
    return trace.error();
  GoldenInputs inputs = GoldenInputs::random(*session, testSamples);
  std::vector<csource::GoldenSample> samples;
  for (int64_t i = 0; i != testSamples; ++i) {
    auto sample = inputs.source().next();
    if (!sample)
      return sample.error();
    std::vector<Tensor> given = inputs.enter(**sample, *trace);
    auto outputs = trace->run(given);
    if (!outputs)
      return outputs.error();
    samples.push_back({std::move(given), std::move(*outputs)});
  }
  return samples;
}

} // namespace

Result<CSourceFolder> CSourceFolder::create(const std::string &path, const CSourceOptions &options,
                                            const std::string &source) {
  auto folder = AtomicFolder::create(path);
  if (!folder)
    return folder.error();
  std::string prefix = options.prefix.empty() ? csource::prefixOf(source) : options.prefix;
  return CSourceFolder(std::move(*folder), path, {prefix, options.splitsWeights}, options.hasTest);
}

Status CSourceFolder::write(std::shared_ptr<const program::Model> model) {
  auto session = runtime::Session::create(model, {.forceReference = true});
  if (!session)
    return session.error();
  if (hasTest) {
    auto samples = goldenSamples(*session);
    if (!samples)
      return Error{model->name() + ": " + samples.error().message};
    options.test = std::move(*samples);
  }
  auto written = csource::writeSource(**session, options);
  if (!written)
    return Error{model->name() + ": " + written.error().message};
  source = std::move(*written);
  for (const csource::SourceFile &file : source.files)
    if (Status done = folder.write(file.name, 0, file.text.data(), file.text.size()); !done)
      return done;
  return folder.commit();
}

std::string CSourceFolder::text() const {
  std::vector<std::string> names;
  for (const csource::SourceFile &file : source.files)
    names.push_back(file.name);
  return fmt::format("{}: {}; {:.1f} kB constant, {:.1f} kB of memory", path, fmt::join(names, ", "),
                     double(source.constantBytes) / 1e3, double(source.arenaBytes) / 1e3);
}

void CSourceFolder::writeJson(llvm::json::OStream &out) const {
  out.attributeObject("c", [&] {
    out.attribute("prefix", options.prefix);
    out.attributeArray("files", [&] {
      for (const csource::SourceFile &file : source.files)
        out.value(file.name);
    });
    out.attribute("arena_bytes", source.arenaBytes);
    out.attribute("constant_bytes", source.constantBytes);
  });
}

int64_t CSourceFolder::bytes() const {
  int64_t sum = 0;
  for (const csource::SourceFile &file : source.files)
    sum += int64_t(file.text.size());
  return sum;
}
