//===- ControlGroupsTest.cpp - The memory that a container has left -------===//
#include "Driver/Execute/ControlGroups.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <unistd.h>

using namespace tare;
namespace fs = std::filesystem;

namespace {

/// A system that has these files alone.
std::optional<uint64_t> leftIn(const std::map<std::string, std::string> &files) {
  fs::path root = fs::path(testing::TempDir()) / ("tare-groups-" + std::to_string(getpid()));
  for (const auto &[name, text] : files) {
    fs::create_directories((root / name).parent_path());
    std::ofstream(root / name) << text << "\n";
  }
  std::optional<uint64_t> left = memoryLeftByControlGroups(root);
  fs::remove_all(root);
  return left;
}

TEST(ControlGroups, NoneLimitsNothing) {
  EXPECT_EQ(leftIn({}), std::nullopt);
  EXPECT_EQ(leftIn({{"proc/self/cgroup", "0::/"}}), std::nullopt);
  EXPECT_EQ(leftIn({{"proc/self/cgroup", "0::/"},
                    {"sys/fs/cgroup/memory.max", "max"},
                    {"sys/fs/cgroup/memory.current", "7000"}}),
            std::nullopt);
  EXPECT_EQ(leftIn({{"proc/self/cgroup", "nonsense\n1:\n"}}), std::nullopt);
}

/// A build has filled it with files.
TEST(ControlGroups, FileCacheIsFree) {
  EXPECT_EQ(leftIn({{"proc/self/cgroup", "0::/"},
                    {"sys/fs/cgroup/memory.max", "8000"},
                    {"sys/fs/cgroup/memory.current", "7999"},
                    {"sys/fs/cgroup/memory.stat", "anon 500\nfile 7400\nshmem 400\ninactive_anon 9\nactive_anon 9\n"
                                                  "inactive_file 6000\nactive_file 1000\nslab 99"}}),
            8000u - 999u);
}

TEST(ControlGroups, MoreCacheThanMemoryTakenIsAllOfIt) {
  EXPECT_EQ(leftIn({{"proc/self/cgroup", "0::/"},
                    {"sys/fs/cgroup/memory.max", "8000"},
                    {"sys/fs/cgroup/memory.current", "100"},
                    {"sys/fs/cgroup/memory.stat", "inactive_file 600"}}),
            8000u);
}

TEST(ControlGroups, WithoutStatisticsAllIsTaken) {
  EXPECT_EQ(leftIn({{"proc/self/cgroup", "0::/"},
                    {"sys/fs/cgroup/memory.max", "8000"},
                    {"sys/fs/cgroup/memory.current", "9000"}}),
            0u);
}

TEST(ControlGroups, TheLeastOfAllAroundItHolds) {
  std::map<std::string, std::string> files = {{"proc/self/cgroup", "0::/a/b"},
                                              {"sys/fs/cgroup/a/memory.max", "5000"},
                                              {"sys/fs/cgroup/a/memory.current", "1000"},
                                              {"sys/fs/cgroup/a/b/memory.max", "max"},
                                              {"sys/fs/cgroup/a/b/memory.current", "1000"}};
  EXPECT_EQ(leftIn(files), 4000u);
  files["sys/fs/cgroup/a/b/memory.max"] = "3000";
  EXPECT_EQ(leftIn(files), 2000u);
}

constexpr char version1[] = "9:name=systemd:/\n4:cpu,memory:/docker/1\n0::/";

TEST(ControlGroups, Version1) {
  std::map<std::string, std::string> files = {{"proc/self/cgroup", version1},
                                              {"sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes", "8000"},
                                              {"sys/fs/cgroup/memory/docker/1/memory.usage_in_bytes", "7000"}};
  EXPECT_EQ(leftIn(files), 1000u);
  files["sys/fs/cgroup/memory/docker/1/memory.stat"] =
      "cache 6000\ninactive_file 1\nactive_file 1\ntotal_inactive_file 4000\ntotal_active_file 500";
  EXPECT_EQ(leftIn(files), 8000u - 2500u);
}

/// In a container whose path is that of the system outside.
TEST(ControlGroups, Version1SeenFromWithin) {
  EXPECT_EQ(leftIn({{"proc/self/cgroup", version1},
                    {"sys/fs/cgroup/memory/memory.limit_in_bytes", "8000"},
                    {"sys/fs/cgroup/memory/memory.usage_in_bytes", "7000"}}),
            1000u);
}

/// Version 2 beside version 1, which has the memory.
TEST(ControlGroups, Both) {
  EXPECT_EQ(leftIn({{"proc/self/cgroup", version1},
                    {"sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712"},
                    {"sys/fs/cgroup/memory/memory.usage_in_bytes", "7000"},
                    {"sys/fs/cgroup/unified/memory.max", "500"},
                    {"sys/fs/cgroup/unified/memory.current", "100"}}),
            400u);
}

} // namespace
