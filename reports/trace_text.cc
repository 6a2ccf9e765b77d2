#include "reports/trace_text.h"

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "reports/canonical_text.h"
#include "reports/digest.h"

namespace plumbline {
namespace {

// A component of a path: a value, or what lies below it, or both.
struct Component {
  std::string own;  // digest of the value of this very name, or empty
  std::vector<std::pair<std::string, std::unique_ptr<Component>>> children;
  std::map<std::string, Component*> by_name;

  Component& Child(const std::string& name) {
    Component*& child = by_name[name];
    if (child == nullptr) {
      children.emplace_back(name, std::make_unique<Component>());
      child = children.back().second.get();
    }
    return *child;
  }
};

// Paths are as deep as calls of functions, which the language bounds.
std::string DigestOf(const Component& component) {
  Sha256 digest;
  digest.AddField(component.own);
  for (const auto& [name, child] : component.children) digest.AddField(name).AddField(DigestOf(*child));
  return digest.Hex();
}

}  // namespace

std::string TraceRoot(const trace::Step& step) {
  Component root;
  for (const trace::Value& value : step.value()) {
    Component* place = &root;
    for (const absl::string_view part : absl::StrSplit(value.name(), '.')) place = &place->Child(std::string(part));
    Sha256 both;  // a parameter may bear the name of a node
    place->own = both.AddField(place->own).AddField(value.op()).AddField(value.digest()).Hex();
  }
  return DigestOf(root);
}

absl::StatusOr<std::string> TraceText(const trace::Trace& trace) { return CanonicalText(trace); }

absl::StatusOr<trace::Trace> ParseTrace(absl::string_view text, absl::string_view file) {
  absl::StatusOr<trace::Trace> trace = ParseText<trace::Trace>(text, file);
  if (!trace.ok()) return trace;
  for (const trace::Step& step : trace->step()) {
    if (TraceRoot(step) != step.root()) {
      return absl::InvalidArgumentError(
          absl::StrCat(file, ": error: the values of step ", step.step(), " do not give its root: the file was changed"));
    }
  }
  return trace;
}

}  // namespace plumbline
