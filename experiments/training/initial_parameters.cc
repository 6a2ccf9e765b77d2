#include "experiments/training/initial_parameters.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "experiments/random.h"

namespace plumbline {

void FillInitialParameters(absl::Span<const ParameterSlot> slots, uint64_t seed, float* parameters) {
  for (const ParameterSlot& slot : slots) {
    const absl::Span<float> values(parameters + slot.offset, static_cast<size_t>(ElementCount(slot.shape)));
    const Initializer& initializer = slot.initializer;
    // Apart from the streams of inputs, whose names have no slash.
    const RandomStream stream(seed, absl::StrCat("parameter/", slot.name));
    switch (initializer.kind) {
      case Initializer::Kind::kUniform:
        stream.FillUniform(values, initializer.first, initializer.second);
        break;
      case Initializer::Kind::kNormal:
        stream.FillNormal(values, initializer.first, initializer.second);
        break;
      case Initializer::Kind::kConstant:
        std::fill(values.begin(), values.end(), static_cast<float>(initializer.first));
        break;
    }
  }
}

}  // namespace plumbline
