// Checks, walks and the quadratic definition in double.
#include "ops/attention.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ops/checks.h"

namespace plumbline {
namespace {

// The columns of one head; an AttributeError when `heads` does not divide the width.
absl::StatusOr<Size> HeadWidth(const InferContext& context, absl::string_view op, int input,
                               absl::string_view name) {
  const Size& width = context.inputs[input].shape.back();
  if (!context.attributes.Has("heads")) return width;
  const Size& heads = context.attributes.size("heads");
  const std::optional<Size> quotient = Size::Divide(width, heads);
  if (quotient && (quotient->AsInteger() || !quotient->is_constant())) return *quotient;
  return AttributeError(
      "heads", absl::StrCat(op, ": heads (", context.Print(heads), ") must divide the width ",
                            context.Print(width), " of ", name, " ", context.Print(input)));
}

absl::Status Disagree(const InferContext& context, absl::string_view op, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(op, ": ", what, "; q is ", context.Print(0),
                                                 ", k is ", context.Print(1), ", v is ",
                                                 context.Print(2)));
}

absl::Status CheckTypes(const InferContext& context, absl::string_view op) {
  const bool split = context.attributes.Has("heads");
  const char* names[] = {"q", "k", "v"};
  for (int i = 0; i < 3; ++i) {
    const absl::Status status = FirstError(
        {RequireType(context, op, i, names[i], DataType::kF32),
         RequireRank(context, op, i, names[i],
                     split ? "[batch, length, heads·width]" : "[batch, heads, length, width]")});
    if (!status.ok()) return status;
  }
  if (split) return RequireInteger(context, op, "heads", 1, kLargestAttribute);
  return absl::OkStatus();
}

absl::Status CheckLengths(const InferContext& context, absl::string_view op) {
  if (context.inputs.size() < 4) return absl::OkStatus();
  const absl::Status status = FirstError({RequireType(context, op, 3, "lengths", DataType::kS64),
                                          RequireRank(context, op, 3, "lengths", "[batch]")});
  if (!status.ok()) return status;
  if (!CertainlyUnequal(context.inputs[3].shape[0], context.inputs[0].shape[0], context.symbols))
    return status;
  return absl::InvalidArgumentError(absl::StrCat(op, ": lengths ", context.Print(3),
                                                 " must have one number for each "
                                                 "batch item of q ",
                                                 context.Print(0)));
}

}  // namespace

Polynomial AttentionSizes::Pairs(bool causal) const {
  if (!causal) return queries * keys;
  return Polynomial(Rational::Ratio(1, 2)) * queries * (queries + Polynomial(1));
}

absl::StatusOr<AttentionSizes> CheckAttention(const InferContext& context, absl::string_view op) {
  absl::Status status = FirstError({CheckTypes(context, op), CheckLengths(context, op)});
  if (!status.ok()) return status;
  const absl::StatusOr<Size> width = HeadWidth(context, op, 0, "q");
  if (!width.ok()) return width.status();
  const absl::StatusOr<Size> key_width = HeadWidth(context, op, 1, "k");
  if (!key_width.ok()) return key_width.status();
  const absl::StatusOr<Size> value_width = HeadWidth(context, op, 2, "v");
  if (!value_width.ok()) return value_width.status();

  const bool split = context.attributes.Has("heads");
  const Shape &q = context.inputs[0].shape, &k = context.inputs[1].shape,
              &v = context.inputs[2].shape;
  const int length_axis = split ? 1 : 2;
  const auto unequal = [&](const Size& a, const Size& b) {
    return CertainlyUnequal(a, b, context.symbols);
  };
  for (int axis = 0; axis < length_axis; ++axis) {
    if (unequal(q[axis], k[axis]) || unequal(q[axis], v[axis])) {
      return Disagree(
          context, op,
          axis == 0 ? "q, k and v must have one batch size" : "q, k and v must have as many heads");
    }
  }
  if (unequal(*width, *key_width)) return Disagree(context, op, "q and k must have one width");
  if (unequal(k[length_axis], v[length_axis]))
    return Disagree(context, op, "k and v must have one length");
  if (context.attributes.boolean("causal") && unequal(q[length_axis], k[length_axis])) {
    return AttributeError("causal",
                          absl::StrCat(op, ": causal needs queries and keys of one length; q is ",
                                       context.Print(0), ", k is ", context.Print(1)));
  }
  return AttentionSizes{q[0],           split ? context.attributes.size("heads") : q[1],
                        q[length_axis], k[length_axis],
                        *width,         *value_width};
}

