//===- InputConversion.cpp - Inputs that take what a device has -----------===//
//
// A network's input of real numbers becomes the end of a few layers. They are
// written so that passes make least of them: a mean and a deviation that are the
// same for all channels become the grid of the integers, where its zero point is
// one of them, and what is different for each goes into the weights behind it,
// or is a 1x1 convolution where those pad with zeros.
//
//===----------------------------------------------------------------------===//
#include "InputConversion.h"
#include "ConstantData.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/InputLayouts.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Dialect/Qnn/Steps.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using namespace tare::media;
using mlir::Value;

namespace {

using Dims = llvm::SmallVector<int64_t>;

/// y = factor[c] * x + shift[c], by the network's channels.
struct Arithmetic {
  std::vector<double> factor, shift;

  static Arithmetic of(const Preprocessing &how, size_t channels, double usualScale) {
    Arithmetic result;
    for (size_t c = 0; c != channels; ++c) {
      result.factor.push_back(how.factor(c, usualScale));
      result.shift.push_back(how.shift(c));
    }
    return result;
  }
  bool isUniform() const { return llvm::all_equal(factor) && llvm::all_equal(shift); }
  /// Whether x is y.
  bool isNothing() const { return isUniform() && factor[0] == 1 && shift[0] == 0; }
};

/// Writes one input's layers, from its integers on.
class Prelude {
public:
  Prelude(mlir::BlockArgument argument, const std::string &input, const InputConversion &conversion)
      : builder(argument.getOwner(), argument.getOwner()->begin()), input(input), conversion(conversion) {}

  /// Of integers in the network's own order.
  Value ofElements(Value integers, llvm::ArrayRef<int64_t> shape, double usualScale) {
    const Preprocessing &how = conversion.preprocessing;
    if (!how.isOfChannels())
      return scaled(integers, Arithmetic::of(how, 1, usualScale));
    // The channels, which the shape has: it was checked.
    const PictureShape picture = *pictureShape(Shape(shape.begin(), shape.end()), how.layout);
    const Arithmetic arithmetic = Arithmetic::of(how, size_t(picture.channels), usualScale);
    Value pixels = toNchw(integers, picture, shape.size());
    return toNetwork(scaled(pixels, arithmetic), picture, shape);
  }

  /// Of pixels; `integers` has the shape that deviceShape() gives.
  Value ofPixels(Value integers, llvm::ArrayRef<int64_t> shape) {
    const Preprocessing &how = conversion.preprocessing;
    const PictureShape picture = *pictureShape(Shape(shape.begin(), shape.end()), how.layout);
    const Arithmetic arithmetic = Arithmetic::of(how, size_t(picture.channels), pictureScale);
    return toNetwork(ofFormat(integers, picture, arithmetic), picture, shape);
  }

private:
  Value ofFormat(Value integers, const PictureShape &picture, const Arithmetic &arithmetic) {
    const PixelFormat pixels = conversion.format.pixels;
    if (pixels == PixelFormat::nv12)
      return ofFrame(integers, picture.size, arithmetic);
    Value planes = transposed(integers, {0, 3, 1, 2}, "planes");
    const auto [width, height] = picture.size;
    if (pixels == PixelFormat::yuv444)
      return ofYuv(sliced(planes, {0, 0, 0, 0}, {1, 1, height, width}, "luma"),
                   sliced(planes, {0, 1, 0, 0}, {1, 2, height, width}, "chroma"), arithmetic);
    // Where all channels are alike they are so behind the arithmetic, too.
    if (pixels == PixelFormat::gray)
      return arithmetic.isUniform() ? repeated(scaled(planes, arithmetic), picture.channels)
                                    : scaled(repeated(planes, picture.channels), arithmetic);
    const bool isTurned = (pixels == PixelFormat::bgr) != (conversion.preprocessing.order == ChannelOrder::bgr);
    return scaled(isTurned ? reversed(planes) : planes, arithmetic);
  }

