//= exp_table
/* (A28) Exponentials of distances of 8 bits. */
typedef const uint16_t *exp_table; /* [256] */

static uint32_t exp_of(const exp_table *t, int32_t distance) { return (*t)[distance]; }

//= exp_factors
/* (A58) Exponentials of distances of 16 bits: products of one of 24 bits for the upper 9 and a factor in 2^-15 for the lower
 * 7. */
typedef struct {
  const uint32_t *upper; /* [512] */
  const uint16_t *lower; /* [128] */
} exp_factors;

static uint64_t exp_of_factors(const exp_factors *t, int32_t distance) {
  return ((uint64_t)t->upper[distance >> 7] * t->lower[distance & 127] + 16384) >> 15;
}

//= exp_lines
/* Exponentials of distances of 16 bits as programs had them once: lines between entries 128 apart. */
typedef const int32_t *exp_lines; /* [513] */

static uint64_t exp_of_lines(const exp_lines *t, int32_t distance) {
  const int32_t *line = *t + (distance >> 7);
  return (uint16_t)(line[0] + ((((int64_t)line[1] - line[0]) * (distance & 127) + 64) >> 7));
}
