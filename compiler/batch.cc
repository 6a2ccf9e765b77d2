// One walk over the graph that follows the batch axis, and the arithmetic of the cut.
#include "compiler/batch.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "compiler/costs.h"
#include "compiler/runtime/step.h"

namespace plumbline {
namespace {

// A core moves about 15 GB/s from memory that others use as well: the time of 7 operations a byte.
// At 9 operations a byte of its own a shard spends more time at work than at moving. Check on the
// small convolutional network (0.9 MB of parameters, forward and backward 2.6 million operations an
// item with pooling and 1.7 million without): a batch of 8, 187 microseconds, gains nothing from two
// halves and is one shard; of 64 it is two shards, which two workers run 1.6 to 1.7 times as fast.
constexpr double kOperationsPerByte = 9;

// Passes of a shard over the bytes of the parameters.
constexpr double kForwardPasses = 1;
constexpr double kTrainingPasses = 6;

// What a value is to a shard.
enum class Share {
  kWhole,  // the same for all shards
  kSlice,  // its own items, along axis 0
  kMean,   // a mean over its items
};

bool Contains(const SymbolTable& symbols, const Size& size, absl::string_view symbol) {
  for (const std::string& name : size.Symbols()) {
    if (name == symbol) return true;
    const SymbolTable::Symbol* found = symbols.Find(name);
    if (found != nullptr && found->derived &&
        (Contains(symbols, found->first, symbol) || Contains(symbols, found->second, symbol))) {
      return true;
    }
  }
  return false;
}

// Follows the batch axis in order of dependence.
class BatchWalk {
 public:
  BatchWalk(const Graph& graph, absl::string_view batch)
      : graph_(graph), batch_(batch), shares_(graph.value_count(), Share::kWhole) {}

  absl::Status Run() {
    for (const NodeId id : graph_.Order()) {
      const Node& node = graph_.node(id);
      std::string obstacle = CheckShapes(node);
      if (obstacle.empty() && node.op->source == SourceKind::kNone) obstacle = CheckNode(id);
      if (!obstacle.empty()) {
        return absl::FailedPreconditionError(
            absl::StrCat("'", node.name, "' (", node.op->name, ") ", obstacle));
      }
    }
    return CheckOutputs();
  }

 private:
  std::string Print(ValueId value) const {
    return ToString(graph_.type(value).shape, graph_.symbols());
  }

  // The obstacle in the types of the node's outputs, or nothing; notes which outputs are slices.
  std::string CheckShapes(const Node& node) {
    for (const ValueId output : node.outputs) {
      const Shape& shape = graph_.type(output).shape;
      for (size_t axis = 0; axis < shape.size(); ++axis) {
        if (!Contains(graph_.symbols(), shape[axis], batch_)) continue;
        if (node.op->source == SourceKind::kParameter) {
          return absl::StrCat("has the shape ", Print(output), ", which depends on the batch");
        }
        if (axis > 0 || shape[axis] != Size::Symbol(batch_)) {
          return absl::StrCat("has the shape ", Print(output), ", where ", batch_,
                              " does not stand alone on axis 0");
        }
        shares_[output] = Share::kSlice;
      }
    }
    return "";
  }

  bool Reads(const Node& node, Share share) const {
    return std::any_of(node.inputs.begin(), node.inputs.end(),
                       [&](ValueId input) { return shares_[input] == share; });
  }

  // The obstacle in what the node computes, or nothing.
  std::string CheckNode(NodeId id) {
    const Node& node = graph_.node(id);
    const bool reads_slices = Reads(node, Share::kSlice);
    const bool reads_means = Reads(node, Share::kMean);
    if (reads_slices && node.op->separates_batch != nullptr &&
        !node.op->separates_batch(graph_.view(id))) {
      return "computes an item's result from several items";
    }
    for (const ValueId output : node.outputs) {
      const bool slice = shares_[output] == Share::kSlice;
      if (reads_means && (reads_slices || slice))
        return "combines single items with a mean over the batch";
      if (reads_slices && !slice && !node.op->is_loss && !node.op->is_metric) {
        return absl::StrCat("computes one result of shape ", Print(output), " from all items");
      }
      if (!slice && (reads_slices || reads_means)) shares_[output] = Share::kMean;
    }
    return "";
  }

