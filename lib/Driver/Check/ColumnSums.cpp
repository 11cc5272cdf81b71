//===- ColumnSums.cpp - Differences column by column ----------------------===//
#include "Driver/Check/ColumnSums.h"

using namespace tare;

void Elements::add(double reference, double other) {
  difference.add(reference, other);
  low = std::min(low, reference), high = std::max(high, reference);
  otherLow = std::min(otherLow, other), otherHigh = std::max(otherHigh, other);
}

void Elements::add(const Elements &more) {
  difference.add(more.difference);
  low = std::min(low, more.low), high = std::max(high, more.high);
  otherLow = std::min(otherLow, more.otherLow), otherHigh = std::max(otherHigh, more.otherHigh);
}

ColumnSums::ColumnSums(size_t count)
    : count(count), product(count), reference2(count), other2(count), noise(count), largest(count), differing(count),
      low(count, HUGE_VALF), high(count, -HUGE_VALF), otherLow(count, HUGE_VALF), otherHigh(count, -HUGE_VALF) {}

void ColumnSums::add(const float *reference, const float *other) {
  // 0 unless one of them is infinite or NaN.
  float sum = 0;
  for (size_t i = 0; i != count; ++i)
    sum += reference[i] * 0 + other[i] * 0;
  if (sum == 0)
    return addFinite(reference, other);
  others.resize(count);
  for (size_t i = 0; i != count; ++i)
    others[i].add(reference[i], other[i]);
}

void ColumnSums::addFinite(const float *reference, const float *other) {
  ++rows;
  auto eachColumn = [&](auto f) {
    for (size_t i = 0; i != count; ++i)
      f(i, double(reference[i]), double(other[i]));
  };
  eachColumn([sum = product.data()](size_t i, double x, double y) { sum[i] += x * y; });
  eachColumn([sum = reference2.data()](size_t i, double x, double) { sum[i] += x * x; });
  eachColumn([sum = other2.data()](size_t i, double, double y) { sum[i] += y * y; });
  eachColumn([sum = noise.data()](size_t i, double x, double y) { sum[i] += (x - y) * (x - y); });
  eachColumn([sum = differing.data()](size_t i, double x, double y) { sum[i] += x == y ? 0.0 : 1.0; });
  eachColumn([most = largest.data()](size_t i, double x, double y) {
    double distance = std::abs(x - y);
    most[i] = distance > most[i] ? distance : most[i];
  });
  auto widen = [&](const float *row, float *least, float *most) {
    for (size_t i = 0; i != count; ++i) {
      least[i] = row[i] < least[i] ? row[i] : least[i];
      most[i] = row[i] > most[i] ? row[i] : most[i];
    }
  };
  widen(reference, low.data(), high.data());
  widen(other, otherLow.data(), otherHigh.data());
}

Elements ColumnSums::at(size_t column) const {
  Elements elements;
  Difference &difference = elements.difference;
  difference.product = product[column], difference.reference2 = reference2[column];
  difference.other2 = other2[column], difference.noise = noise[column], difference.largest = largest[column];
  difference.differing = int64_t(differing[column]), difference.total = rows;
  elements.low = low[column], elements.high = high[column];
  elements.otherLow = otherLow[column], elements.otherHigh = otherHigh[column];
  if (!others.empty())
    elements.add(others[column]);
  return elements;
}
