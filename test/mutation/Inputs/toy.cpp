// What scripts/mutate is tried on: a line for each kind of bug, and some that no bug may be planted in.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

constexpr int size = 3 + 1;
static_assert(size == 4);

static int sum(const std::vector<int> &values, bool twice) {
  int result = 0;
  for (size_t i = 0; i < values.size(); ++i)
    result += values[i];
  if (twice)
    result = 2 * result;
  return result;
}

static int between(int low, int high, int value) { return std::max(low, std::min(high, value)); }

static bool inside(int value) { return value >= 0 && value < size; }

static int untested(int value) { return -value; }

static void note(int &count) {
  ++count;
  if (count == 7)
    return;
  count += 10;
}

int main(int argc, char **argv) {
  if (!std::strcmp(argv[1], "sum"))
    return sum({1, 2, 3}, true) != 12;
  if (!std::strcmp(argv[1], "between"))
    return between(1, 5, 9) != 5 || between(1, 5, 3) != 3;
  if (!std::strcmp(argv[1], "inside"))
    return !inside(3) || inside(4);
  if (!std::strcmp(argv[1], "note")) {
    int count = 0;
    note(count);
    return count == 0;
  }
  return untested(1);
}
