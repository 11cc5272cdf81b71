//===- PlanePooling.cpp - Poolings of whole planes, and unpooling ---------===//
#include "Elements.h"
#include "Movement/Movement.h"
#include "Pooling.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::host;

namespace {

//===----------------------------------------------------------------------===//
// The whole plane as one window
//===----------------------------------------------------------------------===//

void inferGlobal(Inference &n) {
  TensorType y = n.type(0);
  expectFloatsToPool(n);
  if (y.shape.size() < 2)
    return n.error(fmt::format("its operand has {} dimensions, expected 2 or more", y.shape.size()));
  if (saturatedProduct(spatialOf(y.shape)) == 0)
    return n.error("its operand " + toString(y.shape) + " has no elements to pool");
  std::fill(y.shape.begin() + 2, y.shape.end(), 1);
  n.give(y);
}

void inferGlobalLpPool(Inference &n) {
  checkExponent(n);
  inferGlobal(n);
}

/// Sets every element to f(begin and end of the plane).
template <typename F> void poolPlanes(Evaluation &e, F f) {
  auto pool = [&](auto zero) {
    using T = decltype(zero);
    int64_t size = saturatedProduct(spatialOf(e.shape(0)));
    const T *x = e.operand(0).as<T>();
    T *y = e.result().mutableAs<T>();
    for (int64_t plane = 0; plane < e.result().count(); ++plane)
      y[plane] = T(f(x + plane * size, x + (plane + 1) * size));
  };
  e.result().element() == ElementType::f64 ? pool(double()) : pool(float());
}

void globalAveragePool(Evaluation &e) {
  poolPlanes(e, [](auto begin, auto end) {
    double sum = 0;
    for (auto x = begin; x != end; ++x)
      sum += *x;
    return sum / double(end - begin);
  });
}

void globalMaxPool(Evaluation &e) {
  poolPlanes(e, [](auto begin, auto end) {
    auto most = *begin;
    for (auto x = begin; x != end; ++x)
      most = *x > most || *x != *x ? *x : most;
    return most;
  });
}

void globalLpPool(Evaluation &e) {
  double p = exponentOf(e.attributes());
  poolPlanes(e, [p](auto begin, auto end) {
    double sum = 0;
    for (auto x = begin; x != end; ++x)
      sum += std::pow(std::abs(double(*x)), p);
    return std::pow(sum, 1 / p);
  });
}

//===----------------------------------------------------------------------===//
// MaxUnpool
//===----------------------------------------------------------------------===//

/// The shape that the indices are in: what was pooled, if no element was left over.
Result<Shape> pooledShape(const Attributes &attributes, const Shape &x) {
  Result<kernels::Geometry> geometry = geometryOf(attributes, attributes.integers("kernel_shape"));
  if (!geometry)
    return geometry.error();
  if (x.size() != geometry->rank() + 2)
    return Error{fmt::format("its operand has {} dimensions, its kernel {}", x.size(), geometry->rank())};
  Shape shape = x;
  for (size_t d = 0; d < geometry->rank(); ++d) {
    int64_t size = saturatedProduct(x[d + 2] - 1, geometry->stride(d));
    shape[d + 2] = saturatedSum(size, geometry->kernel[d] - geometry->padBegin(d) - geometry->padEnd(d));
    if (shape[d + 2] < 0)
      return Error{fmt::format("axis {} would have {} elements", d + 2, shape[d + 2])};
  }
  return shape;
}

void inferMaxUnpool(Inference &n) {
  const TensorType x = n.type(0);
  Result<Shape> shape = pooledShape(n.attributes(), x.shape);
  if (!shape)
    return n.error(shape.error().message);
  if (n.shape(1) != x.shape || !isInteger(n.element(1)))
    n.error(fmt::format("its indices are {}, for elements that are {}", toString(n.type(1)), toString(x)));
  Shape y = n.has(2) ? n.integers(2, "operand output_shape") : *shape;
  bool fits = y.size() == shape->size();
  for (size_t i = 0; fits && i < y.size(); ++i)
    fits = y[i] >= (*shape)[i];
  if (!fits)
    n.error(fmt::format("operand output_shape is {}, expected {} or more", toString(y), toString(*shape)));
  n.give(x.element, y);
}

void maxUnpool(Evaluation &e) {
  Shape shape = *pooledShape(e.attributes(), e.shape(0));
  const Shape &y = e.result().shape();
  std::vector<int64_t> indices = e.integers(1), strides = stridesOf(y);
  int64_t count = saturatedProduct(shape);
  std::fill_n(bytesOf(e.result()), e.result().type().bytes(), 0);
  visitAny(e.result().element(), [&](auto zero) {
    using T = decltype(zero);
    const T *x = e.operand(0).as<T>();
    for (int64_t index : indices) {
      if (index < 0 || index >= count)
        return e.error(fmt::format("index {} is out of range for {} elements", index, count));
      int64_t place = 0;
      for (size_t axis = shape.size(); axis-- > 0; index /= shape[axis])
        place += index % shape[axis] * strides[axis];
      e.result().mutableAs<T>()[place] = *x++;
    }
  });
}

} // namespace

void host::addOtherPoolings(Operators &all) {
  all.add("GlobalAveragePool", inferGlobal, unlessEmpty<globalAveragePool>);
  all.add("GlobalMaxPool", inferGlobal, unlessEmpty<globalMaxPool>);
  all.add("GlobalLpPool", inferGlobalLpPool, unlessEmpty<globalLpPool>);
  all.add("MaxUnpool", inferMaxUnpool, unlessEmpty<maxUnpool>);
}
