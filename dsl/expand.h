// Expands the calls of a model: every instance of a function becomes nodes of a flat model, `when` decides what survives,
// names become values. The nodes come out in an order of convenience; dsl/canonical_order.h sorts them.
#ifndef PLUMBLINE_DSL_EXPAND_H_
#define PLUMBLINE_DSL_EXPAND_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "dsl/constants.h"
#include "dsl/diagnostic.h"
#include "dsl/expanded_model.h"
#include "dsl/resolve.h"
#include "dsl/source.h"

namespace plumbline {

inline constexpr size_t kMaxPathLength = 1024;

// That some nodes use the parameters of others, as it was asked for.
struct SharingRequest {
  int begin = 0;  // nodes of the model
  int end = 0;
  std::string path;    // of the node or of the instance that shares
  std::string target;  // as written: a path within the scope of the node, or from the top level
  bool is_call = false;
  int body = -1;            // of a call: the function's body
  bool target_is_path = false;  // from the top level for certain
  int scope = 0;                // of the node or call
  SourceLocation location;
};

// An instance of a function.
struct CallInstance {
  std::string path;
  int body = -1;
};

struct Expansion {
  ExpandedModel model;
  std::vector<SharingRequest> sharing;   // inner calls before outer ones
  std::vector<CallInstance> instances;   // those with a name
  std::vector<bool> node_survives;       // in any instance; by number among the declared nodes of all bodies
  std::vector<bool> node_used;           // likewise
  std::vector<bool> input_used;
};

// Requires that the model can expand and that its size was checked. When anything is reported, the model is incomplete.
Expansion Expand(std::shared_ptr<const Source> source, const ResolvedModel& model,
                 Constants& constants, Diagnostics& diagnostics);

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_EXPAND_H_
