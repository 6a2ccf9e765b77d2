#include "dsl/canonical_order.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <limits>
#include <numeric>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsl/expanded_model.h"
#include "dsl/expression.h"
#include "dsl/natural_order.h"

namespace plumbline {
namespace {

// order[new] = old.
using Order = std::vector<int>;

template <typename Less>
Order SortedIndices(size_t count, const Less& less) {
  Order order(count);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), less);
  return order;
}

// result[old] = new.
std::vector<int> Inverse(const Order& order) {
  std::vector<int> inverse(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    inverse[static_cast<size_t>(order[i])] = static_cast<int>(i);
  }
  return inverse;
}

template <typename T>
void Permute(const Order& order, std::vector<T>* items) {
  std::vector<T> sorted;
  sorted.reserve(items->size());
  for (const int old : order) sorted.push_back(std::move((*items)[static_cast<size_t>(old)]));
  *items = std::move(sorted);
}

template <typename T>
Order OrderByName(const std::vector<T>& items) {
  return SortedIndices(items.size(), [&items](int a, int b) {
    return NaturalLess(items[static_cast<size_t>(a)].name, items[static_cast<size_t>(b)].name);
  });
}

// Topological; among the nodes that are ready the one with the least path comes first.
Order OrderNodes(const std::vector<ExpandedNode>& nodes) {
  const std::vector<int> rank =
      Inverse(SortedIndices(nodes.size(), [&nodes](int a, int b) {
        return NaturalLess(nodes[static_cast<size_t>(a)].path, nodes[static_cast<size_t>(b)].path);
      }));
  std::vector<int> waiting(nodes.size(), 0);
  std::vector<std::vector<int>> users(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    for (const ValueRef& input : nodes[i].inputs) {
      if (input.kind != ValueRef::Kind::kNode) continue;
      users[static_cast<size_t>(input.index)].push_back(static_cast<int>(i));
      ++waiting[i];
    }
  }
  using Entry = std::pair<int, int>;  // rank, node
  std::priority_queue<Entry, std::vector<Entry>, std::greater<Entry>> ready;
  const auto add = [&](int node) { ready.emplace(rank[static_cast<size_t>(node)], node); };
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (waiting[i] == 0) add(static_cast<int>(i));
  }
  Order order;
  while (!ready.empty()) {
    const int node = ready.top().second;
    ready.pop();
    order.push_back(node);
    for (const int user : users[static_cast<size_t>(node)]) {
      if (--waiting[static_cast<size_t>(user)] == 0) add(user);
    }
  }
  return order;
}

class Sorter {
 public:
  explicit Sorter(ExpandedModel& model) : model_(model) {}

  void Sort() {
    SortInputs();
    SortNodes();
    SortScopes();
    SortOutputs();
    Permute(OrderByName(model_.losses), &model_.losses);
    Permute(OrderByName(model_.metrics), &model_.metrics);
  }

 private:
  // Calls `change` on every reference to a value.
  template <typename Change>
  void ForEachReference(const Change& change) {
    const auto change_node = [&change](ExpandedNode& node) {
      for (ValueRef& input : node.inputs) change(input);
    };
    for (ExpandedNode& node : model_.nodes) change_node(node);
    for (ExpandedLoss& loss : model_.losses) change_node(loss.node);
    for (ExpandedMetric& metric : model_.metrics) change_node(metric.node);
    for (ExpandedOutput& output : model_.outputs) change(output.value);
    for (ExpandedScope& scope : model_.scopes) {
      for (ScopeBinding& binding : scope.bindings) change(binding.value);
    }
  }

  void Renumber(ValueRef::Kind kind, const std::vector<int>& new_index) {
    ForEachReference([&](ValueRef& ref) {
      if (ref.kind == kind) ref.index = new_index[static_cast<size_t>(ref.index)];
    });
  }

  void SortInputs() {
    const Order order = OrderByName(model_.inputs);
    const std::vector<int> new_index = Inverse(order);
    Permute(order, &model_.inputs);
    Renumber(ValueRef::Kind::kInput, new_index);
    if (model_.decode.has_value()) {
      model_.decode->input = new_index[static_cast<size_t>(model_.decode->input)];
    }
  }

  void SortNodes() {
    const Order order = OrderNodes(model_.nodes);
    Permute(order, &model_.nodes);
    Renumber(ValueRef::Kind::kNode, Inverse(order));
  }

  void SortOutputs() {
    const Order order = OrderByName(model_.outputs);
    const std::vector<int> new_index = Inverse(order);
    Permute(order, &model_.outputs);
    if (model_.decode.has_value()) {
      model_.decode->output = new_index[static_cast<size_t>(model_.decode->output)];
    }
  }

  // By path, then by depth, so that callers come before their calls without a name, then by the first node that is made
  // in a scope or below it. What is still equal has no nodes and differs in its bindings at most.
  void SortScopes() {
    std::vector<ExpandedScope>& scopes = model_.scopes;
    std::vector<int> depth(scopes.size(), 0);
    std::vector<int> first_node(scopes.size(), std::numeric_limits<int>::max());
    for (size_t i = 1; i < scopes.size(); ++i) {
      depth[i] = depth[static_cast<size_t>(scopes[i].parent)] + 1;
    }
    for (size_t i = 0; i < model_.nodes.size(); ++i) {
      int& first = first_node[static_cast<size_t>(model_.nodes[i].scope)];
      first = std::min(first, static_cast<int>(i));
    }
    for (size_t i = scopes.size() - 1; i > 0; --i) {
      int& first = first_node[static_cast<size_t>(scopes[i].parent)];
      first = std::min(first, first_node[i]);
    }
    const Order order = SortedIndices(scopes.size(), [&](int left, int right) {
      const size_t a = static_cast<size_t>(left);
      const size_t b = static_cast<size_t>(right);
      if (scopes[a].path != scopes[b].path) return NaturalLess(scopes[a].path, scopes[b].path);
      if (depth[a] != depth[b]) return depth[a] < depth[b];
      if (first_node[a] != first_node[b]) return first_node[a] < first_node[b];
      return BindingsText(scopes[a]) < BindingsText(scopes[b]);
    });
    const std::vector<int> new_index = Inverse(order);
    Permute(order, &scopes);
    for (size_t i = 1; i < scopes.size(); ++i) {
      scopes[i].parent = new_index[static_cast<size_t>(scopes[i].parent)];
    }
    const auto renumber = [&](ExpandedNode& node) {
      node.scope = new_index[static_cast<size_t>(node.scope)];
    };
    for (ExpandedNode& node : model_.nodes) renumber(node);
    for (ExpandedLoss& loss : model_.losses) renumber(loss.node);
    for (ExpandedMetric& metric : model_.metrics) renumber(metric.node);
  }

  static std::string BindingsText(const ExpandedScope& scope) {
    std::string text;
    for (const ScopeBinding& binding : scope.bindings) {
      absl::StrAppend(&text, static_cast<int>(binding.value.kind), ":", binding.value.index);
      for (const PatternEntry& entry : binding.pattern) {
        absl::StrAppend(&text, ",", entry.binds ? entry.name : ToString(entry.check));
      }
      text += ";";
    }
    return text;
  }

  ExpandedModel& model_;
};

}  // namespace

void SortCanonically(ExpandedModel& model) { Sorter(model).Sort(); }

}  // namespace plumbline
