//! X, Y: the types of the operand and of the result
//! FILTER, PRODUCTS: products.c
//! names: LAYER = @, RUN = run_@, GATHER = gather_@

/* (A14) A convolution, channels last. Padding is the input's zero point, whose share the bias holds. */
typedef struct {
  FILTER filter; /* weights [outputs][kernel_height][kernel_width][inputs / groups] */
  window window;
  int32_t inputs, outputs, groups;
  X padding;
} LAYER;

/* Copies what the window at a row and column sees of `depth` channels. */
static void GATHER(const LAYER *l, const X *x, int32_t row, int32_t column, int32_t depth, X *patch) {
  const window *w = &l->window;
  const int32_t taps = w->kernel_width;
  int32_t ky, kx, i;
  for (ky = 0; ky < w->kernel_height; ++ky, row += w->dilation_y) {
    const int inside = row >= 0 && row < w->height;
    const X *line = x + (inside ? (ptrdiff_t)row * w->width * l->inputs : 0);
    if (inside && depth == l->inputs && w->dilation_x == 1 && column >= 0 && column + taps <= w->width) {
      memcpy(patch, line + (ptrdiff_t)column * depth, sizeof(X) * (size_t)(taps * depth));
      patch += taps * depth;
      continue;
    }
    for (kx = 0; kx < taps; ++kx, patch += depth) {
      const int32_t source = column + kx * w->dilation_x;
      if (inside && source >= 0 && source < w->width)
        memcpy(patch, line + (ptrdiff_t)source * l->inputs, sizeof(X) * (size_t)depth);
      else
        for (i = 0; i < depth; ++i)
          patch[i] = l->padding;
    }
  }
}

/* `patch` has room for what one window sees of a group's channels. */
static void RUN(const LAYER *l, const X *x, Y *y, X *patch) {
  const window *w = &l->window;
  const int32_t depth = l->inputs / l->groups, each = l->outputs / l->groups;
  int32_t n, oy, ox, group;
  for (n = 0; n < w->batch; ++n, x += (ptrdiff_t)w->height * w->width * l->inputs)
    for (oy = 0; oy < w->out_height; ++oy)
      for (ox = 0; ox < w->out_width; ++ox)
        for (group = 0; group < l->groups; ++group, y += each) {
          GATHER(l, x + group * depth, oy * w->stride_y - w->top, ox * w->stride_x - w->left, depth, patch);
          PRODUCTS(&l->filter, patch, group * each, (group + 1) * each, y);
        }
}
