//= scale
//! SUM, V: the types of sums and of products
//! ROUND: how products are rounded
//! names: RUN = @

/* sum * multiplier / 2^q, rounded; no product of this network leaves V. */
static V RUN(SUM sum, int32_t multiplier, int32_t q) { return ROUND((V)sum * multiplier, q); }

//= scale_wide
//! ROUND: how numbers of 64 bits are rounded, 0 <= q
//! #if GEMMLOWP: (A11), with HALF_AWAY for 0 <= q
//! names: RUN = @

/* sum * multiplier / 2^q, rounded, of products that may need up to 95 bits; beyond 30 bits only that the result is
 * there is true. The product is high * 2^32 + low. */
static int64_t RUN(int64_t sum, int32_t multiplier, int32_t q) {
  const uint64_t below = ((uint64_t)sum & UINT32_MAX) * (uint64_t)multiplier;
  const int64_t high = (sum >> 32) * multiplier + (int64_t)(below >> 32);
  const uint32_t low = (uint32_t)below;
  if (high >= -((int64_t)1 << 29) && high < (int64_t)1 << 29)
    return ROUND(high * ((int64_t)1 << 32) + low, q);
  if (q <= 32)
    return high < 0 ? INT32_MIN : INT32_MAX;
#if GEMMLOWP
  /* The first 31 bits are rounded on their own, half upwards. */
  return HALF_AWAY(high * 2 + (low >> 31) + (low >> 30 & 1), q - 31);
#else
  /* Of the 31 lowest bits counts only whether there are any: the lowest bit that is kept says it. */
  return ROUND((high * 2 + (low >> 31)) | (low << 1 != 0), q - 31);
#endif
}

//= scale_high_half_up
//! names: RUN = @

/* sum * multiplier / 2^q, halves upwards, by the upper 32 bits of the product alone; 33 <= q. */
static int32_t RUN(int32_t sum, int32_t multiplier, int32_t q) {
  const int32_t high = (int32_t)(((int64_t)sum * multiplier) >> 32);
  return ((high >> (q - 33)) + 1) >> 1;
}

//= scale_high_half_away
//! names: RUN = @

/* sum * multiplier / 2^q, halves away from zero, by the upper 32 bits of the magnitude alone; 33 <= q. */
static int32_t RUN(int32_t sum, int32_t multiplier, int32_t q) {
  const uint32_t magnitude = sum < 0 ? 0 - (uint32_t)sum : (uint32_t)sum;
  const uint32_t high = (uint32_t)(((uint64_t)magnitude * (uint32_t)multiplier) >> 32);
  const int32_t rounded = (int32_t)(((high >> (q - 33)) + 1) >> 1);
  return sum < 0 ? -rounded : rounded;
}

//= scale_high_floor
//! names: RUN = @

/* sum * multiplier / 2^q, downwards, by the upper 32 bits of the product alone; 32 <= q. */
static int32_t RUN(int32_t sum, int32_t multiplier, int32_t q) {
  return (int32_t)(((int64_t)sum * multiplier) >> 32) >> (q - 32);
}

//= scale_high_gemmlowp
//! HALF_AWAY: round_half_away of int32_t for 0 <= q
//! names: RUN = @

/* (A11) sum * multiplier / 2^q in two steps, the first of 31 bits; 31 <= q. */
static int32_t RUN(int32_t sum, int32_t multiplier, int32_t q) {
  return HALF_AWAY((int32_t)(((int64_t)sum * multiplier + ((int64_t)1 << 30)) >> 31), q - 31);
}
