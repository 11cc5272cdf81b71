//! T: the type of the elements
//! WALK, PLACE, STEP: walk.c of two operands
//! names: LAYER = @, RUN = run_@

/* (A29) Elements that move: at each place of a walk over x and y one row of elements, so far apart in x and in y. */
typedef struct {
  WALK rows;
  int32_t length, from_step, to_step;
  int32_t from, to; /* where x and y begin */
} LAYER;

static void RUN(const LAYER *l, const T *x, T *y) {
  PLACE place = {{0}, {0}};
  do {
    const T *from = x + l->from + place.offsets[0];
    T *to = y + l->to + place.offsets[1];
    int32_t i;
    if (l->from_step == 1 && l->to_step == 1)
      memcpy(to, from, sizeof(T) * (size_t)l->length);
    else
      for (i = 0; i < l->length; ++i)
        to[i * l->to_step] = from[i * l->from_step];
  } while (STEP(&l->rows, &place));
}
