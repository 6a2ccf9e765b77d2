// Resolves the names within one body of a model (dsl/resolve.h). Part of that.
#ifndef PLUMBLINE_DSL_BODY_RESOLVER_H_
#define PLUMBLINE_DSL_BODY_RESOLVER_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "dsl/constants.h"
#include "dsl/declarations.h"
#include "dsl/diagnostic.h"
#include "dsl/expression.h"
#include "dsl/resolve.h"
#include "dsl/source.h"

namespace plumbline {

// What all bodies of a model share.
struct ResolverContext {
  const Source& source;
  const DeclaredModel& model;
  const Constants& constants;
  Diagnostics& diagnostics;
  absl::flat_hash_map<std::string, int> functions;  // index into the model's bodies
  std::vector<std::string> function_names;
};

class BodyResolver {
 public:
  // `index` is the body's in the model.
  BodyResolver(ResolverContext& context, int index);

  // Everything but what stands beside the graph.
  ResolvedBody Resolve();

  // Usable after Resolve().
  ValueTarget FindValue(const DeclaredName& name);
  void CheckAttributes(const DeclaredNode& node);  // names in them
  // Reports names that are no constants.
  void CheckConstant(const DeclaredExpression& expression);
  const std::vector<std::string>& symbols() const { return symbol_names_; }

 private:
  enum class Allowed { kConstants, kConstantsAndSymbols };

  void BindArguments();
  void BindShape(const DeclaredArgument& argument, std::vector<ResolvedSize>* sizes);
  void CheckShapes();
  void GroupNodes();
  void ResolveNode(int index);
  void ResolveInputs(const DeclaredNode& node, int index, ResolvedNode* resolved);
  void ResolveCall(const DeclaredNode& node, ResolvedNode* resolved);
  void ResolveOutput();
  void FindGaps();
  void CheckNames(const Expression& expression, SourceLocation quote, Allowed allowed);
  void CheckInitializer(const std::string& text, SourceLocation quote);
  void Report(SourceLocation location, std::string message, std::string hint);
  std::string UnknownValueHint(absl::string_view name) const;
  std::string BodyName() const;

  ResolverContext& context_;
  const int index_;
  const DeclaredBody& body_;
  ResolvedBody result_;
  absl::flat_hash_map<std::string, ValueTarget> values_;
  std::vector<std::string> value_names_;
  bool values_missing_ = false;   // a value's name was refused, so that an unknown one may be meant
  bool symbols_missing_ = false;  // likewise of symbols and constants
  absl::flat_hash_set<std::string> symbols_;
  std::vector<std::string> symbol_names_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_BODY_RESOLVER_H_
