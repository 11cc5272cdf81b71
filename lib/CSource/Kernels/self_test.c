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
static uint64_t arena[ARENA_BYTES / 8];

/* Whether a float is no number, by its bits. */
static int is_nan(const unsigned char *real) {
  uint32_t bits;
  memcpy(&bits, real, sizeof(bits));
  return (bits & 0x7fffffff) > 0x7f800000;
}

/* Whether results differ; tells of the first element that does. Real ones that are no numbers are alike. */
static int differs(const void *found, const void *expected, size_t bytes, size_t size, int real, int sample, const char *name) {
  const unsigned char *a = (const unsigned char *)found, *b = (const unsigned char *)expected;
  size_t i;
  for (i = 0; i < bytes; i += size) {
    if (memcmp(a + i, b + i, size) == 0 || (real && is_nan(a + i) && is_nan(b + i)))
      continue;
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
  printf(wrong ? "PREFIX: wrong\n" : "PREFIX: all samples are right\n");
  return wrong != 0;
}
