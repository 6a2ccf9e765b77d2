// Decides where the elements of every value lie: which values are views of others, and which need a copy.
#ifndef PLUMBLINE_COMPILER_PASSES_ASSIGN_LAYOUTS_H_
#define PLUMBLINE_COMPILER_PASSES_ASSIGN_LAYOUTS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "compiler/ir/graph.h"
#include "compiler/ir/layout.h"

namespace plumbline {

// The side table of layouts, by ValueId.
struct ValueStorage {
  ValueId root = kNone;  // the value whose buffer holds this one; itself unless this is a view
  Layout layout;         // within that buffer
};
using StorageTable = std::vector<ValueStorage>;

// Before: all sizes are numbers. After: a node whose op offers a view of its input's layout is a view; every other
// value has a buffer of its own, row-major unless its op writes it faster in another layout that all its readers take
// without a copy; `contiguous` nodes stand wherever an op does not accept an input's layout,
// and before every graph output that would share its buffer with a source, a view or another output.
absl::StatusOr<StorageTable> AssignLayouts(Graph& graph);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_PASSES_ASSIGN_LAYOUTS_H_
