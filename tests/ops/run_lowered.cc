// One allocation holds every value; what lies between the values must stay as it was.
#include "tests/ops/run_lowered.h"

#include <immintrin.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/onednn/lowering_context.h"

namespace plumbline {
namespace {

constexpr int64_t kGuardBytes = 128;
constexpr char kGuard = 0x7b;
constexpr int kScratchBuffer = kFirstExternal;

int64_t RoundUp(int64_t bytes) { return (bytes + 63) / 64 * 64; }

// Elements from the first to one past the last that a layout reaches.
int64_t Extent(const std::vector<int64_t>& shape, const Layout& layout) {
  int64_t last = 0;
  for (size_t i = 0; i < shape.size(); ++i) last += (shape[i] - 1) * layout.strides[i];
  return ElementCount(shape) == 0 ? 0 : last + 1;
}

void Write(char* base, int64_t element, DataType type, double value) {
  switch (type) {
    case DataType::kF32: reinterpret_cast<float*>(base)[element] = static_cast<float>(value); break;
    case DataType::kS64: reinterpret_cast<int64_t*>(base)[element] = static_cast<int64_t>(value); break;
    case DataType::kU8: reinterpret_cast<uint8_t*>(base)[element] = static_cast<uint8_t>(value); break;
  }
}

double Read(const char* base, int64_t element, DataType type) {
  switch (type) {
    case DataType::kF32: return reinterpret_cast<const float*>(base)[element];
    case DataType::kS64: return static_cast<double>(reinterpret_cast<const int64_t*>(base)[element]);
    case DataType::kU8: return reinterpret_cast<const uint8_t*>(base)[element];
  }
  return 0;
}

int64_t Position(const std::vector<int64_t>& index, const std::vector<int64_t>& strides) {
  int64_t position = 0;
  for (size_t i = 0; i < index.size(); ++i) position += index[i] * strides[i];
  return position;
}

absl::Status Legalize(Graph& graph) {
  for (int round = 0; round < 20; ++round) {
    bool changed = false;
    for (const NodeId id : graph.Order()) {
      if (graph.node(id).op->legalize == nullptr || graph.node(id).removed) continue;
      const absl::StatusOr<bool> result = graph.node(id).op->legalize(graph, id);
      if (!result.ok()) return result.status();
      changed |= *result;
    }
    if (!changed) return absl::OkStatus();
  }
  return absl::InternalError("legalize does not come to an end");
}

class Runner {
 public:
  Runner(const Graph& graph, const std::map<ValueId, Layout>& layouts, const std::map<ValueId, ValueId>& shared)
      : graph_(graph), uses_(graph.UseCounts()), placements_(graph.value_count()) {
    int64_t offset = kGuardBytes;
    for (const NodeId id : graph.Order()) {
      for (const ValueId value : graph.node(id).outputs) {
        const auto layout = layouts.find(value);
        placements_[value].layout = layout == layouts.end() ? RowMajor(Shape(value)) : layout->second;
        const bool source = graph.node(id).op->source != SourceKind::kNone;
        if (uses_[value] == 0 && !source) continue;
        const auto other = shared.find(value);
        if (other != shared.end()) {
          placements_[value].operand = placements_[other->second].operand;
          continue;
        }
        placements_[value].operand = {kArena, offset};
        const int64_t bytes = Bytes(value);
        values_.emplace_back(offset, bytes);
        offset += RoundUp(bytes) + kGuardBytes;
      }
    }
    arena_.assign(static_cast<size_t>(offset + 64), kGuard);
  }

  absl::StatusOr<LoweredRun> Run(const std::map<std::string, Array>& sources) {
    LoweredRun run;
    for (const NodeId id : graph_.Order()) {
      const Node& node = graph_.node(id);
      const absl::Status status = RunNode(id, sources, run);
      if (!status.ok()) return absl::Status(status.code(), absl::StrCat(node.op->name, ": ", status.message()));
      if (!GuardsIntact()) return absl::InternalError(absl::StrCat(node.op->name, " writes outside of its output"));
    }
    for (const GraphOutput& output : graph_.outputs()) run.outputs[output.name] = Fetch(output.value);
    return run;
  }

 private:
  std::vector<int64_t> Shape(ValueId value) const { return ConcreteShape(graph_.type(value).shape); }
  int64_t Bytes(ValueId value) const {
    return Extent(Shape(value), placements_[value].layout) * ByteSize(graph_.type(value).data_type);
  }
  char* Base() { return reinterpret_cast<char*>(RoundUp(reinterpret_cast<int64_t>(arena_.data()))); }
  char* Address(ValueId value) { return Base() + placements_[value].operand.offset; }

