//= requant
/* How sums of channel c become a layer's integers: sum * multipliers[c] / 2^shifts[c], rounded, within [low, high], and
 * then zero more. A list may have one entry for all channels. */
typedef struct {
  const int32_t *multipliers;
  const uint8_t *shifts;
  int32_t low, high, zero;
} requant;

//= requantize
//! SUM, V: the types of sums and of what scaling gives
//! SCALE: scale.c or scale_wide.c
//! MULTIPLIER, SHIFT: c, or 0 where one is for all channels
//! #if SHARED: both are
//! names: RUN = @

/* (A13) The integer of channel c for a sum. */
static int32_t RUN(SUM sum, const requant *r, int32_t c) {
  const V scaled = SCALE(sum, r->multipliers[MULTIPLIER], r->shifts[SHIFT]);
#if SHARED
  (void)c;
#endif
  return r->zero + (int32_t)(scaled < r->low ? r->low : scaled > r->high ? r->high : scaled);
}

//= stages
/* (A39) A requantization in three steps; bias holds the layer's bias and zero points. */
typedef struct {
  const int32_t *multipliers, *bias;
  int32_t sum_shift, product_shift, output_shift;
  int32_t low, high;
} stages;

//= requantize_stages
//! SUM, PRODUCT: the types of sums, and of products of 16 bits with a multiplier
//! LAST: the type of what the last step rounds
//! ROUND_SUM, ROUND_PRODUCT, ROUND: half away from zero, of these types
//! MULTIPLIER, BIAS: c, or 0 where one is for all channels
//! #if SHARED: both are
//! names: RUN = @

/* (A39) The integer of channel c for a sum: of 16 bits after the first step, of 32 after the second. */
static int32_t RUN(SUM sum, const stages *r, int32_t c) {
  const SUM t = ROUND_SUM(sum, r->sum_shift);
  const PRODUCT limited = t < INT16_MIN ? INT16_MIN : t > INT16_MAX ? INT16_MAX : (PRODUCT)t;
  const int32_t u = (int32_t)ROUND_PRODUCT(limited * r->multipliers[MULTIPLIER], r->product_shift);
  const LAST y = ROUND((LAST)u + r->bias[BIAS], r->output_shift);
#if SHARED
  (void)c;
#endif
  return y < r->low ? r->low : y > r->high ? r->high : (int32_t)y;
}

//= function
/* (A64) A function behind a sum: `inner` makes 16 bits of it, which read the table's lines. */
typedef struct {
  requant inner;
  const int16_t *table; /* [513], with fraction_bits behind the point */
  int32_t fraction_bits;
  int32_t low, high;
} function;

//= requantize_function
//! SUM: the type of sums
//! INNER: the requantization to 16 bits
//! names: RUN = @

/* (A64) The integer of channel c for a sum. */
static int32_t RUN(SUM sum, const function *r, int32_t c) {
  const int32_t u = INNER(sum, &r->inner, c) + 32768;
  const int16_t *line = r->table + (u >> 7);
  const int32_t bits = 7 + r->fraction_bits;
  const int32_t y = (line[0] * 128 + (line[1] - line[0]) * (u & 127) + ((int32_t)1 << (bits - 1))) >> bits;
  return y < r->low ? r->low : y > r->high ? r->high : y;
}
