// SGD, Adam and AdamW over one flat parameter vector, with PyTorch's formulas and defaults.
// Gaps between parameters hold zeros in parameters and gradients, and stay zero.
#ifndef PLUMBLINE_EXPERIMENTS_TRAINING_OPTIMIZER_H_
#define PLUMBLINE_EXPERIMENTS_TRAINING_OPTIMIZER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"

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

// What an optimizer remembers from one step to the next.
struct OptimizerState {
  int64_t steps = 0;
  std::map<std::string, std::vector<float>> arrays;  // each as long as the parameters: "velocity"; or both moments
};

// A step may be one call, or StartStep and then UpdateSlice for every slice, by any threads in any order: slices are
// fixed and updates elementwise, so the bits are the same.
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  // From the next step on; at first the specification's.
  void set_learning_rate(double rate) { learning_rate_ = rate; }
  // What gradients are multiplied by before anything else, in f32; at first 1.
  void set_gradient_scale(double scale) { gradient_scale_ = scale; }

  // One update of all parameters.
  void Step(const float* gradients, float* parameters);

  void StartStep();
  int64_t slice_count() const;
  // Both vectors are whole ones. Thread-safe for different slices.
  void UpdateSlice(int64_t slice, const float* gradients, float* parameters);

  // The learning rate and the scale are no part of it.
  OptimizerState State() const;
  // Continues with the bits of the run that `state` was taken from. Error (nothing is changed): a state of another
  // optimizer or number of parameters, naming the array.
  absl::Status Restore(const OptimizerState& state);

 protected:
  Optimizer(double learning_rate, int64_t size) : size_(size), learning_rate_(learning_rate) {}

  int64_t size() const { return size_; }
  int64_t steps() const { return steps_; }  // the current one included
  double learning_rate() const { return learning_rate_; }
  double gradient_scale() const { return gradient_scale_; }

 private:
  // Works out the step's numbers.
  virtual void Prepare() = 0;
  // Updates elements [begin, begin + count) of the vectors.
  virtual void Update(int64_t begin, int64_t count, const float* gradients, float* parameters) = 0;
  // The arrays of the state, by name.
  virtual std::map<std::string, std::vector<float>*> Arrays() = 0;

  const int64_t size_;
  int64_t steps_ = 0;
  double learning_rate_;
  double gradient_scale_ = 1;
};

// `size`: floats of the flat vector.
std::unique_ptr<Optimizer> MakeOptimizer(const OptimizerSpec& spec, int64_t size);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_TRAINING_OPTIMIZER_H_
