// The format: eight bytes of header length, a JSON object of names to type, shape and byte range, then the data.
#include <algorithm>
#include <cstring>
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
                               {"U8", ElementType::kU8},   {"BOOL", ElementType::kBool}};

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

}  // namespace

absl::StatusOr<NamedArrays> ParseSafetensors(absl::string_view file) {
  if (file.size() < 8) return Invalid("it is too short to be a safetensors file");
  uint64_t length = 0;
  for (size_t i = 8; i-- > 0;) length = length * 256 + static_cast<unsigned char>(file[i]);
  if (length > kLargestHeader || length > file.size() - 8) return Invalid("its header is longer than the file");
  const absl::string_view header = file.substr(8, length);
  const absl::string_view data = file.substr(8 + length);
  // Duplicate names would be dropped silently by the parser, so they are looked for while it reads.
  std::vector<std::string> keys;
  std::string duplicate;
  const auto callback = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    if (event == nlohmann::json::parse_event_t::key && depth == 1) {
      const std::string key = parsed;
      if (std::find(keys.begin(), keys.end(), key) != keys.end()) duplicate = key;
      keys.push_back(key);
    }
    return true;
  };
  const nlohmann::json json = nlohmann::json::parse(header.begin(), header.end(), callback, false);
  if (json.is_discarded() || !json.is_object()) return Invalid("its header is no JSON object");
  if (!duplicate.empty()) return Invalid(absl::StrCat("tensor '", duplicate, "' is there twice"));
  NamedArrays arrays;
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  for (const auto& item : json.items()) {
    if (item.key() == "__metadata__") continue;
    std::pair<uint64_t, uint64_t> range;
    absl::StatusOr<FileArray> array = ReadTensor(item.value(), data, range);
    if (!array.ok()) return Invalid(absl::StrCat("tensor '", item.key(), "': ", array.status().message()));
    ranges.push_back(range);
    arrays[item.key()] = *std::move(array);
  }
  if (!Covers(std::move(ranges), data.size())) return Invalid("its tensors overlap or leave bytes unused");
  return arrays;
}

}  // namespace plumbline
