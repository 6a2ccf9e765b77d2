// What the language needs to know about an op: how many values it takes and what they are called. The registry of ops
// implements the catalog; attributes, shapes and parameters are none of the language's business.
#ifndef PLUMBLINE_DSL_OP_CATALOG_H_
#define PLUMBLINE_DSL_OP_CATALOG_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace plumbline {

struct OpSignature {
  std::string name;  // as in the oneofs of dsl/ops.proto
  int min_inputs = 0;
  int max_inputs = 0;  // -1: any number
  // Names of the data inputs in order (parameters are no inputs); may be shorter than max_inputs when that is -1. For
  // a loss or metric they are the names of its fields that hold values, the optional ones last.
  std::vector<std::string> input_names;
};

class OpCatalog {
 public:
  virtual ~OpCatalog() = default;

  // Null when there is no such op. The pointer lives as long as the catalog.
  virtual const OpSignature* Find(absl::string_view name) const = 0;
};

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_OP_CATALOG_H_
