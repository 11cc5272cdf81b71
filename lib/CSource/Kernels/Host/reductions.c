//= reduce
//! X, S, Y: the types of the elements, of what is kept while they are gone through, and of the results
//! BEGIN: what is kept before the first element
//! NEXT(s, x): after one more
//! VALUE(s): the result
//! WALK, PLACE, STEP: walk.c of one operand
//! names: LAYER = @, RUN = run_@

/* For each place of the walk `kept` what comes of the elements at all places of the walk `taken`, in their order. */
typedef struct {
  WALK kept, taken;
} LAYER;

static void RUN(const LAYER *l, const X *x, Y *y) {
  PLACE place = {{0}, {0}};
  do {
    PLACE element = {{0}, {0}};
    S s = BEGIN;
    do
      s = NEXT(s, x[place.offsets[0] + element.offsets[0]]);
    while (STEP(&l->taken, &element));
    *y++ = VALUE(s);
  } while (STEP(&l->kept, &place));
}

//= log_sum_exp
//! X, Y: the types of the elements and of the results
//! VALUE(s): the result of a number of double
//! WALK, PLACE, STEP: walk.c of one operand
//! names: LAYER = @, RUN = run_@

/* The logarithm of the sum of exponentials, by what is below the greatest, for each place of the walk `kept`. */
typedef struct {
  WALK kept, taken;
} LAYER;

static void RUN(const LAYER *l, const X *x, Y *y) {
  PLACE place = {{0}, {0}};
  do {
    PLACE first = {{0}, {0}}, second = {{0}, {0}};
    double most = -INFINITY, sum = 0;
    do {
      const double value = (double)x[place.offsets[0] + first.offsets[0]];
      most = most > value || most != most ? most : value;
    } while (STEP(&l->taken, &first));
    most = isfinite(most) ? most : 0;
    do
      sum += exp((double)x[place.offsets[0] + second.offsets[0]] - most);
    while (STEP(&l->taken, &second));
    *y++ = VALUE(most + log(sum));
  } while (STEP(&l->kept, &place));
}

//= along
/* A tensor around one axis: [outer][length][inner]. */
typedef struct {
  int32_t outer, length, inner;
} along;

//= host_softmax
//! VALUE(below, sum): the result, of how far an element is below the greatest and of the sum of exponentials
//! names: RUN = @

/* Exponentials and their sum along an axis, in double. */
static void RUN(const along *l, const float *x, float *y) {
  const int32_t end = l->length * l->inner;
  int32_t n, j, i;
  for (n = 0; n < l->outer; ++n, x += end, y += end)
    for (j = 0; j < l->inner; ++j) {
      double most = x[j], sum = 0;
      for (i = j + l->inner; i < end; i += l->inner)
        most = most > (double)x[i] || most != most ? most : (double)x[i];
      for (i = j; i < end; i += l->inner)
        sum += exp((double)x[i] - most);
      for (i = j; i < end; i += l->inner)
        y[i] = (float)VALUE((double)x[i] - most, sum);
    }
}

//= hardmax
//! names: RUN = @

/* 1 at the first of the greatest along an axis, or at the first NaN; 0 elsewhere. */
static void RUN(const along *l, const float *x, float *y) {
  const int32_t end = l->length * l->inner;
  int32_t n, j, i;
  for (n = 0; n < l->outer; ++n, x += end, y += end)
    for (j = 0; j < l->inner; ++j) {
      int32_t best = j;
      for (i = j; i < end; i += l->inner) {
        y[i] = 0;
        if (x[best] == x[best] && (x[i] > x[best] || x[i] != x[i]))
          best = i;
      }
      y[best] = 1;
    }
}

//= arg_extreme
//! X: the type of the elements
//! BEYOND(value, best): whether the one is further than the other
//! #if LAST: of equal ones the last
//! names: RUN = @

