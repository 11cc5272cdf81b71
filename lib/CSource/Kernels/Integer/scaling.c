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
