// The formulas are those of torch.optim.SGD, Adam and AdamW; Adam's moments are kept in f32, the corrections in double.
#include "experiments/training/optimizer.h"

#include <cmath>
#include <vector>

namespace plumbline {
namespace {

class SgdOptimizer : public Optimizer {
 public:
  SgdOptimizer(const OptimizerSpec& spec, int64_t size) : spec_(spec), size_(size) {
    if (spec.momentum != 0) velocity_.resize(size);
  }

  void Step(const float* gradients, float* parameters) override {
    const float rate = static_cast<float>(spec_.learning_rate);
    const float momentum = static_cast<float>(spec_.momentum);
    const float decay = static_cast<float>(spec_.weight_decay);
    for (int64_t i = 0; i < size_; ++i) {
      float gradient = gradients[i] + decay * parameters[i];
      if (momentum != 0) {
        velocity_[i] = first_ ? gradient : momentum * velocity_[i] + gradient;
        gradient = spec_.nesterov ? gradient + momentum * velocity_[i] : velocity_[i];
      }
      parameters[i] -= rate * gradient;
    }
    first_ = false;
  }

 private:
  OptimizerSpec spec_;
  int64_t size_;
  bool first_ = true;
  std::vector<float> velocity_;
};

class AdamOptimizer : public Optimizer {
 public:
  AdamOptimizer(const OptimizerSpec& spec, int64_t size) : spec_(spec), first_(size), second_(size) {}

  void Step(const float* gradients, float* parameters) override {
    ++step_;
    const float beta1 = static_cast<float>(spec_.beta1);
    const float beta2 = static_cast<float>(spec_.beta2);
    const float epsilon = static_cast<float>(spec_.epsilon);
    const double correction1 = 1 - std::pow(spec_.beta1, static_cast<double>(step_));
    const double correction2 = 1 - std::pow(spec_.beta2, static_cast<double>(step_));
    const float size = static_cast<float>(spec_.learning_rate / correction1);
    const float root = static_cast<float>(std::sqrt(correction2));
    const bool decoupled = spec_.kind == OptimizerSpec::Kind::kAdamW;
    const float shrink = static_cast<float>(1 - spec_.learning_rate * spec_.weight_decay);
    const float decay = static_cast<float>(spec_.weight_decay);
    for (size_t i = 0; i < first_.size(); ++i) {
      float gradient = gradients[i];
      if (decoupled) {
        parameters[i] *= shrink;
      } else {
        gradient += decay * parameters[i];
      }
      first_[i] += (1 - beta1) * (gradient - first_[i]);
      second_[i] = beta2 * second_[i] + (1 - beta2) * gradient * gradient;
      parameters[i] -= size * first_[i] / (std::sqrt(second_[i]) / root + epsilon);
    }
  }

 private:
  OptimizerSpec spec_;
  int64_t step_ = 0;
  std::vector<float> first_;   // running mean of gradients
  std::vector<float> second_;  // running mean of their squares
};

}  // namespace

std::unique_ptr<Optimizer> MakeOptimizer(const OptimizerSpec& spec, int64_t size) {
  if (spec.kind == OptimizerSpec::Kind::kSgd) return std::make_unique<SgdOptimizer>(spec, size);
  return std::make_unique<AdamOptimizer>(spec, size);
}

}  // namespace plumbline
