//! Functions of one number that math.h does not have, in double.

//= recip
//! names: RUN = @

static double RUN(double x) { return 1.0 / x; }

//= sigmoid
//! names: RUN = @

static double RUN(double x) { return 1.0 / (1.0 + exp(-x)); }

//= swish
//! ALPHA: a constant
//! names: RUN = @

/* x * sigmoid(ALPHA * x), 0 where nothing is left of x. */
static double RUN(double x) {
  const double share = 1 / (1 + exp(-ALPHA * x));
  return share == 0 ? 0.0 : x * share;
}

//= hard_swish
//! names: RUN = @

static double RUN(double x) {
  const double share = x / 6.0 + 0.5;
  return x * (share < 0.0 ? 0.0 : 1.0 < share ? 1.0 : share);
}

//= hard_sigmoid
//! ALPHA, BETA: constants
//! names: RUN = @

static double RUN(double x) {
  const double line = ALPHA * x + BETA;
  return line < 0.0 ? 0.0 : 1.0 < line ? 1.0 : line;
}

//= leaky_relu
//! ALPHA: a constant
//! names: RUN = @

static double RUN(double x) { return x < 0 ? ALPHA * x : x; }

//= elu
//! ALPHA: a constant
//! names: RUN = @

static double RUN(double x) { return x < 0 ? ALPHA * expm1(x) : x; }

//= celu
//! ALPHA: a constant
//! names: RUN = @

static double RUN(double x) { return x < 0 ? ALPHA * expm1(x / ALPHA) : x; }

//= selu
//! ALPHA, GAMMA: constants
//! names: RUN = @

static double RUN(double x) { return GAMMA * (x < 0 ? ALPHA * expm1(x) : x); }

//= softplus
//! names: RUN = @

/* log(1 + exp(x)), which is x where exp overflows. */
static double RUN(double x) { return (x < 0.0 ? 0.0 : x) + log1p(exp(-fabs(x))); }

//= softsign
//! names: RUN = @

static double RUN(double x) { return isinf(x) ? copysign(1.0, x) : x / (1.0 + fabs(x)); }

//= mish
//! SOFTPLUS: softplus
//! names: RUN = @

static double RUN(double x) {
  const double share = tanh(SOFTPLUS(x));
  return share == 0 ? 0.0 : x * share;
}

//= gelu
//! names: RUN = @

static double RUN(double x) {
  const double share = 0.5 * erfc(-x * 0.70710678118654752440);
  return share == 0 ? 0.0 : x * share;
}

//= gelu_tanh
//! names: RUN = @

static double RUN(double x) {
  const double share = 1.0 / (1.0 + exp(-2.0 * sqrt(0.63661977236758134308) * (x + 0.044715 * x * x * x)));
  return share == 0 ? 0.0 : x * share;
}

//= thresholded_relu
//! ALPHA: a constant
//! names: RUN = @

static double RUN(double x) { return x > ALPHA ? x : 0.0; }

//= shrink
//! LAMBDA, BIAS: constants
//! names: RUN = @

static double RUN(double x) { return x < -LAMBDA ? x + BIAS : x > LAMBDA ? x - BIAS : 0.0; }
