// The format: eight bytes of header length, a JSON object of names to type, shape and byte range, then the data.
#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "experiments/arrays/array_file.h"
#include "nlohmann/json.hpp"

namespace plumbline {
namespace {

constexpr uint64_t kLargestHeader = 100u << 20;  // the format's own limit

struct TypeName {
  const char* name;
  ElementType type;
};

constexpr TypeName kTypes[] = {{"F32", ElementType::kF32}, {"F64", ElementType::kF64}, {"I64", ElementType::kS64},
                               {"I32", ElementType::kS32}, {"I16", ElementType::kS16}, {"I8", ElementType::kS8},
                               {"U64", ElementType::kU64}, {"U32", ElementType::kU32}, {"U16", ElementType::kU16},
                               {"U8", ElementType::kU8},   {"BOOL", ElementType::kBool}};

constexpr char kMetadata[] = "__metadata__";
constexpr size_t kAlignment = 8;  // of the data, by spaces after the header

absl::Status Invalid(absl::string_view what) { return absl::InvalidArgumentError(what); }

absl::StatusOr<FileArray> ReadTensor(const nlohmann::json& entry, absl::string_view data,
                                     std::pair<uint64_t, uint64_t>& range) {
  const bool complete = entry.is_object() && entry.contains("dtype") && entry["dtype"].is_string() &&
                        entry.contains("shape") && entry["shape"].is_array() && entry.contains("data_offsets") &&
                        entry["data_offsets"].is_array() && entry["data_offsets"].size() == 2;
  if (!complete) return Invalid("its entry lacks dtype, shape or data_offsets");
  const std::string dtype = entry["dtype"];
  const auto type =
      std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeName& known) { return dtype == known.name; });
  if (type == std::end(kTypes)) return Invalid(absl::StrCat("its type ", dtype, " is not supported"));
  FileArray array;
  array.type = type->type;
  int64_t bytes = ByteSize(array.type);
  for (const nlohmann::json& size : entry["shape"]) {
    if (!size.is_number_unsigned()) return Invalid("its shape is malformed");
    const uint64_t value = size;
    if (value > (uint64_t{1} << 62) || __builtin_mul_overflow(bytes, static_cast<int64_t>(value), &bytes)) {
      return Invalid("its shape is larger than any memory");
    }
    array.shape.push_back(static_cast<int64_t>(value));
  }
  for (const nlohmann::json& offset : entry["data_offsets"]) {
    if (!offset.is_number_unsigned()) return Invalid("its data_offsets are malformed");
  }
  range = {entry["data_offsets"][0], entry["data_offsets"][1]};
  if (range.first > range.second || range.second > data.size()) return Invalid("its data lie outside the file");
  if (static_cast<uint64_t>(bytes) != range.second - range.first) {
    return Invalid(absl::StrCat("its shape needs ", bytes, " bytes, but it has ", range.second - range.first));
  }
  array.bytes = std::string(data.substr(range.first, range.second - range.first));
  return array;
}

// Every byte of the data belongs to exactly one tensor.
bool Covers(std::vector<std::pair<uint64_t, uint64_t>> ranges, uint64_t size) {
  std::sort(ranges.begin(), ranges.end());
  uint64_t at = 0;
  for (const auto& range : ranges) {
    if (range.first != at) return false;
    at = range.second;
  }
  return at == size;
}

// The header as JSON; the parser drops all but the last of equal names silently, so they are looked for as it reads.
absl::StatusOr<nlohmann::json> ParseHeader(absl::string_view header) {
  std::set<std::string> tensors, fields;  // fields: of the tensor that is being read
  std::string duplicate;
  const auto callback = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    if (event != nlohmann::json::parse_event_t::key || depth > 2) return true;
    const std::string key = parsed;
    if (depth == 1) fields.clear();
    if (!(depth == 1 ? tensors : fields).insert(key).second && duplicate.empty()) duplicate = key;
    return true;
  };
  nlohmann::json json = nlohmann::json::parse(header.begin(), header.end(), callback, false);
  if (json.is_discarded() || !json.is_object()) return Invalid("its header is no JSON object");
  if (!duplicate.empty()) return Invalid(absl::StrCat("'", duplicate, "' is there twice"));
  return json;
}

}  // namespace

absl::StatusOr<NamedArrays> ParseSafetensors(absl::string_view file) {
  if (file.size() < 8) return Invalid("it is too short to be a safetensors file");
  uint64_t length = 0;
  for (size_t i = 8; i-- > 0;) length = length * 256 + static_cast<unsigned char>(file[i]);
  if (length > kLargestHeader || length > file.size() - 8) return Invalid("its header is longer than the file");
  const absl::string_view header = file.substr(8, length);
  const absl::string_view data = file.substr(8 + length);
  const absl::StatusOr<nlohmann::json> json = ParseHeader(header);
  if (!json.ok()) return json.status();
  NamedArrays arrays;
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  for (const auto& item : json->items()) {
    if (item.key() == kMetadata) continue;
    std::pair<uint64_t, uint64_t> range;
    absl::StatusOr<FileArray> array = ReadTensor(item.value(), data, range);
    if (!array.ok()) return Invalid(absl::StrCat("tensor '", item.key(), "': ", array.status().message()));
    ranges.push_back(range);
    arrays[item.key()] = *std::move(array);
  }
  if (!Covers(std::move(ranges), data.size())) return Invalid("its tensors overlap or leave bytes unused");
  return arrays;
}

absl::StatusOr<std::string> SerializeSafetensors(const NamedArrays& arrays,
                                                 const std::map<std::string, std::string>& metadata) {
  // Large elements first, so that all are aligned; among equals by name.
  std::vector<const NamedArrays::value_type*> order;
  for (const auto& entry : arrays) order.push_back(&entry);
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return ByteSize(a->second.type) > ByteSize(b->second.type);
  });
  nlohmann::json json = nlohmann::json::object();  // sorts its keys
  if (!metadata.empty()) json[kMetadata] = metadata;
  size_t at = 0;
  for (const auto* entry : order) {
    const auto& [name, array] = *entry;
    if (name == kMetadata) return Invalid(absl::StrCat("no tensor can be named '", name, "'"));
    const auto type =
        std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeName& known) { return known.type == array.type; });
    json[name] = {{"dtype", type->name}, {"shape", array.shape}, {"data_offsets", {at, at + array.bytes.size()}}};
    at += array.bytes.size();
  }
  std::string header;
  try {
    header = json.dump();
  } catch (const nlohmann::json::exception&) {
    return Invalid("a name is no valid UTF-8");
  }
  header.append((kAlignment - header.size() % kAlignment) % kAlignment, ' ');
  if (header.size() > kLargestHeader) return Invalid("there are more tensors than the format can list");
  std::string file;
  file.reserve(8 + header.size() + at);
  for (int i = 0; i < 8; ++i) file.push_back(static_cast<char>(static_cast<uint64_t>(header.size()) >> (8 * i)));
  file += header;
  for (const auto* entry : order) file += entry->second.bytes;
  return file;
}

}  // namespace plumbline
