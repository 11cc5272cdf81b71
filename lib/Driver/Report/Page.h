//===- Page.h - A report as a page of HTML ----------------------*- C++ -*-===//
#ifndef TARE_DRIVER_REPORT_PAGE_H
#define TARE_DRIVER_REPORT_PAGE_H

#include <string>
#include <string_view>
#include <vector>

namespace tare {

/// A file of lib/Driver/Report/Page, by its name.
struct PageFile {
  std::string_view name, text;
};
/// All of them, sorted by name; the build makes this of the folder.
const std::vector<PageFile> &pageFiles();

/// The page that shows a JSON document: one file, which loads nothing. No text of the document can end the element that
/// it stands in, nor is it ever read as HTML.
std::string pageOf(std::string_view title, std::string_view json);

} // namespace tare

#endif // TARE_DRIVER_REPORT_PAGE_H
