//===- FileArgumentsTest.cpp - Files and streams of a command line --------===//
#include "FileArguments.h"

#include "tare/Tensor/StandardStreams.h"

#include <gtest/gtest.h>

using namespace tare;

namespace {

/// A command that reads two files, and writes one and a folder.
struct Command {
  Command() {
    files.reads(app.add_option("model", model), model);
    files.reads(app.add_option("--data", data), data);
    files.writes(app.add_option("-o,--output", output), output);
    files.writes(app.add_option("--table", table), table);
    files.writesFolder(app.add_option("--folder", folder), folder);
  }
  /// What parsing or settling says.
  std::string parse(const std::string &line, bool json = false) {
    try {
      app.parse(line);
    } catch (const CLI::ParseError &error) {
      return error.what();
    }
    Status settled = files.settle(json);
    return settled ? "" : settled.error().message;
  }
  CLI::App app{"", "tare"};
  std::string model, data, output, table, folder;
  FileArguments files;
};

TEST(FileArguments, StreamsHaveOneUse) {
  Command reads;
  EXPECT_EQ(reads.parse("- --output a"), "");
  EXPECT_EQ(reads.model, standardInput);
  EXPECT_EQ(reads.output, "a");
  EXPECT_FALSE(reads.files.takesStandardOutput());
  Command both;
  EXPECT_EQ(both.parse("- --output -"), "");
  EXPECT_EQ(both.model, standardInput);
  EXPECT_EQ(both.output, standardOutput);
  EXPECT_TRUE(both.files.takesStandardOutput());
  EXPECT_EQ(Command().parse("- --data -"),
            "model and --data are both -, which is standard input and can be one of them; name a file");
  EXPECT_EQ(Command().parse("m --output - --table -"),
            "--output and --table are both -, which is standard output and can be one of them; name a file");
  EXPECT_EQ(Command().parse("m --folder -"), "--folder is -, found a stream, expected the name of a folder");
}

TEST(FileArguments, JsonTakesStandardOutput) {
  EXPECT_EQ(Command().parse("m --output -", true),
            "--json and an output that is - both write to standard output; name a file, or leave --json out");
  EXPECT_EQ(Command().parse("- --output a", true), "");
}

/// The second would replace the first.
TEST(FileArguments, OutputsAreApart) {
  EXPECT_EQ(Command().parse("m --output a --table a"),
            "--output and --table are both 'a'; name another file for one of them");
  EXPECT_EQ(Command().parse("m --output a --table ./none/../a"),
            "--output and --table are both 'a'; name another file for one of them");
  EXPECT_EQ(Command().parse("m --table t --output o --folder ./o"),
            "--output and --folder are both 'o'; name another file for one of them");
  EXPECT_EQ(Command().parse("m --output a --table b --folder c"), "");
  EXPECT_EQ(Command().parse("a --data a --output b"), "");
  EXPECT_EQ(Command().parse("m --output /dev/null --table /dev/null"), "");
}

/// A file may be called as the stream is in messages.
TEST(FileArguments, FilesThatAreCalledAsAStream) {
  Command command;
  // As CLI has them, the last word first.
  command.app.parse(std::vector<std::string>{standardOutput, "--output", standardInput, "--data"});
  ASSERT_TRUE(command.files.settle(false));
  EXPECT_EQ(command.data, "./" + std::string(standardInput));
  EXPECT_EQ(command.output, "./" + std::string(standardOutput));
}

TEST(FileArguments, NamesAreNotEmpty) {
  Command command;
  try {
    command.app.parse(std::vector<std::string>{"", "--data"});
    FAIL() << "taken";
  } catch (const CLI::ParseError &error) {
    EXPECT_STREQ(error.what(), "--data: found '', expected a name");
  }
}

TEST(FileArguments, TheMainOneIsReadFirst) {
  Command command;
  EXPECT_EQ(command.parse("m --output o --data d"), "");
  EXPECT_EQ(command.files.main(), "m");
  Command data;
  EXPECT_EQ(data.parse("--output o --data d"), "");
  EXPECT_EQ(data.files.main(), "d");
  EXPECT_EQ(Command().files.main(), "");
}

TEST(FileArguments, TheFileThatAMessageIsAbout) {
  Command command;
  ASSERT_EQ(command.parse("m.onnx --data in --output out/p.tare"), "");
  auto fileOf = [&](const char *message) { return command.files.fileOf(message); };
  EXPECT_EQ(fileOf("m.onnx: node 'a' is wrong"), "m.onnx");
  EXPECT_EQ(fileOf("cannot write out/p.tare: no space"), "out/p.tare");
  // Of a folder, what lies in it.
  EXPECT_EQ(fileOf("in/a.npz: is empty"), "in/a.npz");
  EXPECT_EQ(fileOf("cannot read in/a b"), "in/a");
  EXPECT_EQ(fileOf("cannot read 'in/a'"), "in/a");
  EXPECT_EQ(fileOf("cannot read (in)"), "in");
  // A file that a message begins with is that of a step in which something happened to another one.
  EXPECT_EQ(fileOf("m.onnx: in/a.npz has no array"), "in/a.npz");
  EXPECT_EQ(fileOf("m.onnx: nothing, in: no"), "in");
  EXPECT_EQ(fileOf("in and m.onnx"), "in");
  EXPECT_EQ(fileOf("cannot compare m.onnx with in"), "m.onnx");
  // Words of their own alone.
  EXPECT_EQ(fileOf("inside of xm.onnx or m.onnxy"), "");
  EXPECT_EQ(fileOf("xin, then in"), "in");
  EXPECT_EQ(fileOf("nothing"), "");
}

/// A command that reads any number of files.
TEST(FileArguments, AnyNumberOfFiles) {
  CLI::App app{"", "tare"};
  std::string model;
  std::vector<std::string> programs;
  FileArguments files;
  files.reads(app.add_option("model", model), model);
  files.reads(app.add_option("programs", programs), programs);
  app.parse("m.onnx a.tare -");
  EXPECT_TRUE(files.settle(false));
  EXPECT_EQ(programs, (std::vector<std::string>{"a.tare", standardInput}));
  EXPECT_EQ(files.fileOf("a.tare: is damaged"), "a.tare");
  EXPECT_EQ(files.main(), "m.onnx");
  app.parse("- a.tare -");
  EXPECT_FALSE(files.settle(false));
}

} // namespace
