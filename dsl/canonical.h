// The canonical text of an expanded model and its identity. Comments, docs, layout, locations and, where inputs and
// outputs are written out, the order of declarations do not show in it.
#ifndef PLUMBLINE_DSL_CANONICAL_H_
#define PLUMBLINE_DSL_CANONICAL_H_

#include <string>

#include "dsl/expanded_model.h"

namespace plumbline {

// One declaration a line, in the order of the model. The names of model, functions and files are not part of it.
std::string CanonicalText(const ExpandedModel& model);

// SHA-256 of the canonical text, 64 lower-case hexadecimal digits.
std::string Identity(const ExpandedModel& model);

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_CANONICAL_H_