  bool GuardsIntact() {
    for (const auto& [offset, bytes] : values_) {
      const char* const before = Base() + offset - kGuardBytes;
      const char* const after = Base() + offset + bytes;
      const auto intact = [](char c) { return c == kGuard; };
      if (!std::all_of(before + 64, before + kGuardBytes, intact) || !std::all_of(after, after + 64, intact)) {
        return false;
      }
    }
    return true;
  }

  void Store(ValueId value, const Array& array) {
    int64_t i = 0;
    ForEachIndex(array.shape, [&](const std::vector<int64_t>& index) {
      Write(Address(value), Position(index, placements_[value].layout.strides), graph_.type(value).data_type,
            array.data[i++]);
    });
  }

  Array Fetch(ValueId value) {
    Array array(Shape(value));
    int64_t i = 0;
    ForEachIndex(array.shape, [&](const std::vector<int64_t>& index) {
      array.data[i++] =
          Read(Address(value), Position(index, placements_[value].layout.strides), graph_.type(value).data_type);
    });
    return array;
  }

  // The values of a view, read through its layout.
  bool CopyView(NodeId id) {
    const Node& node = graph_.node(id);
    if (node.op->view == nullptr || node.inputs.empty()) return false;
    const ValueId input = node.inputs[0];
    const std::optional<Layout> layout = node.op->view(graph_.view(id), placements_[input].layout);
    if (!layout) return false;
    Array array(Shape(node.outputs[0]));
    int64_t i = 0;
    ForEachIndex(array.shape, [&](const std::vector<int64_t>& index) {
      array.data[i++] = Read(Address(input), layout->offset + Position(index, layout->strides),
                             graph_.type(input).data_type);
    });
    Store(node.outputs[0], array);
    return true;
  }

  absl::Status RunNode(NodeId id, const std::map<std::string, Array>& sources, LoweredRun& run) {
    const Node& node = graph_.node(id);
    if (node.op->source == SourceKind::kConstant) {
      Store(node.outputs[0], Array(Shape(node.outputs[0]), node.attributes.real("value")));
      return absl::OkStatus();
    }
    if (node.op->source != SourceKind::kNone) {
      const auto source = sources.find(node.name);
      if (source == sources.end()) return absl::InvalidArgumentError(absl::StrCat("no value for ", node.name));
      Store(node.outputs[0], source->second);
      return absl::OkStatus();
    }
    if (CopyView(id)) return absl::OkStatus();
    if (node.op->lower == nullptr) return absl::UnimplementedError("not available yet");
    std::vector<std::unique_ptr<Step>> steps;
    int64_t scratch_bytes = 0;
    LoweringContext context(graph_, id, placements_, Operand{kScratchBuffer, 0}, scratch_bytes, steps);
    try {
      const absl::Status status = node.op->lower(context);
      if (!status.ok()) return status;
      std::vector<char> scratch(static_cast<size_t>(scratch_bytes + 64), kGuard);
      Buffers buffers(kScratchBuffer + 1, nullptr);
      buffers[kArena] = Base();
      buffers[kScratchBuffer] = reinterpret_cast<char*>(RoundUp(reinterpret_cast<int64_t>(scratch.data())));
      for (const std::unique_ptr<Step>& step : steps) {
        step->Bind(buffers)->Run();
        run.steps.push_back(step->info());
      }
    } catch (const dnnl::error& error) {
      return absl::InternalError(error.what());
    }
    return absl::OkStatus();
  }

  const Graph& graph_;
  const std::vector<int> uses_;
  std::vector<Placement> placements_;
  std::vector<std::pair<int64_t, int64_t>> values_;  // offset and bytes
  std::vector<char> arena_;
};

}  // namespace

absl::StatusOr<LoweredRun> RunLowered(Graph graph, const std::map<std::string, Array>& sources,
                                      const std::map<ValueId, Layout>& layouts,
                                      const std::map<ValueId, ValueId>& shared) {
  omp_set_num_threads(1);
  _MM_SET_FLUSH_ZERO_MODE(_MM_FLUSH_ZERO_ON);
  _mm_setcsr(_mm_getcsr() | 0x0040);  // denormals are zeros
  const absl::Status status = Legalize(graph);
  if (!status.ok()) return status;
  return Runner(graph, layouts, shared).Run(sources);
}

}  // namespace plumbline
