// The parameters before training.
#ifndef PLUMBLINE_EXPERIMENTS_TRAINING_INITIALIZE_H_
#define PLUMBLINE_EXPERIMENTS_TRAINING_INITIALIZE_H_

#include <cstdint>

#include "absl/types/span.h"
#include "compiler/runtime/program.h"

namespace plumbline {

// Fills the flat vector of a program's parameters (parameter_floats long): every slot as its initializer says, from
// RandomStream(seed, the slot's name), and zeros in between. A parameter's values depend on the seed, its name, its
// initializer and its number of elements alone, so that a change of the model elsewhere leaves them as they are.
void InitializeParameters(absl::Span<const ParameterSlot> slots, uint64_t seed, absl::Span<float> parameters);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_TRAINING_INITIALIZE_H_