AttentionSizes SizesOf(const NodeView& node) {
  const Shape &q = node.input_type(0).shape, &k = node.input_type(1).shape,
              &v = node.input_type(2).shape;
  if (!node.attributes().Has("heads")) return {q[0], q[1], q[2], k[2], q[3], v[3]};
  const Size& heads = node.attributes().size("heads");
  const auto share = [&](const Size& width) { return Size::Divide(width, heads).value_or(width); };
  return {q[0], heads, q[1], k[1], share(q[2]), share(v[2])};
}

TensorType AttentionOutputType(const InferContext& context, const AttentionSizes& sizes) {
  if (!context.attributes.Has("heads")) {
    return {DataType::kF32, {sizes.batch, sizes.heads, sizes.queries, sizes.value_width}};
  }
  return {DataType::kF32, {sizes.batch, sizes.queries, context.inputs[2].shape[2]}};
}

std::vector<AttributeSpec> AttentionAttributes() {
  return {
      {"heads", AttributeKind::kInteger, "", false,
       "given: inputs are [batch, length, heads·width]; absent: [batch, heads, length, width]"},
      {"scale", AttributeKind::kReal, "1", false, "factor of q·k"},
      {"causal", AttributeKind::kBool, "0", false, "whether query i sees the keys 0 .. i only"}};
}

AttentionShape ReadAttentionShape(const Attributes& attributes, const std::vector<int64_t>& q,
                                  const std::vector<int64_t>& k, const std::vector<int64_t>& v) {
  const bool causal = attributes.boolean("causal");
  if (!attributes.Has("heads")) return {q[0], q[1], q[2], k[2], q[3], v[3], false, causal};
  const int64_t heads = attributes.integer("heads");
  return {q[0], heads, q[1], k[1], q[2] / heads, v[2] / heads, true, causal};
}

HeadStrides HeadStridesOf(const AttentionShape& shape, const std::vector<int64_t>& strides,
                          int64_t width) {
  if (shape.split) return {strides[0], width, strides[1]};
  return {strides[0], strides[1], strides[2]};
}

int64_t VisibleKeys(const AttentionShape& shape, int64_t length) {
  return std::clamp<int64_t>(length, 0, shape.keys);
}

QueryRanges SplitQueries(const AttentionShape& shape, int64_t keys) {
  if (!shape.causal) return {{0, shape.queries, keys, false}, {0, 0, 0, false}};
  return {{0, keys, keys, true}, {keys, shape.queries - keys, keys, false}};
}