  /// Rows of Y, and of Cb and Cr in turns, of which each is that of two by two pixels.
  Value ofFrame(Value frame, PictureSize size, const Arithmetic &arithmetic) {
    const auto [width, height] = size;
    Value luma = reshaped(sliced(frame, {0, 0, 0}, {1, height, width}, "luma"), {1, 1, height, width}, "luma/plane");
    Value pairs = sliced(frame, {0, height, 0}, {1, height / 2, width}, "chroma");
    Value planes =
        transposed(reshaped(pairs, {1, height / 2, width / 2, 2}, "chroma/pairs"), {0, 3, 1, 2}, "chroma/planes");
    auto *context = builder.getContext();
    Value chroma =
        qnn::ResizeOp::create(builder, at("chroma/full"), typeOf(planes, {1, 2, height, width}), planes,
                              qnn::ResizeModeAttr::get(context, qnn::ResizeMode::Nearest),
                              qnn::CoordinateModeAttr::get(context, qnn::CoordinateMode::Asymmetric),
                              qnn::NearestModeAttr::get(context, qnn::NearestMode::Floor),
                              builder.getDenseF64ArrayAttr({2, 2}), builder.getDenseI64ArrayAttr({height, width}));
    return ofYuv(luma, chroma, arithmetic);
  }

  /// The matrix is a 1x1 convolution, limited to what colours can be. A mean and a deviation of all channels are part
  /// of it. Cb and Cr are there twice, each with a part of its share: Y then has the largest weight, which is the end
  /// of their grid of 8 bits, the first part is a whole number of its steps, and the second one alone is rounded.
  Value ofYuv(Value lumas, Value chromas, const Arithmetic &arithmetic) {
    const bool isWhole = arithmetic.isUniform();
    const double factor = isWhole ? arithmetic.factor[0] : 1, shift = isWhole ? arithmetic.shift[0] : 0;
    const YuvToRgb colours = yuvToRgb(conversion.format.colours);
    std::vector<double> weights, bias;
    for (int row = 0; row != 3; ++row) {
      const double (&shares)[3] = colours.matrix[conversion.preprocessing.order == ChannelOrder::bgr ? 2 - row : row];
      double sum = shift;
      const double luma = factor * shares[0], blue = factor * shares[1], red = factor * shares[2];
      auto half = [step = luma / 127](double share) { return std::trunc(share / 2 / step) * step; };
      weights.insert(weights.end(), {luma, half(blue), half(red), blue - half(blue), red - half(red)});
      for (int channel = 0; channel != 3; ++channel)
        sum -= factor * shares[channel] * colours.offset[channel];
      bias.push_back(sum);
    }
    Value real = dequantized(joined({lumas, chromas, chromas}, "ycbcr"));
    Dims shape(shapeOf(real));
    shape[1] = 3;
    const auto none = mlir::DenseI64ArrayAttr();
    Value rgb = qnn::ConvOp::create(builder, at("colours"), typeOf(real, shape), real,
                                    constant({3, 5, 1, 1}, weights, "colours/weight"),
                                    constant({3}, bias, "colours/bias"), none, none, none, builder.getI64IntegerAttr(1),
                                    qnn::ClampAttr::get(builder.getContext(), shift, 255 * factor + shift));
    return isWhole ? rgb : normalized(rgb, arithmetic);
  }

  Value scaled(Value integers, const Arithmetic &arithmetic) {
    Value real = dequantized(integers);
    if (arithmetic.isNothing())
      return real;
    // The zero point that a grid would have: on a whole number it costs nothing, and borders are exact.
    const double zero = -arithmetic.shift[0] / arithmetic.factor[0];
    if (arithmetic.isUniform() && (zero == 0 || qnn::wholeStep(zero))) {
      const size_t rank = mlir::cast<mlir::RankedTensorType>(real.getType()).getRank();
      const Shape one(rank, 1);
      if (zero != 0)
        real = qnn::SubOp::create(builder, at("centred"), real.getType(), real, constant(one, {zero}, "mean"), nullptr);
      return qnn::MulOp::create(builder, at("scaled"), real.getType(), real,
                                constant(one, {arithmetic.factor[0]}, "factor"), nullptr);
    }
    return normalized(real, arithmetic);
  }

