// From the text of a model file to the flat expanded model, or to diagnostics of everything that is wrong with it.
#ifndef PLUMBLINE_DSL_LOAD_MODEL_H_
#define PLUMBLINE_DSL_LOAD_MODEL_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dsl/diagnostic.h"
#include "dsl/expanded_model.h"
#include "dsl/op_catalog.h"
#include "dsl/source.h"

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

// Nothing when there are errors; warnings (something unused) do not prevent a model. Nothing needs shapes here: the
// diagnostics of sizes, types and attributes' values are the compiler's.
std::optional<ExpandedModel> LoadModel(std::shared_ptr<const Source> source,
                                       const LoadOptions& options, Diagnostics& diagnostics);

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_LOAD_MODEL_H_
