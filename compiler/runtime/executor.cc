// Workers take shards in order; a shard's gradients climb the tree as soon as their sibling is there.
#include "compiler/runtime/executor.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/runtime/worker.h"

namespace plumbline {

namespace {

// left += right, for vectors whose length is a multiple of 16 and whose memory is aligned to it: four lanes at a time on
// every processor, where the compiler alone would not dare.
void AddTo(float* left, const float* right, int64_t floats) {
  typedef float Four __attribute__((vector_size(16), may_alias));
  Four* const to = reinterpret_cast<Four*>(left);
  const Four* const from = reinterpret_cast<const Four*>(right);
  for (int64_t i = 0; i < floats / 4; i += 4) {
    const Four sums[4] = {to[i] + from[i], to[i + 1] + from[i + 1], to[i + 2] + from[i + 2], to[i + 3] + from[i + 3]};
    for (int j = 0; j < 4; ++j) to[i + j] = sums[j];
  }
}

}  // namespace

// Buffers are reused: with w workers at most w·(log2(shards) + 1) are ever live.
class Executor::GradientTree {
 public:
  GradientTree(int64_t leaves, int64_t floats) : leaves_(leaves), floats_(floats) {}

  void Clear() {
    for (auto& entry : waiting_) free_.push_back(entry.second);
    waiting_.clear();
    if (root_ != nullptr) free_.push_back(root_);
    root_ = nullptr;
  }

  // A buffer for a shard's gradients; null when memory is short.
  float* Take() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (free_.empty()) {
      AlignedMemory memory = AllocateAligned(floats_ * 4);
      if (memory == nullptr) return nullptr;
      std::memset(memory.get(), 0, static_cast<size_t>(floats_) * 4);
      free_.push_back(reinterpret_cast<float*>(memory.get()));
      owned_.push_back(std::move(memory));
    }
    float* buffer = free_.back();
    free_.pop_back();
    return buffer;
  }

  void Add(int64_t leaf, float* buffer) {
    int64_t index = leaf;
    for (int64_t width = leaves_; width > 1; width = (width + 1) / 2, index /= 2) {
      const bool alone = index % 2 == 0 && index + 1 == width;
      if (alone) continue;
      float* sibling = Meet(width, index, buffer);
      if (sibling == nullptr) return;
      float* left = index % 2 == 0 ? buffer : sibling;
      float* right = index % 2 == 0 ? sibling : buffer;
      AddTo(left, right, floats_);
      buffer = left;
      const std::lock_guard<std::mutex> lock(mutex_);
      free_.push_back(right);
    }
    root_ = buffer;
  }

  const float* root() const { return root_; }

 private:
  // The sibling's buffer if it has arrived; otherwise leaves this one waiting. A level is named by its width.
  float* Meet(int64_t width, int64_t index, float* buffer) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = waiting_.find({width, index ^ 1});
    if (found == waiting_.end()) {
      waiting_[{width, index}] = buffer;
      return nullptr;
    }
    float* sibling = found->second;
    waiting_.erase(found);
    return sibling;
  }

  int64_t leaves_;
  int64_t floats_;
  std::mutex mutex_;
  std::vector<AlignedMemory> owned_;
  std::vector<float*> free_;
  std::map<std::pair<int64_t, int64_t>, float*> waiting_;
  float* root_ = nullptr;
};

namespace {

int MostParts(const ShardedProgram& program) {
  return std::max(program.full->most_parts, program.last == nullptr ? 1 : program.last->most_parts);
}

}  // namespace

Executor::Executor(std::shared_ptr<const ShardedProgram> program, int threads)
    : program_(std::move(program)),
      pool_(static_cast<int>(
          std::min<int64_t>(std::max(threads, 1), program_->shard_count() * MostParts(*program_)))) {}

Executor::~Executor() = default;

absl::StatusOr<std::unique_ptr<Executor>> Executor::Create(std::shared_ptr<const ShardedProgram> program,
                                                           int threads) {
  return Create(std::move(program), threads, nullptr);
}

