//! X, SUM, Y: the types of the operand, the sums and the results
//! BIAS: the type of the bias
//! #if REQUANTIZED: sums are scaled, by a REQUANT
//! RESULT(sum, c): a channel's result, of a sum and r
//! names: FILTER = @_filter, RUN = @

/* Weights of a layer, one row for each output. */
typedef struct {
  const int8_t *weights; /* [outputs][inputs] */
  const BIAS *bias;      /* [outputs] */
  int32_t inputs;
#if REQUANTIZED
  REQUANT requant;
#endif
} FILTER;

/* y[o] = bias[o] + sum over k of x[k] * weights[o][k], scaled, for the outputs from first to before end, and y[0] the first
 * of them. Four at a time read x once. */
static void RUN(const FILTER *f, const X *x, int32_t first, int32_t end, Y *y) {
#if REQUANTIZED
  const REQUANT *r = &f->requant;
#endif
  const int32_t inputs = f->inputs;
  const int8_t *w = f->weights + (ptrdiff_t)first * inputs;
  const BIAS *b = f->bias;
  int32_t o = first, k;
  for (; o + 4 <= end; o += 4, w += (ptrdiff_t)4 * inputs, y += 4) {
    const int8_t *w1 = w + inputs, *w2 = w1 + inputs, *w3 = w2 + inputs;
    SUM sum0 = (SUM)b[o], sum1 = (SUM)b[o + 1], sum2 = (SUM)b[o + 2], sum3 = (SUM)b[o + 3];
    for (k = 0; k < inputs; ++k) {
      const int32_t factor = x[k];
      sum0 += factor * w[k];
      sum1 += factor * w1[k];
      sum2 += factor * w2[k];
      sum3 += factor * w3[k];
    }
    y[0] = RESULT(sum0, o);
    y[1] = RESULT(sum1, o + 1);
    y[2] = RESULT(sum2, o + 2);
    y[3] = RESULT(sum3, o + 3);
  }
  for (; o < end; ++o, w += inputs) {
    SUM sum = (SUM)b[o];
    for (k = 0; k < inputs; ++k)
      sum += (int32_t)x[k] * w[k];
    *y++ = RESULT(sum, o);
  }
}
