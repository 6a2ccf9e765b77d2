// A model file as it is declared: names obey the rule, what has to be given is given, every expression is parsed, every
// place is known. Names are not resolved and nothing is evaluated; that is dsl/resolve.h and dsl/expand.h. Where something
// was refused it is marked, so that later steps keep quiet about it.
#ifndef PLUMBLINE_DSL_DECLARATIONS_H_
#define PLUMBLINE_DSL_DECLARATIONS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "dsl/diagnostic.h"
#include "dsl/example_calls.h"
#include "dsl/expanded_model.h"
#include "dsl/expression.h"
#include "dsl/model.pb.h"
#include "dsl/op_catalog.h"
#include "dsl/source.h"
#include "dsl/text_proto.h"

namespace plumbline {

// A name as written. Empty: not given, or refused.
struct DeclaredName {
  std::string text;
  SourceLocation location;  // of its opening quote, or of what lacks it

  bool given() const { return !text.empty(); }
};

// A single expression in a string.
struct DeclaredExpression {
  bool given = false;
  bool valid = false;  // parsed
  Expression expression;
  std::string text;
  SourceLocation quote;
};

struct DeclaredSize {
  Expression size;
  std::optional<Expression> bound;  // T<=2754
};

// A comma-separated shape. Given but not valid: refused.
struct DeclaredShape {
  bool given = false;
  bool valid = false;
  std::vector<DeclaredSize> sizes;
  size_t length = 0;  // of the text
  SourceLocation quote;
};

struct DeclaredConstant {
  DeclaredName name;
  DeclaredExpression value;
};

// An input of the model or an argument of a function.
struct DeclaredArgument {
  DeclaredName name;
  DeclaredShape shape;
  std::optional<InputDType> dtype;  // of an input
};

struct DeclaredAttribute {
  std::string name;
  ExpandedAttribute::Kind kind = ExpandedAttribute::Kind::kExpressions;
  bool valid = false;
  std::vector<Expression> values;
  std::string text;
  SourceLocation quote;
};

// Of a parameter of the node; the text is an initialiser.
struct DeclaredInit {
  DeclaredName parameter;
  std::string text;
  SourceLocation quote;
};

struct DeclaredSet {
  DeclaredName constant;
  DeclaredExpression value;
};

struct DeclaredCall {
  DeclaredName function;
  std::vector<DeclaredSet> sets;
  DeclaredExpression repeat;
  DeclaredExpression share_parameters;
  SourceLocation location;
};

struct DeclaredNode {
  DeclaredName name;  // empty for a call that has none, or when refused
  SourceLocation location;
  std::vector<DeclaredName> inputs;
  DeclaredExpression when;
  DeclaredName parameters_of;
  std::vector<DeclaredInit> inits;
  std::string op;  // empty: none was given, or it was refused
  SourceLocation op_location;
  const OpSignature* signature = nullptr;  // null for a call, or when refused
  std::vector<DeclaredAttribute> attributes;
  std::optional<DeclaredCall> call;
};

// A function, or the top level of the model with its inputs as arguments.
struct DeclaredBody {
  DeclaredName function;  // empty for the top level
  SourceLocation location;
  std::vector<DeclaredArgument> arguments;
  std::vector<DeclaredNode> nodes;
  DeclaredName output;  // empty: the last node
  bool damaged = false;  // something between its parts was refused
};

struct DeclaredOutput {
  DeclaredName name;
  DeclaredName value;  // the name itself when not given
};

// A loss or metric: a node without a name whose inputs are the fields that hold values.
struct DeclaredLoss {
  DeclaredName name;
  DeclaredExpression weight;
  DeclaredNode node;
};

struct DeclaredDecode {
  DeclaredName input;
  DeclaredName symbol;
  DeclaredName output;
};

struct DeclaredModel {
  std::string name;
  DeclaredName batch;
  std::vector<DeclaredConstant> constants;
  std::vector<DeclaredBody> bodies;  // the top level, then the functions
  std::vector<DeclaredOutput> outputs;
  std::vector<DeclaredLoss> losses;
  std::vector<DeclaredLoss> metrics;
  std::optional<DeclaredDecode> decode;
  ExampleCalls example_calls;  // of bodies[i + 1], for diagnostics about it
};

// Reports everything that can be said of each declaration by itself.
DeclaredModel ReadDeclarations(const Source& source, const proto::Model& model,
                               const LocationTable& locations, const OpCatalog& catalog,
                               Diagnostics& diagnostics);

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_DECLARATIONS_H_
