# cmake -DFOLDER=/path/Kernels -DOUT=KernelFiles.cpp -P EmbedKernels.cmake: the sources in the folder and below as texts, by
# their names without a suffix.
file(GLOB_RECURSE files RELATIVE ${FOLDER} ${FOLDER}/*.c)
list(SORT files)
set(rows "")
foreach(file ${files})
  get_filename_component(name ${file} NAME_WE)
  file(READ ${FOLDER}/${file} text)
  string(APPEND rows "    {\"${name}\", R\"kernel(${text})kernel\"},\n")
endforeach()
file(WRITE ${OUT} "// Made of lib/CSource/Kernels by EmbedKernels.cmake.
#include \"KernelTexts.h\"

const std::vector<tare::csource::KernelFile> &tare::csource::kernelFiles() {
  static const std::vector<KernelFile> files = {
${rows}  };
  return files;
}
")
