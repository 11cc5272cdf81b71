/* Loads a program, runs it once on zeros, and prints its outputs' names and first values. */
#include <tare/tare.h>

#include <stdio.h>
#include <stdlib.h>

enum { most = 16 };

static int failed(void) {
  fprintf(stderr, "error: %s\n", tare_last_error());
  return 1;
}

int main(int argc, char **argv) {
  tare_program *program;
  tare_context *context;
  void *inputs[most], *outputs[most];
  tare_port port;
  size_t i;
  if (argc != 2)
    return 2;
  if (tare_program_load(argv[1], 0, &program) != TARE_OK ||
      tare_context_create(program, TARE_FORM_MODEL, &context) != TARE_OK)
    return failed();
  for (i = 0; i < tare_program_input_count(program) && i < most; ++i) {
    if (tare_program_input(program, i, TARE_FORM_MODEL, &port) != TARE_OK)
      return failed();
    inputs[i] = calloc(1, port.bytes);
  }
  for (i = 0; i < tare_program_output_count(program) && i < most; ++i) {
    if (tare_program_output(program, i, TARE_FORM_MODEL, &port) != TARE_OK)
      return failed();
    outputs[i] = calloc(1, port.bytes);
  }
  if (tare_context_run(context, (const void *const *)inputs, outputs) != TARE_OK)
    return failed();
  for (i = 0; i < tare_program_output_count(program) && i < most; ++i) {
    tare_program_output(program, i, TARE_FORM_MODEL, &port);
    printf("output %zu: %s, %zu values, the first %g\n", i, port.name, port.bytes / sizeof(float),
           *(const float *)outputs[i]);
    free(outputs[i]);
  }
  for (i = 0; i < tare_program_input_count(program) && i < most; ++i)
    free(inputs[i]);
  tare_context_destroy(context);
  tare_program_destroy(program);
  return 0;
}