absl::StatusOr<std::unique_ptr<Executor>> Executor::Create(std::shared_ptr<const ShardedProgram> program, int threads,
                                                           float* parameters) {
  std::unique_ptr<Executor> executor(new Executor(std::move(program), threads));
  const absl::Status status = executor->Allocate(parameters);
  if (!status.ok()) return status;
  return executor;
}

absl::Status Executor::Allocate(float* parameters) {
  const Program& full = *program_->full;
  parameters_ = parameters;
  if (parameters == nullptr) {
    own_parameters_ = AllocateAligned(full.parameter_floats * 4);
    if (own_parameters_ == nullptr) {
      return absl::ResourceExhaustedError(absl::StrCat("no memory for ", full.parameter_floats, " parameters"));
    }
    parameters_ = reinterpret_cast<float*>(own_parameters_.get());
    std::memset(parameters_, 0, static_cast<size_t>(full.parameter_floats) * 4);
  }
  tree_ = std::make_unique<GradientTree>(program_->shard_count(), full.parameter_floats);
  const WorkerScope scope;
  const int owners = static_cast<int>(std::min<int64_t>(pool_.threads(), program_->shard_count()));
  for (int i = 0; i < owners; ++i) {
    Worker worker;
    const auto bind = [&](const Program& program, std::unique_ptr<ProgramInstance>& instance) {
      auto created = ProgramInstance::Create(program, parameters_, nullptr);
      if (!created.ok()) return created.status();
      instance = *std::move(created);
      allocated_arena_bytes_ += program.arena_bytes();
      return absl::OkStatus();
    };
    absl::Status status = bind(full, worker.full);
    if (status.ok() && program_->last != nullptr) status = bind(*program_->last, worker.last);
    if (!status.ok()) return status;
    workers_.push_back(std::move(worker));
  }
  const absl::Status status = AllocateHelperScratch();
  if (!status.ok()) return status;
  const int64_t shards = program_->shard_count();
  set_gradient_scale(1);
  randoms_.resize(static_cast<size_t>(shards));
  int64_t largest = 0;
  for (size_t i = 0; i < program_->outputs.size(); ++i) {
    const bool mean = program_->outputs[i] == ShardJoin::kWeightedMean;
    shard_scalars_.emplace_back(mean ? shards : 0);
    if (program_->outputs[i] == ShardJoin::kFirst) largest = std::max(largest, full.outputs[i].bytes());
  }
  ignored_.assign(workers_.size(), std::vector<char>(shards > 1 ? largest : 0));
  means_.assign(program_->outputs.size(), 0);
  return absl::OkStatus();
}

void Executor::set_gradient_scale(float scale) {
  if (scale == gradient_scale_ && !shares_.empty()) return;
  gradient_scale_ = scale;
  shares_.clear();
  for (int64_t shard = 0; shard < program_->shard_count(); ++shard) {
    const double share = static_cast<double>(ItemsOf(shard)) / static_cast<double>(program_->batch);
    shares_.push_back(static_cast<float>(share * static_cast<double>(scale)));
  }
}

absl::Status Executor::AllocateHelperScratch() {
  if (pool_.threads() == 1 || MostParts(*program_) == 1) return absl::OkStatus();
  const int64_t last = program_->last == nullptr ? 0 : program_->last->part_scratch_bytes;
  const int64_t bytes = std::max(program_->full->part_scratch_bytes, last);
  for (int i = 0; i < pool_.threads(); ++i) {
    helper_scratch_.push_back(AllocateAligned(bytes));
    if (helper_scratch_.back() == nullptr) {
      return absl::ResourceExhaustedError(absl::StrCat("no scratch memory of ", bytes, " bytes for a worker"));
    }
    allocated_arena_bytes_ += bytes;
  }
  return absl::OkStatus();
}

