//===- PlanMemory.cpp - Addresses in one arena ----------------------------===//
//
// Afterwards every argument and every op's result has an offset in the arena,
// and no two that are in use at the same time overlap. A reshape's result lies
// where its operand does.
//
//===----------------------------------------------------------------------===//
#include "tare/Dialect/Npu/NpuOps.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Passes/Passes.h"
#include "tare/Program/Container.h"
#include "tare/Tensor/ArenaPlan.h"

#include "mlir/IR/Remarks.h"

using namespace mlir;

namespace tare {
#define GEN_PASS_DEF_PLANMEMORY
#include "tare/Passes/Passes.h.inc"

namespace {

/// The function's values that live in the arena, as blocks; times are places in the order of the ops.
class Liveness {
public:
  explicit Liveness(func::FuncOp function) {
    for (BlockArgument argument : function.getArguments())
      add(argument, 0);
    int64_t time = 0;
    for (Operation &op : function.getOps()) {
      ++time;
      for (Value operand : op.getOperands())
        if (auto found = blockOf.find(operand); found != blockOf.end())
          blocks[found->second].end = time;
      if (isa<npu::NpuOpInterface>(op))
        addResults(op, time);
      if (isa<npu::LoopBeginOp>(op))
        loopBegins[&op] = time;
      if (auto end = dyn_cast<npu::LoopEndOp>(op))
        liveThrough(end, loopBegins.lookup(end.getBegin()), time);
    }
  }

  std::vector<MemoryBlock> blocks;
  /// A block's first value.
  SmallVector<Value> owners;
  llvm::MapVector<Value, size_t> blockOf;

private:
  llvm::DenseMap<Operation *, int64_t> loopBegins;

  /// What a loop reads must be there at its last step, states are written at the end of each, and the sequences that it
  /// gives get an element at each.
  void liveThrough(npu::LoopEndOp op, int64_t begin, int64_t end) {
    for (MemoryBlock &block : blocks)
      if (block.begin <= begin && block.end >= begin)
        block.end = std::max(block.end, end);
    for (Value sequence : llvm::drop_begin(op.getResults(), op.getCarries().size()))
      blocks[blockOf[sequence]].begin = begin;
  }

  void addResults(Operation &op, int64_t time) {
    Value result = op.getResult(0);
    if (auto reshape = dyn_cast<npu::ReshapeOp>(op))
      if (auto found = blockOf.find(reshape.getInput()); found != blockOf.end()) {
        size_t block = found->second;
        blockOf[result] = block;
        return;
      }
    for (Value each : op.getResults())
      add(each, time);
  }

  void add(Value value, int64_t time) {
    blockOf[value] = blocks.size();
    owners.push_back(value);
    blocks.push_back({static_cast<int64_t>(qnn::toHost(value.getType()).bytes()), time, time});
  }
};

struct PlanMemory : impl::PlanMemoryBase<PlanMemory> {
  using PlanMemoryBase::PlanMemoryBase;

  void runOnFunction() override {
    func::FuncOp function = getOperation();
    auto target = function->getParentOfType<ModuleOp>()->getAttrOfType<npu::TargetAttr>(npu::targetAttrName);
    if (failed(verifyInteger(function)))
      return signalPassFailure();
    Liveness liveness(function);
    ArenaPlan plan = planArena(liveness.blocks, chooseAlignment(target));
    annotate(function, liveness, plan);
    report(function, liveness, plan);
    if (target && failed(checkLimit(function, target.getTarget(), liveness, plan)))
      signalPassFailure();
  }

private:
  /// Addresses mean nothing before lowering.
  static LogicalResult verifyInteger(func::FuncOp function) {
    for (Operation &op : function.getOps())
      if (!isa<npu::NpuOpInterface, npu::ConstantOp, func::ReturnOp>(op))
        return op.emitError() << "'" << op.getName() << "' is not an npu op: memory is planned after lowering";
    return mlir::success();
  }

  /// What the target asks for, and at least what the program's format does.
  int64_t chooseAlignment(npu::TargetAttr target) const {
    int64_t result = std::max<int64_t>(alignment, program::dataAlignment);
    return target ? std::max(result, target.getTarget().memory.alignment) : result;
  }

  static void annotate(func::FuncOp function, const Liveness &liveness, const ArenaPlan &plan) {
    Builder builder(function.getContext());
    for (auto [value, block] : liveness.blockOf) {
      IntegerAttr offset = builder.getI64IntegerAttr(plan.offsets[block]);
      if (auto argument = dyn_cast<BlockArgument>(value))
        function.setArgAttr(argument.getArgNumber(), npu::offsetAttrName, offset);
      else if (cast<OpResult>(value).getResultNumber() == 0)
        value.getDefiningOp()->setAttr(npu::offsetAttrName, offset);
    }
    for (Operation &op : function.getOps())
      if (op.getNumResults() > 1)
        op.setAttr(npu::furtherOffsetsAttrName, builder.getDenseI64ArrayAttr(llvm::map_to_vector(
                                                    llvm::drop_begin(op.getResults()), [&](Value result) {
                                                      return int64_t(plan.offsets[liveness.blockOf.lookup(result)]);
                                                    })));
    function->setAttr(npu::arenaBytesAttrName, builder.getI64IntegerAttr(plan.arenaBytes));
    function->setAttr(npu::arenaLowerBoundAttrName, builder.getI64IntegerAttr(plan.lowerBound));
  }

  /// "'conv1_out' (4096 bytes), 'x' (3072 bytes)": what is in use at the peak, the largest first.
  static std::string describePeak(const Liveness &liveness, const ArenaPlan &plan) {
    SmallVector<size_t> live;
    for (auto [index, block] : llvm::enumerate(liveness.blocks))
      if (block.begin <= plan.peakTime && plan.peakTime <= block.end)
        live.push_back(index);
    llvm::sort(live, [&](size_t a, size_t b) {
      return std::tuple(-liveness.blocks[a].bytes, a) < std::tuple(-liveness.blocks[b].bytes, b);
    });
    std::string text;
    for (size_t index : live)
      text += (text.empty() ? "'" : ", '") + qnn::valueName(liveness.owners[index]) + "' (" +
              std::to_string(liveness.blocks[index].bytes) + " bytes)";
    return text;
  }

  void report(func::FuncOp function, const Liveness &liveness, const ArenaPlan &plan) const {
    auto remark = remark::analysis(
        function.getLoc(), remark::RemarkOpts::name("Arena").category("tare-plan-memory").function(function.getName()));
    if (remark)
      remark << remark::metric("ArenaBytes", plan.arenaBytes) << remark::metric("LowerBound", plan.lowerBound)
             << remark::add("at the peak there are {0}", describePeak(liveness, plan));
  }

  static LogicalResult checkLimit(func::FuncOp function, const Target &target, const Liveness &liveness,
                                  const ArenaPlan &plan) {
    if (!target.memory.arenaBytes || plan.arenaBytes <= *target.memory.arenaBytes)
      return mlir::success();
    return emitError(function.getLoc()) << "needs an arena of " << plan.arenaBytes << " bytes, but the target '"
                                        << target.name << "' has " << *target.memory.arenaBytes
                                        << "; at the peak there are " << describePeak(liveness, plan);
  }
};

} // namespace
} // namespace tare
