//= quantize
//! Q: the type of the result
//! names: LAYER = @, RUN = run_@

/* (A2) Real numbers to integers: zero + x / scale, halves to the even integer, within [low, high] before the zero point is
 * added; NaN becomes the least. */
typedef struct {
  float scale;
  int32_t low, high, zero;
  int32_t count;
} LAYER;

static void RUN(const LAYER *l, const float *x, Q *q) {
  const float low = (float)l->low, high = (float)l->high;
  int32_t i;
  for (i = 0; i < l->count; ++i) {
    float v = x[i] / l->scale, rest;
    int32_t whole;
    v = v > low ? v : low;
    v = v < high ? v : high;
    whole = (int32_t)v;
    rest = v - (float)whole;
    whole += rest > 0.5f || (rest == 0.5f && (whole & 1));
    whole -= rest < -0.5f || (rest == -0.5f && (whole & 1));
    q[i] = (Q)(l->zero + whole);
  }
}

//= dequantize
//! Q: the type of the operand
//! WIDE: that of differences to the zero point
//! REAL: float where products of float are those of double, rounded
//! names: LAYER = @, RUN = run_@

/* (A3) Integers to real numbers: (q - zero) * scale, with a scale for all or for each channel, of [outer][channels][inner]. */
typedef struct {
  const REAL *scales; /* [channels] */
  int32_t outer, channels, inner;
  int32_t zero;
} LAYER;

static void RUN(const LAYER *l, const Q *q, float *y) {
  int32_t n, c, i;
  for (n = 0; n < l->outer; ++n)
    for (c = 0; c < l->channels; ++c)
      for (i = 0; i < l->inner; ++i)
        *y++ = (float)((REAL)((WIDE)*q++ - l->zero) * l->scales[c]);
}

//= toggle
//! U: the type without a sign
//! HIGHEST: its highest bit
//! names: RUN = @

/* (A54) Integers without a sign as those that are half of their range less, and back. */
static void RUN(int32_t count, U *x) {
  int32_t i;
  for (i = 0; i < count; ++i)
    x[i] = (U)(x[i] ^ HIGHEST);
}
