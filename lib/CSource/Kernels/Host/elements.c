//= unary
//! X, Y: the types of the operand and of the result
//! VALUE(x): the result of an element
//! names: RUN = @

/* Element by element. */
static void RUN(int32_t count, const X *x, Y *y) {
  int32_t i;
  for (i = 0; i < count; ++i)
    y[i] = VALUE(x[i]);
}

//= binary
//! A, B, Y: the types of the operands and of the result
//! LEFT, RIGHT: i, or 0 where an operand has one element for a whole row
//! VALUE(a, b): the result of two elements
//! WALK, PLACE, STEP: walk.c of two operands
//! names: LAYER = @, RUN = run_@

/* Element by element of two operands, for rows at each place of a walk. */
typedef struct {
  WALK rows;
  int32_t length;
} LAYER;

static void RUN(const LAYER *l, const A *left, const B *right, Y *y) {
  PLACE place = {{0}, {0}};
  int32_t i;
  do {
    const A *a = left + place.offsets[0];
    const B *b = right + place.offsets[1];
    for (i = 0; i < l->length; ++i)
      y[i] = VALUE(a[LEFT], b[RIGHT]);
    y += l->length;
  } while (STEP(&l->rows, &place));
}

//= where
//! T: the type of the elements
//! CONDITION, LEFT, RIGHT: i, or 0 where an operand has one element for a whole row
//! WALK, PLACE, STEP: walk.c of three operands
//! names: LAYER = @, RUN = run_@

/* Elements of the one or of the other operand, for rows at each place of a walk. */
typedef struct {
  WALK rows;
  int32_t length;
} LAYER;

static void RUN(const LAYER *l, const uint8_t *condition, const T *left, const T *right, T *y) {
  PLACE place = {{0}, {0}};
  int32_t i;
  do {
    const uint8_t *c = condition + place.offsets[0];
    const T *a = left + place.offsets[1], *b = right + place.offsets[2];
    for (i = 0; i < l->length; ++i)
      *y++ = c[CONDITION] ? a[LEFT] : b[RIGHT];
  } while (STEP(&l->rows, &place));
}

//= has_zero
//! T: the type of the elements
//! names: RUN = @

/* Whether an element is 0, by which nothing can be divided. */
static int RUN(int32_t count, const T *x) {
  int32_t i;
  for (i = 0; i < count; ++i)
    if (x[i] == 0)
      return 1;
  return 0;
}

//= whole
//! T: the type of the result
//! WIDE, LEAST: int32_t or int64_t, what conversions of processors give, and its least number
//! END: the first number beyond it
//! #if UNSIGNED: T is uint64_t, which holds more
//! names: RUN = @

/* The whole part of a number; of what has none in WIDE its least integer. */
static T RUN(double x) {
  if (x > -END - 1 && x < END)
    return (T)(WIDE)x;
#if UNSIGNED
  if (x >= END && x < 2 * END)
    return (T)x;
#endif
  return (T)LEAST;
}

//= integer_power
//! T: the type of the base
//! #if SIGNED: it has a sign
//! names: RUN = @

/* Modulo 2^bits; of a negative exponent the whole part. */
static T RUN(T base, int64_t exponent) {
  uint64_t power = 1, square = (uint64_t)base;
  if (exponent < 0) {
    if (base == 1)
      return 1;
#if SIGNED
    if (base == -1)
      return (T)(exponent % 2 ? -1 : 1);
#endif
    return 0;
  }
  for (; exponent; exponent >>= 1, square *= square)
    if (exponent & 1)
      power *= square;
  return (T)power;
}
