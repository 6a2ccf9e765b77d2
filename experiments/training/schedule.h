// The learning rate over a run, as a factor of the optimizer's.
#ifndef PLUMBLINE_EXPERIMENTS_TRAINING_SCHEDULE_H_
#define PLUMBLINE_EXPERIMENTS_TRAINING_SCHEDULE_H_

#include <cstdint>

#include "experiments/training/settings.h"

namespace plumbline {

// The factor for the optimizer step `step` (0, 1, ... over the whole run) in epoch `epoch` (0, 1, ...). With
// u = step if spec.by_step, else epoch:
//
//   u < warm_up              f + (1 - f) u / warm_up, f = warm_up_from
//   afterwards, with t = u - warm_up:
//     kConstant              1
//     kLinear                1 + (last - 1) t / length                      until t = length, then last
//     kCosine                last + (1 - last) (1 + cos(pi t / length)) / 2 until t = length, then last
//     kStep                  factor^floor(t / every)
//
// These are PyTorch's LinearLR (total_iters = warm_up or length), CosineAnnealingLR (T_max = length, last = eta_min /
// learning rate) and StepLR (step_size = every, gamma = factor), one step of the scheduler a unit, joined by
// SequentialLR at warm_up; but a cosine does not rise again after its end. A length or `every` of 0 is one of 1.
//
// Example: warm_up 2 from 0.01 and kLinear of length 12 to 0.01 give 0.01, 0.505, 1, 0.9175, 0.835, ..., 0.01.
double LearningRateFactor(const ScheduleSpec& spec, int64_t epoch, int64_t step);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_TRAINING_SCHEDULE_H_
