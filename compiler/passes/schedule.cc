// Greedy list scheduling on live bytes.
#include "compiler/passes/schedule.h"

#include <cstdint>
#include <set>

namespace plumbline {
namespace {

class Scheduler {
 public:
  Scheduler(const Graph& graph, const StorageTable& storage)
      : graph_(graph), storage_(storage), order_(graph.Order()), readers_left_(graph.value_count(), 0) {}

  std::vector<NodeId> Run() {
    Prepare();
    std::vector<NodeId> result;
    while (!ready_.empty()) {
      const size_t position = Cheapest();
      ready_.erase(position);
      const NodeId id = order_[position];
      result.push_back(id);
      for (const ValueId root : ReadRoots(id)) --readers_left_[root];
      for (const size_t user : users_[position]) {
        if (--inputs_left_[user] == 0) ready_.insert(user);
      }
    }
    return result;
  }

 private:
  void Prepare() {
    std::vector<size_t> position(graph_.node_count(), 0);
    for (size_t i = 0; i < order_.size(); ++i) position[order_[i]] = i;
    users_.resize(order_.size());
    inputs_left_.assign(order_.size(), 0);
    for (size_t i = 0; i < order_.size(); ++i) {
      const Node& node = graph_.node(order_[i]);
      for (const ValueId input : node.inputs) {
        users_[position[graph_.value(input).producer]].push_back(i);
        ++inputs_left_[i];
      }
      for (const ValueId root : ReadRoots(order_[i])) ++readers_left_[root];
    }
    for (const GraphOutput& output : graph_.outputs()) {
      if (output.kind == OutputKind::kParameter) PutBehindReaders(position[graph_.value(output.value).producer], output);
    }
    for (size_t i = 0; i < order_.size(); ++i) {
      if (inputs_left_[i] == 0) ready_.insert(i);
    }
    // The caller reads outputs and owns sources: they are never released.
    for (const GraphOutput& output : graph_.outputs()) ++readers_left_[storage_[output.value].root];
    for (const NodeId id : order_) {
      const Node& node = graph_.node(id);
      if (node.op->source != SourceKind::kNone) ++readers_left_[node.outputs[0]];
    }
  }

  // The node at `writer` takes the place of a parameter: all others that read it must have run.
  void PutBehindReaders(size_t writer, const GraphOutput& output) {
    const ValueId parameter = graph_.FindSource(output.name);
    for (size_t i = 0; i < order_.size(); ++i) {
      if (i == writer || ReadRoots(order_[i]).count(parameter) == 0) continue;
      users_[i].push_back(writer);
      ++inputs_left_[writer];
    }
  }

  // The buffers a node reads, each once.
  std::set<ValueId> ReadRoots(NodeId id) const {
    std::set<ValueId> roots;
    for (const ValueId input : graph_.node(id).inputs) roots.insert(storage_[input].root);
    return roots;
  }

  int64_t Bytes(ValueId value) const { return graph_.type(value).Bytes().AsInteger().value_or(0); }

  // Live bytes after the node minus those before it.
  int64_t Growth(NodeId id) const {
    const Node& node = graph_.node(id);
    if (node.op->source != SourceKind::kNone) return 0;
    int64_t growth = 0;
    for (const ValueId output : node.outputs) {
      if (storage_[output].root == output && readers_left_[output] > 0) growth += Bytes(output);
    }
    for (const ValueId root : ReadRoots(id)) {
      if (readers_left_[root] == 1) growth -= Bytes(root);
    }
    return growth;
  }

  size_t Cheapest() const {
    size_t best = *ready_.begin();
    int64_t least = Growth(order_[best]);
    for (const size_t candidate : ready_) {
      const int64_t growth = Growth(order_[candidate]);
      if (growth < least) {
        least = growth;
        best = candidate;
      }
    }
    return best;
  }

  const Graph& graph_;
  const StorageTable& storage_;
  std::vector<NodeId> order_;
  std::vector<std::vector<size_t>> users_;  // by position in order_, once per reference
  std::vector<int> inputs_left_;
  std::vector<int> readers_left_;  // nodes still to run that read a buffer
  std::set<size_t> ready_;
};

}  // namespace

std::vector<NodeId> Schedule(const Graph& graph, const StorageTable& storage) {
  return Scheduler(graph, storage).Run();
}

}  // namespace plumbline
