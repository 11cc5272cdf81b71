//===- SchemaJson.cpp - Tables of the schema as JSON ----------------------===//
#include "Driver/Inspect/SchemaJson.h"

#include "Driver/Json.h"
#include "tare/Schema/program_bfbs_generated.h"
#include "tare/Schema/program_generated.h"

#include <flatbuffers/reflection_generated.h>

using namespace tare;
using llvm::json::OStream;

namespace {

using AnyList = flatbuffers::Vector<uint8_t>;

/// The schema, where its numbers are aligned.
const reflection::Schema &schema() {
  static const std::vector<uint8_t> bytes(program::ProgramBinarySchema::data(),
                                          program::ProgramBinarySchema::data() + program::ProgramBinarySchema::size());
  return *reflection::GetSchema(bytes.data());
}

/// What a list, a text or a table is found by.
const uint8_t *follow(const uint8_t *offset) {
  return offset + flatbuffers::ReadScalar<flatbuffers::uoffset_t>(offset);
}

/// Writes the values of fields, and the elements of lists: of a type, and of an enum or a table where `index` says so.
class Values {
public:
  Values(OStream &out, const reflection::Type &type, reflection::BaseType base)
      : out(out), base(base), index(type.index()) {}

  void write(const uint8_t *value) const {
    if (base == reflection::Obj)
      writeTable(*reinterpret_cast<const flatbuffers::Table *>(follow(value)));
    else
      out.value(scalar(value));
  }

  size_t size() const {
    switch (base) {
    case reflection::Short:
    case reflection::UShort:
      return 2;
    case reflection::Long:
    case reflection::ULong:
    case reflection::Double:
      return 8;
    case reflection::UType:
    case reflection::Bool:
    case reflection::Byte:
    case reflection::UByte:
      return 1;
    default:
      return 4;
    }
  }

private:
  /// A number, or the word of an enum; element types have the names that arrays have.
  template <typename T> llvm::json::Value integer(const uint8_t *value) const {
    T number = flatbuffers::ReadScalar<T>(value);
    if (index < 0)
      return number;
    const reflection::Enum &kinds = *schema().enums()->Get(index);
    if (kinds.name()->string_view() == "tare.ElementType")
      return jsonText(nameOf(ElementType(number)));
    const reflection::EnumVal *word = kinds.values()->LookupByKey(int64_t(number));
    return word ? llvm::json::Value(word->name()->c_str()) : llvm::json::Value(number);
  }

  llvm::json::Value scalar(const uint8_t *value) const {
    switch (base) {
    case reflection::Bool:
      return flatbuffers::ReadScalar<uint8_t>(value) != 0;
    case reflection::Byte:
      return integer<int8_t>(value);
    case reflection::UByte:
      return integer<uint8_t>(value);
    case reflection::Short:
      return integer<int16_t>(value);
    case reflection::UShort:
      return integer<uint16_t>(value);
    case reflection::Int:
      return integer<int32_t>(value);
    case reflection::UInt:
      return integer<uint32_t>(value);
    case reflection::Long:
      return integer<int64_t>(value);
    case reflection::ULong:
      return integer<uint64_t>(value);
    case reflection::Float:
      return jsonNumber(flatbuffers::ReadScalar<float>(value));
    case reflection::Double:
      return jsonNumber(flatbuffers::ReadScalar<double>(value));
    case reflection::String:
      return jsonText(reinterpret_cast<const flatbuffers::String *>(follow(value))->string_view());
    // The types are the schema's, which is compiled in: no file brings another one.
    default:
      llvm_unreachable("operators hold no unions and no arrays");
    }
  }

  void writeTable(const flatbuffers::Table &table) const;

  OStream &out;
  reflection::BaseType base;
  int32_t index;
};

void writeList(OStream &out, const reflection::Field &field, const uint8_t *value) {
  out.attributeArray(field.name()->c_str(), [&] {
    if (!value)
      return;
    Values elements(out, *field.type(), field.type()->element());
    const auto *list = reinterpret_cast<const AnyList *>(follow(value));
    for (size_t i = 0; i != list->size(); ++i)
      elements.write(list->Data() + i * elements.size());
  });
}

void writeField(OStream &out, const reflection::Field &field, const uint8_t *value) {
  llvm::StringRef name = field.name()->c_str();
  reflection::BaseType base = field.type()->base_type();
  if (base == reflection::Vector)
    return writeList(out, field, value);
  if (!value && base == reflection::String)
    return out.attribute(name, "");
  if (!value)
    return;
  out.attributeBegin(name);
  Values(out, *field.type(), base).write(value);
  out.attributeEnd();
}

bool isEmpty(const reflection::Field &field, const uint8_t *value) {
  return !value || (field.type()->base_type() == reflection::Vector &&
                    reinterpret_cast<const AnyList *>(follow(value))->size() == 0);
}

/// The schema has them by their names; they are written by their numbers.
void writeFieldsOf(OStream &out, const flatbuffers::Table &table, const reflection::Object &type,
                   llvm::function_ref<bool(llvm::StringRef field, bool isEmpty)> isWritten) {
  std::vector<const reflection::Field *> fields(type.fields()->begin(), type.fields()->end());
  llvm::sort(fields, [](const auto *a, const auto *b) { return a->id() < b->id(); });
  for (const reflection::Field *field : fields) {
    const uint8_t *value = table.GetAddressOf(field->offset());
    if (isWritten(field->name()->c_str(), isEmpty(*field, value)))
      writeField(out, *field, value);
  }
}

void Values::writeTable(const flatbuffers::Table &table) const {
  out.object(
      [&] { writeFieldsOf(out, table, *schema().objects()->Get(index), [](llvm::StringRef, bool) { return true; }); });
}

} // namespace

void tare::writeFields(OStream &out, const flatbuffers::Table &table, llvm::StringRef name,
                       llvm::function_ref<bool(llvm::StringRef field, bool isEmpty)> isWritten) {
  std::string key = ("tare.program." + name).str();
  writeFieldsOf(out, table, *schema().objects()->LookupByKey(key.c_str()), isWritten);
}
