#include "dsl/expansion_size.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "dsl/call_settings.h"
#include "dsl/constants.h"
#include "dsl/declarations.h"
#include "dsl/diagnostic.h"
#include "dsl/expression.h"
#include "dsl/load_options.h"
#include "dsl/resolve.h"
#include "dsl/source.h"

namespace plumbline {
namespace {

using Environment = Constants::Environment;

constexpr int64_t kBytesPerNode = 256;
constexpr int64_t kHuge = int64_t{1} << 60;  // counts stop here

int64_t Add(int64_t a, int64_t b) { return std::min(kHuge, a + b); }

int64_t Multiply(int64_t a, int64_t b) {
  return a != 0 && b > kHuge / a ? kHuge : std::min(kHuge, a * b);
}

// Of the node itself, without what a call expands to.
int64_t OwnSize(const DeclaredNode& node) {
  size_t bytes = node.when.text.size();
  for (const DeclaredAttribute& attribute : node.attributes) bytes += attribute.text.size();
  for (const DeclaredInit& init : node.inits) bytes += init.text.size();
  if (node.call.has_value()) {
    bytes += node.call->repeat.text.size() + node.call->share_parameters.text.size();
    for (const DeclaredSet& set : node.call->sets) bytes += kBytesPerNode + set.value.text.size();
  }
  return 1 + static_cast<int64_t>(bytes) / kBytesPerNode;
}

class Counter {
 public:
  Counter(const ResolvedModel& model, Constants& constants)
      : model_(model), constants_(constants) {}

  // Of a node with all it expands to.
  int64_t NodeSize(const ResolvedBody& body, size_t index, const Environment& environment) {
    const DeclaredNode& node = body.declared->nodes[index];
    const int64_t own = OwnSize(node);
    visited_ = Add(visited_, own);
    const int callee = body.nodes[index].callee;
    const NameLookup lookup = constants_.OnlyIn(environment);
    if (callee < 0 || !MayBeTrue(node.when, lookup)) return own;
    const CallSettings settings = EvaluateSettings(*node.call, body.nodes[index], lookup);
    const int64_t repeat = std::max<int64_t>(0, RepeatOrOne(*node.call, lookup));
    const Environment& inner = constants_.With(environment, settings.values);
    return Add(own, Multiply(repeat, BodySize(callee, inner)));
  }

 private:
  static bool MayBeTrue(const DeclaredExpression& condition, const NameLookup& lookup) {
    if (!condition.valid) return true;
    const ExpressionOr<Number> value = EvaluateNumber(condition.expression, lookup);
    return !value.ok() || IsTrue(*value);
  }

  static int64_t RepeatOrOne(const DeclaredCall& call, const NameLookup& lookup) {
    if (!call.repeat.valid) return 1;
    const ExpressionOr<int64_t> value = EvaluateInteger(call.repeat.expression, lookup);
    return value.ok() ? *value : 1;
  }

  // Of one instance of a function.
  int64_t BodySize(int index, const Environment& environment) {
    const std::pair<int, int> key(index, Constants::IdOf(environment));
    const auto found = known_.find(key);
    if (found != known_.end()) return found->second;
    const ResolvedBody& body = model_.bodies[static_cast<size_t>(index)];
    int64_t bytes = 0;
    for (const DeclaredArgument& argument : body.declared->arguments) {
      bytes += static_cast<int64_t>(argument.shape.length);
    }
    int64_t size = 1 + bytes / kBytesPerNode;
    for (size_t i = 0; i < body.nodes.size(); ++i) {
      // Each body under each environment is expanded at least once, so this many visits are too many already.
      if (visited_ > kMaxExpandedNodes) return kHuge;
      size = Add(size, NodeSize(body, i, environment));
    }
    known_.emplace(key, size);
    return size;
  }

  const ResolvedModel& model_;
  Constants& constants_;
  absl::flat_hash_map<std::pair<int, int>, int64_t> known_;
  int64_t visited_ = 0;
};

}  // namespace

bool CheckExpansionSize(const Source& source, const ResolvedModel& model, Constants& constants,
                        Diagnostics& diagnostics) {
  Counter counter(model, constants);
  const ResolvedBody& top_level = model.bodies[0];
  int64_t total = 0;
  for (size_t i = 0; i < top_level.nodes.size(); ++i) {
    const int64_t size = counter.NodeSize(top_level, i, constants.top_level());
    total = Add(total, size);
    if (total <= kMaxExpandedNodes) continue;
    const std::string count = size < kHuge ? absl::StrCat(size) : "far too many";
    diagnostics.Add(
        Error(source, top_level.declared->nodes[i].op_location,
              absl::StrCat("the model expands to more than ", kMaxExpandedNodes, " nodes"))
            .Hint(absl::StrCat("this one stands for ", count,
                               ", calls and long expressions counted as well")));
    return false;
  }
  return true;
}

}  // namespace plumbline
