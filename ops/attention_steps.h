// The host steps of the fused attentions: a walk over batch items and heads that calls a kernel for
// each. The kernel is a small value type with
//   int64_t ForwardScratchBytes(const QueryRange&) const;    void Forward(const QueryRange&, const
//   AttentionForwardHead&,
//                                                                         void* scratch) const;
//   int64_t BackwardScratchBytes(const QueryRange&) const;   void Backward(const QueryRange&, const
//   AttentionBackwardHead&,
//                                                                          void* scratch) const;
// whose heads start at the range's first query, and
//   int64_t QueryStep() const;
// the multiples at which Forward may begin among the queries of a range without changing a bit, or
// 0 when it takes whole heads. Scratch is aligned to 64 bytes; nothing is allocated while running.
#ifndef PLUMBLINE_OPS_ATTENTION_STEPS_H_
#define PLUMBLINE_OPS_ATTENTION_STEPS_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/onednn/lowering_context.h"
#include "ops/attention.h"
#include "ops/attention_parts.h"
#include "ops/kernels/matrix.h"

namespace plumbline {

struct AttentionForwardHead {
  ConstMatrix q, k, v;
  MutableMatrix z;
  float* norm;   // [queries]; null: not wanted
  float* state;  // null: not wanted
};

struct AttentionBackwardHead {
  ConstMatrix q, k, v, z, dz;
  const float* norm;   // [queries]
  const float* state;  // null: not there
  MutableMatrix dq, dk, dv;
};

namespace attention_internal {

// The rows of one head from `row` on.
inline ConstMatrix Rows(const void* data, const HeadStrides& strides, int64_t b, int64_t h,
                        int64_t row) {
  return {static_cast<const float*>(data) + strides.At(b, h) + row * strides.row, strides.row};
}
inline MutableMatrix Rows(void* data, const HeadStrides& strides, int64_t b, int64_t h,
                          int64_t row) {
  if (data == nullptr) return {nullptr, strides.row};
  return {static_cast<float*>(data) + strides.At(b, h) + row * strides.row, strides.row};
}

// Rows [first, last) become zero.
inline void Clear(MutableMatrix matrix, int64_t first, int64_t last, int64_t width) {
  if (matrix.data == nullptr) return;
  for (int64_t row = first; row < last; ++row)
    std::fill_n(matrix.data + row * matrix.row_stride, width, 0.0f);
}

inline void AddRows(const float* from, int64_t rows, int64_t width, MutableMatrix to) {
  if (to.data == nullptr) return;
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t c = 0; c < width; ++c) to.data[row * to.row_stride + c] += from[row * width + c];
  }
}

// The ranges with the largest sizes that can occur.
inline QueryRanges LargestRanges(const AttentionShape& shape) {
  return {{0, shape.queries, shape.keys, shape.causal}, {0, shape.queries, shape.keys, false}};
}

inline int64_t RoundUpTo64(int64_t bytes) { return (bytes + 63) / 64 * 64; }

// Appends a step that calls run_unit(pointers, unit, scratch) for every unit.
template <typename RunUnit>
void AddParts(LoweringContext& context, absl::string_view implementation,
              const std::vector<Operand>& operands, int64_t scratch_bytes,
              const AttentionParts& parts, RunUnit run_unit) {
  context.AddHost(implementation, operands, std::max<int64_t>(scratch_bytes, 1), parts.count,
                  [=](absl::Span<void* const> pointers, int part, void* scratch) {
                    const int64_t end = parts.FirstUnit(part + 1);
                    for (int64_t unit = parts.FirstUnit(part); unit < end; ++unit) {
                      run_unit(pointers, unit, scratch);
                    }
                  });
}

}  // namespace attention_internal

// Inputs q, k, v and optionally lengths; outputs z, norm [B, H, Lq] and optionally state [B, H,
// floats].
template <typename Kernel>
void AddAttentionForward(LoweringContext& context, const AttentionShape& shape,
                         absl::string_view implementation, Kernel kernel) {
  using attention_internal::Rows;
  const HeadStrides q = HeadStridesOf(shape, context.input_layout(0).strides, shape.width);
  const HeadStrides k = HeadStridesOf(shape, context.input_layout(1).strides, shape.width);
  const HeadStrides v = HeadStridesOf(shape, context.input_layout(2).strides, shape.value_width);
  const HeadStrides z = HeadStridesOf(shape, context.output_layout(0).strides, shape.value_width);
  const bool has_state = context.node().node.outputs.size() > 2;
  const int64_t state_floats = has_state ? context.output_shape(2).back() : 0;
  const bool has_lengths = context.input_count() > 3;
  const std::vector<Operand> operands = {context.Input(0),
                                         context.Input(1),
                                         context.Input(2),
                                         context.Output(0),
                                         context.Output(1),
                                         has_state ? context.Output(2) : Operand{},
                                         has_lengths ? context.Input(3) : Operand{}};
  const QueryRanges largest = attention_internal::LargestRanges(shape);
  const int64_t scratch_bytes = std::max(kernel.ForwardScratchBytes(largest.first),
                                         kernel.ForwardScratchBytes(largest.second));
  const AttentionParts parts =
      PlanAttentionParts(shape, context.operations(), kernel.QueryStep());
  const auto run_unit = [=](absl::Span<void* const> p, int64_t unit, void* scratch) {
    const int64_t head = parts.HeadOf(unit), b = head / shape.heads, h = head % shape.heads;
    const int64_t* lengths = static_cast<const int64_t*>(p[6]);
    const int64_t keys = lengths == nullptr ? shape.keys : VisibleKeys(shape, lengths[b]);
    const QueryRanges ranges = SplitQueries(shape, keys);
    float* state = p[5] == nullptr ? nullptr : static_cast<float*>(p[5]) + head * state_floats;
    float* norm = p[4] == nullptr ? nullptr : static_cast<float*>(p[4]) + head * shape.queries;
    for (const QueryRange& all : {ranges.first, ranges.second}) {
      const QueryRange range = QueriesOfBlock(parts, all, parts.BlockOf(unit));
      if (range.queries == 0) continue;
      const int64_t row = range.first_query;
      kernel.Forward(range,
                     {Rows(static_cast<const void*>(p[0]), q, b, h, row),
                      Rows(static_cast<const void*>(p[1]), k, b, h, 0),
                      Rows(static_cast<const void*>(p[2]), v, b, h, 0), Rows(p[3], z, b, h, row),
                      norm == nullptr ? nullptr : norm + row, state},
                     scratch);
      state = nullptr;
    }
  };
  attention_internal::AddParts(context, implementation, operands, scratch_bytes, parts, run_unit);
}

