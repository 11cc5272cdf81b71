//! X, SUM, Y: the types of the operands, the sums and the result
//! #if REQUANTIZED: sums are scaled, by a REQUANT
//! RESULT(sum, c): a column's result, of a sum and r
//! WALK, PLACE, STEP: walk.c of two operands
//! names: LAYER = @, RUN = run_@

/* (A17) Products of two matrices of activations, [rows][inner] and [inner][columns], for each place of a walk. */
typedef struct {
  WALK matrices;
  int32_t rows, inner, columns;
  int32_t left_zero, right_zero;
#if REQUANTIZED
  REQUANT requant;
#endif
} LAYER;

/* Sixteen columns at a time, beside each other as vectors have them. */
static void RUN(const LAYER *l, const X *left, const X *right, Y *y) {
#if REQUANTIZED
  const REQUANT *r = &l->requant;
#endif
  PLACE place = {{0}, {0}};
  int32_t row, first, k, i;
  do {
    const X *a = left + place.offsets[0];
    for (row = 0; row < l->rows; ++row, a += l->inner)
      for (first = 0; first < l->columns; first += 16) {
        const int32_t count = l->columns - first < 16 ? l->columns - first : 16;
        const X *b = right + place.offsets[1] + first;
        SUM sums[16];
        for (i = 0; i < count; ++i)
          sums[i] = 0;
        for (k = 0; k < l->inner; ++k, b += l->columns) {
          const SUM factor = (SUM)a[k] - (SUM)l->left_zero;
          for (i = 0; i < count; ++i)
            sums[i] += factor * ((SUM)b[i] - (SUM)l->right_zero);
        }
        for (i = 0; i < count; ++i)
          *y++ = RESULT(sums[i], first + i);
      }
  } while (STEP(&l->matrices, &place));
}
