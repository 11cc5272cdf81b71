//===- Emit.cpp - tare emit -----------------------------------------------===//
#include "CSourceArguments.h"
#include "Choices.h"
#include "Commands.h"
#include "JsonOutput.h"

#include "tare/Program/Reader.h"

using namespace tare;

namespace {

class EmitCommand : public Command {
public:
  EmitCommand()
      : Command(
            "emit", "Write a finished program in another form",
            "tare emit model.tare --as c -o model_c\n"
            "  What `tare convert --emit c` writes, of a program: a folder with model.c and model.h, C99 without heap "
            "that\n  computes the program's integers; docs/c-source.md describes them.") {}

  Status run() override {
    Result<std::shared_ptr<const program::Model>> model = program::readFile(path);
    if (!model)
      return model.error();
    auto folder = CSourceFolder::create(output, c, path);
    if (!folder)
      return folder.error();
    if (Status written = folder->write(*model); !written)
      return written;
    complete.push_back(output);
    report(*folder);
    return success();
  }

private:
  void addOptions(CLI::App &app) override {
    files.reads(app.add_option("PROGRAM", path, "A .tare")->required(), path);
    app.add_option("--as", form, "The form: c")->type_name("FORM")->check(oneOf({"c"}))->capture_default_str();
    c.addTo(app);
    files.writesFolder(app.add_option("-o,--output", output, "The folder to write: a new one, or an empty one")
                           ->required()
                           ->type_name("DIR"),
                       output);
  }

  void report(const CSourceFolder &folder) const {
    if (!json)
      return console().note("wrote " + folder.text());
    printJson([&](llvm::json::OStream &out) {
      out.object([&] {
        out.attribute("output", jsonText(output));
        out.attribute("bytes", folder.bytes());
        folder.writeJson(out);
      });
    });
  }

  std::string path, output, form = "c";
  CSourceArguments c;
};

} // namespace

std::unique_ptr<Command> tare::makeEmitCommand() { return std::make_unique<EmitCommand>(); }
