// Convolutions (cross-correlations, as in every framework) over one or two axes, with groups:
//   y[b, o, p] = bias[o] + sum over c, k of x[b, c, p·stride + k·dilation - padding] · weight[o, c,
//   k]
// with x [batch, channels, ...], y [batch, channels, ...]; output channel o sees the input channels
// of its group. Parameters in PyTorch's layout: weight [out, in / groups, kernel...], bias [out].
// Cost: a multiply-add for every tap of every output, taps on padding included, and one addition
// for the bias.
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/graph.h"
#include "ops/checks.h"
#include "ops/op_list.h"
#include "ops/window.h"

namespace plumbline {
namespace {

template <int kAxes>
constexpr const char* kName = kAxes == 1 ? "conv1d" : "conv2d";
template <int kAxes>
constexpr const char* kInput =
    kAxes == 1 ? "[batch, channels, length]" : "[batch, channels, height, width]";

struct Geometry {
  Window window;
  int64_t channels = 0;
  int64_t channels_per_group = 0;  // of the input
};

template <int kAxes>
absl::StatusOr<Geometry> Check(const InferContext& context) {
  const std::string op = kName<kAxes>;
  const Attributes& attributes = context.attributes;
  absl::Status status = FirstError({RequireType(context, op, 0, "x", DataType::kF32),
                                    RequireRank(context, op, 0, "x", kInput<kAxes>),
                                    RequireInteger(context, op, "channels", 1, kLargestAttribute),
                                    RequireInteger(context, op, "groups", 1, kLargestAttribute)});
  if (!status.ok()) return status;
  absl::StatusOr<Window> window = ReadWindow(attributes, op, kAxes);
  if (!window.ok()) return window.status();
  const std::optional<int64_t> in = context.inputs[0].shape[1].AsInteger();
  if (!in) {
    return absl::InvalidArgumentError(absl::StrCat(
        op, ": the channels of its input must be a number, not ",
        context.Print(context.inputs[0].shape[1]), ", because the weights' shape depends on them"));
  }
  const int64_t groups = attributes.integer("groups");
  const int64_t channels = attributes.integer("channels");
  if (*in % groups != 0 || channels % groups != 0) {
    return AttributeError("groups",
                          absl::StrCat(op, ": groups (", groups, ") must divide the ", *in,
                                       " input channels and the ", channels, " output channels"));
  }
  return Geometry{*std::move(window), channels, *in / groups};
}

template <int kAxes>
absl::StatusOr<std::vector<ParameterSpec>> Parameters(const InferContext& context) {
  const absl::StatusOr<Geometry> geometry = Check<kAxes>(context);
  if (!geometry.ok()) return geometry.status();
  Shape weight = {Size(geometry->channels), Size(geometry->channels_per_group)};
  double fan_in = static_cast<double>(geometry->channels_per_group);
  for (const int64_t size : geometry->window.kernel) {
    weight.push_back(Size(size));
    fan_in *= static_cast<double>(size);
  }
  const double bound = 1 / std::sqrt(fan_in);
  const Initializer uniform = {Initializer::Kind::kUniform, -bound, bound};
  std::vector<ParameterSpec> specs = {{"weight", weight, uniform}};
  if (context.attributes.boolean("bias"))
    specs.push_back({"bias", {Size(geometry->channels)}, uniform});
  return specs;
}

template <int kAxes>
absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  const absl::StatusOr<Geometry> geometry = Check<kAxes>(context);
  if (!geometry.ok()) return geometry.status();
  absl::StatusOr<Shape> spatial = WindowOutput(context, kName<kAxes>, geometry->window);
  if (!spatial.ok()) return spatial.status();
  Shape shape = {context.inputs[0].shape[0], Size(geometry->channels)};
  shape.insert(shape.end(), spatial->begin(), spatial->end());
  return std::vector<TensorType>{{DataType::kF32, shape}};
}

Cost ConvCost(const NodeView& node) {
  const Shape& weight = node.input_type(1).shape;
  Polynomial taps(1);
  for (size_t i = 1; i < weight.size(); ++i) taps *= weight[i];
  Cost cost;
  cost.operations = Polynomial(2) * node.output_type(0).ElementCount() * taps;
  if (node.attributes().boolean("bias")) cost.operations += node.output_type(0).ElementCount();
  return cost;
}

template <int kAxes>
OpDefinition Conv() {
  OpDefinition op;
  op.name = kName<kAxes>;
  op.example = kAxes == 1 ? OpExample{{"B, 3, L"}, {{"channels", "8"}, {"kernel", "3"}, {"padding", "1"}}}
                          : OpExample{{"B, 3, H, W"}, {{"channels", "8"}, {"kernel", "3"}, {"padding", "1"}}};
  op.formula =
      "y[b, o, p] = bias[o] + sum_{c, k} x[b, c, p·stride + k·dilation - padding]·weight[o, c, k]";
  op.inputs = {"x"};
  const std::string each = kAxes == 1 ? "" : ", one number or one for each axis";
  op.attributes = {
      {"channels", AttributeKind::kInteger, "", true, "output channels"},
      {"kernel", AttributeKind::kIntegerList, "", true, absl::StrCat("size of the window", each)},
      {"stride", AttributeKind::kIntegerList, "1", false, absl::StrCat("step of the window", each)},
      {"padding", AttributeKind::kIntegerList, "0", false,
       absl::StrCat("zeros on both sides", each)},
      {"dilation", AttributeKind::kIntegerList, "1", false,
       absl::StrCat("distance between taps, 1 is dense", each)},
      {"groups", AttributeKind::kInteger, "1", false, "independent groups of channels"},
      {"bias", AttributeKind::kBool, "1", false, "whether a bias is added"}};
  op.parameters = Parameters<kAxes>;
  op.infer = Infer<kAxes>;
  op.cost = ConvCost;
  return op;
}

}  // namespace

std::vector<OpDefinition> ConvOps() { return {Conv<1>(), Conv<2>()}; }

}  // namespace plumbline
