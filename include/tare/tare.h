/*===- tare.h - Running Tare programs from C ----------------------*- C -*-===*\
|*
|* The runtime of Tare: loads a .tare program and runs it bit-exactly. C99.
|*
|*   tare_program *program;
|*   tare_context *context;
|*   if (tare_program_load("model.tare", 0, &program) != TARE_OK ||
|*       tare_context_create(program, TARE_FORM_MODEL, &context) != TARE_OK) {
|*     fprintf(stderr, "%s\n", tare_last_error());
|*     exit(1);
|*   }
|*   tare_context_run(context, inputs, outputs);
|*   tare_context_destroy(context);
|*   tare_program_destroy(program);
|*
|* Errors: a function that can fail returns TARE_OK or TARE_ERROR, and after an
|* error tare_last_error() has the reason. A file is verified whole when it is
|* loaded: damaged or hostile bytes are an error, never a crash.
|*
|* Threads: a program may be used by any number of threads at once. A context
|* is run from one thread at a time; give each thread a context of its own. A
|* context may have threads that it keeps, to run one sample faster.
|* tare_last_error() belongs to the calling thread.
|*
\*===----------------------------------------------------------------------===*/
#ifndef TARE_TARE_H
#define TARE_TARE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this interface. It grows when something is added, and a
   function keeps its meaning. */
#define TARE_API_VERSION 4

/* The API version of the library that is linked, and the version of the format
   of programs that it reads. */
uint32_t tare_api_version(void);
uint32_t tare_format_version(void);

typedef enum tare_status { TARE_OK = 0, TARE_ERROR = 1 } tare_status;

/* The reason of this thread's last error, which stays until its next one. Never
   NULL. */
const char *tare_last_error(void);

/* A loaded program: immutable. */
typedef struct tare_program tare_program;

/* Memory to run a program in. */
typedef struct tare_context tare_context;

/* The unsigned ones since version 3: inputs and outputs that the model has so,
   in every form. Bool, a byte of 0 or 1, since version 4. */
typedef enum tare_type {
  TARE_F32 = 0,
  TARE_I8 = 1,
  TARE_I16 = 2,
  TARE_I32 = 3,
  TARE_I64 = 4,
  TARE_U8 = 5,
  TARE_U16 = 6,
  TARE_U32 = 7,
  TARE_U64 = 8,
  TARE_BOOL = 9
} tare_type;

/* What a value at an input or output is. */
typedef enum tare_form {
  /* The program's own tensor, as its descriptor says. */
  TARE_FORM_PROGRAM = 0,
  /* What the model says (as a rule real numbers): the runtime does what was
     stripped from the program (quantize, dequantize, transpose, concat, ..). */
  TARE_FORM_MODEL = 1,
  /* The integers on the grid, shaped like the program's tensor, also where the
     program quantizes or dequantizes itself. */
  TARE_FORM_RAW = 2
} tare_form;

/* An input or output in one form. The pointers are the program's and live as
   long as it does. real = scale * (integer - zero_point). */
typedef struct tare_port {
  const char *name;
  tare_type type;
  size_t rank;
  const int64_t *shape; /* rank dimensions, the outermost first */
  size_t bytes;         /* of a value: dense, little endian */
  const char *layout;   /* a letter per dimension, "NHWC"; of pixels with their
                           format, "NHWC rgb" or "nv12 bt601 limited"; may be
                           empty */
  size_t scale_count;   /* 0 where the value has no grid, 1, or a scale for */
  const double *scales; /* each channel along the axis */
  int32_t axis;
  int32_t zero_point;
} tare_port;

/* Flags for loading: run the plain loops that define each operator's result.
   They are slow and give the same bits. */
#define TARE_REFERENCE_KERNELS 1u

/* Maps the file and verifies all of it. The file must not be overwritten in
   place while the program lives; replacing it by renaming is fine. */
tare_status tare_program_load(const char *path, uint32_t flags, tare_program **program);

/* The same for a file's bytes in memory, which must stay as they are while the
   program lives. Where `bytes` is 64-byte aligned nothing is copied. */
tare_status tare_program_load_memory(const void *bytes, size_t size, uint32_t flags, tare_program **program);

/* NULL is allowed. Contexts of the program stay usable. */
void tare_program_destroy(tare_program *program);

size_t tare_program_input_count(const tare_program *program);
size_t tare_program_output_count(const tare_program *program);

/* How many outputs there are in a form. Where the program leaves it to the host
   to join outputs (`tare convert --strip-io`), the model has fewer than the
   program; it never has more. tare_program_output_count() counts the program's
   own. 0 where there is no such form. Since version 3. */
size_t tare_program_output_count_in(const tare_program *program, tare_form form);

/* Describes an input or output; an error where the form has none of this
   index. */
tare_status tare_program_input(const tare_program *program, size_t index, tare_form form, tare_port *port);
tare_status tare_program_output(const tare_program *program, size_t index, tare_form form, tare_port *port);

/* Memory to run the program in, with inputs and outputs of one form; it runs in
   the calling thread alone. */
tare_status tare_context_create(const tare_program *program, tare_form form, tare_context **context);

/* The same with `threads` threads, the calling one among them, that share the
   work of each layer that is large enough: a sample runs faster, with the same
   bits. The others are made here, no more than there are cores for this
   process, and sleep between runs; which layers are large enough is measured
   here, too. 0: as many as there are cores (or TARE_THREADS says). Where there
   are many samples, as many contexts of one thread get more done. Since version
   2. */
tare_status tare_context_create_threaded(const tare_program *program, tare_form form, size_t threads,
                                         tare_context **context);

/* NULL is allowed. */
void tare_context_destroy(tare_context *context);

/* Runs the program once. inputs[i] and outputs[i] point to as many bytes as the
   description of input or output i says, in the context's form, of which there
   are as many as that form has; they need no alignment. An error where a layer
   that runs on the host does not take what it is given (an index out of range;
   since version 4). */
tare_status tare_context_run(tare_context *context, const void *const *inputs, void *const *outputs);

#ifdef __cplusplus
}
#endif

#endif /* TARE_TARE_H */