  /// By channels along axis 1.
  Value normalized(Value real, const Arithmetic &arithmetic) {
    const auto channels = mlir::cast<mlir::RankedTensorType>(real.getType()).getShape()[1];
    auto each = [&](std::vector<double> values, const char *name) {
      values.resize(size_t(channels), values[0]);
      return constant({channels}, values, name);
    };
    return qnn::BatchNormOp::create(builder, at("normalized"), real.getType(), real, each(arithmetic.factor, "factor"),
                                    each(arithmetic.shift, "shift"), each({0}, "zero"), each({1}, "one"),
                                    builder.getF64FloatAttr(0));
  }

  Value toNchw(Value integers, const PictureShape &picture, size_t rank) {
    const auto [width, height] = picture.size;
    const bool isLast = picture.layout == Layout::nhwc;
    const Dims whole = isLast ? Dims{1, height, width, picture.channels} : Dims{1, picture.channels, height, width};
    Value value = rank == 4 ? integers : reshaped(integers, whole, "picture");
    return isLast ? transposed(value, {0, 3, 1, 2}, "planes") : value;
  }

  /// From [1, C, H, W] to the network's own shape.
  Value toNetwork(Value planes, const PictureShape &picture, llvm::ArrayRef<int64_t> shape) {
    Value value = picture.layout == Layout::nhwc ? transposed(planes, {0, 2, 3, 1}, "pixels") : planes;
    return shape.size() == 4 ? value : reshaped(value, shape, "unbatched");
  }

  Value dequantized(Value integers) {
    return mlir::quant::DequantizeCastOp::create(builder, at("real"), qnn::expressedType(integers.getType()), integers);
  }

  Value transposed(Value value, llvm::ArrayRef<int64_t> permutation, const char *name) {
    Dims shape;
    for (int64_t axis : permutation)
      shape.push_back(shapeOf(value)[axis]);
    return qnn::TransposeOp::create(builder, at(name), typeOf(value, shape), value, permutation);
  }

  Value reshaped(Value value, llvm::ArrayRef<int64_t> shape, const char *name) {
    return qnn::ReshapeOp::create(builder, at(name), typeOf(value, shape), value, shape);
  }

  Value sliced(Value value, llvm::ArrayRef<int64_t> starts, llvm::ArrayRef<int64_t> sizes, const char *name) {
    return qnn::SliceOp::create(builder, at(name), typeOf(value, sizes), value, starts, Dims(starts.size(), 1), sizes);
  }

  Value reversed(Value planes) {
    const Dims starts = {0, shapeOf(planes)[1] - 1, 0, 0}, steps = {1, -1, 1, 1};
    return qnn::SliceOp::create(builder, at("channels"), planes.getType(), planes, starts, steps, shapeOf(planes));
  }

  Value repeated(Value plane, int64_t channels) {
    return channels == 1 ? plane : joined(llvm::SmallVector<Value>(size_t(channels), plane), "channels");
  }

  Value joined(llvm::ArrayRef<Value> parts, const char *name) {
    Dims shape(shapeOf(parts[0]));
    shape[1] = 0;
    for (Value part : parts)
      shape[1] += shapeOf(part)[1];
    return qnn::ConcatOp::create(builder, at(name), typeOf(parts[0], shape), parts, 1);
  }

  Value constant(const Shape &shape, const std::vector<double> &values, const char *name) {
    Tensor tensor(ElementType::f32, shape);
    std::ranges::transform(values, tensor.mutableAs<float>(), [](double value) { return float(value); });
    return qnn::ConstantOp::create(builder, at(name), qnn::toAttr(builder.getContext(), tensor, input + "/" + name));
  }

