//===- CText.h - Numbers, names and comments of C ---------------*- C++ -*-===//
#ifndef TARE_LIB_CSOURCE_CTEXT_H
#define TARE_LIB_CSOURCE_CTEXT_H

#include "tare/Tensor/Tensor.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tare::csource {

/// The C type of an element: "int8_t", "float"; of a bool "uint8_t", 0 or 1.
std::string_view typeOf(ElementType element);

/// A kernel's name by what it does to which elements: "conv_i8".
std::string kernelName(std::string_view operation, ElementType element);

/// Constants that C reads back exactly, whatever the number is.
std::string number(int64_t value);
std::string number(uint64_t value);
std::string number(float value);
std::string number(double value);

/// "{1, 2, 3}"; of no elements "{0}", as C has no empty lists.
std::string list(std::span<const int64_t> values);
/// The same of texts.
std::string braces(const std::vector<std::string> &parts);

/// One element of a tensor.
std::string element(ConstTensorView values, int64_t index);
/// The elements of a constant array, in lines of up to 120 columns, between braces.
std::string elements(ConstTensorView values);

/// Text inside of a comment: one line of printable ASCII that neither ends the comment nor begins one.
std::string inComment(std::string_view text);
/// A string constant.
std::string quoted(std::string_view text);
/// A name for C: letters, digits and underscores, of at most 40; empty where nothing is left.
std::string identifier(std::string_view text);
/// In capitals.
std::string capitals(std::string_view text);
/// "1x3x32x32"; "1" of a scalar.
std::string shapeText(const Shape &shape);

} // namespace tare::csource

#endif // TARE_LIB_CSOURCE_CTEXT_H