/* The place of the extreme along an axis. */
static void RUN(const along *l, const X *x, int64_t *y) {
  int32_t n, j, i;
  for (n = 0; n < l->outer; ++n, x += l->length * l->inner)
    for (j = 0; j < l->inner; ++j) {
      int32_t best = 0;
      for (i = 1; i < l->length; ++i) {
        const X value = x[i * l->inner + j], most = x[best * l->inner + j];
#if LAST
        if (BEYOND(value, most) || !BEYOND(most, value))
#else
        if (BEYOND(value, most))
#endif
          best = i;
      }
      *y++ = best;
    }
}

//= running
//! X, S: the types of the elements and of what runs
//! BEGIN: what nothing gives
//! NEXT(s, x): after one more element
//! FIRST, END, BY: the way along the axis
//! #if EXCLUSIVE: an element's own does not count
//! names: RUN = @

/* Sums or products of all elements until each along an axis. */
static void RUN(const along *l, const X *x, X *y) {
  int32_t n, j, i;
  for (n = 0; n < l->outer; ++n, x += l->length * l->inner, y += l->length * l->inner)
    for (j = 0; j < l->inner; ++j) {
      S s = BEGIN;
      for (i = FIRST; i != END; i += BY) {
#if EXCLUSIVE
        y[i * l->inner + j] = (X)s;
        s = NEXT(s, x[i * l->inner + j]);
#else
        s = NEXT(s, x[i * l->inner + j]);
        y[i * l->inner + j] = (X)s;
#endif
      }
    }
}

//= top_k
//! X: the type of the elements
//! BEFORE(a, b): whether a number comes before another, the one that is taken first
//! #if PLACES: the places are results, too
//! names: LAYER = @, RUN = run_@, AHEAD = ahead_@, SINK = sink_@

/* The first of the elements along an axis in their order, of equal ones those that stand before. */
typedef struct {
  int32_t outer, length, inner, k;
} LAYER;

/* Whether element a comes before element b. */
static int AHEAD(const LAYER *l, const X *x, int32_t a, int32_t b) {
  const X first = x[a * l->inner], second = x[b * l->inner];
  return BEFORE(first, second) || (!BEFORE(second, first) && a < b);
}

/* Sinks what is at `i` of a heap of so many, whose first is the last in the order. */
static void SINK(const LAYER *l, const X *x, int32_t *heap, int32_t count, int32_t i) {
  const int32_t sunk = heap[i];
  int32_t child;
  for (; (child = 2 * i + 1) < count; i = child) {
    if (child + 1 < count && AHEAD(l, x, heap[child], heap[child + 1]))
      ++child;
    if (AHEAD(l, x, heap[child], sunk))
      break;
    heap[i] = heap[child];
  }
  heap[i] = sunk;
}

/* `heap` has room for k places. */
#if PLACES
static void RUN(const LAYER *l, const X *x, X *y, int64_t *places, int32_t *heap) {
#else
static void RUN(const LAYER *l, const X *x, X *y, int32_t *heap) {
#endif
  int32_t n, j, i;
  for (n = 0; n < l->outer; ++n, x += l->length * l->inner)
    for (j = 0; j < l->inner; ++j) {
      const X *line = x + j;
      for (i = 0; i < l->k; ++i)
        heap[i] = i;
      for (i = l->k / 2 - 1; i >= 0; --i)
        SINK(l, line, heap, l->k, i);
      for (i = l->k; i < l->length; ++i)
        if (AHEAD(l, line, i, heap[0])) {
          heap[0] = i;
          SINK(l, line, heap, l->k, 0);
        }
      for (i = l->k - 1; i >= 0; --i) {
        const int32_t last = heap[0], at = (n * l->k + i) * l->inner + j;
        y[at] = line[last * l->inner];
#if PLACES
        places[at] = last;
#endif
        heap[0] = heap[i];
        SINK(l, line, heap, i, 0);
      }
    }
}
