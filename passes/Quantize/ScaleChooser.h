//===- ScaleChooser.h - All scales of a graph as one problem ----*- C++ -*-===//
//
// The variables are the grids of groups of values and of constant operands;
// layers with weights, and the ops between, bound how far apart they may be.
// Every scale is a base times a power of two.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_QUANTIZE_SCALECHOOSER_H
#define TARE_PASSES_QUANTIZE_SCALECHOOSER_H

#include "Quantize/PowerOfTwo.h"
#include "Quantize/StepCosts.h"
#include "Quantize/WeightRepair.h"

namespace tare {

/// The scales that are looked at.
enum class ScaleFamily {
  /// 2^e: no multiplier rounds what such a scale means.
  powersOfTwo,
  /// The scale that suits a value alone (A4), times 2^e.
  natural,
};

class ScaleChooser {
public:
  /// Each scale is its base at first. `bases`: others than the natural ones, in the order of basesThatHit().
  ScaleChooser(const PowerOfTwoContext &context, const GridGroups &groups, ScaleFamily family,
               std::vector<double> bases = {});

  /// On a target that only shifts: an error that names the model's scales that are no powers of two.
  mlir::LogicalResult refuseOtherScales();
  /// Each scale the best for itself, whatever the shifts.
  void takeBest();
  /// The least cost of all that satisfies every bound; false where nothing does.
  bool solve();
  /// An error for each layer of which a bound is not satisfied.
  void reportViolations() const;

  /// On a target with multipliers, what is lost in all, as multiples of what counts as all of a value or layer (A50):
  /// by grids, by weights at the scales that are chosen for them (A51), and by multipliers.
  double cost();
  /// Of that, what the multipliers add to what the grids and the weights alone would lose.
  double lossToMultipliers() const;
  /// Bases a little coarser than the natural ones, so that the multipliers of operators without weights are exact, as
  /// far as each can have such a scale: in the order of the graph a result's, or that of an operand which no operator
  /// before needs.
  std::vector<double> basesThatHit() const;

  /// One warning per value and per layer whose scales are not the best for themselves.
  void reportMoves() const;
  /// One warning of all scales that are not the natural ones because multipliers do not hit these; `before` and
  /// `after`: what is lost in all.
  void reportHits(double before, double after) const;
  /// Pins the groups whose scales are not the natural ones, and gives the other grids.
  PowerOfTwoGrids apply(GridGroups &into) const;

private:
  using Variable = ExponentProblem::Variable;

  struct Layer {
    qnn::AccumulatorOpInterface op;
    Variable x;
    std::optional<Variable> y;
    /// Null where there is none.
    mlir::ElementsAttr bias;
    /// The problem's, where there is no multiplier; then the weights' steps and what each channel loses.
    unsigned number = 0;
    std::optional<WeightSteps> steps;
    std::vector<ConvexCost> costs;
    /// Where there is one: the scales that suit the weights alone.
    llvm::SmallVector<double> own;
  };
  /// y = a * b, none of them constant: e_y - e_a - e_b is no difference of two exponents. If a model fixes one, it is
  /// b.
  struct Product {
    mlir::Operation *op;
    Variable a, b, y;
    bool isTight = false;
  };
  struct ConstantOperand {
    mlir::OpOperand *operand;
    std::pair<double, double> range;
    ConvexCost cost;
    double base = 1;
    /// A choice of its own, or a layer of one channel.
    std::optional<Variable> variable;
    unsigned layer = 0;
  };
  /// A multiplication of an op without weights: M is the product of the factors' scales over that of y, and over the
  /// number of elements that are averaged.
  struct Scaling {
    llvm::SmallVector<Variable, 2> factors;
    Variable y;
    /// A sum has its other operand's M at the same shift.
    std::optional<Variable> beside;
    double relevance;
    MultiplierLimits limits;
    int64_t count = 1;
  };
  /// A bias keeps this many bits, so that half of the accumulator is left for the products.
  static constexpr int biasBits = 30;

  void addGroups();
  Variable addGroup(mlir::Value value);
  Variable addVariable(double base, std::optional<int> fixed = std::nullopt);
  void addCosts();
  /// False where it says nothing of what the value's group loses.
  void addConstantsBeside(mlir::Value value);
  bool addValue(mlir::Value value);
  StepFamily familyOf(Variable variable, double relevance) const { return {bases[variable], relevance}; }
  std::optional<Variable> variableOf(mlir::Value value) const;
  void addOp(qnn::GridOpInterface op);
  /// Its variable, unless it is a layer's channel.
  std::optional<Variable> addConstant(mlir::OpOperand &operand);
  const ActivationRule &ruleOf(const ConstantOperand &constant) const {
    return groups.ruleBeside(llvm::cast<qnn::GridOpInterface>(constant.operand->getOwner()));
  }
  ConvexCost costOf(const ConstantOperand &constant) const;
  void addShifts(qnn::GridOpInterface op, llvm::ArrayRef<Variable> operands, Variable y);
  void addSum(mlir::Operation *op, llvm::ArrayRef<Variable> operands, Variable y);
  void addRange(Variable x, Variable y, const ShiftRange &range);

