// A lowered program: steps over one arena, flat parameters and gradients, constants, and named external buffers.
// Immutable once made; ProgramInstance ties it to one worker's memory.
#ifndef PLUMBLINE_COMPILER_RUNTIME_PROGRAM_H_
#define PLUMBLINE_COMPILER_RUNTIME_PROGRAM_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "compiler/ir/graph.h"
#include "compiler/ir/tensor_type.h"
#include "compiler/runtime/part_sharing.h"
#include "compiler/runtime/step.h"

namespace plumbline {

// An input or output that the caller provides, dense and row-major.
struct ExternalBuffer {
  std::string name;
  DataType data_type = DataType::kF32;
  std::vector<int64_t> shape;
  OutputKind kind = OutputKind::kOutput;  // of outputs

  int64_t bytes() const { return ByteSize(data_type) * ElementCount(shape); }
};

// A parameter's place in the flat vectors of parameters and gradients.
struct ParameterSlot {
  std::string name;
  std::vector<int64_t> shape;
  int64_t offset = 0;  // floats; a multiple of 16, and the gap to the next slot is zero
  Initializer initializer;
};

// A value that a node computes, for who watches a run: where its elements lie once the node has run.
struct NodeResult {
  std::string node;  // instance path
  std::string op;
  int output = 0;    // among the node's outputs
  size_t step = 0;   // the node's last step
  Operand place;
  int64_t elements = 0;  // f32, dense in whatever order its layout has
  std::vector<int64_t> shape;
  std::vector<int64_t> strides;     // of the logical axes, in elements
  std::vector<std::string> inputs;  // what the node reads: results ("NODE", or "NODE:1" of a later output) and sources
};

// The name of a node's output in NodeResult::inputs.
std::string ResultName(const std::string& node, int output);

struct Program {
  std::vector<std::unique_ptr<Step>> steps;
  std::vector<NodeResult> results;  // f32 values that have a place, by step
  std::vector<ExternalBuffer> inputs;   // buffer kFirstExternal + i
  std::vector<ExternalBuffer> outputs;  // buffers after those of the inputs
  std::vector<ParameterSlot> parameters;
  int64_t parameter_floats = 0;  // length of the flat vectors, gaps included
  bool has_gradients = false;    // whether the gradient vector is written
  bool updates_parameters = false;  // whether a run adds the gradients to the parameters
  std::vector<char> constants;
  int64_t activation_bytes = 0;  // planned for values
  int64_t scratch_bytes = 0;     // planned for the neediest step
  int most_parts = 1;              // of a step
  int64_t part_scratch_bytes = 0;  // what a helper needs for any part of any step
  int64_t arena_bytes() const { return activation_bytes + scratch_bytes; }
};

// Memory aligned to 64 bytes and freed with it. Null when the system has not as much.
struct AlignedFree {
  void operator()(char* memory) const;
};
using AlignedMemory = std::unique_ptr<char, AlignedFree>;
AlignedMemory AllocateAligned(int64_t bytes);

// A program bound to an arena of its own. Not thread-safe; one a worker.
class ProgramInstance {
 public:
  // `parameters` and `gradients` point at parameter_floats floats (null if the program has none); the program and
  // both vectors must outlive the instance. Error: memory for the arena cannot be had.
  static absl::StatusOr<std::unique_ptr<ProgramInstance>> Create(const Program& program, float* parameters,
                                                                 float* gradients);

  // Runs every step once. `externals`: an address for each input, then each output of the program.
  // An error carries the failing step's node; it is an invalid argument when a kernel refused an input's value.
  absl::Status Run(const std::vector<char*>& externals);
  // As Run; calls `watch` with every result as soon as it is there. Stops when it returns false.
  using Watch = std::function<bool(const NodeResult& result, const float* values)>;
  absl::Status RunWatched(const std::vector<char*>& externals, const Watch& watch);
  // As Run; puts the seconds that each step took into `seconds`, [step_count()].
  absl::Status RunTimed(const std::vector<char*>& externals, absl::Span<double> seconds);
  // As Run; workers without a shard of their own help with steps that have parts.
  absl::Status RunShared(const std::vector<char*>& externals, PartSharing& sharing);
  // As Run with the externals of the last call.
  absl::Status Replay();
  // Replaces the gradient vector that later runs write.
  void SetGradients(float* gradients);
  int step_count() const { return static_cast<int>(steps_.size()); }
  BoundStep& step(int i) { return *steps_[i]; }

 private:
  explicit ProgramInstance(const Program& program) : program_(program) {}
  void BindSteps();
  void SetExternals(const std::vector<char*>& externals);
  // Steps [first, last); `sharing` may be null.
  absl::Status RunSteps(size_t first, size_t last, PartSharing* sharing);

  const Program& program_;
  AlignedMemory arena_;
  Buffers buffers_;
  std::vector<std::unique_ptr<BoundStep>> steps_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_RUNTIME_PROGRAM_H_
