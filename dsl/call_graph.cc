#include "dsl/call_graph.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsl/declarations.h"
#include "dsl/diagnostic.h"
#include "dsl/load_options.h"
#include "dsl/resolve.h"
#include "dsl/source.h"

namespace plumbline {
namespace {

constexpr size_t kMostNamed = 8;  // functions of a cycle named in a message

// Depth-first over the bodies with a stack of its own, since a file may nest calls deeper than the machine's stack.
class CallGraphCheck {
 public:
  CallGraphCheck(const Source& source, const ResolvedModel& model, Diagnostics& diagnostics)
      : source_(source), model_(model), diagnostics_(diagnostics),
        states_(model.bodies.size(), State::kNew), depths_(model.bodies.size(), 0) {}

  bool Run() {
    for (size_t body = 0; body < model_.bodies.size(); ++body) {
      if (states_[body] == State::kNew) Visit(body);
    }
    return ok_;
  }

 private:
  enum class State { kNew, kOpen, kDone };
  struct Entry {
    size_t body;
    size_t next_node;
  };

  void Visit(size_t root) {
    Open(root);
    while (!stack_.empty()) {
      Entry& entry = stack_.back();
      const ResolvedBody& body = model_.bodies[entry.body];
      if (entry.next_node == body.nodes.size()) {
        Close();
        continue;
      }
      const size_t node = entry.next_node++;
      const int callee = body.nodes[node].callee;
      if (callee < 0) continue;
      const size_t index = static_cast<size_t>(callee);
      if (states_[index] == State::kNew) {
        Open(index);
      } else if (states_[index] == State::kOpen) {
        ReportCycle(index, body.declared->nodes[node]);
      } else {
        Deepen(body, node, depths_[index] + 1);
      }
    }
  }

  void Open(size_t body) {
    states_[body] = State::kOpen;
    stack_.push_back({body, 0});
  }

  // The depth reaches the caller, whose node is the one before its next.
  void Close() {
    const size_t body = stack_.back().body;
    states_[body] = State::kDone;
    stack_.pop_back();
    if (stack_.empty()) return;
    const Entry& caller = stack_.back();
    Deepen(model_.bodies[caller.body], caller.next_node - 1, depths_[body] + 1);
  }

  void Deepen(const ResolvedBody& body, size_t node, int depth) {
    int& deepest = depths_[static_cast<size_t>(&body - model_.bodies.data())];
    if (depth <= deepest) return;
    if (depth > kMaxCallDepth) {
      if (ok_) {
        diagnostics_.Add(Error(source_, body.declared->nodes[node].op_location,
                               "calls are nested too deep")
                             .Hint(absl::StrCat("the limit is ", kMaxCallDepth,
                                                " calls within calls")));
      }
      ok_ = false;
      return;
    }
    deepest = depth;
  }

  void ReportCycle(size_t callee, const DeclaredNode& node) {
    ok_ = false;
    std::vector<std::string> names;
    auto entry = std::find_if(stack_.begin(), stack_.end(),
                              [callee](const Entry& open) { return open.body == callee; });
    for (; entry != stack_.end(); ++entry) {
      names.push_back(model_.bodies[entry->body].declared->function.text);
    }
    const std::string& name = model_.bodies[callee].declared->function.text;
    std::string path;
    for (size_t i = 0; i < std::min(names.size(), kMostNamed); ++i) {
      absl::StrAppend(&path, names[i], " -> ");
    }
    if (names.size() > kMostNamed) absl::StrAppend(&path, "... -> ");
    diagnostics_.Add(
        Error(source_, node.op_location, absl::StrCat("function ", Quoted(name), " calls itself"))
            .Hint(absl::StrCat(path, name)));
  }

  const Source& source_;
  const ResolvedModel& model_;
  Diagnostics& diagnostics_;
  std::vector<State> states_;
  std::vector<int> depths_;
  std::vector<Entry> stack_;
  bool ok_ = true;
};

}  // namespace

bool CheckCallGraph(const Source& source, const ResolvedModel& model, Diagnostics& diagnostics) {
  return CallGraphCheck(source, model, diagnostics).Run();
}

}  // namespace plumbline
