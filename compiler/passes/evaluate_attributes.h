// From the attributes a node was written with to those its op is defined by.
#ifndef PLUMBLINE_COMPILER_PASSES_EVALUATE_ATTRIBUTES_H_
#define PLUMBLINE_COMPILER_PASSES_EVALUATE_ATTRIBUTES_H_

#include <optional>
#include <string>

#include "compiler/ir/op_definition.h"
#include "compiler/passes/size_expression.h"
#include "dsl/expanded_model.h"

namespace plumbline {

// What is wrong with which attribute. `offset` counts bytes within its string; `attribute` is null when one is missing.
struct AttributeProblem {
  const ExpandedAttribute* attribute = nullptr;
  size_t offset = 0;
  std::string message;
  std::string hint;
};

// Evaluates what was written according to the op's specification and fills in defaults. Names in expressions are looked
// up in `environment`. Nothing if there was a problem, which is then in `problem`; the first one only.
std::optional<Attributes> EvaluateAttributes(const OpDefinition& op, const ExpandedNode& node,
                                             const SizeEnvironment& environment, SymbolTable& symbols,
                                             AttributeProblem& problem);

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_PASSES_EVALUATE_ATTRIBUTES_H_
