// The values that parameters have before training: a function of the seed and each parameter's own name, so that a
// parameter more or less changes no other one.
#ifndef PLUMBLINE_EXPERIMENTS_TRAINING_INITIAL_PARAMETERS_H_
#define PLUMBLINE_EXPERIMENTS_TRAINING_INITIAL_PARAMETERS_H_

#include <cstdint>

#include "absl/types/span.h"
#include "compiler/runtime/program.h"

namespace plumbline {

// Fills the slots of the flat vector `parameters`; the gaps between them are left.
void FillInitialParameters(absl::Span<const ParameterSlot> slots, uint64_t seed, float* parameters);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_TRAINING_INITIAL_PARAMETERS_H_
