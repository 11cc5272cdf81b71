#include "Workspace.h"

using namespace tare;

Workspace::Workspace(const WorkspaceLayout &layout)
    : values(layout.constants), arena(ElementType::u8, {layout.arenaBytes}) {
  for (const PlacedValue &value : layout.placed)
    values[value.slot] = Tensor(value.type, nullptr, arena.as<std::byte>() + value.offset);
}

std::unique_ptr<Workspace> WorkspacePool::take(const WorkspaceLayout &layout) {
  std::unique_lock lock(mutex);
  if (idle.empty()) {
    lock.unlock();
    return std::make_unique<Workspace>(layout);
  }
  std::unique_ptr<Workspace> workspace = std::move(idle.back());
  idle.pop_back();
  return workspace;
}

void WorkspacePool::giveBack(std::unique_ptr<Workspace> workspace) {
  std::lock_guard lock(mutex);
  idle.push_back(std::move(workspace));
}
