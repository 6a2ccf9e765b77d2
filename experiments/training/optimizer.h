// SGD, Adam and AdamW over one flat parameter vector, with PyTorch's formulas and defaults.
// Gaps between parameters hold zeros in parameters and gradients, and stay zero.
#ifndef PLUMBLINE_EXPERIMENTS_TRAINING_OPTIMIZER_H_
#define PLUMBLINE_EXPERIMENTS_TRAINING_OPTIMIZER_H_

#include <cstdint>
#include <memory>

namespace plumbline {

struct OptimizerSpec {
  enum class Kind { kSgd, kAdam, kAdamW };
  Kind kind = Kind::kSgd;
  double learning_rate = 0;
  double momentum = 0;     // SGD
  bool nesterov = false;   // SGD
  double beta1 = 0.9;      // Adam, AdamW
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;  // AdamW: 0.01
};

class Optimizer {
 public:
  virtual ~Optimizer() = default;
  // One update of `size` floats, elementwise and in order of index.
  virtual void Step(const float* gradients, float* parameters) = 0;
};

std::unique_ptr<Optimizer> MakeOptimizer(const OptimizerSpec& spec, int64_t size);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_TRAINING_OPTIMIZER_H_
