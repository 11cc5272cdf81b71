//===- Registry.h - What the rest of Tare asks of an integer operator -----===//
//
// Each integer operator of a program (a member of program::Op) has one OpKernel.
// The npu dialect's verifiers and the program loader use `infer`, the evaluator
// `reference`, the runtime `prepare`, the proof `facts` and `scaling`: what is
// known of an operator stands in one place, and no list of operators elsewhere.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_KERNELS_REGISTRY_H
#define TARE_KERNELS_REGISTRY_H

#include "tare/Kernels/OpFacts.h"
#include "tare/Kernels/Share.h"
#include "tare/Schema/program_generated.h"
#include "tare/Tensor/Result.h"
#include "tare/Tensor/Tensor.h"

#include <memory>
#include <span>
#include <string_view>

namespace tare::kernels {

/// An operator bound to its parameters, shapes and constants: packed weights, primitives, offsets. Const and
/// thread-safe: one instance may run in several threads at once, each with its own scratch memory.
class FastKernel {
public:
  virtual ~FastKernel() = default;
  /// Scratch bytes that run() needs, 64-byte aligned; nothing is allocated while running.
  virtual size_t scratchBytes() const { return 0; }
  /// Whether run() can compute a share of the result; otherwise it is called with the whole, Share{0, 1}, only.
  virtual bool divides() const { return false; }
  /// Computes a share of the result, some of which may be empty. The shares of all indices below share.count make up
  /// the result, in whatever order and in however many threads they run: a share writes elements that no other one
  /// writes or reads, and depends on nothing that another one has left in scratch memory.
  virtual void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *scratch,
                   Share share) const = 0;
};

struct OpKernel {
  /// The operator's name in tables and JSON: "conv", "max_pool".
  std::string_view name;
  /// Checks parameters and operand types completely (whatever passes cannot make a kernel read or write out of bounds
  /// or overflow a shift) and gives the result's type.
  Result<TensorType> (*infer)(const program::OpUnion &op, std::span<const TensorType> operands);
  /// Plain loops in int64: the definition of the operator's result. nullptr for host layers, which lib/Host computes,
  /// and for the ends of loops, which whoever runs layers walks.
  void (*reference)(const program::OpUnion &op, std::span<const ConstTensorView> operands, TensorView result);
  /// The fast kernel, equal to the reference bit for bit; nullptr where there is none for these parameters.
  std::unique_ptr<FastKernel> (*prepare)(const program::OpUnion &op, std::span<const Operand> operands,
                                         const TensorType &result);
  /// Multiply-accumulates of one run; 0 for operators that have none.
  int64_t (*macs)(const program::OpUnion &op, std::span<const TensorType> operands, const TensorType &result);
  /// What it means, and what its operands are.
  OpFacts facts;
  /// The element type of what `reference` scales and rounds, by that of the activations: i32 (i64 where they are i16)
  /// for sums of products, as they leave where nothing scales them; i64 for all others. nullptr for operators that
  /// scale nothing.
  ElementType (*accumulatorType)(ElementType activation) = nullptr;
  /// Those accumulators, shaped like the result; there with accumulatorType.
  void (*accumulate)(const program::OpUnion &op, std::span<const ConstTensorView> operands,
                     TensorView accumulators) = nullptr;
  /// How the accumulators are scaled; there for operators that may have a requantization.
  std::optional<Scaling> scaling = std::nullopt;
  /// Whether the operator takes the operands' elements: an error says which one it does not (an index). Asked before
  /// each run, of either kernel; nullptr for operators that take all.
  Status (*check)(const program::OpUnion &op, std::span<const ConstTensorView> operands) = nullptr;
};

/// The requantization of an operator; nullptr where it has none.
const program::RequantT *requantOf(const program::OpUnion &op);
program::RequantT *requantOf(program::OpUnion &op);

/// The operator's kernel; nullptr for NONE and for values that this build does not know.
const OpKernel *lookup(program::Op kind);

} // namespace tare::kernels

#endif // TARE_KERNELS_REGISTRY_H
