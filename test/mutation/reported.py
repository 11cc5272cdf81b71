"""Bugs by hand, which the suite once did not notice: `scripts/mutate --mutants 0 --reported` plants all of them.

Each is a file, the expression (it stands there once) and what stands in its place; the operator says what it is about.
"""
REPORTED = (
    # What the tools print.
    ("lib/Driver/Compare/Difference.cpp", "SQNR", "10 * std::log10(reference2 / noise)", "20 * std::log10(reference2 / noise)"),
    ("lib/Driver/Compare/Difference.cpp", "layout", "candidates.size() == 1", "true"),
    ("lib/Driver/Compare/Comparison.cpp", "input order", "sample.inputs[feeds[i].place.index]", "sample.inputs[i]"),
    ("lib/Kernels/Integer/Reach.cpp", "zero point", "high - zeroPoint", "high + zeroPoint"),
    ("lib/Kernels/Integer/Convolution/Conv.cpp", "zero point", "conv.requant && conv.requant->stages ? 0 : conv.input_zero_point",
     "conv.requant && conv.requant->stages ? 0 : -conv.input_zero_point"),
    ("lib/Kernels/Integer/Reach.cpp", "bias", "biasAt(operands, c) + folded * sums.sum", "0"),
    ("lib/Driver/Inspect/InspectProgram.cpp", "multipliers of a sum", "add->lhs_multiplier", "add->rhs_multiplier"),
    ("lib/Driver/Inspect/InspectProgram.cpp", "multipliers of a sum", "add->rhs_multiplier", "add->lhs_multiplier"),
    ("lib/Driver/Verify/GoldenIndex.cpp", "zero point", "tensor.zero_point", "0"),
    ("lib/Driver/Verify/Proofs.cpp", "unproven", "failing.empty() && unproven.empty()", "failing.empty()"),
    # Limits, on both sides.
    ("passes/Arithmetic/AccumulatorBound.cpp", "bias", "bias.empty() ? 0 : bias[c]", "0"),
    ("passes/Requant/ComputeRequantization.cpp", "limit", "channels += bound > limit", "channels += bound >= limit"),
    ("passes/Requant/ComputeRequantization.cpp", "limit", "std::numeric_limits<int64_t>::max() >> (64 - bits)",
     "(std::numeric_limits<int64_t>::max() >> (64 - bits)) + 1"),
    ("passes/Memory/PlanMemory.cpp", "alignment", "target ? std::max(result, target.getTarget().memory.alignment) : result", "result"),
    ("passes/Memory/PlanMemory.cpp", "limit", "plan.arenaBytes <= *target.memory.arenaBytes", "plan.arenaBytes < *target.memory.arenaBytes"),
    ("lib/Program/Verifier.cpp", "alignment", "offset % dataAlignment != 0", "offset % 8 != 0"),
    ("lib/Kernels/Integer/Fast/Convolution/DepthwiseFast.cpp", "limit", "elementCount(weights) / weights[0] > 510", "elementCount(weights) / weights[0] > 600"),
    ("lib/Kernels/Integer/Fast/Panels.cpp", "limit", "splitRuns(runs, wideRunLength)", "splitRuns(runs, 640)"),
    # Grids.
    ("passes/Quantize/FuseParameters.cpp", "channels", "wanted.scales.size()", "size_t(1)"),
    ("passes/Quantize/WeightTerms.cpp", "lowest", "std::max<int64_t>(1, distance < 0 ? ceiling(-distance, -lowest) : ceiling(distance, highest))",
     "std::max<int64_t>(1, ceiling(std::abs(distance), -lowest))"),
    ("passes/Quantize/ChannelProduct.cpp", "lowest", "std::abs(q) > 127", "std::abs(q) > 128"),
    ("passes/Quantize/WeightRepair.cpp", "channels", "!target.weights.perChannel && channels > 0", "false"),
    ("lib/Emitter/Emitter.cpp", "zero point", "tensor.zero_point == wanted.zero_point", "true"),
    # What is recognized, and what an operator's attributes say.
    ("passes/Graph/FuseActivations.cpp", "near", "1e-6 * std::abs(expected)", "1e-2 * std::abs(expected)"),
    ("lib/Onnx/Ops/Matrix/Gemm.cpp", "beta", "scaled(*given, beta)", "scaled(*given, 1.0)"),
    ("lib/Onnx/Ops/Matrix/Gemm.cpp", "beta", "beta == 1 && given->constant.shape().size() == 1", "given->constant.shape().size() == 1"),
    # Calibration and proof.
    ("lib/Calibration/KlSearch.cpp", "clipped", "timesLog(first + below) - timesLog(first) + timesLog(last + above) - timesLog(last)", "0.0"),
    ("lib/Calibration/KlSearch.cpp", "clipped", "clippedInto(below, begin, begin + span / levels) + clippedInto(above, lastGroup, end)", "0.0"),
    ("lib/Calibration/MseSearch.cpp", "centre", "std::nearbyint((range.min + range.max) / 2 / step - steps / 2)", "low"),
    ("lib/Kernels/Integer/Convolution/ConvTranspose.cpp", "reach", "/*partial=*/true", "/*partial=*/false"),
    ("lib/Proof/Sums.cpp", "subtraction", "add.rhs_multiplier < 0 ? -1.0 : 1.0", "1.0"),
)
