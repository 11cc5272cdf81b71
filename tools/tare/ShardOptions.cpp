//===- ShardOptions.cpp - --partial and --merge ---------------------------===//
#include "ShardOptions.h"
#include "Numbers.h"

using namespace tare;

void tare::addShardOptions(CLI::App &app, FileArguments &files, ShardOptions &options) {
  app.add_flag("--partial", options.partial,
               "Write the statistics of this shard of the data (.stats), which --merge puts together with others'");
  auto *merge = app.add_option("--merge", options.merged,
                               "In place of data: the statistics of all shards; gives the ranges, byte for byte, that "
                               "one\nrun over all data gives");
  files.reads(merge->type_name("SHARD.stats"), options.merged);
  app.add_option("--first-sample", options.firstSample,
                 "With --partial: the number of the shard's first sample among all data, from 0")
      ->type_name("N")
      ->check(wholeNumber(0, int64_t(1) << 53));
}
