//===- Table.h - Aligned columns of text ------------------------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_TABLE_H
#define TARE_TOOLS_TARE_TABLE_H

#include <string>
#include <vector>

namespace tare {

/// A table whose columns are as wide as their widest cell.
class Table {
public:
  enum class Align { left, right };
  struct Column {
    std::string title;
    Align align = Align::right;
  };

  explicit Table(std::vector<Column> columns) : columns(std::move(columns)) {}

  /// One cell per column; names from files stay on its line.
  void add(std::vector<std::string> cells);
  /// Prints title and rows to standard output; columns in which every cell is empty are left out.
  void print() const;

private:
  std::vector<size_t> widths() const;

  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;
};

} // namespace tare

#endif // TARE_TOOLS_TARE_TABLE_H
