//===- Strip.cpp - tare strip ---------------------------------------------===//
#include "Choices.h"
#include "Commands.h"
#include "Driver/OutputFile.h"
#include "JsonOutput.h"

#include "tare/Program/Reader.h"
#include "tare/Program/StripIo.h"
#include "tare/Program/Writer.h"

#include <algorithm>
#include <fmt/format.h>

using namespace tare;

namespace {

class StripCommand : public Command {
public:
  StripCommand()
      : Command("strip", "Leave a finished program's border layers to the host",
                "tare strip model.tare --io quantize,dequantize,transpose -o bare.tare\n"
                "  What `tare convert --strip-io` does, on a program: the layers next to its inputs and outputs become "
                "host steps\n"
                "  of its ports, so that the program takes and gives integers.") {}

  Status run() override {
    std::vector<std::string> wanted = splitLists(kinds);
    auto has = [&](const char *kind) { return std::find(wanted.begin(), wanted.end(), kind) != wanted.end(); };
    if (Status free = checkOutput(output, std::vector{path}); !free)
      return free;
    if (Status named = checkEnding(output, {".tare"}); !named)
      return named;
    Result<std::shared_ptr<const program::Model>> model = program::readFile(path);
    if (!model)
      return model.error();
    program::ProgramT stripped = (*model)->program();
    if (Status done = program::stripIo(stripped, {has("quantize"), has("dequantize"), has("transpose")}); !done)
      return Error{path + ": " + done.error().message};
    size_t before = (*model)->program().layers.size(), after = stripped.layers.size();
    if (Status written = write(**model, std::move(stripped)); !written)
      return written;
    complete.push_back(output);
    report(before - after);
    return success();
  }

private:
  void addOptions(CLI::App &app) override {
    files.reads(app.add_option("PROGRAM", path, "A .tare")->required(), path);
    app.add_option("--io", kinds, "What to leave to the host: quantize, dequantize, transpose")
        ->required()
        ->type_name("LIST")
        ->check(listOf({"quantize", "dequantize", "transpose"}));
    files.writes(app.add_option("-o,--output", output, "The file to write")->required()->type_name("OUT"), output);
  }

  /// The constants keep their order, by which the tensors find their data.
  Status write(const program::Model &model, program::ProgramT stripped) const {
    program::ConstantData constants;
    for (const auto &tensor : stripped.tensors) {
      std::span<const std::byte> data;
      if (tensor->constant)
        data = {static_cast<const std::byte *>(model.constantAt(tensor->data_offset)),
                program::typeOf(*tensor).bytes()};
      constants.push_back(data);
    }
    return program::writeProgram(output, std::move(stripped), constants);
  }

  void report(size_t taken) const {
    if (!json)
      return console().note(fmt::format("wrote {}: {} layer{} left to the host{}", output, taken, taken == 1 ? "" : "s",
                                        taken ? "" : "; there is none of these kinds at its border"));
    printJson([&](llvm::json::OStream &out) {
      out.object([&] {
        out.attribute("output", jsonText(output));
        out.attribute("stripped", int64_t(taken));
      });
    });
  }

  std::string path, output;
  std::vector<std::string> kinds;
};

} // namespace

std::unique_ptr<Command> tare::makeStripCommand() { return std::make_unique<StripCommand>(); }
