# cmake -DFOLDER=/path/Page -DOUT=PageFiles.cpp -P EmbedPage.cmake: the files in the folder as texts, by their names.
file(GLOB files RELATIVE ${FOLDER} ${FOLDER}/*.html ${FOLDER}/*.css ${FOLDER}/*.js)
list(SORT files)
set(rows "")
foreach(file ${files})
  file(READ ${FOLDER}/${file} text)
  string(APPEND rows "    {\"${file}\", R\"page(${text})page\"},\n")
endforeach()
file(WRITE ${OUT} "// Made of lib/Driver/Report/Page by EmbedPage.cmake.
#include \"Driver/Report/Page.h\"

const std::vector<tare::PageFile> &tare::pageFiles() {
  static const std::vector<PageFile> files = {
${rows}  };
  return files;
}
")
