//= round_half_up
//! V: the type of what is rounded, int32_t or int64_t
//! names: RUN = @

/* (A7) v / 2^q, halves upwards; 1 <= q. */
static V RUN(V v, int32_t q) { return ((v >> (q - 1)) + 1) >> 1; }

//= round_half_away
//! V: the type of what is rounded, int32_t or int64_t
//! U: the same without a sign
//! names: RUN = @

/* (A8) v / 2^q, halves away from zero; 1 <= q. */
static V RUN(V v, int32_t q) {
  const U magnitude = v < 0 ? 0 - (U)v : (U)v;
  const V rounded = (V)(((magnitude >> (q - 1)) + 1) >> 1);
  return v < 0 ? -rounded : rounded;
}

//= round_half_even
//! V: the type of what is rounded, int32_t or int64_t
//! U: the same without a sign
//! names: RUN = @

/* (A9) v / 2^q, halves to the even integer; 1 <= q. */
static V RUN(V v, int32_t q) {
  const V whole = v >> q;
  const U half = (U)1 << (q - 1), rest = (U)v & (2 * half - 1);
  return whole + (rest > half || (rest == half && (whole & 1)));
}

//= round_floor
//! V: the type of what is rounded, int32_t or int64_t
//! names: RUN = @

/* (A10) v / 2^q, downwards; 0 <= q. */
static V RUN(V v, int32_t q) { return v >> q; }

//= round_gemmlowp
//! HALF_UP, HALF_AWAY: these roundings of int64_t
//! names: RUN = @

/* (A11) v / 2^q: up to q = 31 halves upwards, above in two steps, the second with halves away from zero; 1 <= q. */
static int64_t RUN(int64_t v, int32_t q) { return q <= 31 ? HALF_UP(v, q) : HALF_AWAY(HALF_UP(v, 31), q - 31); }

//= round_or_keep
//! V: the type of what is rounded, int32_t or int64_t
//! ROUND: how, for 1 <= q
//! names: RUN = @

/* The same for 0 <= q. */
static V RUN(V v, int32_t q) { return q == 0 ? v : ROUND(v, q); }
