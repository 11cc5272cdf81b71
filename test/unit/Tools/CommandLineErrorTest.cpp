//===- CommandLineErrorTest.cpp - What is wrong with a command line -------===//
#include "CommandLineError.h"
#include "Numbers.h"

#include <gtest/gtest.h>

using namespace tare;

namespace {

/// tare run FILE [--threads N] | tare target {list,show NAME} | --quiet, of all of them.
struct Tool {
  Tool() {
    app.require_subcommand(1);
    app.add_flag("--quiet");
    CLI::App *run = app.add_subcommand("run");
    run->fallthrough();
    run->add_option("file", file)->required();
    run->add_option("--threads", threads)->check(wholeNumber(1));
    CLI::App *target = app.add_subcommand("target");
    target->require_subcommand(1);
    target->add_subcommand("list");
    target->add_subcommand("show")->add_option("name", file)->required();
  }
  std::string error(const std::string &line) {
    try {
      app.parse(line);
    } catch (const CLI::ParseError &error) {
      return explain(app, error).message;
    }
    return "";
  }
  CLI::App app{"", "tare"};
  std::string file;
  int64_t threads = 0;
};

std::string errorOf(const std::string &line) { return Tool().error(line); }

TEST(CommandLineError, Commands) {
  EXPECT_EQ(errorOf("run m --threads 3 --quiet"), "");
  EXPECT_EQ(errorOf(""), "tare: no command given; `tare --help` lists the commands");
  EXPECT_EQ(errorOf("target"), "tare target: no command given; `tare target --help` lists the commands");
  EXPECT_EQ(errorOf("rum m"), "tare has no command 'rum'; did you mean 'run'? `tare --help` lists the commands");
  EXPECT_EQ(errorOf("zebra --threads 3"), "tare has no command 'zebra'; `tare --help` lists the commands");
  EXPECT_EQ(errorOf("target lost"),
            "tare target has no command 'lost'; did you mean 'list'? `tare target --help` lists the commands");
}

TEST(CommandLineError, Options) {
  EXPECT_EQ(errorOf("run m --thread 3"),
            "tare run has no option '--thread'; did you mean '--threads'? `tare run --help` lists the options");
  EXPECT_EQ(errorOf("run m --thread=3"),
            "tare run has no option '--thread'; did you mean '--threads'? `tare run --help` lists the options");
  EXPECT_EQ(errorOf("run m --qiet"),
            "tare run has no option '--qiet'; did you mean '--quiet'? `tare run --help` lists the options");
  EXPECT_EQ(errorOf("run --zebra"), "tare run has no option '--zebra'; `tare run --help` lists the options");
  EXPECT_EQ(errorOf("--zebra"), "tare has no option '--zebra'; `tare --help` lists the options");
  EXPECT_EQ(errorOf("run m --threads 0"), "--threads: found '0', expected a whole number, 1 or more");
  EXPECT_EQ(errorOf("run m --threads"), "--threads needs a value; `tare run --help` lists the options");
  EXPECT_EQ(errorOf("run m --threads 1 --threads=2"),
            "--threads is given 2 times, expected once; `tare run --help` lists the options");
}

TEST(CommandLineError, Words) {
  EXPECT_EQ(errorOf("run m n"),
            "tare run has no use for 'n': everything that it takes without an option's name was given; "
            "`tare run --help` lists what it takes");
  EXPECT_EQ(errorOf("run m -"),
            "tare run has no use for '-': everything that it takes without an option's name was given; "
            "`tare run --help` lists what it takes");
  EXPECT_EQ(errorOf("run"), "file is required; `tare run --help` lists the options");
  EXPECT_EQ(errorOf("target show"), "name is required; `tare target show --help` lists the options");
}

} // namespace
