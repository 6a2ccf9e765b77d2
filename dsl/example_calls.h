// How a function may be reached from the top level of a model: one example each, for diagnostics about its body. The
// calls that really happen are made in dsl/expand.h.
#ifndef PLUMBLINE_DSL_EXAMPLE_CALLS_H_
#define PLUMBLINE_DSL_EXAMPLE_CALLS_H_

#include <string>
#include <vector>

#include "dsl/diagnostic.h"
#include "dsl/model.pb.h"
#include "dsl/source.h"
#include "dsl/text_proto.h"

namespace plumbline {

class ExampleCalls {
 public:
  ExampleCalls() = default;
  ExampleCalls(const proto::Model& model, const LocationTable& locations);

  // The shortest way to function `index` of the model, of those the one declared first. A function that nothing calls
  // has itself as its only frame. Empty for -1, the top level.
  CallChain Chain(int index) const;

 private:
  struct Call {
    bool found = false;
    int caller = -1;        // -1: the top level
    std::string function;
    std::string component;  // what the calling node adds to the path
    SourceLocation location;
  };
  std::vector<Call> calls_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_EXAMPLE_CALLS_H_
