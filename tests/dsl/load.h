// Loads models that tests write as text.
#ifndef PLUMBLINE_TESTS_DSL_LOAD_H_
#define PLUMBLINE_TESTS_DSL_LOAD_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "dsl/expanded_model.h"
#include "dsl/load_options.h"

namespace plumbline {

struct Loaded {
  std::optional<ExpandedModel> model;
  std::string diagnostics;  // rendered, the file being called "m"
};

Loaded Load(absl::string_view text, const std::vector<ConstantOverride>& overrides);

// A model of one input `x` [B, 10] and the output `y`, with the given declarations besides.
std::string Model(absl::string_view declarations);

// Paths of the nodes, in order, separated by spaces.
std::string Paths(const ExpandedModel& model);

// The node of a path; the test fails and gets an empty one if there is none.
const ExpandedNode& NodeAt(const ExpandedModel& model, absl::string_view path);

// Name of an input or path of a node.
std::string NameOf(const ExpandedModel& model, ValueRef value);

// The names of a node's inputs, separated by spaces.
std::string InputsOf(const ExpandedModel& model, absl::string_view path);

// An attribute's expressions as text, separated by commas; "-" if it was not given.
std::string AttributeOf(const ExpandedModel& model, absl::string_view path, absl::string_view name);

}  // namespace plumbline

#endif  // PLUMBLINE_TESTS_DSL_LOAD_H_
