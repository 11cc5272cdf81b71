//= max_pool_planes
//! X: the type of the elements
//! LEAST: what comes of a window without elements
//! FURTHER(a, b): whether a wins over b
//! names: LAYER = @, RUN = run_@

/* The largest element of each window, of planes beside each other. */
typedef struct {
  window window; /* whose batch are the planes */
} LAYER;

static void RUN(const LAYER *l, const X *x, X *y) {
  const window *w = &l->window;
  int32_t plane, oy, ox, ky, kx;
  for (plane = 0; plane < w->batch; ++plane, x += (ptrdiff_t)w->height * w->width)
    for (oy = 0; oy < w->out_height; ++oy)
      for (ox = 0; ox < w->out_width; ++ox) {
        X most = LEAST;
        int found = 0;
        for (ky = 0; ky < w->kernel_height; ++ky)
          for (kx = 0; kx < w->kernel_width; ++kx) {
            const int32_t row = oy * w->stride_y - w->top + ky * w->dilation_y;
            const int32_t column = ox * w->stride_x - w->left + kx * w->dilation_x;
            if (row < 0 || row >= w->height || column < 0 || column >= w->width)
              continue;
            if (!found || FURTHER(x[(ptrdiff_t)row * w->width + column], most))
              most = x[(ptrdiff_t)row * w->width + column];
            found = 1;
          }
        *y++ = most;
      }
}
