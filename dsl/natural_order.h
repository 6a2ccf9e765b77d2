// An order of names in which numbers within them count as numbers: block2 before block10.
#ifndef PLUMBLINE_DSL_NATURAL_ORDER_H_
#define PLUMBLINE_DSL_NATURAL_ORDER_H_

#include "absl/strings/string_view.h"

namespace plumbline {

// A strict weak order that tells all different texts apart.
bool NaturalLess(absl::string_view a, absl::string_view b);

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_NATURAL_ORDER_H_