// Inputs q, k, v, z, dz, norm, then optionally state, which is there if `has_state`, and lengths;
// outputs dq, dk, dv.
template <typename Kernel>
void AddAttentionBackward(LoweringContext& context, const AttentionShape& shape,
                          absl::string_view implementation, Kernel kernel, bool has_state) {
  using attention_internal::Rows;
  HeadStrides in[5], out[3];
  const int64_t widths[5] = {shape.width, shape.width, shape.value_width, shape.value_width,
                             shape.value_width};
  for (int i = 0; i < 5; ++i)
    in[i] = HeadStridesOf(shape, context.input_layout(i).strides, widths[i]);
  for (int i = 0; i < 3; ++i)
    out[i] = HeadStridesOf(shape, context.output_layout(i).strides, widths[i]);
  const int64_t state_floats = has_state ? context.input_shape(6).back() : 0;
  const int lengths_input = has_state ? 7 : 6;
  const bool has_lengths = context.input_count() > lengths_input;
  std::vector<Operand> operands;
  for (int i = 0; i < 6; ++i) operands.push_back(context.Input(i));
  for (int i = 0; i < 3; ++i) operands.push_back(context.Output(i));
  operands.push_back(has_state ? context.Input(6) : Operand{});
  operands.push_back(has_lengths ? context.Input(lengths_input) : Operand{});

  const QueryRanges largest = attention_internal::LargestRanges(shape);
  const int64_t kernel_scratch = attention_internal::RoundUpTo64(std::max(
      kernel.BackwardScratchBytes(largest.first), kernel.BackwardScratchBytes(largest.second)));
  // Causal items shorter than their queries have two ranges, whose contributions to dk and dv are
  // added.
  const int64_t second_floats =
      shape.causal && has_lengths ? shape.keys * (shape.width + shape.value_width) : 0;
  const int64_t scratch_bytes = kernel_scratch + second_floats * 4;
  // The gradients of keys are sums over all queries: a part has whole heads.
  const AttentionParts parts = PlanAttentionParts(shape, context.operations(), 0);
  const auto run_head = [=](absl::Span<void* const> p, int64_t head, void* scratch) {
    const int64_t b = head / shape.heads, h = head % shape.heads;
    const int64_t* lengths = static_cast<const int64_t*>(p[10]);
    const int64_t keys = lengths == nullptr ? shape.keys : VisibleKeys(shape, lengths[b]);
    const QueryRanges ranges = SplitQueries(shape, keys);
    const float* norm = static_cast<const float*>(p[5]) + head * shape.queries;
    const float* state =
        p[9] == nullptr ? nullptr : static_cast<const float*>(p[9]) + head * state_floats;
    const MutableMatrix dk = Rows(p[7], out[1], b, h, 0), dv = Rows(p[8], out[2], b, h, 0);
    const auto input = [&](int i, int64_t row) {
      return Rows(static_cast<const void*>(p[i]), in[i], b, h, row);
    };
    const auto run = [&](const QueryRange& range, MutableMatrix to_dk, MutableMatrix to_dv) {
      const int64_t row = range.first_query;
      kernel.Backward(range,
                      {input(0, row), input(1, 0), input(2, 0), input(3, row), input(4, row),
                       norm + row, state, Rows(p[6], out[0], b, h, row), to_dk, to_dv},
                      scratch);
    };
    if (ranges.first.queries > 0) run(ranges.first, dk, dv);
    if (ranges.second.queries > 0) {
      float* const second_dk = reinterpret_cast<float*>(static_cast<char*>(scratch) + kernel_scratch);
      float* const second_dv = second_dk + shape.keys * shape.width;
      run(ranges.second, {dk.data == nullptr ? nullptr : second_dk, shape.width},
          {dv.data == nullptr ? nullptr : second_dv, shape.value_width});
      attention_internal::AddRows(second_dk, keys, shape.width, dk);
      attention_internal::AddRows(second_dv, keys, shape.value_width, dv);
    }
    attention_internal::Clear(dk, keys, shape.keys, shape.width);
    attention_internal::Clear(dv, keys, shape.keys, shape.value_width);
  };
  attention_internal::AddParts(context, implementation, operands, scratch_bytes, parts, run_head);
}

}  // namespace plumbline

#endif  // PLUMBLINE_OPS_ATTENTION_STEPS_H_