int64_t Executor::ItemsOf(int64_t shard) const {
  return std::min(program_->shard_size, program_->batch - shard * program_->shard_size);
}

ProgramInstance& Executor::InstanceFor(int64_t shard, Worker& worker) {
  const bool partial = program_->last != nullptr && shard + 1 == program_->shard_count();
  return partial ? *worker.last : *worker.full;
}

std::vector<char*> Executor::ExternalsOf(int64_t shard, const Worker& worker, const std::vector<const void*>& inputs,
                                         const std::vector<void*>& outputs) {
  const Program& full = *program_->full;
  std::vector<char*> externals;
  for (size_t i = 0; i < inputs.size(); ++i) {
    // Programs only read their inputs.
    char* base = static_cast<char*>(const_cast<void*>(inputs[i]));
    switch (program_->inputs[i]) {
      case ShardInput::kSlice: externals.push_back(base + shard * full.inputs[i].bytes()); break;
      case ShardInput::kShared: externals.push_back(base); break;
      case ShardInput::kShare: externals.push_back(reinterpret_cast<char*>(&shares_[shard])); break;
      case ShardInput::kRandom: {
        const int64_t* given = static_cast<const int64_t*>(inputs[i]);
        randoms_[shard] = {given[0], given[1], shard * program_->shard_size};
        externals.push_back(reinterpret_cast<char*>(randoms_[shard].data()));
        break;
      }
    }
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    char* base = static_cast<char*>(outputs[i]);
    switch (program_->outputs[i]) {
      case ShardJoin::kSlice: externals.push_back(base + shard * full.outputs[i].bytes()); break;
      case ShardJoin::kWeightedMean: externals.push_back(reinterpret_cast<char*>(&shard_scalars_[i][shard])); break;
      case ShardJoin::kFirst:
        externals.push_back(shard == 0 ? base : ignored_[&worker - workers_.data()].data());
        break;
    }
  }
  return externals;
}

absl::Status Executor::RunShard(int64_t shard, Worker& worker, const std::vector<const void*>& inputs,
                                const std::vector<void*>& outputs, float* gradients, PartSharing& sharing) {
  ProgramInstance& instance = InstanceFor(shard, worker);
  instance.SetGradients(gradients);
  const std::vector<char*> externals = ExternalsOf(shard, worker, inputs, outputs);
  const absl::Status status = shares_parts() ? instance.RunShared(externals, sharing) : instance.Run(externals);
  if (shard == 0 || !absl::IsInvalidArgument(status)) return status;
  // The program knows its shard only.
  return absl::InvalidArgumentError(absl::StrCat(status.message(), "; items are counted from item ",
                                                 shard * program_->shard_size, " of the batch"));
}

absl::StatusOr<std::string> Executor::FindNonFinite(const std::vector<const void*>& inputs,
                                                    const std::vector<void*>& outputs) {
  const auto finite = [](const float* values, int64_t count) {
    return std::all_of(values, values + count, [](float value) { return std::isfinite(value); });
  };
  for (const ParameterSlot& slot : program_->full->parameters) {
    if (finite(parameters_ + slot.offset, ElementCount(slot.shape))) continue;
    return absl::StrCat("the parameter '", slot.name, "' was not finite any more");
  }
  const WorkerScope scope;
  std::string culprit;
  const auto watch = [&](const NodeResult& result, const float* values) {
    if (finite(values, result.elements)) return true;
    culprit = absl::StrCat("'", result.node, "' (", result.op, ") was the first to give a value that is not finite");
    return false;
  };
  std::vector<float> gradients(program_->full->has_gradients ? program_->full->parameter_floats : 0);
  for (int64_t shard = 0; shard < program_->shard_count() && culprit.empty(); ++shard) {
    ProgramInstance& instance = InstanceFor(shard, workers_[0]);
    instance.SetGradients(gradients.data());
    const absl::Status status = instance.RunWatched(ExternalsOf(shard, workers_[0], inputs, outputs), watch);
    if (!status.ok()) return status;
  }
  return culprit.empty() ? std::string("every node's result was finite") : culprit;
}