  absl::Status CheckOutputs() const {
    const std::vector<GraphOutput>& outputs = graph_.outputs();
    const auto is_loss = [](const GraphOutput& output) { return output.kind == OutputKind::kLoss; };
    if (std::any_of(outputs.begin(), outputs.end(), is_loss)) return absl::OkStatus();
    for (const GraphOutput& output : outputs) {
      if (output.kind != OutputKind::kOutput || shares_[output.value] == Share::kSlice) continue;
      if (graph_.type(output.value).data_type != DataType::kF32) continue;
      return absl::FailedPreconditionError(absl::StrCat("the output '", output.name, "' of shape ",
                                                        Print(output.value), " has no batch axis"));
    }
    return absl::OkStatus();
  }

  const Graph& graph_;
  const absl::string_view batch_;
  std::vector<Share> shares_;
};

std::string Count(int64_t count, absl::string_view what) {
  return absl::StrCat(count, " ", what, count == 1 ? "" : "s");
}

}  // namespace

absl::Status CheckBatchSeparates(const Graph& graph, absl::string_view batch) {
  if (batch.empty()) return absl::FailedPreconditionError("the model has no batch symbol");
  return BatchWalk(graph, batch).Run();
}

ShardPlan CutBatch(double operations_per_item, double bytes_per_shard, int64_t items) {
  const double needed = std::max(kOperationsWorthHandingOver, kOperationsPerByte * bytes_per_shard);
  int64_t shards = 1;
  if (operations_per_item >= needed) {
    shards = items;
  } else {
    while (operations_per_item * static_cast<double>(items / (2 * shards)) >= needed) shards *= 2;
  }
  ShardPlan plan;
  plan.shard_size = (items + shards - 1) / shards;
  plan.shard_count = (items + plan.shard_size - 1) / plan.shard_size;
  plan.last_size = items - (plan.shard_count - 1) * plan.shard_size;
  plan.reason =
      absl::StrFormat("%s of %s; an item takes %.3g operations, a shard pays from %.3g on",
                      Count(plan.shard_count, "shard"), Count(plan.shard_size, "item"),
                      operations_per_item, needed);
  return plan;
}

absl::StatusOr<ShardPlan> PlanShards(const Graph& graph, absl::string_view batch,
                                     const Bindings& sizes) {
  const absl::StatusOr<GraphCosts> costs = AnalyzeCosts(graph, sizes);
  if (!costs.ok()) return costs.status();
  const auto items = sizes.find(std::string(batch));
  if (items == sizes.end())
    return absl::InvalidArgumentError(absl::StrCat("symbol '", batch, "' has no value"));
  const absl::StatusOr<double> all = graph.symbols().EvaluateReal(costs->operations, sizes);
  if (!all.ok()) return all.status();
  const absl::StatusOr<double> shared =
      graph.symbols().EvaluateReal(costs->operations.Substitute(batch, Polynomial(0)), sizes);
  if (!shared.ok()) return shared.status();
  double parameter_bytes = 0;
  for (const NodeId id : graph.Sources(SourceKind::kParameter)) {
    const Polynomial bytes = graph.type(graph.node(id).outputs[0]).Bytes();
    const absl::StatusOr<double> value = graph.symbols().EvaluateReal(bytes, sizes);
    if (!value.ok()) return value.status();
    parameter_bytes += *value;
  }
  const bool trains =
      std::any_of(graph.outputs().begin(), graph.outputs().end(),
                  [](const GraphOutput& output) { return output.kind == OutputKind::kGradient; });
  return CutBatch((*all - *shared) / static_cast<double>(items->second),
                  (trains ? kTrainingPasses : kForwardPasses) * parameter_bytes, items->second);
}

}  // namespace plumbline
