// Lifetimes, in-place merging, then first fit by decreasing size.
#include "compiler/passes/plan_memory.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace plumbline {
namespace {

constexpr int64_t kAlignment = 64;
constexpr int64_t kMaximumBytes = int64_t{1} << 62;

int64_t AlignUp(int64_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

// One range of the arena; values that share it by writing in place extend its life.
struct Range {
  int first_step = 0;
  int last_step = 0;
  int64_t bytes = 0;
  int64_t offset = -1;
};

class Planner {
 public:
  Planner(const Graph& graph, const StorageTable& storage, const std::vector<NodeId>& schedule)
      : graph_(graph), storage_(storage), schedule_(schedule), roots_(graph.value_count()) {}

  absl::StatusOr<MemoryPlan> Run() {
    PlaceSources();
    PlaceOutputs();
    FindLastReads();
    MakeRanges();
    const absl::Status status = PackRanges();
    if (!status.ok()) return status;
    FinishPlacements();
    return std::move(plan_);
  }

 private:
  int64_t Bytes(ValueId value) const { return graph_.type(value).Bytes().AsInteger().value_or(kMaximumBytes); }

  ExternalBuffer External(const std::string& name, ValueId value, OutputKind kind) const {
    return ExternalBuffer{name, graph_.type(value).data_type, ConcreteShape(graph_.type(value).shape), kind};
  }

  void PlaceSources() {
    for (const NodeId id : graph_.Sources(SourceKind::kInput)) {
      const ValueId value = graph_.node(id).outputs[0];
      roots_[value] = Operand{kFirstExternal + static_cast<int>(plan_.inputs.size()), 0};
      plan_.inputs.push_back(External(graph_.node(id).name, value, OutputKind::kOutput));
    }
    for (const NodeId id : graph_.Sources(SourceKind::kParameter)) {
      const Node& node = graph_.node(id);
      const std::vector<int64_t> shape = ConcreteShape(graph_.type(node.outputs[0]).shape);
      roots_[node.outputs[0]] = Operand{kParameters, plan_.parameter_floats * 4};
      plan_.parameters.push_back(ParameterSlot{node.name, shape, plan_.parameter_floats, node.initializer});
      plan_.parameter_floats += AlignUp(ElementCount(shape) * 4) / 4;
    }
    for (const NodeId id : schedule_) {
      const Node& node = graph_.node(id);
      if (node.op->source != SourceKind::kConstant) continue;
      roots_[node.outputs[0]] = Operand{kConstants, plan_.constant_bytes};
      plan_.constant_bytes += AlignUp(Bytes(node.outputs[0]));
    }
  }

  void PlaceOutputs() {
    std::map<std::string, int64_t> gradient_offsets;
    for (const ParameterSlot& slot : plan_.parameters) gradient_offsets["grad/" + slot.name] = slot.offset * 4;
    for (const GraphOutput& output : graph_.outputs()) {
      if (output.kind == OutputKind::kParameter) {
        roots_[output.value] = roots_[graph_.FindSource(output.name)];
        plan_.updates_parameters = true;
        continue;
      }
      const auto gradient = gradient_offsets.find(output.name);
      if (output.kind == OutputKind::kGradient && gradient != gradient_offsets.end()) {
        roots_[output.value] = Operand{kGradients, gradient->second};
        plan_.has_gradients = true;
        continue;
      }
      const int index = kFirstExternal + static_cast<int>(plan_.inputs.size() + plan_.outputs.size());
      roots_[output.value] = Operand{index, 0};
      plan_.outputs.push_back(External(output.name, output.value, output.kind));
    }
  }

  void FindLastReads() {
    last_read_.assign(graph_.value_count(), -1);
    for (size_t step = 0; step < schedule_.size(); ++step) {
      for (const ValueId input : graph_.node(schedule_[step]).inputs) {
        last_read_[storage_[input].root] = static_cast<int>(step);
      }
    }
  }

  bool NeedsRange(ValueId value) const {
    return storage_[value].root == value && !roots_[value].present() && last_read_[value] >= 0;
  }

  // The range of an input that the node at `step` may overwrite with its output 0, or -1.
  int InPlaceRange(const Node& node, NodeId id, int step) const {
    if (node.op->in_place == nullptr) return -1;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const ValueId root = storage_[node.inputs[i]].root;
      const auto range = range_of_.find(root);
      if (range == range_of_.end() || last_read_[root] != step) continue;
      const bool whole = root == node.inputs[i] && Bytes(root) == Bytes(node.outputs[0]);
      const bool once = std::count_if(node.inputs.begin(), node.inputs.end(), [&](ValueId input) {
                          return storage_[input].root == root;
                        }) == 1;
      if (whole && once && node.op->in_place(graph_.view(id), static_cast<int>(i))) return range->second;
    }
    return -1;
  }

  void MakeRanges() {
    for (size_t i = 0; i < schedule_.size(); ++i) {
      const int step = static_cast<int>(i);
      const NodeId id = schedule_[i];
      const Node& node = graph_.node(id);
      for (const ValueId output : node.outputs) {
        if (!NeedsRange(output)) continue;
        const int shared = output == node.outputs[0] ? InPlaceRange(node, id, step) : -1;
        if (shared >= 0) {
          ranges_[shared].last_step = std::max(ranges_[shared].last_step, last_read_[output]);
          range_of_[output] = shared;
          continue;
        }
        range_of_[output] = static_cast<int>(ranges_.size());
        ranges_.push_back(Range{step, last_read_[output], AlignUp(Bytes(output)), -1});
      }
    }
  }

  absl::Status PackRanges() {
    std::vector<int> by_size(ranges_.size());
    for (size_t i = 0; i < by_size.size(); ++i) by_size[i] = static_cast<int>(i);
    std::stable_sort(by_size.begin(), by_size.end(),
                     [&](int a, int b) { return ranges_[a].bytes > ranges_[b].bytes; });
    std::vector<int> placed;  // by offset
    for (const int index : by_size) {
      Range& range = ranges_[index];
      int64_t offset = 0;
      for (const int other_index : placed) {
        const Range& other = ranges_[other_index];
        if (other.last_step < range.first_step || range.last_step < other.first_step) continue;
        if (offset + range.bytes <= other.offset) break;
        offset = std::max(offset, other.offset + other.bytes);
      }
      range.offset = offset;
      if (range.bytes >= kMaximumBytes || offset >= kMaximumBytes) {
        return absl::ResourceExhaustedError("the plan needs more than 2^62 bytes of memory");
      }
      plan_.activation_bytes = std::max(plan_.activation_bytes, offset + range.bytes);
      placed.insert(std::upper_bound(placed.begin(), placed.end(), index,
                                     [&](int a, int b) { return ranges_[a].offset < ranges_[b].offset; }),
                    index);
    }
    return absl::OkStatus();
  }

  void FinishPlacements() {
    for (const auto& [value, range] : range_of_) roots_[value] = Operand{kArena, ranges_[range].offset};
    plan_.placements.resize(graph_.value_count());
    for (const NodeId id : schedule_) {
      for (const ValueId value : graph_.node(id).outputs) {
        Placement& placement = plan_.placements[value];
        placement.layout = storage_[value].layout;
        placement.operand = roots_[storage_[value].root];
        if (placement.operand.present()) {
          placement.operand.offset += placement.layout.offset * ByteSize(graph_.type(value).data_type);
        }
      }
    }
  }

  const Graph& graph_;
  const StorageTable& storage_;
  const std::vector<NodeId>& schedule_;
  std::vector<Operand> roots_;  // by ValueId, of values that own their buffer
  std::vector<int> last_read_;  // last step that reads a buffer, by its root; -1: none
  std::vector<Range> ranges_;
  std::map<ValueId, int> range_of_;
  MemoryPlan plan_;
};

}  // namespace

absl::StatusOr<MemoryPlan> PlanMemory(const Graph& graph, const StorageTable& storage,
                                      const std::vector<NodeId>& schedule) {
  return Planner(graph, storage, schedule).Run();
}

}  // namespace plumbline
