// From the text of a model file to the flat expanded model, or to diagnostics of everything that is wrong with it.
#ifndef PLUMBLINE_DSL_LOAD_MODEL_H_
#define PLUMBLINE_DSL_LOAD_MODEL_H_

#include <memory>
#include <optional>

#include "dsl/diagnostic.h"
#include "dsl/expanded_model.h"
#include "dsl/load_options.h"
#include "dsl/source.h"

namespace plumbline {

// Nothing when there are errors; warnings (something unused) do not prevent a model. Nothing needs shapes here: the
// diagnostics of sizes, types and attributes' values are the compiler's.
std::optional<ExpandedModel> LoadModel(std::shared_ptr<const Source> source,
                                       const LoadOptions& options, Diagnostics& diagnostics);

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_LOAD_MODEL_H_
