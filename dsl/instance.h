// One instance of a body while it is expanded: which of its nodes survive, what its names stand for, in which order its
// nodes can be made. Part of dsl/expand.h.
#ifndef PLUMBLINE_DSL_INSTANCE_H_
#define PLUMBLINE_DSL_INSTANCE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "dsl/constants.h"
#include "dsl/diagnostic.h"
#include "dsl/expanded_model.h"
#include "dsl/folder.h"
#include "dsl/resolve.h"
#include "dsl/source.h"

namespace plumbline {

// What a name stands for in an instance.
struct InstanceValue {
  enum class Kind {
    kKnown,
    kUnknown,  // a mistake that was reported
    kNothing,  // a node that `when` dropped and that has no input to stand for
  };
  Kind kind = Kind::kUnknown;
  ValueRef ref{ValueRef::Kind::kInput, -1};
};

class Instance {
 public:
  // All outlive the instance. Decides what survives, and reports names that survive twice.
  Instance(const Source& source, const ResolvedBody& body, const Constants& constants,
           const Constants::Environment& environment, Folder::Calls calls,
           Diagnostics& diagnostics);
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  const ResolvedBody& body() const { return body_; }
  const DeclaredNode& declared(int node) const {
    return body_.declared->nodes[static_cast<size_t>(node)];
  }
  const ResolvedNode& resolved(int node) const { return body_.nodes[static_cast<size_t>(node)]; }
  const Constants::Environment& environment() const { return environment_; }
  Folder& folder() { return folder_; }
  bool survives(int node) const { return survives_[static_cast<size_t>(node)]; }
  CallChain calls() const { return calls_(); }

  // The node that a target stands for: the survivor of a group or the last of the dropped; -1 if it is no node.
  int NodeOf(const ValueTarget& target) const;

  // Of a dropped node: the target that its name stands for; kUnknown if it has no inputs.
  ValueTarget StandIn(int node) const;

  // Survivors and the dropped nodes that they or `results` refer to, each after what it needs. Cycles are reported and
  // cut.
  std::vector<int> Order(const std::vector<ValueTarget>& results);

  int scope = 0;
  std::string path;                       // prefix of the nodes' paths
  std::vector<InstanceValue> arguments;
  std::vector<InstanceValue> values;      // by node, once made

 private:
  std::vector<int> Needs(int node) const;
  void DecideSurvival();
  void FindSurvivors();
  void ReportCycle(const std::vector<int>& open, int node);

  const Source& source_;
  const ResolvedBody& body_;
  const Constants::Environment& environment_;
  const Folder::Calls calls_;
  Diagnostics& diagnostics_;
  Folder folder_;
  std::vector<bool> survives_;
  std::vector<bool> uncertain_;  // `when` could not be computed
  std::vector<int> earlier_;     // the nearest earlier survivor, or -1
  std::vector<int> survivors_;   // by group: the node it stands for
};

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_INSTANCE_H_
