// Dropout: in training y = x · mask, where each element of the mask is 0 with probability `rate` and 1 / (1 - rate)
// otherwise; in every other mode y = x. Cost in training: a comparison and a multiplication an element; making the
// random bits is not counted.
//
// The mask is a function of (seed, step, the node's path, the element's index in the whole batch): Philox4x32-10 under
// the key Mix(seed) xor PathHash(path), at the counter (index / 4, step), gives word index % 4; an element is dropped
// where its word is below rate · 2^32. So the bits are the same however the batch is cut, and other nodes do not
// matter.
#include <Random123/philox.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/mode_context.h"
#include "compiler/onednn/lowering_context.h"
#include "ops/checks.h"
#include "ops/kernels/dropout_mask.h"
#include "ops/op_list.h"

namespace plumbline {
namespace {

constexpr const char* kName = "dropout";
constexpr const char* kMaskName = "dropout_mask";

absl::StatusOr<std::vector<TensorType>> Infer(const InferContext& context) {
  const absl::Status status = RequireType(context, kName, 0, "x", DataType::kF32);
  if (!status.ok()) return status;
  const double rate = context.attributes.real("rate");
  if (!(rate >= 0 && rate < 1)) {
    return AttributeError(
        "rate", absl::StrCat("dropout: rate must be at least 0 and less than 1, not ", rate));
  }
  return std::vector<TensorType>{context.inputs[0]};
}

// In every mode but training.
absl::StatusOr<std::vector<Array>> Evaluate(const EvaluateContext& context) {
  return std::vector<Array>{*context.inputs[0]};
}

absl::StatusOr<ValueId> ResolveMode(ModeContext& context) {
  const Node& node = context.node();
  if (!context.training() || context.attributes().real("rate") == 0) return node.inputs[0];
  const OpRegistry& registry = context.graph().registry();
  const Attributes attributes = {{"rate", context.attributes().real("rate")},
                                 {"shape", context.input_type(0).shape},
                                 {"path", node.name},
                                 {"batched", context.counts_items(0)}};
  const absl::StatusOr<NodeId> mask = context.graph().AddNode(
      *registry.Find(kMaskName), absl::StrCat(node.name, "/mask"), {context.Random()}, attributes);
  if (!mask.ok()) return mask.status();
  const ValueId factor = context.graph().node(*mask).outputs[0];
  const absl::StatusOr<NodeId> product =
      context.graph().AddNode(*registry.Find("mul"), node.name, {node.inputs[0], factor}, {});
  if (!product.ok()) return product.status();
  return context.graph().node(*product).outputs[0];
}

Cost DropoutCost(const NodeView& node) {
  Cost cost;
  cost.operations = Polynomial(2) * node.output_type(0).ElementCount();
  return cost;
}

// Spreads what differs in few bits over all of them: the finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
uint64_t Mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

// FNV-1a of 64 bits, mixed.
uint64_t PathHash(absl::string_view path) {
  uint64_t hash = 0xCBF29CE484222325u;
  for (const char c : path) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return Mix(hash);
}

// What is known of a mask before it is run.
struct MaskPlan {
  explicit MaskPlan(const Attributes& attributes, const std::vector<int64_t>& shape)
      : path_hash(PathHash(attributes.text("path"))), count(ElementCount(shape)) {
    const double rate = attributes.real("rate");
    mask.threshold = static_cast<uint32_t>(std::min(std::round(rate * 0x1p32), 0x1p32 - 1));
    mask.kept = static_cast<float>(1 / (1 - rate));
    if (attributes.boolean("batched")) item_elements = count / shape[0];
  }

  DropoutMask Keyed(int64_t seed, int64_t step) const {
    DropoutMask keyed = mask;
    keyed.key = Mix(static_cast<uint64_t>(seed)) ^ path_hash;
    keyed.step = static_cast<uint64_t>(step);
    return keyed;
  }

  DropoutMask mask;
  uint64_t path_hash;
  int64_t count;
  int64_t item_elements = 0;  // the first element's index is so many times that of the first item
};

absl::StatusOr<std::vector<TensorType>> InferMask(const InferContext& context) {
  const absl::Status status = RequireType(context, kMaskName, 0, "random", DataType::kS64);
  if (!status.ok()) return status;
  return std::vector<TensorType>{{DataType::kF32, context.attributes.sizes("shape")}};
}

absl::StatusOr<std::vector<Array>> EvaluateMask(const EvaluateContext& context) {
  const std::vector<double>& random = context.inputs[0]->data;
  Array result(context.output_shapes[0]);
  const MaskPlan plan(context.attributes, result.shape);
  const DropoutMask mask = plan.Keyed(static_cast<int64_t>(random[0]), static_cast<int64_t>(random[1]));
  const auto low = [](uint64_t word) { return static_cast<uint32_t>(word); };
  const auto high = [](uint64_t word) { return static_cast<uint32_t>(word >> 32); };
  for (int64_t i = 0; i < result.size(); ++i) {
    const uint64_t index = static_cast<uint64_t>(i + static_cast<int64_t>(random[2]) * plan.item_elements);
    const r123::Philox4x32::ctr_type counter = {{low(index / 4), high(index / 4), low(mask.step), high(mask.step)}};
    const r123::Philox4x32::key_type key = {{low(mask.key), high(mask.key)}};
    result.data[i] = r123::Philox4x32()(counter, key)[index % 4] < mask.threshold ? 0 : mask.kept;
  }
  return std::vector<Array>{std::move(result)};
}

Cost MaskCost(const NodeView& node) {
  Cost cost;
  cost.operations = node.output_type(0).ElementCount();
  return cost;
}

absl::Status LowerMask(LoweringContext& context) {
  const MaskPlan plan(context.attributes(), context.output_shape(0));
  context.AddHost("philox", {context.Input(0), context.Output(0)}, 0, [plan](absl::Span<void* const> pointers) {
    const int64_t* random = static_cast<const int64_t*>(pointers[0]);
    FillDropoutMask(plan.Keyed(random[0], random[1]), random[2] * plan.item_elements, plan.count,
                    static_cast<float*>(pointers[1]));
  });
  return absl::OkStatus();
}

}  // namespace

std::vector<OpDefinition> DropoutOps() {
  OpDefinition op;
  op.name = kName;
  op.example = {{"B, C"}, {{"rate", "0.5"}}};
  op.formula = "training: y = x·mask / (1 - rate); otherwise y = x";
  op.inputs = {"x"};
  op.attributes = {
      {"rate", AttributeKind::kReal, "", true, "probability that an element becomes 0"}};
  op.infer = Infer;
  op.evaluate = Evaluate;
  op.resolve_mode = ResolveMode;
  op.cost = DropoutCost;
  OpDefinition mask;
  mask.name = kMaskName;
  mask.formula = "0 with probability rate, else 1 / (1 - rate)";
  mask.inputs = {"random"};
  mask.attributes = {{"rate", AttributeKind::kReal, "", true, "probability of 0"},
                     {"shape", AttributeKind::kSizeList, "", true, "sizes of the axes"},
                     {"path", AttributeKind::kText, "", true, "of the node whose mask it is"},
                     {"batched", AttributeKind::kBool, "", true, "whether axis 0 counts the items of the batch"}};
  mask.internal = true;
  mask.infer = InferMask;
  mask.evaluate = EvaluateMask;
  mask.cost = MaskCost;
  mask.lower = LowerMask;
  return {op, mask};
}

}  // namespace plumbline
