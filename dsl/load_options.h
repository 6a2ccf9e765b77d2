// What a model is loaded with, and how large it may become.
#ifndef PLUMBLINE_DSL_LOAD_OPTIONS_H_
#define PLUMBLINE_DSL_LOAD_OPTIONS_H_

#include <string>
#include <vector>

#include "dsl/op_catalog.h"

namespace plumbline {

// A new value for a constant of the model, an expression as in `const`.
struct ConstantOverride {
  std::string name;
  std::string value;
  std::string origin;  // for diagnostics: what the user wrote, for instance "--set blocks=2"
};

struct LoadOptions {
  const OpCatalog* catalog = nullptr;  // required; must know every op of dsl/ops.proto that the model uses
  std::vector<ConstantOverride> overrides;  // of the same name the last one counts
};

// Nodes that the calls of a model may expand to.
inline constexpr int kMaxExpandedNodes = 100000;

// Calls within calls.
inline constexpr int kMaxCallDepth = 64;

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_LOAD_OPTIONS_H_
