// The header is a Python dictionary literal of three known keys; a small scanner reads exactly that.
#include "experiments/arrays/npy.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace plumbline {
namespace {

constexpr absl::string_view kMagic("\x93NUMPY", 6);
constexpr size_t kMaximumAxes = 32;

absl::Status Invalid(absl::string_view what) { return absl::InvalidArgumentError(what); }

struct TypeName {
  ElementType type;
  const char* code;  // numpy's kind and size
  const char* name;
  int64_t bytes;
};

constexpr TypeName kTypes[] = {
    {ElementType::kBool, "b1", "bool", 1}, {ElementType::kU8, "u1", "u8", 1},   {ElementType::kS8, "i1", "s8", 1},
    {ElementType::kU16, "u2", "u16", 2},   {ElementType::kS16, "i2", "s16", 2}, {ElementType::kU32, "u4", "u32", 4},
    {ElementType::kS32, "i4", "s32", 4},   {ElementType::kU64, "u8", "u64", 8}, {ElementType::kS64, "i8", "s64", 8},
    {ElementType::kF32, "f4", "f32", 4},   {ElementType::kF64, "f8", "f64", 8}};

const TypeName& Find(ElementType type) {
  return *std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeName& entry) { return entry.type == type; });
}

struct Header {
  std::string descr;
  bool fortran_order = false;
  std::vector<int64_t> shape;
};

// Reads the literal {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.
class HeaderScanner {
 public:
  explicit HeaderScanner(absl::string_view text) : rest_(text) {}

  absl::StatusOr<Header> Run() {
    Header header;
    if (!Take('{')) return Invalid("the header is no dictionary");
    while (!Take('}')) {
      std::string key;
      if (!String(key) || !Take(':')) return Invalid("the header is malformed");
      if (std::find(seen_.begin(), seen_.end(), key) != seen_.end()) {
        return Invalid(absl::StrCat("the header has '", key, "' twice"));
      }
      seen_.push_back(key);
      const absl::Status status = Entry(key, header);
      if (!status.ok()) return status;
      if (!Take(',') && !Peek('}')) return Invalid("the header is malformed");
    }
    if (!absl::StripAsciiWhitespace(rest_).empty()) return Invalid("the header has text after its dictionary");
    if (seen_.size() != 3) return Invalid("the header lacks one of 'descr', 'fortran_order' and 'shape'");
    return header;
  }

 private:
  absl::Status Entry(const std::string& key, Header& header) {
    if (key == "descr") {
      if (Peek('[')) return Invalid("it has a structured type; only plain numbers are read");
      return String(header.descr) ? absl::OkStatus() : Invalid("'descr' is no string");
    }
    if (key == "fortran_order") {
      header.fortran_order = Word("True");
      return header.fortran_order || Word("False") ? absl::OkStatus() : Invalid("'fortran_order' is no boolean");
    }
    if (key == "shape") return ShapeEntry(header.shape);
    return Invalid(absl::StrCat("the header has an unknown key '", key, "'"));
  }

  absl::Status ShapeEntry(std::vector<int64_t>& shape) {
    if (!Take('(')) return Invalid("'shape' is no tuple");
    bool comma = true;
    while (!Take(')')) {
      Skip();
      size_t digits = 0;
      while (digits < rest_.size() && absl::ascii_isdigit(rest_[digits])) ++digits;
      int64_t size = 0;
      if (!comma || !absl::SimpleAtoi(rest_.substr(0, digits), &size)) return Invalid("'shape' is malformed");
      rest_.remove_prefix(digits);
      shape.push_back(size);
      if (shape.size() > kMaximumAxes) return Invalid("it has more than 32 axes");
      comma = Take(',');
    }
    if (shape.size() == 1 && !comma) return Invalid("'shape' is no tuple");
    return absl::OkStatus();
  }

