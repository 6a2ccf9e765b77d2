#include "experiments/data/data_set.h"

#include <algorithm>
#include <variant>

namespace plumbline {
namespace {

// One item of a ragged column, [rows, length], to [rows, width].
template <typename Value, typename Target, typename Convert>
void Pad(const Value* item, int64_t rows, int64_t length, int64_t width, Target* to, Convert convert) {
  for (int64_t row = 0; row < rows; ++row) {
    std::transform(item, item + length, to, convert);
    std::fill(to + length, to + width, Target{0});
    item += length;
    to += width;
  }
}

template <typename Target, typename Convert>
void Gather(const Column& column, absl::Span<const int> indices, Target* to, Convert convert) {
  const int64_t elements = column.item_elements();
  std::visit(
      [&](const auto& values) {
        for (const int index : indices) {
          if (column.ragged()) {
            const int64_t width = column.item_shape.back();
            Pad(values.data() + column.starts[static_cast<size_t>(index)], elements / width, column.LengthOf(index),
                width, to, convert);
            to += elements;
            continue;
          }
          const auto* const item = values.data() + static_cast<int64_t>(index) * elements;
          for (int64_t i = 0; i < elements; ++i) to[i] = convert(item[i]);
          to += elements;
        }
      },
      column.values);
}

}  // namespace

void GatherItems(const Column& column, absl::Span<const int> indices, float* to) {
  const float scale = column.scale;
  Gather(column, indices, to, [scale](auto value) { return static_cast<float>(value) * scale; });
}

void GatherItems(const Column& column, absl::Span<const int> indices, int64_t* to) {
  Gather(column, indices, to, [](auto value) { return static_cast<int64_t>(value); });
}

}  // namespace plumbline
