//! X, SUM: the types of the elements and the sums
//! LEFT, RIGHT: i, or 0 where an operand has one element for a whole row
//! RESULT(sum, c): the result, of a sum and r
//! REQUANT: what r is
//! WALK, PLACE, STEP: walk.c of two operands
//! names: LAYER = @, RUN = run_@

/* (A20) The sum of two operands with a multiplier each, for rows at each place of a walk. */
typedef struct {
  WALK rows;
  int32_t length;
  int32_t left_zero, right_zero, left_multiplier, right_multiplier;
  REQUANT requant;
} LAYER;

static void RUN(const LAYER *l, const X *left, const X *right, X *y) {
  const REQUANT *r = &l->requant;
  PLACE place = {{0}, {0}};
  int32_t i;
  do {
    const X *a = left + place.offsets[0], *b = right + place.offsets[1];
    for (i = 0; i < l->length; ++i)
      *y++ = RESULT((a[LEFT] - l->left_zero) * (SUM)l->left_multiplier +
                         (b[RIGHT] - l->right_zero) * (SUM)l->right_multiplier,
                     0);
  } while (STEP(&l->rows, &place));
}