absl::Status Executor::RunTraced(const std::vector<const void*>& inputs, const std::vector<void*>& outputs,
                                 const ShardWatch& watch) {
  const WorkerScope scope;
  const bool sums = program_->full->has_gradients;
  tree_->Clear();
  for (int64_t shard = 0; shard < program_->shard_count(); ++shard) {
    float* const gradients = sums ? tree_->Take() : nullptr;
    if (sums && gradients == nullptr) return absl::ResourceExhaustedError("no memory for the gradients of a shard");
    ProgramInstance& instance = InstanceFor(shard, workers_[0]);
    instance.SetGradients(gradients);
    const auto one = [&](const NodeResult& result, const float* values) {
      watch(shard, result, values);
      return true;
    };
    const absl::Status status = instance.RunWatched(ExternalsOf(shard, workers_[0], inputs, outputs), one);
    if (!status.ok()) return status;
    if (sums) tree_->Add(shard, gradients);
  }
  gradients_ = tree_->root();
  JoinMeans(outputs);
  return absl::OkStatus();
}

absl::Status Executor::TimeFirstShard(const std::vector<const void*>& inputs, const std::vector<void*>& outputs,
                                      absl::Span<double> seconds) {
  const WorkerScope scope;
  float* gradients = nullptr;
  if (program_->full->has_gradients) {
    tree_->Clear();
    gradients = tree_->Take();
    if (gradients == nullptr) return absl::ResourceExhaustedError("no memory for the gradients of a shard");
  }
  ProgramInstance& instance = *workers_[0].full;
  instance.SetGradients(gradients);
  const absl::Status status = instance.RunTimed(ExternalsOf(0, workers_[0], inputs, outputs), seconds);
  if (gradients != nullptr) tree_->Add(0, gradients);
  gradients_ = nullptr;
  return status;
}

void Executor::JoinMeans(const std::vector<void*>& outputs) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (program_->outputs[i] != ShardJoin::kWeightedMean) continue;
    double sum = 0;
    for (int64_t shard = 0; shard < program_->shard_count(); ++shard) {
      sum += static_cast<double>(ItemsOf(shard)) * static_cast<double>(shard_scalars_[i][shard]);
    }
    means_[i] = sum / static_cast<double>(program_->batch);
    if (outputs[i] != nullptr) *static_cast<float*>(outputs[i]) = static_cast<float>(means_[i]);
  }
}

absl::Status Executor::Run(const std::vector<const void*>& inputs, const std::vector<void*>& outputs) {
  const int64_t shards = program_->shard_count();
  const bool sums = program_->full->has_gradients;
  tree_->Clear();
  std::atomic<int64_t> next{0};
  std::vector<absl::Status> statuses(workers_.size());
  PartSharing sharing(static_cast<int>(workers_.size()));
  const auto run_shards = [&](size_t index) {
    while (statuses[index].ok()) {
      const int64_t shard = next.fetch_add(1);
      if (shard >= shards) return;
      float* gradients = sums ? tree_->Take() : nullptr;
      if (sums && gradients == nullptr) {
        statuses[index] = absl::ResourceExhaustedError("no memory for the gradients of a shard");
        return;
      }
      statuses[index] = RunShard(shard, workers_[index], inputs, outputs, gradients, sharing);
      if (sums && statuses[index].ok()) tree_->Add(shard, gradients);
    }
  };
  pool_.Run([&](int index) {
    if (static_cast<size_t>(index) < workers_.size()) {
      run_shards(static_cast<size_t>(index));
      sharing.Leave();
    }
    if (shares_parts()) sharing.Help(helper_scratch_[index].get());
  });
  for (const absl::Status& status : statuses) {
    if (!status.ok()) return status;
  }
  gradients_ = tree_->root();
  JoinMeans(outputs);
  return absl::OkStatus();
}

}  // namespace plumbline