namespace {

// Calls visit(batch, head, query, keys it sees).
template <typename Visitor>
void ForEachQuery(const AttentionShape& shape, const Array* lengths, Visitor visit) {
  for (int64_t b = 0; b < shape.batch; ++b) {
    const int64_t keys = lengths == nullptr
                             ? shape.keys
                             : VisibleKeys(shape, static_cast<int64_t>(lengths->data[b]));
    for (int64_t h = 0; h < shape.heads; ++h) {
      for (int64_t i = 0; i < shape.queries; ++i)
        visit(b, h, i, shape.causal ? std::min(keys, i + 1) : keys);
    }
  }
}

double Dot(const double* a, const double* b, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

void AddScaled(double factor, const double* from, int64_t count, double* to) {
  for (int64_t i = 0; i < count; ++i) to[i] += factor * from[i];
}

}  // namespace

AttentionValues EvaluateAttention(
    const EvaluateContext& context,
    const std::function<double(const std::vector<double>& scores)>& norm,
    const ScoreFunction& weight) {
  const Array &q = *context.inputs[0], &k = *context.inputs[1], &v = *context.inputs[2];
  const AttentionShape shape = ReadAttentionShape(context.attributes, q.shape, k.shape, v.shape);
  const double scale = context.attributes.real("scale");
  AttentionValues values{Array(context.output_shapes[0]),
                         Array({shape.batch, shape.heads, shape.queries})};
  const auto q_rows = HeadRowsOf(shape, q, shape.width), k_rows = HeadRowsOf(shape, k, shape.width);
  const auto v_rows = HeadRowsOf(shape, v, shape.value_width);
  const auto z_rows = HeadRowsOf(shape, values.z, shape.value_width);
  int64_t row = 0;
  ForEachQuery(shape, context.inputs.size() > 3 ? context.inputs[3] : nullptr,
               [&](int64_t b, int64_t h, int64_t i, int64_t keys) {
                 std::vector<double> scores(keys);
                 for (int64_t j = 0; j < keys; ++j) {
                   scores[j] = scale * Dot(q_rows.Row(b, h, i), k_rows.Row(b, h, j), shape.width);
                 }
                 const double query_norm = norm(scores);
                 values.norm.data[row++] = query_norm;
                 for (int64_t j = 0; j < keys; ++j) {
                   AddScaled(weight(scores[j], query_norm), v_rows.Row(b, h, j), shape.value_width,
                             z_rows.Row(b, h, i));
                 }
               });
  return values;
}

std::vector<Array> EvaluateAttentionGradient(const Attributes& attributes,
                                             const AttentionGradientInputs& inputs,
                                             const ScoreFunction& weight,
                                             const ScoreFunction& slope) {
  const AttentionShape shape =
      ReadAttentionShape(attributes, inputs.q.shape, inputs.k.shape, inputs.v.shape);
  const double scale = attributes.real("scale");
  std::vector<Array> gradients = {Array(inputs.q.shape), Array(inputs.k.shape),
                                  Array(inputs.v.shape)};
  const int64_t width = shape.width, value_width = shape.value_width;
  const auto q = HeadRowsOf(shape, inputs.q, width), k = HeadRowsOf(shape, inputs.k, width);
  const auto v = HeadRowsOf(shape, inputs.v, value_width),
             z = HeadRowsOf(shape, inputs.z, value_width);
  const auto dz = HeadRowsOf(shape, inputs.dz, value_width);
  const auto dq = HeadRowsOf(shape, gradients[0], width),
             dk = HeadRowsOf(shape, gradients[1], width);
  const auto dv = HeadRowsOf(shape, gradients[2], value_width);
  int64_t row = 0;
  ForEachQuery(shape, inputs.lengths, [&](int64_t b, int64_t h, int64_t i, int64_t keys) {
    const double norm = inputs.norm.data[row++];
    const double* upstream = dz.Row(b, h, i);
    const double mean = Dot(upstream, z.Row(b, h, i), value_width);
    for (int64_t j = 0; j < keys; ++j) {
      const double score = scale * Dot(q.Row(b, h, i), k.Row(b, h, j), width);
      const double score_gradient =
          slope(score, norm) * (Dot(upstream, v.Row(b, h, j), value_width) - mean);
      AddScaled(weight(score, norm), upstream, value_width, dv.Row(b, h, j));
      AddScaled(scale * score_gradient, k.Row(b, h, j), width, dq.Row(b, h, i));
      AddScaled(scale * score_gradient, q.Row(b, h, i), width, dk.Row(b, h, j));
    }
  });
  return gradients;
}

bool AcceptsHeadLayout(const NodeView& node, int input, const Layout& layout) {
  const std::vector<int64_t> shape = node.input_shape(input);
  return shape.size() > 2 && (layout.strides.back() == 1 || shape.back() == 1);
}

absl::StatusOr<std::vector<ValueId>> StepAttention(StepContext& context) {
  constexpr int kKeys = 1, kValues = 2;
  if (!context.moves(kKeys) && !context.moves(kValues)) return StepAlone(context);
  if (!context.attributes().boolean("causal")) return absl::InvalidArgumentError("looks at later positions");
  if (context.input_count() > 3) return absl::InvalidArgumentError("is causal and has lengths as well");
  std::vector<ValueId> inputs = {context.input(0)};
  for (const auto& [input, name] : {std::pair(kKeys, "keys"), std::pair(kValues, "values")}) {
    const int axis = context.position_axis(input);
    if (axis == kNone) return absl::InvalidArgumentError("has keys or values without positions");
    Shape shape = context.whole().input_type(input).shape;
    shape[axis] = context.capacity();
    const ValueId cache = context.AddState(name, std::move(shape));
    const absl::StatusOr<ValueId> written = context.Add(
        "write_position", {cache, context.input(input), context.Position()}, {{"axis", Size(axis)}});
    if (!written.ok()) return written.status();
    context.SetState(name, *written);
    inputs.push_back(*written);
  }
  inputs.push_back(context.Lengths());
  Attributes attributes = context.attributes();
  attributes.Set("causal", false);
  return context.Again(std::move(inputs), std::move(attributes));
}

}  // namespace plumbline
