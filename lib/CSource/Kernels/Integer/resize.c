//! X, SUM: the types of the elements and of weighted sums
//! Y: the type of the result
//! #if REQUANTIZED: sums are scaled, by a REQUANT
//! ROUND: how sums are rounded, half up
//! RESULT(sum, c): the result, of a rounded sum and r
//! names: LAYER = @, RUN = run_@

/* (A31, A56) Weighted means of neighbours: of rows and of columns, each with the two that it lies between and the share of the
 * second in 2^-bits. */
typedef struct {
  int32_t batch, height, width, channels; /* of the input */
  int32_t out_height, out_width;
  const int32_t *above_rows, *below_rows, *left_columns, *right_columns;
  const uint16_t *row_shares, *column_shares;
  int32_t bits;
  int32_t shift; /* by which a sum is rounded */
#if REQUANTIZED
  int32_t zero; /* the operand's zero point */
  REQUANT requant;
#endif
} LAYER;

static void RUN(const LAYER *l, const X *x, Y *y) {
#if REQUANTIZED
  const REQUANT *r = &l->requant;
#endif
  const SUM one = (SUM)1 << l->bits;
  int32_t n, oy, ox, c;
  for (n = 0; n < l->batch; ++n, x += (ptrdiff_t)l->height * l->width * l->channels)
    for (oy = 0; oy < l->out_height; ++oy) {
      const X *above = x + (ptrdiff_t)l->above_rows[oy] * l->width * l->channels;
      const X *below = x + (ptrdiff_t)l->below_rows[oy] * l->width * l->channels;
      const SUM down = l->row_shares[oy];
      for (ox = 0; ox < l->out_width; ++ox) {
        const ptrdiff_t left = (ptrdiff_t)l->left_columns[ox] * l->channels;
        const ptrdiff_t right = (ptrdiff_t)l->right_columns[ox] * l->channels;
        const SUM across = l->column_shares[ox];
        for (c = 0; c < l->channels; ++c) {
          const SUM top = (one - across) * above[left + c] + across * above[right + c];
          const SUM bottom = (one - across) * below[left + c] + across * below[right + c];
#if REQUANTIZED
          *y++ = RESULT(ROUND((one - down) * top + down * bottom - l->zero * one * one, l->shift), 0);
#else
          *y++ = RESULT(ROUND((one - down) * top + down * bottom, l->shift), 0);
#endif
        }
      }
    }
}
