// One stream of random numbers a parameter.
#include "experiments/training/initialize.h"

#include <algorithm>

#include "compiler/ir/attributes.h"
#include "compiler/ir/tensor_type.h"
#include "experiments/random.h"

namespace plumbline {
namespace {

void Fill(const Initializer& initializer, const RandomStream& random, absl::Span<float> values) {
  switch (initializer.kind) {
    case Initializer::Kind::kUniform: return random.FillUniform(values, initializer.first, initializer.second);
    case Initializer::Kind::kNormal: return random.FillNormal(values, initializer.first, initializer.second);
    case Initializer::Kind::kConstant:
      std::fill(values.begin(), values.end(), static_cast<float>(initializer.first));
      return;
  }
}

}  // namespace

void InitializeParameters(absl::Span<const ParameterSlot> slots, uint64_t seed, absl::Span<float> parameters) {
  std::fill(parameters.begin(), parameters.end(), 0.0f);
  for (const ParameterSlot& slot : slots) {
    Fill(slot.initializer, RandomStream(seed, slot.name),
         parameters.subspan(static_cast<size_t>(slot.offset), static_cast<size_t>(ElementCount(slot.shape))));
  }
}

}  // namespace plumbline
