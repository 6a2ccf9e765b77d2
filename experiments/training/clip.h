// The norm of a gradient, and what keeps it below a limit: torch.nn.utils.clip_grad_norm_ over one flat vector, whose
// gaps hold zeros.
#ifndef PLUMBLINE_EXPERIMENTS_TRAINING_CLIP_H_
#define PLUMBLINE_EXPERIMENTS_TRAINING_CLIP_H_

#include "absl/types/span.h"

namespace plumbline {

// The Euclidean norm, in double: squares are summed within slices of fixed length and the slices' sums in order, so
// that the bits depend on the values alone.
double EuclideanNorm(absl::Span<const float> values);

// min(1, limit / (norm + 1e-6)), which gradients of that norm are to be multiplied by (Optimizer::set_gradient_scale);
// 1 for a limit of 0, which means none. Not a number if the norm is none.
double ClipFactor(double norm, double limit);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_TRAINING_CLIP_H_
