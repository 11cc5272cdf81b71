// Linked into every program of a build with sanitizers.
//
// LLVM's headers poison what its allocators hold back where they are compiled with the address sanitizer, as ours are;
// its libraries are not, share these inline functions with our code, and would be caught writing to memory that is
// theirs.

extern "C" const char *__asan_default_options();
const char *__asan_default_options() { return "allow_user_poisoning=0"; }
