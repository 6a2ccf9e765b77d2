#include "dsl/share_parameters.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "dsl/diagnostic.h"
#include "dsl/expand.h"
#include "dsl/expanded_model.h"

namespace plumbline {
namespace {

class Sharer {
 public:
  Sharer(Expansion& expansion, Diagnostics& diagnostics)
      : expansion_(expansion), model_(expansion.model), diagnostics_(diagnostics) {
    for (size_t i = 0; i < model_.nodes.size(); ++i) {
      nodes_.emplace(model_.nodes[i].path, static_cast<int>(i));
    }
    for (const CallInstance& instance : expansion.instances) {
      instances_.emplace(instance.path, instance.body);
    }
  }

  void Run() {
    for (const SharingRequest& request : expansion_.sharing) Grant(request);
    for (size_t i = 0; i < model_.nodes.size(); ++i) FindRoot(static_cast<int>(i));
  }

 private:
  void Report(const SharingRequest& request, std::string message, std::string hint) {
    diagnostics_.Add(Error(*model_.source, request.location, std::move(message))
                         .Hint(std::move(hint))
                         .Calls(CallChainOf(model_, request.scope)));
  }

  bool Exists(const std::string& path) const {
    return nodes_.contains(path) || instances_.contains(path);
  }

  // The path that the request means; empty when there is no such thing.
  std::string FindTarget(const SharingRequest& request) const {
    const std::string& scope = model_.scopes[static_cast<size_t>(request.scope)].path;
    if (!request.target_is_path && !scope.empty()) {
      std::string beside = absl::StrCat(scope, ".", request.target);
      if (Exists(beside)) return beside;
    }
    return Exists(request.target) ? request.target : std::string();
  }

  void Grant(const SharingRequest& request) {
    const std::string target = FindTarget(request);
    if (target.empty()) {
      ReportMissing(request);
    } else if (target == request.path) {
      Report(request, absl::StrCat(Quoted(request.path), " shares parameters with itself"), "");
    } else if (request.is_call) {
      GrantCall(request, target);
    } else if (!nodes_.contains(target)) {
      Report(request, absl::StrCat(Quoted(request.target), " is a call"),
             "a node shares with a node: name one inside the call");
    } else {
      ExpandedNode& node = model_.nodes[static_cast<size_t>(request.begin)];
      node.parameters_of = target;
      node.parameters_of_location = request.location;
    }
  }

  void ReportMissing(const SharingRequest& request) {
    std::string hint;
    if (instances_.contains(request.target + "0")) {
      hint = absl::StrCat("the instances of ", Quoted(request.target), " are ",
                          Quoted(request.target + "0"), " and so on");
    } else if (!diagnostics_.full()) {
      std::vector<std::string> paths;
      for (const ExpandedNode& node : model_.nodes) paths.push_back(node.path);
      hint = DidYouMean(request.target, paths);
    }
    Report(request, absl::StrCat("there is no node ", Quoted(request.target), " to share with"),
           hint);
  }

  void GrantCall(const SharingRequest& request, const std::string& target) {
    const auto instance = instances_.find(target);
    if (instance == instances_.end() || instance->second != request.body) {
      Report(request, absl::StrCat(Quoted(request.target), " is no call of the same function"),
             "a call shares with another call of its function");
      return;
    }
    for (int i = request.begin; i < request.end; ++i) {
      ExpandedNode& node = model_.nodes[static_cast<size_t>(i)];
      if (!node.parameters_of.empty()) continue;
      // All paths in the call begin with its own, which is empty for a call without a name at the top level.
      const std::string counterpart = request.path.empty()
                                          ? absl::StrCat(target, ".", node.path)
                                          : absl::StrCat(target, node.path.substr(request.path.size()));
      if (!nodes_.contains(counterpart)) {
        Report(request, absl::StrCat(Quoted(node.path), " has no counterpart to share with"),
               absl::StrCat("there is no ", Quoted(counterpart)));
        return;
      }
      if (counterpart == node.path) continue;
      node.parameters_of = counterpart;
      node.shares_as_part = true;
      node.parameters_of_location = request.location;
    }
  }

  // Follows a node's chain to the end and points all of it there.
  void FindRoot(int start) {
    std::vector<int> chain;
    int at = start;
    while (!Node(at).parameters_of.empty() && chain.size() <= model_.nodes.size()) {
      const auto next = nodes_.find(Node(at).parameters_of);
      if (next == nodes_.end()) return;
      if (is_root_path_.contains(at)) {
        at = next->second;
        break;
      }
      chain.push_back(at);
      at = next->second;
    }
    if (chain.size() > model_.nodes.size()) {
      ExpandedNode& node = Node(start);
      diagnostics_.Add(Error(*model_.source, node.parameters_of_location,
                             absl::StrCat(Quoted(node.path),
                                          " shares parameters in a circle"))
                           .Calls(CallChainOf(model_, node.scope)));
      for (const int member : chain) Node(member).parameters_of.clear();
      return;
    }
    for (const int member : chain) {
      Node(member).parameters_of = Node(at).path;
      is_root_path_.insert(member);
    }
  }

  ExpandedNode& Node(int index) { return model_.nodes[static_cast<size_t>(index)]; }

  Expansion& expansion_;
  ExpandedModel& model_;
  Diagnostics& diagnostics_;
  absl::flat_hash_map<std::string, int> nodes_;
  absl::flat_hash_map<std::string, int> instances_;
  absl::flat_hash_set<int> is_root_path_;  // nodes whose parameters_of is final
};

}  // namespace

void CheckPaths(const ExpandedModel& model, Diagnostics& diagnostics) {
  absl::flat_hash_map<std::string, const ExpandedNode*> first;
  for (const ExpandedInput& input : model.inputs) first.emplace(input.name, nullptr);
  for (const ExpandedNode& node : model.nodes) {
    // A node whose name was refused.
    if (node.path == model.scopes[static_cast<size_t>(node.scope)].path) continue;
    const auto [found, is_new] = first.emplace(node.path, &node);
    if (is_new) continue;
    // Within one scope the name itself was reported; inputs belong to the top level.
    const ExpandedNode* other = found->second;
    if (node.scope == (other == nullptr ? 0 : other->scope)) continue;
    std::string hint = "a call without a name puts its nodes beside the caller's";
    if (other != nullptr) {
      absl::StrAppend(&hint, "; the first node of this path is in line ", other->location.line);
    }
    diagnostics.Add(Error(*model.source, node.location,
                          absl::StrCat("there are two nodes with the path ", Quoted(node.path)))
                        .Hint(std::move(hint))
                        .Calls(CallChainOf(model, node.scope)));
  }
}

void ShareParameters(Expansion& expansion, Diagnostics& diagnostics) {
  Sharer(expansion, diagnostics).Run();
}

}  // namespace plumbline
