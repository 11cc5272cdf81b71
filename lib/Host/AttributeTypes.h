//===- AttributeTypes.h - Of what type attributes are -----------*- C++ -*-===//
#ifndef TARE_LIB_HOST_ATTRIBUTETYPES_H
#define TARE_LIB_HOST_ATTRIBUTETYPES_H

#include "tare/Host/Operator.h"

namespace tare::host {

/// An error where an attribute that operators read is of another type: it would be taken as missing.
Status checkAttributeTypes(const Node &node);

} // namespace tare::host

#endif // TARE_LIB_HOST_ATTRIBUTETYPES_H
