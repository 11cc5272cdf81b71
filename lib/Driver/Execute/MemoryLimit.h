//===- MemoryLimit.h - Models that no memory holds --------------*- C++ -*-===//
#ifndef TARE_DRIVER_EXECUTE_MEMORYLIMIT_H
#define TARE_DRIVER_EXECUTE_MEMORYLIMIT_H

#include "tare/Tensor/Result.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

namespace tare {

/// The bytes that the process may still take: of what the system has, the control groups and the process' own limit,
/// the least.
uint64_t availableMemory();

/// An error where the file alone takes more than `limit` bytes (availableMemory() where there is none): it is read
/// whole, but for external data. To be asked before it is.
Status checkFile(const std::string &model, std::optional<uint64_t> limit);

/// How many samples may be evaluated at once, from what is alive at a time; an error where not even one: an input, what
/// a layer reads and gives, or all that is alive while it runs takes more than `limit` bytes (availableMemory() where
/// there is none). A limit that was set counts the weights, too; what is available does not have them any more, but for
/// constants that are one number until something is computed with them. `besides`: what each sample takes beside the
/// values. To be asked before anything is computed.
Result<size_t> samplesThatFit(mlir::func::FuncOp function, const std::string &model, std::optional<uint64_t> limit,
                              double besides = 0);
/// The threads to use of those that were asked for (0: as many as there are cores).
size_t threadsWithin(size_t asked, size_t samplesAtOnce);
/// The weights alone, where nothing is evaluated: an error where they take more than `limit` bytes.
Status checkWeights(mlir::func::FuncOp function, const std::string &model, std::optional<uint64_t> limit);
/// The same of a program that is run: its arena, and with a limit that was set its constants.
Status checkProgram(uint64_t arenaBytes, uint64_t constantBytes, const std::string &model,
                    std::optional<uint64_t> limit);

/// A limit in units of 2^20 bytes as one in bytes, the most that counts where it is more; none for 0.
inline std::optional<uint64_t> limitOf(int64_t megabytes) {
  constexpr uint64_t most = UINT64_MAX >> 20;
  return megabytes > 0 ? std::optional(std::min(uint64_t(megabytes), most) << 20) : std::nullopt;
}

} // namespace tare

#endif // TARE_DRIVER_EXECUTE_MEMORYLIMIT_H
