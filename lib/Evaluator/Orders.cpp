//===- Orders.cpp - Which images have their channels last -----------------===//
//
// Convolutions work on images whose channels are last, and would reorder their
// operand and their result each time. So images stay in that order from one
// convolution to the next, through what does not care; steps that change the
// order stand in front of whoever needs the other one.
//
//===----------------------------------------------------------------------===//
#include "Graph.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Kernels/Movement.h"

using namespace tare;
using namespace mlir;
using kernels::floating::ChannelOrder;

namespace {

constexpr std::array<int64_t, 4> toLast{0, 2, 3, 1}, toFirst{0, 3, 1, 2};

bool isImage(const tare::TensorType &type) { return type.element == ElementType::f32 && type.shape.size() == 4; }

Shape permuted(const Shape &shape, ArrayRef<int64_t> order) {
  return {shape[order[0]], shape[order[1]], shape[order[2]], shape[order[3]]};
}

/// Whether both orders are the same memory.
bool isOneRow(const Shape &shape) { return shape[1] == 1 || shape[2] * shape[3] == 1; }

template <const std::array<int64_t, 4> &order> const EvaluationRegistry::Entry &reordering() {
  static const EvaluationRegistry::Entry entry{
      [](Operation *, const Evaluation &e) { kernels::transpose(e.operand(0), order, e.result); }};
  return entry;
}

/// [C, 1, 1] has the channels of [1, C, 1, 1].
Tensor constantWithChannelsLast(const Tensor &constant) {
  Shape shape(4 - constant.shape().size(), 1);
  llvm::append_range(shape, constant.shape());
  Tensor result(constant.element(), permuted(shape, toLast));
  kernels::transpose(constant.reshaped(shape).view(), toLast, result.mutableView());
  return result;
}

class OrderChooser {
public:
  OrderChooser(std::vector<Step> &steps, std::vector<Tensor> &constants, ArrayRef<tare::TensorType> inputs,
               ArrayRef<size_t> outputs)
      : steps(steps), constants(constants), isOutput(outputs.begin(), outputs.end()) {
    for (const Tensor &constant : constants)
      types.push_back(constant.type());
    llvm::copy(inputs, types.begin());
    for (auto [index, step] : llvm::enumerate(steps)) {
      types[step.result] = step.resultType;
      for (const Step::FurtherResult &further : step.further)
        types[further.slot] = further.type;
      for (size_t slot : step.operands)
        readers[slot].push_back(index);
    }
  }

  void run() {
    for (Step &step : steps) {
      choose(step);
      chosen.push_back(std::move(step));
    }
    steps = std::move(chosen);
  }

private:
  /// What the step can do with these operands and this result.
  OrderRule ruleOf(const Step &step) const {
    if (!step.entry || step.onReals || step.operands.empty() || !isImage(types[step.operands[0]]))
      return OrderRule::channelsFirst;
    if (auto mean = dyn_cast<qnn::ReduceMeanOp>(step.op)) {
      // Over all of the image, so that what is left has no order.
      bool all = llvm::is_contained(mean.getAxes(), 2) && llvm::is_contained(mean.getAxes(), 3);
      return all ? OrderRule::reads : OrderRule::channelsFirst;
    }
    bool writesImage = isImage(step.resultType);
    bool canMatch = llvm::all_of(step.operands, [&](size_t slot) {
      return isImage(types[slot]) || (constants[slot] && types[slot].shape.size() < 4);
    });
    bool fits = step.entry->order == OrderRule::either || (step.entry->order == OrderRule::same && canMatch);
    return writesImage && fits ? step.entry->order : OrderRule::channelsFirst;
  }

  void choose(Step &step) {
    OrderRule rule = ruleOf(step);
    bool isConvolution = rule == OrderRule::either;
    bool anyLast = llvm::any_of(step.operands, [&](size_t slot) { return isLast.contains(slot); });
    bool keepsLast = rule == OrderRule::same && anyLast;
    bool last = !isOutput.contains(step.result) && (keepsLast || (isConvolution && isWantedLast(step.result)));
    for (auto [index, slot] : llvm::enumerate(step.operands)) {
      if (rule == OrderRule::same && last)
        slot = withChannelsLast(slot);
      else if (index != 0 || (rule != OrderRule::either && rule != OrderRule::reads))
        slot = withChannelsFirst(slot);
    }
    if (isLast.contains(step.operands.empty() ? step.result : step.operands[0]))
      step.orders.x = ChannelOrder::last;
    if (last)
      markLast(step);
  }

  void markLast(Step &step) {
    step.orders.y = ChannelOrder::last;
    step.resultType.shape = permuted(step.resultType.shape, toLast);
    isLast.insert(step.result);
  }

  /// Whether some reader of a convolution's result takes it with channels last.
  bool isWantedLast(size_t slot) {
    auto takesLast = [&](size_t reader) { return ruleOf(steps[reader]) != OrderRule::channelsFirst; };
    return !isOneRow(types[slot].shape) && llvm::any_of(readers[slot], takesLast);
  }

  size_t withChannelsLast(size_t slot) {
    if (isLast.contains(slot))
      return slot;
    auto [twin, isNew] = twins.try_emplace(slot, constants.size());
    if (!isNew)
      return twin->second;
    isLast.insert(twin->second);
    Tensor constant = constants[slot] ? constantWithChannelsLast(constants[slot]) : Tensor();
    if (!constant)
      chosen.push_back(reorder(slot, permuted(types[slot].shape, toLast), reordering<toLast>()));
    return addSlot(std::move(constant), types[slot]);
  }

  size_t withChannelsFirst(size_t slot) {
    if (!isLast.contains(slot))
      return slot;
    auto [twin, isNew] = twins.try_emplace(slot, constants.size());
    if (!isNew)
      return twin->second;
    chosen.push_back(reorder(slot, types[slot].shape, reordering<toFirst>()));
    return addSlot(Tensor(), types[slot]);
  }

  /// A step whose result is the next slot.
  Step reorder(size_t slot, Shape shape, const EvaluationRegistry::Entry &entry) const {
    Step step;
    step.entry = &entry;
    step.operands = {slot};
    step.result = constants.size();
    step.resultType = {ElementType::f32, std::move(shape)};
    return step;
  }

  size_t addSlot(Tensor constant, const tare::TensorType &type) {
    constants.push_back(std::move(constant));
    types.push_back(tare::TensorType(type));
    return constants.size() - 1;
  }

  std::vector<Step> &steps;
  std::vector<Tensor> &constants;
  llvm::DenseSet<size_t> isOutput;
  /// By slot, with channels first.
  std::vector<tare::TensorType> types;
  DenseMap<size_t, SmallVector<size_t>> readers;
  std::vector<Step> chosen;
  llvm::DenseSet<size_t> isLast;
  /// The slot with the same elements in the other order.
  DenseMap<size_t, size_t> twins;
};

} // namespace

void Evaluator::Graph::chooseOrders() {
  auto inputTypes = llvm::map_to_vector(inputs, [](const Port &port) { return port.type; });
  OrderChooser(steps, constants, inputTypes, outputSlots).run();
}

Tensor tare::rowMajor(const Step &step, const Tensor &result) {
  if (step.orders.y == ChannelOrder::first)
    return result;
  Tensor image(result.element(), permuted(result.shape(), toFirst));
  kernels::transpose(result.view(), toFirst, image.mutableView());
  return image;
}
