#include "dsl/instance.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsl/constants.h"
#include "dsl/declarations.h"
#include "dsl/diagnostic.h"
#include "dsl/folder.h"
#include "dsl/resolve.h"
#include "dsl/source.h"

namespace plumbline {
namespace {

constexpr size_t kMostNamed = 8;  // nodes of a cycle named in a message

}  // namespace

Instance::Instance(const Source& source, const ResolvedBody& body, const Constants& constants,
                   const Constants::Environment& environment, Folder::Calls calls,
                   Diagnostics& diagnostics)
    : values(body.nodes.size()), source_(source), body_(body), environment_(environment),
      calls_(std::move(calls)), diagnostics_(diagnostics),
      folder_(source, constants, environment, diagnostics) {
  folder_.SetCalls(calls_);
  DecideSurvival();
  FindSurvivors();
}

void Instance::DecideSurvival() {
  int last = -1;
  for (int i = 0; i < static_cast<int>(body_.nodes.size()); ++i) {
    const DeclaredExpression& when = declared(i).when;
    std::optional<bool> survives = true;
    if (when.given) survives = folder_.Condition(when);
    survives_.push_back(survives.value_or(true));
    uncertain_.push_back(!survives.has_value());
    earlier_.push_back(last);
    if (survives_.back()) last = i;
  }
}

void Instance::FindSurvivors() {
  for (const std::vector<int>& group : body_.groups) {
    int survivor = -1;
    bool certain = true;
    for (const int node : group) {
      certain = certain && !uncertain_[static_cast<size_t>(node)];
      if (!survives(node)) continue;
      if (survivor < 0) {
        survivor = node;
      } else if (certain) {
        const DeclaredName& name = declared(node).name;
        diagnostics_.Add(
            Error(source_, name.location, absl::StrCat("there are two nodes ", Quoted(name.text)))
                .Hint(absl::StrCat("the first is in line ", declared(survivor).location.line,
                                   "; at most one node of a name may survive `when`"))
                .Calls(calls_()));
      }
    }
    survivors_.push_back(survivor >= 0 ? survivor : group.back());
  }
}

int Instance::NodeOf(const ValueTarget& target) const {
  if (target.kind == ValueTarget::Kind::kGroup) {
    return survivors_[static_cast<size_t>(target.index)];
  }
  if (target.kind == ValueTarget::Kind::kEarlier) return earlier_[static_cast<size_t>(target.index)];
  return -1;
}

ValueTarget Instance::StandIn(int node) const {
  const std::vector<ValueTarget>& inputs = resolved(node).inputs;
  return inputs.empty() ? ValueTarget() : inputs[0];
}

std::vector<int> Instance::Needs(int node) const {
  std::vector<int> needs;
  const auto add = [&](const ValueTarget& target) {
    const int other = NodeOf(target);
    if (other >= 0) needs.push_back(other);
  };
  if (!survives(node)) {
    add(StandIn(node));
  } else {
    for (const ValueTarget& input : resolved(node).inputs) add(input);
  }
  return needs;
}

// Depth-first with a stack of its own, since a file may list its nodes in any order.
std::vector<int> Instance::Order(const std::vector<ValueTarget>& results) {
  enum class State { kNew, kOpen, kDone };
  struct Entry {
    int node;
    std::vector<int> needs;
    size_t next = 0;
  };
  std::vector<State> states(body_.nodes.size(), State::kNew);
  std::vector<Entry> stack;
  std::vector<int> order;
  const auto open = [&](int node) {
    states[static_cast<size_t>(node)] = State::kOpen;
    stack.push_back({node, Needs(node)});
  };
  std::vector<bool> wanted = survives_;
  for (const ValueTarget& result : results) {
    if (NodeOf(result) >= 0) wanted[static_cast<size_t>(NodeOf(result))] = true;
  }
  if (body_.output_node >= 0) wanted[static_cast<size_t>(body_.output_node)] = true;
  for (int root = 0; root < static_cast<int>(body_.nodes.size()); ++root) {
    if (!wanted[static_cast<size_t>(root)] || states[static_cast<size_t>(root)] != State::kNew) continue;
    open(root);
    while (!stack.empty()) {
      Entry& entry = stack.back();
      if (entry.next == entry.needs.size()) {
        states[static_cast<size_t>(entry.node)] = State::kDone;
        order.push_back(entry.node);
        stack.pop_back();
        continue;
      }
      const int need = entry.needs[entry.next++];
      const State state = states[static_cast<size_t>(need)];
      if (state == State::kNew) {
        open(need);
      } else if (state == State::kOpen) {
        std::vector<int> nodes;
        for (const Entry& other : stack) nodes.push_back(other.node);
        ReportCycle(nodes, need);
      }
    }
  }
  return order;
}

void Instance::ReportCycle(const std::vector<int>& open, int node) {
  const auto first = std::find(open.begin(), open.end(), node);
  std::string path;
  size_t named = 0;
  for (auto step = first; step != open.end() && named < kMostNamed; ++step, ++named) {
    absl::StrAppend(&path, Quoted(declared(*step).name.text), " needs ");
  }
  if (static_cast<size_t>(open.end() - first) > kMostNamed) absl::StrAppend(&path, "... needs ");
  const DeclaredNode& at = declared(node);
  diagnostics_.Add(Error(source_, at.location,
                         absl::StrCat("node ", Quoted(at.name.text), " needs its own value"))
                       .Hint(absl::StrCat(path, Quoted(at.name.text)))
                       .Calls(calls_()));
}

}  // namespace plumbline
