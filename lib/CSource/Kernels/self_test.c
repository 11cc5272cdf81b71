//! The test that comes with a source.
//! PREFIX, HEADER, ARENA_BYTES: the source's name, its header, and the bytes of its arena
//! ARRAYS: what samples have and what they give
//! RESULTS: room for outputs
//! CHECKS: runs and comparisons
/* Runs PREFIX on the samples below, and compares every element with what Tare's reference kernels gave for them. */
#include HEADER

#include <stdio.h>
#include <string.h>

ARRAYS
RESULTS
static uint64_t arena[ARENA_BYTES / 8 + 1];

/* Whether the results differ; tells of the first element that does. Elements that are no numbers are alike. */
static int differs(const void *found, const void *expected, size_t bytes, size_t size, int sample, const char *name) {
  const unsigned char *a = (const unsigned char *)found, *b = (const unsigned char *)expected;
  size_t i;
  for (i = 0; i < bytes; i += size) {
    float x = 0, y = 0;
    if (memcmp(a + i, b + i, size) == 0)
      continue;
    if (size == sizeof(float)) {
      memcpy(&x, a + i, size);
      memcpy(&y, b + i, size);
      if (x != x && y != y)
        continue;
    }
    printf("sample %d, output '%s': element %lu differs\n", sample, name, (unsigned long)(i / size));
    return 1;
  }
  return 0;
}

static int fails(int status, int sample) {
  if (status != 0)
    printf("sample %d: the run returned %d\n", sample, status);
  return status != 0;
}

int main(void) {
  int wrong = 0;
CHECKS
  printf("PREFIX: %s\n", wrong ? "wrong" : "all samples are right");
  return wrong != 0;
}
