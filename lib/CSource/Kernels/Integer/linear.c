//! X, Y: the types of the operand and of the result
//! FILTER, PRODUCTS: products.c
//! names: LAYER = @, RUN = run_@

/* (A15) A product with weights of each of so many rows; also a convolution of single pixels. */
typedef struct {
  FILTER filter;
  int32_t rows, outputs;
} LAYER;

static void RUN(const LAYER *l, const X *x, Y *y) {
  int32_t row;
  for (row = 0; row < l->rows; ++row, x += l->filter.inputs, y += l->outputs)
    PRODUCTS(&l->filter, x, 0, l->outputs, y);
}
