// Binding and running. The loop over steps is all that happens in a run.
#include "compiler/runtime/program.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>

#include "absl/strings/str_cat.h"

namespace plumbline {
namespace {

constexpr int64_t kAlignment = 64;

}  // namespace

void AlignedFree::operator()(char* memory) const { std::free(memory); }

AlignedMemory AllocateAligned(int64_t bytes) {
  const int64_t rounded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  return AlignedMemory(
      static_cast<char*>(std::aligned_alloc(kAlignment, static_cast<size_t>(rounded > 0 ? rounded : kAlignment))));
}

absl::StatusOr<std::unique_ptr<ProgramInstance>> ProgramInstance::Create(const Program& program, float* parameters,
                                                                         float* gradients) {
  std::unique_ptr<ProgramInstance> instance(new ProgramInstance(program));
  instance->arena_ = AllocateAligned(program.arena_bytes());
  if (instance->arena_ == nullptr) {
    return absl::ResourceExhaustedError(absl::StrCat("no memory for an arena of ", program.arena_bytes(), " bytes"));
  }
  instance->buffers_.assign(kFirstExternal + program.inputs.size() + program.outputs.size(), nullptr);
  instance->buffers_[kArena] = instance->arena_.get();
  instance->buffers_[kParameters] = reinterpret_cast<char*>(parameters);
  instance->buffers_[kGradients] = reinterpret_cast<char*>(gradients);
  // Steps only read constants.
  instance->buffers_[kConstants] = const_cast<char*>(program.constants.data());
  instance->BindSteps();
  return instance;
}

void ProgramInstance::BindSteps() {
  steps_.clear();
  for (const auto& step : program_.steps) steps_.push_back(step->Bind(buffers_));
}

void ProgramInstance::SetGradients(float* gradients) {
  if (buffers_[kGradients] == reinterpret_cast<char*>(gradients)) return;
  buffers_[kGradients] = reinterpret_cast<char*>(gradients);
  for (const auto& step : steps_) step->SetExternals(buffers_);
}

void ProgramInstance::SetExternals(const std::vector<char*>& externals) {
  bool changed = false;
  for (size_t i = 0; i < externals.size(); ++i) {
    changed |= buffers_[kFirstExternal + i] != externals[i];
    buffers_[kFirstExternal + i] = externals[i];
  }
  if (!changed) return;
  for (const auto& step : steps_) step->SetExternals(buffers_);
}

std::string ResultName(const std::string& node, int output) {
  return output == 0 ? node : absl::StrCat(node, ":", output);
}

absl::Status ProgramInstance::Run(const std::vector<char*>& externals) {
  SetExternals(externals);
  return Replay();
}

absl::Status ProgramInstance::RunShared(const std::vector<char*>& externals, PartSharing& sharing) {
  SetExternals(externals);
  return RunSteps(0, steps_.size(), &sharing);
}

absl::Status ProgramInstance::RunWatched(const std::vector<char*>& externals, const Watch& watch) {
  SetExternals(externals);
  size_t done = 0;
  for (const NodeResult& result : program_.results) {
    const absl::Status status = RunSteps(done, result.step + 1, nullptr);
    if (!status.ok()) return status;
    done = std::max(done, result.step + 1);
    if (!watch(result, static_cast<const float*>(Resolve(result.place, buffers_)))) return absl::OkStatus();
  }
  return RunSteps(done, steps_.size(), nullptr);
}

absl::Status ProgramInstance::RunTimed(const std::vector<char*>& externals, absl::Span<double> seconds) {
  SetExternals(externals);
  for (size_t i = 0; i < steps_.size(); ++i) {
    const auto start = std::chrono::steady_clock::now();
    const absl::Status status = RunSteps(i, i + 1, nullptr);
    if (!status.ok()) return status;
    seconds[i] = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  return absl::OkStatus();
}

absl::Status ProgramInstance::Replay() { return RunSteps(0, steps_.size(), nullptr); }

absl::Status ProgramInstance::RunSteps(size_t first, size_t last, PartSharing* sharing) {
  size_t at = first;
  const auto located = [&](const std::exception& error) {
    const StepInfo& info = program_.steps[at]->info();
    return absl::StrCat("node '", info.node, "' (", info.op, ", ", info.implementation, "): ", error.what());
  };
  try {
    for (; at < last; ++at) {
      if (sharing != nullptr && steps_[at]->part_count() > 1) {
        sharing->Run(*steps_[at]);
      } else {
        steps_[at]->Run();
      }
    }
  } catch (const InputError& error) {
    return absl::InvalidArgumentError(located(error));
  } catch (const std::exception& error) {
    return absl::InternalError(located(error));
  }
  return absl::OkStatus();
}

}  // namespace plumbline
