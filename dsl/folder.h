// Turns what a declaration says into values for one instance of it: constants are replaced by their values there. It
// reports what has no value, or one that cannot be meant.
#ifndef PLUMBLINE_DSL_FOLDER_H_
#define PLUMBLINE_DSL_FOLDER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "dsl/constants.h"
#include "dsl/declarations.h"
#include "dsl/diagnostic.h"
#include "dsl/expanded_model.h"
#include "dsl/expression.h"
#include "dsl/initializer.h"
#include "dsl/resolve.h"
#include "dsl/source.h"

namespace plumbline {

class Folder {
 public:
  // All outlive the folder. `environment` is that of the instance.
  Folder(const Source& source, const Constants& constants,
         const Constants::Environment& environment, Diagnostics& diagnostics);

  // The calls that lead to the instance, for diagnostics; asked for only when there are any.
  using Calls = std::function<CallChain()>;
  void SetCalls(Calls calls) { calls_ = std::move(calls); }

  // Nothing when it was reported, here or before.
  std::optional<bool> Condition(const DeclaredExpression& expression);
  std::optional<int64_t> Integer(const DeclaredExpression& expression);
  std::optional<double> Real(const DeclaredExpression& expression);

  std::vector<ExpandedAttribute> Attributes(const DeclaredNode& node);
  std::vector<ExpandedInit> Inits(const DeclaredNode& node);
  std::vector<PatternEntry> Pattern(const DeclaredShape& shape,
                                    const std::vector<ResolvedSize>& sizes);
  std::vector<InputDimension> InputShape(const DeclaredShape& shape);

  void Report(SourceLocation quote, const ExpressionError& error);

 private:
  std::optional<Expression> Size(const Expression& size, absl::string_view what,
                                 SourceLocation quote);
  std::optional<InitializerSpec> Initializer(const std::string& text, SourceLocation quote);

  const Source& source_;
  const NameLookup lookup_;     // constants, and symbols
  const NameLookup constants_;  // where only constants may stand
  Diagnostics& diagnostics_;
  Calls calls_;
};

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_FOLDER_H_
