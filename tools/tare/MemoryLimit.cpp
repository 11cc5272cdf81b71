//===- MemoryLimit.cpp - Models that no memory holds ----------------------===//
#include "MemoryLimit.h"

#include "ControlGroups.h"
#include "tare/Dialect/Qnn/Names.h"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <limits>
#include <sys/resource.h>
#include <unistd.h>

using namespace mlir;
using namespace tare;

namespace {

constexpr uint64_t unlimited = std::numeric_limits<uint64_t>::max();

uint64_t ofSystem() {
  std::ifstream file("/proc/meminfo");
  std::string key, unit;
  for (uint64_t kilobytes; file >> key >> kilobytes;) {
    if (key == "MemAvailable:")
      return kilobytes << 10;
    std::getline(file, unit);
  }
  return unlimited;
}

uint64_t ofProcess() {
  rlimit limit;
  uint64_t pages = 0;
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
      !(std::ifstream("/proc/self/statm") >> pages))
    return unlimited;
  return limit.rlim_cur - std::min<uint64_t>(limit.rlim_cur, pages * sysconf(_SC_PAGESIZE));
}

/// In double: products of dimensions may exceed 64 bits.
double bytesOf(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || !type.hasStaticShape())
    return 0;
  double bytes = sizeof(float);
  for (int64_t dimension : type.getShape())
    bytes *= double(dimension);
  return bytes;
}

std::string gigabytes(double bytes) { return fmt::format("{:.4g} GB", bytes * 1e-9); }

} // namespace

uint64_t tare::availableMemory() {
  return std::min({ofSystem(), memoryLeftByControlGroups().value_or(unlimited), ofProcess()});
}

Status tare::checkMemory(func::FuncOp function, const std::string &model, std::optional<uint64_t> limit) {
  double most = double(limit.value_or(availableMemory()));
  auto refuse = [&](const std::string &what, double bytes) {
    return Error{fmt::format("{}: {} {} in float, for one sample, where {} are {}; give smaller dimensions "
                             "(--input-shape), or allow more by --max-memory",
                             model, what, gigabytes(bytes), gigabytes(most), limit ? "allowed" : "available")};
  };
  for (BlockArgument argument : function.getArguments())
    if (bytesOf(argument) > most)
      return refuse(fmt::format("input '{}' takes", qnn::valueName(argument)), bytesOf(argument));
  for (Operation &op : function.front().without_terminator()) {
    double bytes = 0;
    for (Value value : op.getOperands())
      bytes += bytesOf(value);
    for (Value value : op.getResults())
      bytes += bytesOf(value);
    if (bytes > most)
      return refuse(fmt::format("what layer '{}' reads and gives takes", qnn::layerName(&op)), bytes);
  }
  return success();
}
