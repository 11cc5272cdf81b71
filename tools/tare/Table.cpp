//===- Table.cpp - Aligned columns of text --------------------------------===//
#include "Table.h"
#include "Console.h"

#include "tare/Diagnostics/OneLine.h"

#include <algorithm>
#include <fmt/format.h>

using namespace tare;

namespace {

/// The columns that text takes: UTF-8's continuation bytes take none.
size_t widthOf(const std::string &text) {
  return std::count_if(text.begin(), text.end(), [](unsigned char byte) { return (byte & 0xC0) != 0x80; });
}

void append(std::string &line, const std::string &cell, size_t width, Table::Align align) {
  if (!line.empty())
    line += "  ";
  std::string padding(width - widthOf(cell), ' ');
  line += align == Table::Align::left ? cell + padding : padding + cell;
}

} // namespace

std::vector<size_t> Table::widths() const {
  std::vector<size_t> result(columns.size());
  for (const auto &row : rows)
    for (size_t i = 0; i != columns.size(); ++i)
      result[i] = std::max(result[i], widthOf(row[i]));
  for (size_t i = 0; i != columns.size(); ++i)
    if (result[i] != 0)
      result[i] = std::max(result[i], widthOf(columns[i].title));
  return result;
}

void Table::add(std::vector<std::string> cells) {
  for (std::string &cell : cells)
    cell = oneLine(cell);
  rows.push_back(std::move(cells));
}

void Table::print() const {
  std::vector<size_t> width = widths();
  auto printLine = [&](auto cellOf) {
    std::string line;
    for (size_t i = 0; i != columns.size(); ++i)
      if (width[i] != 0)
        append(line, cellOf(i), width[i], columns[i].align);
    line.erase(line.find_last_not_of(' ') + 1);
    writeOut("{}\n", line);
  };
  printLine([&](size_t i) { return columns[i].title; });
  for (const auto &row : rows)
    printLine([&](size_t i) { return row[i]; });
}
