//===- Workspace.h - The memory of one run at a time ------------*- C++ -*-===//
#ifndef TARE_LIB_EVALUATOR_WORKSPACE_H
#define TARE_LIB_EVALUATOR_WORKSPACE_H

#include "tare/Tensor/Tensor.h"

#include <memory>
#include <mutex>
#include <vector>

namespace tare {

/// A value whose place in the arena is known beforehand.
struct PlacedValue {
  size_t slot;
  TensorType type;
  int64_t offset;
};

/// What every run of a graph starts from.
struct WorkspaceLayout {
  /// Alignment of all offsets.
  static constexpr int64_t alignment = 64;

  /// One per slot: the constants; empty for the others.
  std::vector<Tensor> constants;
  std::vector<PlacedValue> placed;
  int64_t arenaBytes = 0;
};

/// A value table with an arena behind it. The placed values are views of the arena from the beginning, so that a run
/// allocates nothing for them.
class Workspace {
public:
  explicit Workspace(const WorkspaceLayout &layout);

  /// One per slot.
  std::vector<Tensor> values;

private:
  Tensor arena;
};

/// As many workspaces as there have been runs at the same time.
class WorkspacePool {
public:
  /// Gives its workspace back at its end.
  class Lease {
  public:
    Lease(WorkspacePool &pool, const WorkspaceLayout &layout) : pool(pool), workspace(pool.take(layout)) {}
    ~Lease() { pool.giveBack(std::move(workspace)); }
    Lease(const Lease &) = delete;
    Lease &operator=(const Lease &) = delete;

    std::vector<Tensor> &values() { return workspace->values; }

  private:
    WorkspacePool &pool;
    std::unique_ptr<Workspace> workspace;
  };

private:
  std::unique_ptr<Workspace> take(const WorkspaceLayout &layout);
  void giveBack(std::unique_ptr<Workspace> workspace);

  std::mutex mutex;
  std::vector<std::unique_ptr<Workspace>> idle;
};

} // namespace tare

#endif // TARE_LIB_EVALUATOR_WORKSPACE_H
