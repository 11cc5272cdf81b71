//= local_response
//! names: LAYER = @, RUN = run_@

/* Elements by a power of the squares of the channels around theirs, of [batch][channels][inner]. */
typedef struct {
  int32_t batch, channels, inner;
  int32_t before, after; /* the channels around one that count */
  double alpha, beta, bias;
} LAYER;

static void RUN(const LAYER *l, const float *x, float *y) {
  int32_t n, c, i, other;
  for (n = 0; n < l->batch; ++n, x += (ptrdiff_t)l->channels * l->inner)
    for (c = 0; c < l->channels; ++c) {
      const int32_t first = c > l->before ? c - l->before : 0;
      const int32_t last = c + l->after < l->channels ? c + l->after : l->channels - 1;
      for (i = 0; i < l->inner; ++i) {
        double squares = 0;
        for (other = first; other <= last; ++other)
          squares += (double)x[other * l->inner + i] * x[other * l->inner + i];
        *y++ = (float)(x[c * l->inner + i] / pow(l->bias + l->alpha * squares, l->beta));
      }
    }
}

//= lp_norm
//! TERM(x): what an element adds
//! #if EUCLIDEAN: the norm is the root of the sum
//! names: RUN = @

/* Elements by the norm along an axis; 0 where that is 0. */
static void RUN(const along *l, const float *x, float *y) {
  const int32_t end = l->length * l->inner;
  int32_t n, j, i;
  for (n = 0; n < l->outer; ++n, x += end, y += end)
    for (j = 0; j < l->inner; ++j) {
      double s = 0;
      for (i = j; i < end; i += l->inner)
        s += TERM((double)x[i]);
#if EUCLIDEAN
      s = sqrt(s);
#endif
      for (i = j; i < end; i += l->inner)
        y[i] = s == 0 ? 0.0f : (float)(x[i] / s);
    }
}

//= moments_norm
//! FACTOR(row, i): which of the factors an element has
//! #if CENTERED: the mean is taken out
//! #if BIASED: something is added
//! names: LAYER = @, RUN = run_@

/* Rows by the root of their variance, or of their mean square. */
typedef struct {
  int32_t rows, length, channels;
  double epsilon;
} LAYER;

static void RUN(const LAYER *l, const float *x, const float *scale,
#if BIASED
                const float *bias,
#endif
                float *y) {
  int32_t row, i;
  for (row = 0; row < l->rows; ++row, x += l->length, y += l->length) {
    double mean = 0, variance = 0, inverse;
#if CENTERED
    for (i = 0; i < l->length; ++i)
      mean += x[i];
    mean /= l->length;
#endif
    for (i = 0; i < l->length; ++i)
      variance += (x[i] - mean) * (x[i] - mean);
    variance /= l->length;
    inverse = 1 / sqrt(variance + l->epsilon);
    for (i = 0; i < l->length; ++i)
#if BIASED
      y[i] = (float)((x[i] - mean) * inverse * scale[FACTOR(row, i)] + bias[FACTOR(row, i)]);
#else
      y[i] = (float)((x[i] - mean) * inverse * scale[FACTOR(row, i)]);
#endif
  }
}
