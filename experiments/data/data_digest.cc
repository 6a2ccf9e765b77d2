// Every field is preceded by its length, so that no two data sets give one stream of bytes.
#include "experiments/data/data_digest.h"

#include <cstring>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "reports/digest.h"

namespace plumbline {
namespace {

const char* TypeName(const std::vector<uint8_t>&) { return "u8"; }
const char* TypeName(const std::vector<float>&) { return "f32"; }
const char* TypeName(const std::vector<int64_t>&) { return "s64"; }

template <typename Value>
absl::string_view Bytes(const std::vector<Value>& values) {
  if (values.empty()) return {};
  return absl::string_view(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value));
}

void AddSplit(const Split& split, Sha256& digest) {
  digest.AddField(absl::StrCat(split.items)).AddField(absl::StrCat(split.columns.size()));
  for (const Column& column : split.columns) {
    uint32_t scale = 0;
    std::memcpy(&scale, &column.scale, sizeof(scale));
    digest.AddField(column.name).AddField(absl::StrJoin(column.item_shape, ",")).AddField(absl::StrCat(scale));
    if (column.ragged()) digest.AddField("ragged").AddField(absl::StrJoin(column.starts, ","));
    std::visit([&](const auto& values) { digest.AddField(TypeName(values)).AddField(Bytes(values)); }, column.values);
  }
  if (!split.texts.empty()) {
    digest.AddField("texts");
    for (const std::string& text : split.texts) digest.AddField(text);
  }
  if (!split.seconds.empty()) digest.AddField("seconds").AddField(Bytes(split.seconds));
}

}  // namespace

std::string DataDigest(const DataSet& data) {
  Sha256 digest;
  digest.AddField(absl::StrCat(data.class_names.size()));
  for (const std::string& name : data.class_names) digest.AddField(name);
  for (const Split* split : {&data.train, &data.validation, &data.test}) AddSplit(*split, digest);
  digest.AddField(absl::StrJoin(data.published_subset, ","));
  return digest.Hex();
}

}  // namespace plumbline
