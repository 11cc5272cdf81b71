//! X: the type of the elements
//! U: what holds a sum of exponentials, and one in 2^-15, without a sign
//! EXP: the exponential of a distance, by a table
//! TABLE: the table's type
//! RESULT(sum, c): the result, of a share in 2^-15 and r
//! REQUANT: what r is
//! names: LAYER = @, RUN = run_@

/* (A28) Shares of exponentials, along the middle axis of [outer][length][inner]. */
typedef struct {
  TABLE table;
  int32_t outer, length, inner;
  REQUANT requant;
} LAYER;

static void RUN(const LAYER *l, const X *x, X *y) {
  const REQUANT *r = &l->requant;
  const int32_t stride = l->inner, end = l->length * stride;
  int32_t n, first, i;
  for (n = 0; n < l->outer; ++n, x += end, y += end)
    for (first = 0; first < stride; ++first) {
      int32_t most = x[first];
      U sum = 0;
      for (i = first; i < end; i += stride)
        most = x[i] > most ? x[i] : most;
      for (i = first; i < end; i += stride)
        sum += EXP(&l->table, most - x[i]);
      for (i = first; i < end; i += stride) {
        const U e = EXP(&l->table, most - x[i]);
        y[i] = RESULT(sum == 0 ? 0 : (int32_t)((e * 32768 + sum / 2) / sum), 0);
      }
    }
}
