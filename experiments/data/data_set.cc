#include "experiments/data/data_set.h"

#include <variant>

namespace plumbline {
namespace {

template <typename Target, typename Convert>
void Gather(const Column& column, absl::Span<const int> indices, Target* to, Convert convert) {
  const int64_t elements = column.item_elements();
  std::visit(
      [&](const auto& values) {
        for (const int index : indices) {
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
