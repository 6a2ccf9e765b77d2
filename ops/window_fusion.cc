// The patterns, by the names of the ops in ops/: passes know none of them.
#include "ops/window_fusion.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "ops/kernels/pooling.h"
#include "ops/window.h"

namespace plumbline {
namespace {

// An input image of more floats does not stay in a nearest cache of 32 KiB, and the winners'
// gradients are scattered over it: the dense gradient, which walks in order, is then faster.
constexpr int64_t kMostInputFloats = 8192;

bool IsOutput(const Graph& graph, ValueId value) {
  const std::vector<GraphOutput>& outputs = graph.outputs();
  return std::any_of(outputs.begin(), outputs.end(),
                     [&](const GraphOutput& output) { return output.value == value; });
}

// The only reader of a value that is no output of the graph, or kNone.
NodeId OnlyReader(const Graph& graph, const std::vector<std::vector<NodeId>>& users,
                  ValueId value) {
  return users[value].size() == 1 && !IsOutput(graph, value) ? users[value][0] : kNone;
}

bool Is(const Node& node, absl::string_view name) {
  return node.op->name == name && node.post_ops.empty();
}

bool IsMaxPool(const Node& node) { return Is(node, "max_pool2d") || Is(node, "relu_max_pool2d"); }

absl::StatusOr<std::vector<ValueId>> AddNode(Graph& graph, absl::string_view op,
                                             const std::string& name, std::vector<ValueId> inputs,
                                             Attributes attributes) {
  const absl::StatusOr<NodeId> id = graph.AddNode(*graph.registry().Find(op), name,
                                                  std::move(inputs), std::move(attributes));
  if (!id.ok()) return id.status();
  return graph.node(*id).outputs;
}

// Whether a node is the relu's gradient of what the pool's winners gave back.
bool CutsGradientOf(const Graph& graph, const std::vector<std::vector<NodeId>>& users, NodeId id,
                    const Node& pool) {
  const Node& cut = graph.node(id);
  if (!Is(cut, "relu_gradient") || cut.inputs[1] != pool.inputs[0]) return false;
  const Node& given = graph.producer(cut.inputs[0]);
  return Is(given, "max_pool2d_gradient") && given.inputs[1] == pool.outputs[1] &&
         OnlyReader(graph, users, cut.inputs[0]) == id;
}

// A convolution, the pool that alone reads it, and what hangs on the pool's winners.
struct PooledConvolution {
  Node convolution, pool;
  std::vector<NodeId> pool_gradients;
  std::vector<NodeId> input_gradients, weight_gradients;  // of the convolution
};

// Sorts the readers of the pool's gradient; false if there is one of another kind.
bool AddReaders(const Graph& graph, const std::vector<NodeId>& readers, ValueId gradient,
                PooledConvolution& found) {
  for (const NodeId id : readers) {
    const Node& node = graph.node(id);
    if (node.inputs.size() != 2) return false;
    if (Is(node, "conv2d_input_gradient") && node.inputs[0] == gradient &&
        node.inputs[1] == found.convolution.inputs[1]) {
      found.input_gradients.push_back(id);
    } else if (Is(node, "conv2d_weight_gradient") && node.inputs[1] == gradient &&
               node.inputs[0] == found.convolution.inputs[0]) {
      found.weight_gradients.push_back(id);
    } else {
      return false;
    }
  }
  return true;
}

std::optional<PooledConvolution> FindPool(const Graph& graph, NodeId convolution) {
  const std::vector<std::vector<NodeId>> users = graph.Users();
  PooledConvolution found;
  found.convolution = graph.node(convolution);
  const NodeId pool = OnlyReader(graph, users, found.convolution.outputs[0]);
  if (pool == kNone || !IsMaxPool(graph.node(pool))) return std::nullopt;
  found.pool = graph.node(pool);
  if (IsOutput(graph, found.pool.outputs[1])) return std::nullopt;
  for (const NodeId id : users[found.pool.outputs[1]]) {
    const ValueId gradient = graph.node(id).outputs[0];
    if (!Is(graph.node(id), "max_pool2d_gradient") || IsOutput(graph, gradient)) {
      return std::nullopt;
    }
    if (!AddReaders(graph, users[gradient], gradient, found)) return std::nullopt;
    found.pool_gradients.push_back(id);
  }
  return found;
}

// At least half of the convolution's results must be no winners, and winners fit a byte.
bool SavesWork(const Graph& graph, const PooledConvolution& found, const Window& pool) {
  const auto elements = [&](ValueId value) {
    return ElementCount(ConcreteShape(graph.type(value).shape));
  };
  const ValueId x = found.convolution.inputs[0];
  return pool.KernelSize() <= kMostBytePositions &&
         2 * elements(found.pool.outputs[0]) <= elements(found.convolution.outputs[0]) &&
         elements(x) / graph.type(x).shape[0].AsInteger().value_or(1) <= kMostInputFloats;
}

std::vector<Size> Sizes(const std::vector<int64_t>& numbers) {
  return std::vector<Size>(numbers.begin(), numbers.end());
}

// The attributes of the fused ops from those of the convolution's and the pool's.
Attributes FusedAttributes(const Node& convolution, const Node& pool, const Window& window) {
  Attributes attributes = convolution.attributes;
  attributes.Set("pool_kernel", Sizes(window.kernel));
  attributes.Set("pool_stride", Sizes(window.stride));
  attributes.Set("pool_padding", Sizes(window.padding));
  attributes.Set("relu", pool.op->name == "relu_max_pool2d");
  return attributes;
}

// The fused gradients, in place of those that are there.
absl::Status FuseGradients(Graph& graph, const PooledConvolution& found, const Window& window,
                           ValueId winner) {
  const auto replace = [&](NodeId id, int gradient_input, absl::string_view op) -> absl::Status {
    const Node node = graph.node(id);
    const ValueId gradient = graph.producer(node.inputs[gradient_input]).inputs[0];
    std::vector<ValueId> inputs = {node.inputs[0], gradient, winner};
    if (gradient_input == 0) inputs = {gradient, winner, node.inputs[1]};
    const auto outputs = AddNode(graph, op, node.name, std::move(inputs),
                                 FusedAttributes(node, found.pool, window));
    if (!outputs.ok()) return outputs.status();
    for (size_t i = 0; i < outputs->size(); ++i) graph.ReplaceUses(node.outputs[i], (*outputs)[i]);
    graph.Remove(id);
    return absl::OkStatus();
  };
  for (const NodeId id : found.input_gradients) {
    const absl::Status status = replace(id, 0, "conv2d_max_pool2d_input_gradient");
    if (!status.ok()) return status;
  }
  for (const NodeId id : found.weight_gradients) {
    const absl::Status status = replace(id, 1, "conv2d_max_pool2d_weight_gradient");
    if (!status.ok()) return status;
  }
  for (const NodeId id : found.pool_gradients) graph.Remove(id);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<bool> FoldReluIntoPool(Graph& graph, NodeId id) {
  const Node pool = graph.node(id);
  const NodeId relu_id = graph.value(pool.inputs[0]).producer;
  const Node relu = graph.node(relu_id);
  if (!Is(relu, "relu") || IsOutput(graph, pool.inputs[0])) return false;
  const std::vector<std::vector<NodeId>> users = graph.Users();
  std::vector<NodeId> cuts;
  for (const NodeId reader : users[pool.inputs[0]]) {
    if (reader == id) continue;
    if (!CutsGradientOf(graph, users, reader, pool)) return false;
    cuts.push_back(reader);
  }
  const auto outputs =
      AddNode(graph, "relu_max_pool2d", pool.name, {relu.inputs[0]}, pool.attributes);
  if (!outputs.ok()) return outputs.status();
  for (const NodeId cut : cuts) {
    const Node node = graph.node(cut);
    graph.ReplaceUses(node.outputs[0], node.inputs[0]);
    graph.Remove(cut);
  }
  for (size_t i = 0; i < outputs->size(); ++i) graph.ReplaceUses(pool.outputs[i], (*outputs)[i]);
  graph.Remove(id);
  graph.Remove(relu_id);
  return true;
}

absl::StatusOr<bool> FusePoolIntoConvolution(Graph& graph, NodeId convolution) {
  if (!graph.node(convolution).post_ops.empty()) return false;
  const std::optional<PooledConvolution> found = FindPool(graph, convolution);
  if (!found) return false;
  const absl::StatusOr<Window> window =
      ReadWindow(found->pool.attributes, found->pool.op->name, 2);
  if (!window.ok()) return window.status();
  if (!SavesWork(graph, *found, *window)) return false;
  Attributes attributes = FusedAttributes(found->convolution, found->pool, *window);
  attributes.mutable_values().erase("channels");
  attributes.mutable_values().erase("bias");
  const auto outputs = AddNode(graph, "conv2d_max_pool2d", found->convolution.name,
                               found->convolution.inputs, std::move(attributes));
  if (!outputs.ok()) return outputs.status();
  const absl::Status status = FuseGradients(graph, *found, *window, (*outputs)[1]);
  if (!status.ok()) return status;
  graph.ReplaceUses(found->pool.outputs[0], (*outputs)[0]);
  graph.Remove(graph.value(found->pool.outputs[0]).producer);
  graph.Remove(convolution);
  return true;
}

absl::StatusOr<bool> FuseReluIntoGradient(Graph& graph, NodeId id, int gradient_input) {
  const Node& node = graph.node(id);
  if (node.inputs.size() != 2) return false;
  const Node cut = graph.producer(node.inputs[gradient_input]);
  if (!Is(cut, "relu_gradient")) return false;
  std::vector<ValueId>& inputs = graph.mutable_node(id).inputs;
  inputs[gradient_input] = cut.inputs[0];
  inputs.push_back(cut.inputs[1]);
  return true;
}

}  // namespace plumbline
