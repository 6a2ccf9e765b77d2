// What the names in a model's declarations stand for, found once for each declaration: values, functions, constants,
// symbols. Reports every mistake that does not depend on the values of constants; which nodes survive `when`, and so what
// a name finally stands for, is decided for each instance by dsl/expand.h.
#ifndef PLUMBLINE_DSL_RESOLVE_H_
#define PLUMBLINE_DSL_RESOLVE_H_

#include <string>
#include <vector>

#include "dsl/constants.h"
#include "dsl/declarations.h"
#include "dsl/diagnostic.h"
#include "dsl/source.h"

namespace plumbline {

// What a name of a value stands for within its body.
struct ValueTarget {
  enum class Kind {
    kUnknown,   // reported
    kArgument,  // index into the body's arguments
    kGroup,     // index into the body's groups
    kEarlier,   // not named: the nearest earlier node that survives
  };
  Kind kind = Kind::kUnknown;
  int index = -1;
};

struct ResolvedNode {
  std::vector<ValueTarget> inputs;  // with the implicit one
  int group = -1;                   // of the nodes that share its name; -1 for a call without a name
  int callee = -1;                  // of a call: index into ResolvedModel::bodies; -1: unknown
  std::vector<int> set_constants;   // as the call's sets; -1: unknown
};

// For each size of an argument's shape.
struct ResolvedSize {
  bool binds = false;  // a bare symbol that no earlier argument has bound
};

struct ResolvedBody {
  const DeclaredBody* declared = nullptr;
  int first_node = 0;                            // number of its first node among the nodes of all bodies
  std::vector<ResolvedNode> nodes;               // as declared->nodes
  std::vector<std::vector<int>> groups;          // nodes of equal names, in order
  std::vector<std::vector<ResolvedSize>> shapes;  // as declared->arguments
  ValueTarget output;                            // kUnknown without nodes; of a function
  int output_node = -1;  // the last node, if the output is not named and that node has no name
};

struct ResolvedModel {
  const DeclaredModel* declared = nullptr;
  std::vector<ResolvedBody> bodies;  // as declared->bodies
  int node_count = 0;                // declared in all bodies
  std::vector<ValueTarget> outputs;                     // as declared->outputs
  std::vector<std::vector<ValueTarget>> losses;         // as declared->losses, in the order of the inputs
  std::vector<std::vector<ValueTarget>> metrics;
  std::string batch;     // the batch symbol; empty: none
  bool can_expand = false;  // false: functions call themselves, or calls are nested too deep
};

ResolvedModel Resolve(const Source& source, const DeclaredModel& model, const Constants& constants,
                      Diagnostics& diagnostics);

// Warns of functions that nothing calls and arguments that nothing uses.
void WarnOfUnusedDeclarations(const Source& source, const ResolvedModel& model,
                              Diagnostics& diagnostics);

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_RESOLVE_H_
