// The archive's arrays come sorted by name, and so do the columns of each split.
#include "experiments/data/npz_data.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/strings/string_view.h"
#include "experiments/arrays/array_file.h"
#include "experiments/data/data_digest.h"
#include "reports/files.h"

namespace plumbline {
namespace {

constexpr size_t kLargestFile = size_t{16} << 30;

absl::Status Invalid(absl::string_view what) { return absl::InvalidArgumentError(what); }

// The split of an array's name, whose rest is left in `name`; null for another name.
Split* TakeSplit(DataSet& data, absl::string_view& name) {
  if (absl::ConsumePrefix(&name, "train_")) return &data.train;
  if (absl::ConsumePrefix(&name, "validation_") || absl::ConsumePrefix(&name, "val_")) return &data.validation;
  if (absl::ConsumePrefix(&name, "test_")) return &data.test;
  return nullptr;
}

absl::StatusOr<Column> MakeColumn(absl::string_view name, const FileArray& array) {
  Column column;
  column.name = std::string(name);
  column.item_shape.assign(array.shape.begin() + 1, array.shape.end());
  if (array.type == ElementType::kU8) {
    column.values = std::vector<uint8_t>(array.bytes.begin(), array.bytes.end());
  } else if (array.type == ElementType::kF32 || array.type == ElementType::kF64) {
    column.values = ToFloats(array);
  } else {
    absl::StatusOr<std::vector<int64_t>> integers = ToIntegers(array);
    if (!integers.ok()) return integers.status();
    column.values = *std::move(integers);
  }
  return column;
}

absl::Status AddColumn(const std::string& key, const FileArray& array, DataSet& data) {
  absl::string_view name = key;
  Split* const split = TakeSplit(data, name);
  if (split == nullptr || name.empty()) {
    return Invalid(absl::StrCat("array '", key, "' is named after no split: expected train_COLUMN, validation_COLUMN "
                                "(or val_COLUMN) or test_COLUMN"));
  }
  if (array.shape.empty() || array.shape[0] == 0) return Invalid(absl::StrCat("array '", key, "' has no items"));
  if (split->Find(name) != nullptr) return Invalid(absl::StrCat("array '", key, "': its column is there twice"));
  if (!split->columns.empty() && array.shape[0] != split->items) {
    return Invalid(absl::StrCat("array '", key, "' has ", array.shape[0], " items, other columns of its split ",
                                split->items));
  }
  absl::StatusOr<Column> column = MakeColumn(name, array);
  if (!column.ok()) return Invalid(absl::StrCat("array '", key, "': ", column.status().message()));
  split->items = array.shape[0];
  split->columns.push_back(*std::move(column));
  return absl::OkStatus();
}

// A split that is there looks like the training split.
absl::Status CheckLikeTrain(const Split& train, const Split& split, absl::string_view name) {
  if (split.columns.empty()) return absl::OkStatus();
  for (const Column& column : train.columns) {
    const Column* const other = split.Find(column.name);
    if (other == nullptr) return Invalid(absl::StrCat("the split ", name, " lacks the column '", column.name, "'"));
    if (other->item_shape != column.item_shape || other->values.index() != column.values.index()) {
      return Invalid(absl::StrCat("column '", column.name, "' of the split ", name, " has items [",
                                  absl::StrJoin(other->item_shape, ", "), "] or a type other than those of train, [",
                                  absl::StrJoin(column.item_shape, ", "), "]"));
    }
  }
  for (const Column& column : split.columns) {
    if (train.Find(column.name) == nullptr) {
      return Invalid(absl::StrCat("the split train lacks the column '", column.name, "' of ", name));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<DataSet> ParseNpzData(const std::string& file) {
  const absl::StatusOr<NamedArrays> arrays = ParseNpz(file);
  if (!arrays.ok()) return arrays.status();
  DataSet data;
  for (const auto& [key, array] : *arrays) {
    const absl::Status status = AddColumn(key, array, data);
    if (!status.ok()) return status;
  }
  if (data.train.columns.empty()) return Invalid("it has no training split: no array is named train_COLUMN");
  absl::Status status = CheckLikeTrain(data.train, data.validation, "validation");
  if (status.ok()) status = CheckLikeTrain(data.train, data.test, "test");
  if (!status.ok()) return status;
  return data;
}

}  // namespace

absl::StatusOr<DataSet> LoadNpzData(const std::string& path) {
  const absl::StatusOr<std::string> file = ReadFile(RealSystemCalls(), path, kLargestFile);
  if (!file.ok()) return file.status();
  absl::StatusOr<DataSet> data = ParseNpzData(*file);
  if (!data.ok()) {
    return absl::Status(data.status().code(), absl::StrCat(path, ": error: ", data.status().message()));
  }
  const std::string name = path.substr(path.rfind('/') + 1);  // no slash: npos + 1 is 0
  data->name = std::string(absl::StripSuffix(name, ".npz"));
  data->description = absl::StrCat(name, ", ", data->train.items, " training items");
  data->sha256 = DataDigest(*data);
  return data;
}

}  // namespace plumbline
