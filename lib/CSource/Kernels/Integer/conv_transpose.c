//! X, SUM, Y: the types of the operand, the sums and the result
//! BIAS: the type of the bias
//! #if REQUANTIZED: sums are scaled, by a REQUANT
//! RESULT(sum, c): a channel's result, of a sum and r
//! names: LAYER = @, RUN = run_@, GATHER = gather_@

/* (A16) A transposed convolution, channels last: the window is that of the convolution that leads back, whose outputs are
 * the input's pixels. */
typedef struct {
  const int8_t *weights; /* [outputs][kernel_height][kernel_width][inputs / groups] */
  const BIAS *bias;      /* [outputs] */
  window window;
  int32_t inputs, outputs, groups;
  int32_t zero; /* the input's zero point */
#if REQUANTIZED
  REQUANT requant;
#endif
} LAYER;

/* What the input gives for pixel (oy, ox) of output o, bias aside. `x` are the channels that o reads. */
static SUM GATHER(const LAYER *l, const X *x, int32_t oy, int32_t ox, int32_t o) {
  const window *w = &l->window;
  const int32_t depth = l->inputs / l->groups;
  const int8_t *weights = l->weights + (ptrdiff_t)o * w->kernel_height * w->kernel_width * depth;
  SUM sum = 0;
  int32_t ky, kx, i;
  for (ky = 0; ky < w->kernel_height; ++ky)
    for (kx = 0; kx < w->kernel_width; ++kx, weights += depth) {
      const int32_t down = oy + w->top - ky * w->dilation_y, right = ox + w->left - kx * w->dilation_x;
      const int32_t row = down / w->stride_y, column = right / w->stride_x;
      if (down >= 0 && right >= 0 && row * w->stride_y == down && column * w->stride_x == right && row < w->height &&
          column < w->width) {
        const X *pixel = x + ((ptrdiff_t)row * w->width + column) * l->inputs;
        for (i = 0; i < depth; ++i)
          sum += ((int32_t)pixel[i] - l->zero) * weights[i];
      }
    }
  return sum;
}

static void RUN(const LAYER *l, const X *x, Y *y) {
  const window *w = &l->window;
#if REQUANTIZED
  const REQUANT *r = &l->requant;
#endif
  const int32_t depth = l->inputs / l->groups, each = l->outputs / l->groups;
  int32_t n, oy, ox, o;
  for (n = 0; n < w->batch; ++n, x += (ptrdiff_t)w->height * w->width * l->inputs)
    for (oy = 0; oy < w->out_height; ++oy)
      for (ox = 0; ox < w->out_width; ++ox)
        for (o = 0; o < l->outputs; ++o) {
          const SUM sum = (SUM)l->bias[o] + GATHER(l, x + o / each * depth, oy, ox, o);
          *y++ = RESULT(sum, o);
        }
}
