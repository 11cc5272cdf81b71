//===- MemoryLimit.cpp - Models that no memory holds ----------------------===//
#include "Driver/Execute/MemoryLimit.h"

#include "Driver/Execute/ControlGroups.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Host.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Tensor/Parallel.h"

#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/DenseMap.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <limits>
#include <sys/resource.h>
#include <unistd.h>

using namespace mlir;
using namespace tare;

namespace {

/// As --threads has it.
constexpr size_t maxThreads = 1024;

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
  Type element = type.getElementType();
  if (auto quantized = dyn_cast<quant::QuantizedType>(element))
    element = quantized.getStorageType();
  double bytes = element.isIntOrFloat() ? std::max(element.getIntOrFloatBitWidth(), 8u) / 8 : sizeof(float);
  for (int64_t dimension : type.getShape())
    bytes *= double(dimension);
  return bytes;
}

std::string gigabytes(double bytes) { return fmt::format("{:.4g} GB", bytes * 1e-9); }

/// What was found to be too much, and the way out.
class Limit {
public:
  Limit(const std::string &model, std::optional<uint64_t> given)
      : model(model), isGiven(given.has_value()), most(double(given.value_or(availableMemory()))) {}

  Error refuse(const std::string &what, double bytes, const char *unit = "") const {
    return Error{fmt::format("{}: {} {}{}, where {} are {}; give smaller dimensions (--input-shape), or allow more by "
                             "--max-memory",
                             model, what, gigabytes(bytes), unit, gigabytes(most), isGiven ? "allowed" : "available")};
  }

  const std::string &model;
  bool isGiven;
  double most;
};

double weightBytes(func::FuncOp function) {
  double bytes = 0;
  for (Operation &op : function.front())
    if (op.hasTrait<OpTrait::ConstantLike>())
      bytes += bytesOf(op.getResult(0));
  return bytes;
}

/// Constants that take memory only where they are computed with: one number for all elements.
double expandedBytes(func::FuncOp function) {
  double bytes = 0;
  for (Operation &op : function.front())
    if (ElementsAttr value; matchPattern(&op, m_Constant(&value)) && value.isSplat())
      bytes += bytesOf(op.getResult(0));
  return bytes;
}

/// What an op takes beside its operands and results while it runs.
double workBytes(Operation &op) {
  auto node = dyn_cast<qnn::HostOp>(op);
  const host::Operator *entry = node ? host::Operators::get().find(qnn::hostNode(node).op) : nullptr;
  if (!entry || !entry->work)
    return 0;
  auto types = [](auto values) {
    std::vector<tare::TensorType> types;
    for (Value value : values)
      types.push_back(qnn::toHost(value.getType()));
    return types;
  };
  return entry->work(types(op.getOperands()), types(op.getResults()));
}

/// Where most is alive at once while one sample is evaluated.
struct Peak {
  double bytes = 0;
  Operation *at = nullptr;
};

/// In the order of the ops, each value from its op to its last user; a reshape shares its operand's memory, whose end
/// is taken for that of both: the least that it can be.
Peak peakOf(func::FuncOp function) {
  double alive = 0;
  Peak peak;
  llvm::DenseMap<Value, size_t> usersLeft;
  auto begin = [&](Value value) {
    usersLeft[value] = std::distance(value.use_begin(), value.use_end());
    alive += bytesOf(value);
  };
  for (BlockArgument argument : function.getArguments())
    begin(argument);
  for (Operation &op : function.front().without_terminator()) {
    if (op.hasTrait<OpTrait::ConstantLike>())
      continue;
    if (!isa<qnn::ReshapeOp>(op))
      for (Value result : op.getResults())
        begin(result);
    if (double bytes = alive + workBytes(op); bytes > peak.bytes)
      peak = {bytes, &op};
    for (Value operand : op.getOperands())
      if (auto left = usersLeft.find(operand); left != usersLeft.end() && --left->second == 0)
        alive -= bytesOf(operand);
  }
  return peak;
}

} // namespace

uint64_t tare::availableMemory() {
  return std::min({ofSystem(), memoryLeftByControlGroups().value_or(unlimited), ofProcess()});
}

Status tare::checkFile(const std::string &model, std::optional<uint64_t> given) {
  std::error_code none;
  uint64_t bytes = std::filesystem::file_size(model, none);
  Limit limit(model, given);
  return none || double(bytes) <= limit.most ? success() : Status(limit.refuse("the file alone takes", double(bytes)));
}

Status tare::checkWeights(func::FuncOp function, const std::string &model, std::optional<uint64_t> given) {
  double bytes = given ? weightBytes(function) : 0;
  Limit limit(model, given);
  return bytes <= limit.most ? success() : Status(limit.refuse("its weights take", bytes));
}

Result<size_t> tare::samplesThatFit(func::FuncOp function, const std::string &model, std::optional<uint64_t> given,
                                    double besides) {
  constexpr const char *once = " in float, for one sample";
  Limit limit(model, given);
  for (BlockArgument argument : function.getArguments())
    if (double bytes = bytesOf(argument); bytes > limit.most)
      return limit.refuse(fmt::format("input '{}' takes", qnn::valueName(argument)), bytes, once);
  if (Status holds = checkWeights(function, model, given); !holds)
    return holds.error();
  for (Operation &op : function.front().without_terminator()) {
    if (op.hasTrait<OpTrait::ConstantLike>())
      continue;
    double bytes = workBytes(op);
    for (Value value : op.getOperands())
      bytes += bytesOf(value);
    for (Value value : op.getResults())
      bytes += bytesOf(value);
    if (bytes > limit.most)
      return limit.refuse(fmt::format("what layer '{}' reads and gives takes", qnn::layerName(&op)), bytes, once);
  }
  double weights = given ? weightBytes(function) : expandedBytes(function);
  Peak peak = peakOf(function);
  peak.bytes += besides;
  if (peak.bytes + weights > limit.most)
    return limit.refuse(fmt::format("what is alive at once at layer '{}'{} takes", qnn::layerName(peak.at),
                                    weights > 0 ? ", with all weights," : ""),
                        peak.bytes + weights, once);
  double count = peak.bytes > 0 ? (limit.most - weights) / peak.bytes : HUGE_VAL;
  return count < double(maxThreads) ? size_t(count) : maxThreads;
}

size_t tare::threadsWithin(size_t asked, size_t samplesAtOnce) {
  return std::min(asked ? asked : defaultThreads(), samplesAtOnce);
}

Status tare::checkProgram(uint64_t arenaBytes, uint64_t constantBytes, const std::string &model,
                          std::optional<uint64_t> given) {
  Limit limit(model, given);
  double bytes = double(arenaBytes) + (given ? double(constantBytes) : 0);
  return bytes <= limit.most ? success() : Status(limit.refuse("running it takes", bytes));
}