  static llvm::ArrayRef<int64_t> shapeOf(Value value) {
    return mlir::cast<mlir::RankedTensorType>(value.getType()).getShape();
  }
  static mlir::Type typeOf(Value like, llvm::ArrayRef<int64_t> shape) {
    return mlir::cast<mlir::RankedTensorType>(like.getType()).clone(shape);
  }

  mlir::Location at(const char *step) const {
    const std::string name = input + "/" + step;
    return qnn::nameLoc(builder.getContext(), name, name);
  }

  mlir::OpBuilder builder;
  const std::string &input;
  const InputConversion &conversion;
};

/// The types of the arguments, now that some are others.
void setArgumentTypes(mlir::func::FuncOp function) {
  mlir::FunctionType type = function.getFunctionType();
  function.setType(type.clone(function.front().getArgumentTypes(), type.getResults()));
}

/// The shape that the device gives; an error where it, or the arithmetic, does not fit an input of this type.
Result<Shape> checkedShape(mlir::RankedTensorType type, const InputConversion &conversion) {
  if (!type.getElementType().isF32())
    return Error{"takes integers already, and no real numbers; leave the option out"};
  const Shape shape(type.getShape());
  const Preprocessing &how = conversion.preprocessing;
  if (how.isOfChannels()) {
    Result<PictureShape> picture = pictureShape(shape, how.layout);
    if (!picture)
      return Error{picture.error().message + ", as there are a mean and a std for each channel"};
    if (Status fits = checkChannels(how, picture->channels, shape); !fits)
      return Error{"does not fit --preprocess: " + fits.error().message};
  }
  return deviceShape(conversion.format, shape, how.layout);
}

void convert(mlir::BlockArgument argument, const InputConversion &conversion, const Shape &device) {
  const auto type = mlir::cast<mlir::RankedTensorType>(argument.getType());
  mlir::MLIRContext *context = type.getContext();
  llvm::SmallVector<mlir::OpOperand *> uses;
  for (mlir::OpOperand &use : argument.getUses())
    uses.push_back(&use);
  const DeviceFormat &format = conversion.format;
  argument.setType(mlir::RankedTensorType::get(device, wholeRange(format.element, {1.0}).type(context)));
  Prelude prelude(argument, conversion.input, conversion);
  const double usualScale = format.element == ElementType::i16 ? soundScale : pictureScale;
  Value network = format.pixels == PixelFormat::elements ? prelude.ofElements(argument, type.getShape(), usualScale)
                                                         : prelude.ofPixels(argument, type.getShape());
  // Who read the argument reads the prelude's end; the prelude reads the argument.
  for (mlir::OpOperand *use : uses)
    use->set(network);
  auto function = mlir::cast<mlir::func::FuncOp>(argument.getOwner()->getParentOp());
  if (std::string text = layoutText(format); !text.empty())
    function.setArgAttr(argument.getArgNumber(), qnn::inputLayoutAttrName, mlir::StringAttr::get(context, text));
}

} // namespace

mlir::LogicalResult tare::onnx::convertInputs(mlir::func::FuncOp function,
                                              const std::vector<InputConversion> &conversions,
                                              const Reporter &reporter) {
  for (const InputConversion &conversion : conversions) {
    const auto argument = llvm::find_if(function.getArguments(), [&](mlir::BlockArgument candidate) {
      return qnn::valueName(candidate) == conversion.input;
    });
    if (argument == function.getArguments().end()) {
      std::string names;
      for (mlir::BlockArgument input : function.getArguments())
        names += (names.empty() ? "'" : ", '") + qnn::valueName(input) + "'";
      return reporter.error(fmt::format("--input-type names '{}', but the model's inputs are {}", conversion.input,
                                        names.empty() ? "none" : names));
    }
    Result<Shape> device = checkedShape(mlir::cast<mlir::RankedTensorType>(argument->getType()), conversion);
    if (!device)
      return reporter.error(fmt::format("--input-type: input '{}' {}", conversion.input, device.error().message));
    convert(*argument, conversion, *device);
  }
  setArgumentTypes(function);
  return mlir::success();
}
