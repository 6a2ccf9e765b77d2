// The fused attention keeps no weights, so they are computed here from the queries and keys that a watched run shows.
#include "experiments/run/cross_attention.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/ir/real_functions.h"
#include "experiments/training/batch_source.h"

namespace plumbline {
namespace {

constexpr char kAttention[] = "softmax_attention";
constexpr int kQueries = 0, kKeys = 1;

// The attention node, or nothing.
std::optional<NodeId> FindNode(const Model& model) {
  if (!model.expanded.decode) return std::nullopt;
  const std::string& symbol = model.expanded.decode->symbol;
  const auto moves = [&](ValueId value) {
    const Shape& shape = model.graph.type(value).shape;
    return std::any_of(shape.begin(), shape.end(), [&](const Size& size) { return size.Contains(symbol); });
  };
  std::optional<NodeId> found;
  for (const NodeId id : model.graph.Order()) {
    const Node& node = model.graph.node(id);
    if (node.op->name != kAttention || !node.attributes.Has("heads")) continue;
    if (moves(node.inputs[kQueries]) && !moves(node.inputs[kKeys])) found = id;
  }
  return found;
}

// [rows, width] of one item, row-major.
struct Matrix {
  std::vector<float> values;
  int64_t rows = 0;
  int64_t width = 0;
};

Matrix Read(const NodeResult& result, const float* values) {
  Matrix matrix;
  matrix.rows = result.shape[1];
  matrix.width = result.shape[2];
  for (int64_t row = 0; row < matrix.rows; ++row) {
    for (int64_t i = 0; i < matrix.width; ++i) {
      matrix.values.push_back(values[row * result.strides[1] + i * result.strides[2]]);
    }
  }
  return matrix;
}

void AddRow(const Matrix& queries, const Matrix& keys, int64_t query, int64_t first, int64_t width, double scale,
            std::vector<float>& weights) {
  std::vector<double> scores(static_cast<size_t>(keys.rows));
  for (int64_t key = 0; key < keys.rows; ++key) {
    for (int64_t i = first; i < first + width; ++i) {
      scores[key] += static_cast<double>(queries.values[query * queries.width + i]) * keys.values[key * keys.width + i];
    }
    scores[key] *= scale;
  }
  const double largest = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (double& score : scores) sum += score = Exp(score - largest);
  for (const double score : scores) weights.push_back(static_cast<float>(score / sum));
}

}  // namespace

absl::StatusOr<CrossAttention> ComputeCrossAttention(const Model& model, const Split& split, int item,
                                                     float* parameters) {
  const std::optional<NodeId> id = FindNode(model);
  if (!id) return absl::NotFoundError("the model has no attention from what it generates to something else");
  const Node& node = model.graph.node(*id);
  const absl::StatusOr<Bindings> sizes = SizesOfBatch(model, split, 1);
  if (!sizes.ok()) return sizes.status();
  CompileOptions options;
  options.disabled_passes = {"fuse_nodes", "fuse_post_ops"};  // values keep their names
  const absl::StatusOr<CompiledModel> compiled = Compile(model, *sizes, options);
  if (!compiled.ok()) return compiled.status();
  auto executor = Executor::Create(compiled->program, 1, parameters);
  if (!executor.ok()) return executor.status();
  absl::StatusOr<BatchSource> source = BatchSource::Make(*compiled->program, split);
  if (!source.ok()) return source.status();
  std::vector<std::vector<float>> results;
  std::vector<void*> outputs;
  for (const ExternalBuffer& output : compiled->program->batch_outputs) {
    results.emplace_back(static_cast<size_t>(ElementCount(output.shape)));
    outputs.push_back(results.back().data());
  }
  const std::string names[] = {model.graph.producer(node.inputs[kQueries]).name,
                               model.graph.producer(node.inputs[kKeys]).name};
  std::map<std::string, Matrix> seen;
  const auto watch = [&](int64_t, const NodeResult& result, const float* values) {
    const bool wanted = result.output == 0 && std::find(names, names + 2, result.node) != names + 2;
    if (wanted && result.shape.size() == 3) seen[result.node] = Read(result, values);
  };
  const absl::Status status = (*executor)->RunTraced(source->Gather({item}, 0, 0), outputs, watch);
  if (!status.ok()) return status;
  if (seen.size() != 2) return absl::NotFoundError(absl::StrCat("'", node.name, "' does not show its queries and keys"));
  const Matrix &queries = seen[names[kQueries]], &keys = seen[names[kKeys]];
  CrossAttention result{node.name, {}, node.attributes.integer("heads"), queries.rows, keys.rows};
  const int64_t width = queries.width / result.heads;
  for (int64_t head = 0; head < result.heads; ++head) {
    for (int64_t query = 0; query < queries.rows; ++query) {
      AddRow(queries, keys, query, head * width, width, node.attributes.real("scale"), result.weights);
    }
  }
  return result;
}

}  // namespace plumbline
