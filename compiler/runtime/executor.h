// Runs a program over the shards of a batch on any number of threads, with the same bits for every number.
// Shards are fixed slices of axis 0; what they produce is joined in an order that depends on their number alone.
// A worker that finds no shard left helps the others with steps that have parts.
#ifndef PLUMBLINE_COMPILER_RUNTIME_EXECUTOR_H_
#define PLUMBLINE_COMPILER_RUNTIME_EXECUTOR_H_

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "compiler/runtime/part_sharing.h"
#include "compiler/runtime/program.h"
#include "compiler/runtime/worker_pool.h"

namespace plumbline {

// How the shards' values of one output become the batch's.
enum class ShardJoin {
  kSlice,         // each shard writes its slice of axis 0
  kWeightedMean,  // scalars: the mean over shards, weighted by their items (losses, metrics)
  kFirst,         // equal for all shards; the first one's
};

// What an input of the program is to a shard.
enum class ShardInput {
  kSlice,   // a slice of axis 0
  kShared,  // the whole array
  kShare,   // the scalar (items of the shard) / (items of the batch): the seed of a loss's gradient
  kRandom,  // S64 [3]: the caller's two numbers (seed, step), then the index of the shard's first item
};

struct ShardedProgram {
  int64_t batch = 1;       // items in all
  int64_t shard_size = 1;  // items of every shard but perhaps the last
  std::unique_ptr<Program> full;
  std::unique_ptr<Program> last;  // of the last partial shard; null when shard_size divides batch
  std::vector<ShardInput> inputs;  // by input of the programs
  std::vector<ShardJoin> outputs;  // by output
  // Buffers of the whole batch, in the programs' order.
  std::vector<ExternalBuffer> batch_inputs;
  std::vector<ExternalBuffer> batch_outputs;

  int64_t shard_count() const { return (batch + shard_size - 1) / shard_size; }
};

class Executor {
 public:
  // Allocates, for `threads` >= 1 workers (never more than there are shards, or parts of a step in all shards), one
  // arena for each that can have a shard, and for several workers of a program with parts the scratch memory of one
  // part each; the parameters (zero) and, for programs with parameter gradients, the gradients. Errors: not enough
  // memory, with the number.
  static absl::StatusOr<std::unique_ptr<Executor>> Create(std::shared_ptr<const ShardedProgram> program, int threads);
  // The same on parameters that others use as well, which outlive it: parameter_floats floats, aligned to 64 bytes.
  static absl::StatusOr<std::unique_ptr<Executor>> Create(std::shared_ptr<const ShardedProgram> program, int threads,
                                                          float* parameters);

  ~Executor();

  const ShardedProgram& program() const { return *program_; }
  // The flat vectors; slots are program().full->parameters.
  float* parameters() { return parameters_; }
  // Of the last run.
  const float* gradients() const { return gradients_; }

  // Factor of the seed of a loss's gradient, and so of all gradients. 1 at first. A program that updates parameters
  // wants minus the learning rate.
  void set_gradient_scale(float scale);

  // Runs all shards. `inputs` and `outputs`: addresses of the batch's dense arrays in program order; null for a kShare
  // input. Weighted means are also kept in double.
  absl::Status Run(const std::vector<const void*>& inputs, const std::vector<void*>& outputs);
  // As Run, with the same bits, but one shard after the other on one worker; `watch` sees every result of each.
  using ShardWatch = std::function<void(int64_t shard, const NodeResult& result, const float* values)>;
  absl::Status RunTraced(const std::vector<const void*>& inputs, const std::vector<void*>& outputs,
                         const ShardWatch& watch);
  // Runs the first shard alone on the calling thread; puts the seconds of each step of its program into `seconds`,
  // [steps of program().full]. Nothing is joined, and gradients() are gone.
  absl::Status TimeFirstShard(const std::vector<const void*>& inputs, const std::vector<void*>& outputs,
                              absl::Span<double> seconds);
  // As Run, but one shard after the other and under watch: says which parameter or node's result is the first that is not
  // finite, in words ("'fc3' (linear) was the first to give a value that is not finite"). Gradients are not kept.
  absl::StatusOr<std::string> FindNonFinite(const std::vector<const void*>& inputs, const std::vector<void*>& outputs);
  // The weighted mean of output i of the last run, before rounding to f32.
  double mean(int output) const { return means_[output]; }
  // The value of output i, a weighted mean, of one shard of the last run.
  float shard_mean(int output, int64_t shard) const { return shard_scalars_[output][shard]; }
  // Bytes of the arenas that were allocated, one a worker and program, and of the scratch memory of helpers.
  int64_t allocated_arena_bytes() const { return allocated_arena_bytes_; }

 private:
  // Sums the shards' gradients in a fixed binary tree: leaves are shards, a node adds its right child to its left.
  class GradientTree;
  struct Worker {
    std::unique_ptr<ProgramInstance> full;
    std::unique_ptr<ProgramInstance> last;
  };

  // Whether workers help each other.
  bool shares_parts() const { return !helper_scratch_.empty(); }

  Executor(std::shared_ptr<const ShardedProgram> program, int threads);
  absl::Status Allocate(float* parameters);
  absl::Status AllocateHelperScratch();
  std::vector<char*> ExternalsOf(int64_t shard, const Worker& worker, const std::vector<const void*>& inputs,
                                 const std::vector<void*>& outputs);
  ProgramInstance& InstanceFor(int64_t shard, Worker& worker);
  absl::Status RunShard(int64_t shard, Worker& worker, const std::vector<const void*>& inputs,
                        const std::vector<void*>& outputs, float* gradients, PartSharing& sharing);
  int64_t ItemsOf(int64_t shard) const;
  void JoinMeans(const std::vector<void*>& outputs);

  std::shared_ptr<const ShardedProgram> program_;
  WorkerPool pool_;
  std::vector<Worker> workers_;                // that take shards; those after them only help
  std::vector<AlignedMemory> helper_scratch_;  // by worker; empty when none ever helps
  AlignedMemory own_parameters_;
  float* parameters_ = nullptr;
  float gradient_scale_ = 1;
  std::unique_ptr<GradientTree> tree_;
  const float* gradients_ = nullptr;
  std::vector<float> shares_;                     // by shard
  std::vector<std::array<int64_t, 3>> randoms_;    // by shard; a program has one such input at most
  std::vector<std::vector<float>> shard_scalars_;  // by output, by shard
  std::vector<std::vector<char>> ignored_;         // by worker: where later shards write kFirst outputs
  std::vector<double> means_;
  int64_t allocated_arena_bytes_ = 0;
};

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_RUNTIME_EXECUTOR_H_