  void Skip() { rest_ = absl::StripLeadingAsciiWhitespace(rest_); }
  bool Peek(char c) {
    Skip();
    return !rest_.empty() && rest_.front() == c;
  }
  bool Take(char c) {
    if (!Peek(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool Word(absl::string_view word) {
    Skip();
    if (!absl::StartsWith(rest_, word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  bool String(std::string& value) {
    Skip();
    if (rest_.empty() || (rest_[0] != '\'' && rest_[0] != '"')) return false;
    const size_t end = rest_.find(rest_[0], 1);
    if (end == absl::string_view::npos) return false;
    value = std::string(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return true;
  }

  absl::string_view rest_;
  std::vector<std::string> seen_;
};

absl::StatusOr<ElementType> ParseType(const std::string& descr, bool& swap) {
  if (descr.size() >= 2 && descr[1] == 'O') {
    return Invalid("it holds Python objects (pickle), which are never read");
  }
  if (descr.size() == 3) {
    for (const TypeName& entry : kTypes) {
      if (descr.substr(1) != entry.code) continue;
      const bool big = descr[0] == '>';
      if (!big && descr[0] != '<' && descr[0] != '|' && descr[0] != '=') break;
      swap = big && entry.bytes > 1;
      return entry.type;
    }
  }
  return Invalid(absl::StrCat("its element type '", descr, "' is not one of plain numbers"));
}

absl::StatusOr<int64_t> CountBytes(const std::vector<int64_t>& shape, int64_t element_bytes) {
  int64_t bytes = element_bytes;
  for (const int64_t size : shape) {
    if (__builtin_mul_overflow(bytes, size, &bytes)) return Invalid("its shape is larger than any memory");
  }
  return bytes;
}

void SwapBytes(std::string& bytes, int64_t element_bytes) {
  for (size_t i = 0; i + element_bytes <= bytes.size(); i += element_bytes) {
    std::reverse(bytes.begin() + i, bytes.begin() + i + element_bytes);
  }
}

// Column-major elements in row-major order.
std::string FromFortran(const std::string& bytes, const std::vector<int64_t>& shape, int64_t element_bytes) {
  if (bytes.empty()) return bytes;  // the products below might overflow when one size is 0
  std::string result(bytes.size(), '\0');
  std::vector<int64_t> strides(shape.size(), element_bytes);
  for (size_t axis = 1; axis < shape.size(); ++axis) strides[axis] = strides[axis - 1] * shape[axis - 1];
  std::vector<int64_t> index(shape.size(), 0);
  for (size_t to = 0; to < result.size(); to += element_bytes) {
    int64_t from = 0;
    for (size_t axis = 0; axis < shape.size(); ++axis) from += index[axis] * strides[axis];
    std::memcpy(&result[to], &bytes[from], element_bytes);
    for (size_t axis = shape.size(); axis-- > 0 && ++index[axis] == shape[axis];) index[axis] = 0;
  }
  return result;
}

template <typename To, typename From>
void Convert(const std::string& bytes, std::vector<To>& values) {
  const size_t count = bytes.size() / sizeof(From);
  for (size_t i = 0; i < count; ++i) {
    From value;
    std::memcpy(&value, bytes.data() + i * sizeof(From), sizeof(From));
    values.push_back(static_cast<To>(value));
  }
}

template <typename To>
std::vector<To> ConvertAll(const FileArray& array) {
  std::vector<To> values;
  values.reserve(static_cast<size_t>(array.size()));
  switch (array.type) {
    case ElementType::kBool:
    case ElementType::kU8: Convert<To, uint8_t>(array.bytes, values); break;
    case ElementType::kS8: Convert<To, int8_t>(array.bytes, values); break;
    case ElementType::kU16: Convert<To, uint16_t>(array.bytes, values); break;
    case ElementType::kS16: Convert<To, int16_t>(array.bytes, values); break;
    case ElementType::kU32: Convert<To, uint32_t>(array.bytes, values); break;
    case ElementType::kS32: Convert<To, int32_t>(array.bytes, values); break;
    case ElementType::kU64: Convert<To, uint64_t>(array.bytes, values); break;
    case ElementType::kS64: Convert<To, int64_t>(array.bytes, values); break;
    case ElementType::kF32: Convert<To, float>(array.bytes, values); break;
    case ElementType::kF64: Convert<To, double>(array.bytes, values); break;
  }
  return values;
}

template <typename T>
FileArray FromValues(ElementType type, std::vector<int64_t> shape, const std::vector<T>& values) {
  FileArray array;
  array.type = type;
  array.shape = std::move(shape);
  if (!values.empty()) {
    array.bytes.assign(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  }
  return array;
}

}  // namespace

int64_t ByteSize(ElementType type) { return Find(type).bytes; }
const char* Name(ElementType type) { return Find(type).name; }
int64_t FileArray::size() const { return static_cast<int64_t>(bytes.size()) / ByteSize(type); }

FileArray MakeArray(std::vector<int64_t> shape, const std::vector<float>& values) {
  return FromValues(ElementType::kF32, std::move(shape), values);
}
FileArray MakeArray(std::vector<int64_t> shape, const std::vector<double>& values) {
  return FromValues(ElementType::kF64, std::move(shape), values);
}

std::vector<float> ToFloats(const FileArray& array) { return ConvertAll<float>(array); }
std::vector<double> ToDoubles(const FileArray& array) { return ConvertAll<double>(array); }

absl::StatusOr<std::vector<int64_t>> ToIntegers(const FileArray& array) {
  if (array.type == ElementType::kF32 || array.type == ElementType::kF64) {
    constexpr double kLargest = 9007199254740992.0;  // 2^53
    for (const double value : ToDoubles(array)) {
      if (!(std::fabs(value) <= kLargest) || value != std::floor(value)) {
        return Invalid(absl::StrCat("value ", value, " is no integer"));
      }
    }
  }
  if (array.type == ElementType::kU64) {
    for (const int64_t value : ConvertAll<int64_t>(array)) {
      if (value < 0) return Invalid("a value is larger than 2^63 - 1");
    }
  }
  return ConvertAll<int64_t>(array);
}

absl::StatusOr<FileArray> ParseNpy(absl::string_view file) {
  if (!absl::StartsWith(file, kMagic)) return Invalid("it is no .npy array: its first bytes are not \\x93NUMPY");
  if (file.size() < 10) return Invalid("it ends within its header");
  const int major = static_cast<unsigned char>(file[6]);
  const int minor = static_cast<unsigned char>(file[7]);
  if (major < 1 || major > 3 || minor != 0) {
    return Invalid(absl::StrCat("its format version ", major, ".", minor, " is not one of 1.0, 2.0, 3.0"));
  }
  const size_t length_bytes = major == 1 ? 2 : 4;
  if (file.size() < 8 + length_bytes) return Invalid("it ends within its header");
  size_t length = 0;
  for (size_t i = length_bytes; i-- > 0;) length = length * 256 + static_cast<unsigned char>(file[8 + i]);
  const size_t start = 8 + length_bytes;
  if (length > file.size() - start) return Invalid("its header is longer than the file");
  absl::StatusOr<Header> header = HeaderScanner(file.substr(start, length)).Run();
  if (!header.ok()) return header.status();
  bool swap = false;
  const absl::StatusOr<ElementType> type = ParseType(header->descr, swap);
  if (!type.ok()) return type.status();
  const absl::StatusOr<int64_t> bytes = CountBytes(header->shape, ByteSize(*type));
  if (!bytes.ok()) return bytes.status();
  const absl::string_view payload = file.substr(start + length);
  if (static_cast<int64_t>(payload.size()) != *bytes) {
    return Invalid(absl::StrCat("its shape (", absl::StrJoin(header->shape, ", "), ") needs ", *bytes,
                                " bytes, but ", payload.size(), " follow the header"));
  }
  FileArray array;
  array.type = *type;
  array.shape = header->shape;
  array.bytes = std::string(payload);
  if (swap) SwapBytes(array.bytes, ByteSize(*type));
  if (header->fortran_order && array.shape.size() > 1) {
    array.bytes = FromFortran(array.bytes, array.shape, ByteSize(*type));
  }
  return array;
}

std::string SerializeNpy(const FileArray& array) {
  const char order = ByteSize(array.type) == 1 ? '|' : '<';
  std::string header = absl::StrCat("{'descr': '", std::string(1, order), Find(array.type).code,
                                    "', 'fortran_order': False, 'shape': (", absl::StrJoin(array.shape, ", "),
                                    array.shape.size() == 1 ? ",), }" : "), }");
  const size_t unpadded = kMagic.size() + 4 + header.size() + 1;
  header.append((64 - unpadded % 64) % 64, ' ');
  header.push_back('\n');
  std::string file(kMagic);
  file += std::string("\x01\x00", 2);
  file.push_back(static_cast<char>(header.size() & 0xff));
  file.push_back(static_cast<char>(header.size() >> 8));
  return file + header + array.bytes;
}

}  // namespace plumbline