  void addAccumulator(qnn::AccumulatorOpInterface op, std::optional<Variable> y);
  void addShiftedLayer(Layer layer, mlir::ElementsAttr weights);
  void addFixedWeights(qnn::AccumulatorOpInterface op, const qnn::Grid &grid, Variable x, std::optional<Variable> y);
  void addMultipliedLayer(Layer layer);
  void addMultipliedCosts(const Layer &layer);
  /// By w, times `factor`, where the weights' scale for M = 1 is base * 2^w and the largest shift is 0.
  ConvexCost multipliedCost(const ChannelWeights &channel, double base, double factor) const;

  bool refine();
  bool refineProduct(Product &product);
  bool refineAccumulators(const Layer &layer);

  double accumulatorLimit() const;
  double reach() const;
  static double biasAt(const Layer &layer, size_t channel);
  int alignment() const;
  /// The q' = e_y - e_.. for which M = ratio * 2^-q' is in reach of (m, q) with m of so many bits.
  ShiftRange reachOf(double ratio, const MultiplierLimits &limits) const;
  double scaleOf(Variable variable) const { return std::ldexp(bases[variable], exponents[variable]); }
  unsigned owner() const { return owners.size() - 1; }
  unsigned ownerOf(mlir::Operation *op) const { return llvm::find(owners, op) - owners.begin(); }
  void refuse(const std::string &name, double scale);

  static Tensor weightsOf(qnn::AccumulatorOpInterface op);
  AccumulatorContext contextOf(const Layer &layer) const;
  /// Sy / Sx.
  double stepOf(const Layer &layer) const { return scaleOf(*layer.y) / scaleOf(layer.x); }
  bool isShared() const { return context.target.requantizer == Requantizer::three_stage; }
  double lossOf(const Layer &layer, bool withMultipliers) const;
  double gainLossOf(const Scaling &scaling) const;
  /// M where the variables have these scales, and the (m, q) that stands for it.
  static double wantedBy(const Scaling &scaling, llvm::ArrayRef<double> scales);
  static Multiplier multiplierOf(const Scaling &scaling, llvm::ArrayRef<double> scales);
  /// Moves one scale that is not `settled` so that M is exact.
  static void hit(const Scaling &scaling, llvm::MutableArrayRef<double> scales, llvm::ArrayRef<bool> settled);

  std::string scalesOf(mlir::Operation *op) const;
  /// "2^-7", or a scale that is no power of two in figures.
  static std::string scaleText(double scale);
  void reportConstant(const ConstantOperand &constant, int chosen, llvm::ArrayRef<int> unconstrained) const;
  void reportValue(mlir::Value value, double best, double chosen, llvm::ArrayRef<int> unconstrained) const;
  /// Who reads a value, and the exponents that suit each variable alone.
  struct Readers {
    llvm::SmallVector<mlir::OpOperand *> uses;
    llvm::ArrayRef<int> unconstrained;
  };
  /// Steps of a result, and whose.
  struct AtReader {
    double steps = 0;
    std::string result;
  };
  /// What an error of a value is at most in the results of its readers; nothing where one does not say it.
  std::optional<AtReader> atReaders(const Readers &readers, double error) const;
  void report(mlir::Operation *op, llvm::StringRef kind, const std::string &what, mlir::Value value,
              const Readers &readers, double best, const qnn::Grid &chosen, std::pair<double, double> range) const;
  void reportWeights(const Layer &layer) const;
  int exponentOfConstant(const ConstantOperand &constant) const;
  qnn::Grid weightGridOf(const Layer &layer) const;

  const PowerOfTwoContext &context;
  const GridGroups &groups;
  ScaleFamily family;
  bool onlyShifts;
  /// Of one shift, and of what a layer has.
  MultiplierLimits each, whole;
  ExponentProblem problem;
  bool hasCosts = false;
  std::vector<int> exponents;
  /// By variable: the scale at the exponent 0, and what it is to be in place of the natural one.
  std::vector<double> bases, given;
  /// By variable: what suits it alone.
  std::vector<double> naturals;
  /// By group.
  llvm::DenseMap<unsigned, Variable> variables;
  /// The first member of each variable's group.
  llvm::DenseMap<Variable, std::string> names;
  std::vector<Layer> layers;
  std::vector<ConstantOperand> constants;
  std::vector<Product> products;
  std::vector<Scaling> scalings;
  /// Whom a bound belongs to.
  std::vector<mlir::Operation *> owners;
  /// Scales of the model that are no powers of two.
  std::vector<std::string> others;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_SCALECHOOSER_H
