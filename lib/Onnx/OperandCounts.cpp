//===- OperandCounts.cpp - How many operands operators have ---------------===//
#include "OperandCounts.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"

using namespace tare;

namespace {

struct Count {
  size_t most;
  llvm::StringLiteral operators;
};

/// As ONNX's schemas have them, the largest number of all versions; operators with any number of operands are not here.
// clang-format off
constexpr Count counts[] = {
    {0,
     "Constant RandomNormal RandomUniform SequenceEmpty"},
    {1,
     "Abs Acos Acosh ArgMax ArgMin Asin Asinh Atan Atanh AveragePool Bernoulli BitCast BitwiseNot BlackmanWindow "
     "Cast Ceil Celu ConcatFromSequence ConstantOfShape Cos Cosh DepthToSpace Det DynamicQuantizeLinear Elu Erf "
     "Exp EyeLike Flatten Floor Gelu GlobalAveragePool GlobalLpPool GlobalMaxPool HammingWindow HannWindow "
     "HardSigmoid HardSwish Hardmax Identity If ImageDecoder IsInf IsNaN LRN LeakyRelu Log LogSoftmax "
     "LpNormalization LpPool MaxPool MeanVarianceNormalization Mish Multinomial Neg NonZero Not Optional "
     "OptionalGetElement OptionalHasElement RandomNormalLike RandomUniformLike Reciprocal RegexFullMatch Relu "
     "Round Selu SequenceLength Shape Shrink Sigmoid Sign Sin Sinh Size Softmax Softplus Softsign SpaceToDepth "
     "Sqrt StringNormalizer StringSplit Swish Tan Tanh TfIdfVectorizer ThresholdedRelu Transpose Unique"},
    {2,
     "Add AffineGrid And BitShift BitwiseAnd BitwiseOr BitwiseXor CastLike CenterCropPad Compress CumProd CumSum "
     "Div Equal Expand Gather GatherElements GatherND Greater GreaterOrEqual GridSample Less LessOrEqual MatMul "
     "MaxRoiPool Mod Mul Or PRelu Pow RMSNormalization ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax "
     "ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Reshape ReverseSequence SequenceAt SequenceErase "
     "Split SplitToSequence Squeeze StringConcat Sub SwiGLU TopK Trilu Unsqueeze Upsample Xor"},
    {3,
     "Clip Col2Im Conv ConvTranspose DFT DequantizeLinear Dropout Gemm GroupNormalization InstanceNormalization "
     "LayerNormalization MaxUnpool NegativeLogLikelihoodLoss OneHot QuantizeLinear Range RoiAlign Scatter "
     "ScatterElements ScatterND SequenceInsert SoftmaxCrossEntropyLoss TensorScatter Tile Where"},
    {4,
     "CausalConvWithState ConvInteger MatMulInteger Pad Resize RotaryEmbedding STFT"},
    {5,
     "BatchNormalization DeformConv MelWeightMatrix NonMaxSuppression Slice"},
    {6,
     "GRU LinearAttention RNN"},
    {7,
     "Attention"},
    {8,
     "LSTM QLinearMatMul"},
    {9,
     "QLinearConv"},
};
// clang-format on

llvm::StringMap<size_t> byOperator() {
  llvm::StringMap<size_t> all;
  for (const Count &count : counts) {
    llvm::SmallVector<llvm::StringRef> names;
    count.operators.split(names, ' ');
    for (llvm::StringRef name : names)
      all[name] = count.most;
  }
  return all;
}

} // namespace

std::optional<size_t> onnx::mostOperands(llvm::StringRef op) {
  static const llvm::StringMap<size_t> all = byOperator();
  auto found = all.find(op);
  return found == all.end() ? std::nullopt : std::optional(found->second);
}
