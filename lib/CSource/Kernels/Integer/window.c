/* A window that moves over an image: output (oy, ox) begins at the input's row oy * stride_y - top and column
 * ox * stride_x - left, and its taps are dilation_y rows and dilation_x columns apart. */
typedef struct {
  int32_t batch, height, width; /* of the input */
  int32_t out_height, out_width;
  int32_t kernel_height, kernel_width, stride_y, stride_x, top, left, dilation_y, dilation_x;
} window;
