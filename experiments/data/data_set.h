// A data set in memory as training sees it: three splits of items, each item one row of every column. Columns carry the
// names of the model inputs that they feed. What fills it (an archive, a generator) is another file's business.
#ifndef PLUMBLINE_EXPERIMENTS_DATA_DATA_SET_H_
#define PLUMBLINE_EXPERIMENTS_DATA_DATA_SET_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace plumbline {

// One array over the items of a split, [items, item_shape...], row-major: dense, or ragged.
struct Column {
  std::string name;                 // "image", "label"
  std::vector<int64_t> item_shape;  // of one item; empty: a scalar
  std::variant<std::vector<uint8_t>, std::vector<float>, std::vector<int64_t>> values;
  // A model's f32 input sees value · scale; labels (S64 inputs) are taken as they are.
  float scale = 1;
  // Of a ragged column: where in `values` each item starts, and at last their number, items + 1 in all. An item is as
  // long in its last axis as there are elements of it, up to item_shape.back(); the rest of that axis is 0.
  std::vector<int64_t> starts;

  bool ragged() const { return !starts.empty(); }
  // Of one item, padding included.
  int64_t item_elements() const {
    int64_t product = 1;
    for (const int64_t size : item_shape) product *= size;
    return product;
  }
  // The length of the last axis of one item of a ragged column, without padding.
  int64_t LengthOf(int64_t item) const {
    const size_t index = static_cast<size_t>(item);
    return (starts[index + 1] - starts[index]) / (item_elements() / item_shape.back());
  }
};

struct Split {
  int64_t items = 0;
  std::vector<Column> columns;
  std::vector<std::string> texts;  // of speech: what each item says, in full; otherwise empty
  std::vector<double> seconds;     // of speech: how long each recording is, before it was cut; otherwise empty

  // The column of that name, or null.
  const Column* Find(absl::string_view name) const {
    for (const Column& column : columns) {
      if (column.name == name) return &column;
    }
    return nullptr;
  }
};

// How tokens are read as text: a character each, and the two that are markers.
struct TextForm {
  std::string alphabet;  // the character of token 0, 1, ...
  int64_t start = 0;
  int64_t stop = 1;
  std::string targets;  // the column of what should be written: the text, stop, padding
};

struct DataSet {
  std::string name;         // "octmnist"
  std::string description;  // one sentence for a report's first line: which data, from where
  bool embedded = false;    // generated here, in place of the real data
  std::string sha256;       // of everything below, in a fixed order; hexadecimal
  std::vector<std::string> class_names;
  std::optional<TextForm> text;  // of data whose targets are texts
  Split train, validation, test;
  // Indices into test, ascending, of a subset that published results were computed on; empty: none.
  std::vector<int64_t> published_subset;
};

// Copies the items `indices` of a column to `to`, one after the other, as f32 values times the column's scale, or as
// 64-bit integers. `indices` must be in range; `to` holds indices.size() · item_elements(). Items of a ragged column are
// padded with 0.
void GatherItems(const Column& column, absl::Span<const int> indices, float* to);
void GatherItems(const Column& column, absl::Span<const int> indices, int64_t* to);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_DATA_DATA_SET_H_
