// The formulas are those of torch.optim.SGD, Adam and AdamW. A step's numbers are worked out in double and rounded
// once.
#include "experiments/training/optimizer.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/ir/real_functions.h"
#include "experiments/training/optimizer_loops.h"

namespace plumbline {
namespace {

constexpr int64_t kSlice = 16384;  // floats

class SgdOptimizer : public Optimizer {
 public:
  SgdOptimizer(const OptimizerSpec& spec, int64_t size) : Optimizer(spec.learning_rate, size), spec_(spec) {
    if (spec.momentum != 0) velocity_.resize(static_cast<size_t>(size));
  }

 private:
  void Prepare() override {
    numbers_ = {static_cast<float>(gradient_scale()), static_cast<float>(spec_.weight_decay),
                static_cast<float>(learning_rate()), static_cast<float>(spec_.momentum)};
  }

  void Update(int64_t begin, int64_t count, const float* gradients, float* parameters) override {
    const OptimizerLoops& loops = GetOptimizerLoops();
    if (spec_.momentum == 0) return loops.sgd(numbers_, gradients + begin, parameters + begin, count);
    const auto loop = spec_.nesterov ? loops.nesterov : loops.momentum;
    loop(numbers_, gradients + begin, velocity_.data() + begin, parameters + begin, count);
  }

  std::map<std::string, std::vector<float>*> Arrays() override {
    if (spec_.momentum == 0) return {};
    return {{"velocity", &velocity_}};
  }

  const OptimizerSpec spec_;
  SgdNumbers numbers_ = {};
  std::vector<float> velocity_;
};

class AdamOptimizer : public Optimizer {
 public:
  AdamOptimizer(const OptimizerSpec& spec, int64_t size)
      : Optimizer(spec.learning_rate, size),
        spec_(spec),
        first_(static_cast<size_t>(size)),
        second_(static_cast<size_t>(size)) {}

 private:
  void Prepare() override {
    const bool decoupled = spec_.kind == OptimizerSpec::Kind::kAdamW;
    const double correction1 = 1 - Power(spec_.beta1, steps());
    const double correction2 = 1 - Power(spec_.beta2, steps());
    numbers_.scale = static_cast<float>(gradient_scale());
    numbers_.decay = static_cast<float>(decoupled ? 0 : spec_.weight_decay);
    numbers_.shrink = static_cast<float>(decoupled ? 1 - learning_rate() * spec_.weight_decay : 1);
    numbers_.mean_share = static_cast<float>(1 - spec_.beta1);
    numbers_.square_kept = static_cast<float>(spec_.beta2);
    numbers_.square_share = static_cast<float>(1 - spec_.beta2);
    numbers_.rate = static_cast<float>(learning_rate() / correction1);
    numbers_.root = static_cast<float>(std::sqrt(correction2));
    numbers_.epsilon = static_cast<float>(spec_.epsilon);
  }

  void Update(int64_t begin, int64_t count, const float* gradients, float* parameters) override {
    GetOptimizerLoops().adam(numbers_, gradients + begin, first_.data() + begin, second_.data() + begin,
                             parameters + begin, count);
  }

  std::map<std::string, std::vector<float>*> Arrays() override {
    return {{"first_moment", &first_}, {"second_moment", &second_}};
  }

  const OptimizerSpec spec_;
  AdamNumbers numbers_ = {};
  std::vector<float> first_;   // running mean of gradients
  std::vector<float> second_;  // running mean of their squares
};

}  // namespace

void Optimizer::Step(const float* gradients, float* parameters) {
  StartStep();
  for (int64_t slice = 0; slice < slice_count(); ++slice) UpdateSlice(slice, gradients, parameters);
}

void Optimizer::StartStep() {
  ++steps_;
  Prepare();
}

int64_t Optimizer::slice_count() const { return (size_ + kSlice - 1) / kSlice; }

void Optimizer::UpdateSlice(int64_t slice, const float* gradients, float* parameters) {
  const int64_t begin = slice * kSlice;
  Update(begin, std::min(kSlice, size_ - begin), gradients, parameters);
}

OptimizerState Optimizer::State() const {
  OptimizerState state;
  state.steps = steps_;
  // Arrays() only hands out addresses.
  for (const auto& [name, array] : const_cast<Optimizer*>(this)->Arrays()) state.arrays[name] = *array;
  return state;
}

absl::Status Optimizer::Restore(const OptimizerState& state) {
  const std::map<std::string, std::vector<float>*> arrays = Arrays();
  if (state.steps < 0) return absl::InvalidArgumentError(absl::StrCat("optimizer state: ", state.steps, " steps"));
  for (const auto& [name, array] : arrays) {
    const auto found = state.arrays.find(name);
    if (found == state.arrays.end()) {
      return absl::InvalidArgumentError(absl::StrCat("optimizer state: no array '", name, "'"));
    }
    if (found->second.size() != array->size()) {
      return absl::InvalidArgumentError(absl::StrCat("optimizer state: '", name, "' has ", found->second.size(),
                                                     " elements, expected ", array->size()));
    }
  }
  for (const auto& [name, array] : state.arrays) {
    if (arrays.count(name) == 0) {
      return absl::InvalidArgumentError(absl::StrCat("optimizer state: unexpected array '", name, "'"));
    }
  }
  steps_ = state.steps;
  for (const auto& [name, array] : arrays) *array = state.arrays.at(name);
  return absl::OkStatus();
}

std::unique_ptr<Optimizer> MakeOptimizer(const OptimizerSpec& spec, int64_t size) {
  if (spec.kind == OptimizerSpec::Kind::kSgd) return std::make_unique<SgdOptimizer>(spec, size);
  return std::make_unique<AdamOptimizer>(spec, size);
}

}  // namespace plumbline
