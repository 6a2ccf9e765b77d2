// The model after parsing and expansion: flat, every input explicit, constants folded, in canonical order. Sizes are
// still expressions over symbols and nothing is known about shapes; the compiler's graph is built from this. Plain data;
// dsl/load_model.h makes it, dsl/canonical.h prints it.
#ifndef PLUMBLINE_DSL_EXPANDED_MODEL_H_
#define PLUMBLINE_DSL_EXPANDED_MODEL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dsl/diagnostic.h"
#include "dsl/expression.h"
#include "dsl/initializer.h"
#include "dsl/source.h"

namespace plumbline {

// A model input or the (first) output of a node, by index into ExpandedModel.
struct ValueRef {
  enum class Kind { kInput, kNode };
  Kind kind = Kind::kInput;
  int index = 0;

  friend bool operator==(ValueRef a, ValueRef b) { return a.kind == b.kind && a.index == b.index; }
  friend bool operator!=(ValueRef a, ValueRef b) { return !(a == b); }
};

enum class InputDType { kF32, kS64, kU8 };

// One size of an input's shape: a bare symbol, a positive literal, or an expression over symbols of the model's inputs
// (to be checked once these are bound).
struct InputDimension {
  Expression size;
  std::optional<int64_t> bound;  // of a bare symbol: its declared maximum
  SourceLocation location;
};

struct ExpandedInput {
  std::string name;
  InputDType dtype = InputDType::kF32;
  std::vector<InputDimension> shape;
  SourceLocation location;
};

// One entry of an argument's shape pattern, constants folded.
struct PatternEntry {
  bool binds = false;  // true: `name` is a symbol of the scope and stands for this size from here on
  std::string name;
  Expression check;  // otherwise: this size, over symbols of the scope, must equal the value's
  SourceLocation location;
};

// The value given for an argument of a function, and the shape the function declares for it. Within a scope, first all
// binding entries bind, then all others are checked.
struct ScopeBinding {
  std::string argument;
  ValueRef value;
  bool has_pattern = false;  // false: any shape will do
  std::vector<PatternEntry> pattern;
  SourceLocation location;        // of the argument's declaration
  SourceLocation value_location;  // of the call's input
};

// Where symbols live. Scope 0 is the top level, whose symbols are those of the inputs' shapes; each instance of a
// function has one of its own.
struct ExpandedScope {
  int parent = -1;       // the calling scope; less than the scope's own index
  std::string path;      // prefix of the nodes' paths; an instance without a name has its caller's
  bool is_named = false;  // false: the call adds no component to the path
  std::string function;   // empty for scope 0
  SourceLocation location;             // of the calling node
  std::vector<ScopeBinding> bindings;  // in the order of the arguments
};

struct ExpandedAttribute {
  enum class Kind { kExpressions, kText, kInitializer };
  std::string name;
  Kind kind = Kind::kExpressions;
  std::vector<Expression> values;  // kExpressions: constants folded, over symbols of the node's scope
  std::string text;                // as written
  std::optional<InitializerSpec> initializer;  // kInitializer
  SourceLocation location;                     // of the string
};

// Overrides how a parameter of the node starts.
struct ExpandedInit {
  std::string parameter;  // name within the node, "bias"
  InitializerSpec initializer;
  SourceLocation location;
};

struct ExpandedNode {
  std::string path;  // unique in the model; empty for a loss or metric
  std::string op;    // as in dsl/ops.proto
  std::vector<ValueRef> inputs;
  std::vector<SourceLocation> input_locations;  // of where each was named, or of the node if it was not
  std::vector<ExpandedAttribute> attributes;    // those that were given, by name
  std::vector<ExpandedInit> inits;              // by parameter; at most one each
  // Path of the node whose parameters this one uses; that one uses its own. Empty: its own.
  std::string parameters_of;
  // True when the node shares as part of a shared call, so that it need not have parameters at all.
  bool shares_as_part = false;
  SourceLocation parameters_of_location;
  int scope = 0;
  SourceLocation location;  // of the op within the node
};

// A loss or metric: its op's inputs are the fields named in the op's signature, the other fields are attributes.
struct ExpandedLoss {
  std::string name;
  double weight = 1;
  ExpandedNode node;
  SourceLocation location;
};

struct ExpandedMetric {
  std::string name;
  ExpandedNode node;
  SourceLocation location;
};

struct ExpandedOutput {
  std::string name;
  ValueRef value;
  SourceLocation location;
};

struct ExpandedDecode {
  int input = 0;  // index into ExpandedModel::inputs
  std::string symbol;
  int output = 0;  // index into ExpandedModel::outputs
  SourceLocation location;
};

// Inputs, outputs, losses and metrics are sorted by name, nodes topologically with ties by path (numbers within names
// compare as numbers), scopes by path and first node, callers first. Where a file writes out its inputs and function
// outputs, the order of its declarations changes nothing but locations.
struct ExpandedModel {
  std::shared_ptr<const Source> source;
  std::string name;
  std::string batch;  // the batch symbol, empty if there is none
  std::vector<ExpandedInput> inputs;
  std::vector<ExpandedScope> scopes;
  std::vector<ExpandedNode> nodes;
  std::vector<ExpandedOutput> outputs;
  std::vector<ExpandedLoss> losses;
  std::vector<ExpandedMetric> metrics;
  std::optional<ExpandedDecode> decode;
};

// The calls that lead to a scope, innermost first.
CallChain CallChainOf(const ExpandedModel& model, int scope);

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_EXPANDED_MODEL_H_
