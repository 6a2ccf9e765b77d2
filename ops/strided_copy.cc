// Order of axes and the two inner loops.
#include "ops/strided_copy.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace plumbline {
namespace {

// Side of the squares in which two axes are exchanged: both sides' cache lines are used whole.
constexpr int64_t kTile = 16;

}  // namespace

StridedCopy::StridedCopy(DataType type, const std::vector<int64_t>& shape,
                         const std::vector<int64_t>& source_strides,
                         const std::vector<int64_t>& destination_strides)
    : type_(type) {
  std::vector<Axis> axes;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] != 1) axes.push_back({shape[i], source_strides[i], destination_strides[i]});
  }
  std::stable_sort(axes.begin(), axes.end(), [](const Axis& a, const Axis& b) {
    return a.destination_stride > b.destination_stride;
  });
  for (const Axis& axis : axes) {
    if (!axes_.empty()) {
      Axis& outer = axes_.back();
      if (outer.source_stride == axis.source_stride * axis.size &&
          outer.destination_stride == axis.destination_stride * axis.size) {
        outer = {outer.size * axis.size, axis.source_stride, axis.destination_stride};
        continue;
      }
    }
    axes_.push_back(axis);
  }
  if (axes_.empty()) axes_.push_back({1, 1, 1});
  if (axes_.back().source_stride != 1 && axes_.size() > 1) {  // the pair to exchange goes innermost
    const auto dense = std::find_if(axes_.begin(), axes_.end(),
                                    [](const Axis& a) { return a.source_stride == 1; });
    if (dense != axes_.end()) std::rotate(dense, dense + 1, axes_.end() - 1);
  }
}

template <typename T>
void StridedCopy::CopyAxis(size_t index, const T* source, T* destination) const {
  const Axis& axis = axes_[index];
  if (index + 1 == axes_.size()) {
    if (axis.source_stride == 1 && axis.destination_stride == 1) {
      std::memcpy(destination, source, static_cast<size_t>(axis.size) * sizeof(T));
      return;
    }
    for (int64_t i = 0; i < axis.size; ++i)
      destination[i * axis.destination_stride] = source[i * axis.source_stride];
    return;
  }
  const Axis& inner = axes_[index + 1];
  if (index + 2 == axes_.size() && inner.source_stride != 1) {
    for (int64_t i0 = 0; i0 < axis.size; i0 += kTile) {
      for (int64_t j0 = 0; j0 < inner.size; j0 += kTile) {
        const int64_t i1 = std::min(i0 + kTile, axis.size);
        const int64_t j1 = std::min(j0 + kTile, inner.size);
        for (int64_t i = i0; i < i1; ++i) {
          const T* from = source + i * axis.source_stride;
          T* to = destination + i * axis.destination_stride;
          for (int64_t j = j0; j < j1; ++j)
            to[j * inner.destination_stride] = from[j * inner.source_stride];
        }
      }
    }
    return;
  }
  for (int64_t i = 0; i < axis.size; ++i) {
    CopyAxis(index + 1, source + i * axis.source_stride, destination + i * axis.destination_stride);
  }
}

void StridedCopy::Run(const void* source, void* destination) const {
  switch (type_) {
    case DataType::kF32:
      return CopyAxis(0, static_cast<const float*>(source), static_cast<float*>(destination));
    case DataType::kS64:
      return CopyAxis(0, static_cast<const int64_t*>(source), static_cast<int64_t*>(destination));
    case DataType::kU8:
      return CopyAxis(0, static_cast<const uint8_t*>(source), static_cast<uint8_t*>(destination));
  }
}

void AddCopy(LoweringContext& context, DataType type, const std::vector<int64_t>& shape,
             Operand source, const std::vector<int64_t>& source_strides, Operand destination,
             const std::vector<int64_t>& destination_strides) {
  StridedCopy copy(type, shape, source_strides, destination_strides);
  context.AddHost("copy", {source, destination}, 0,
                  [copy = std::move(copy)](absl::Span<void* const> pointers) {
                    copy.Run(pointers[0], pointers[1]);
                  });
}

void AddCopyToOutput(LoweringContext& context, const std::vector<int64_t>& source_strides) {
  AddCopy(context, context.node().output_type(0).data_type, context.output_shape(0),
          context.Input(0), source_strides, context.Output(0), context.output_layout(0).strides);
}

}  // namespace plumbline
