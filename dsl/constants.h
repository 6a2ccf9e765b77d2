// The constants of a model and their values, at the top level and under the `set`s of calls. Constants may be made of
// others: those follow when a `set` or an override changes what they are made of.
#ifndef PLUMBLINE_DSL_CONSTANTS_H_
#define PLUMBLINE_DSL_CONSTANTS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "dsl/declarations.h"
#include "dsl/diagnostic.h"
#include "dsl/expression.h"
#include "dsl/load_options.h"
#include "dsl/source.h"

namespace plumbline {

inline constexpr int kMaxConstantDepth = 100;          // constants made of constants
inline constexpr int64_t kMaxConstantUpdates = 1000000;  // values computed anew for `set`s

class Constants {
 public:
  // What `set`s are in force at some place; made by With() and owned by Constants.
  class Environment;

  // A constant and its new value.
  using Setting = std::pair<int, Number>;

  // Reports duplicates, unknown names, cycles and values that cannot be computed.
  Constants(const Source& source, const std::vector<DeclaredConstant>& declared,
            const std::vector<ConstantOverride>& overrides, Diagnostics& diagnostics);
  ~Constants();
  Constants(const Constants&) = delete;
  Constants& operator=(const Constants&) = delete;

  // Index of a constant; -1 if there is none of that name.
  int Find(absl::string_view name) const;
  const std::vector<std::string>& names() const { return names_; }

  const Environment& top_level() const { return *environments_[0]; }

  // The environment with further settings, by constant. The same arguments give the same environment.
  const Environment& With(const Environment& outer, std::vector<Setting> settings);

  // Distinct environments have distinct ids.
  static int IdOf(const Environment& environment);

  // Values under an environment; a symbol for what is no constant. An error without a message was reported before.
  NameLookup In(const Environment& environment) const;

  // The same where only constants may stand: for any other name an error without a message, since dsl/resolve.h has
  // reported it.
  NameLookup OnlyIn(const Environment& environment) const;

 private:
  struct Definition;

  void Declare(const std::vector<DeclaredConstant>& declared);
  void Override(const std::vector<ConstantOverride>& overrides);
  void CheckNames(Definition& definition);
  void CheckCycles();
  void Report(const Definition& definition, const ExpressionError& error);
  ExpressionOr<Number> Value(int constant, const Environment& environment) const;
  ExpressionOr<Number> Compute(int constant, const Environment& environment) const;

  const Source& source_;
  Diagnostics& diagnostics_;
  std::vector<std::string> names_;
  absl::flat_hash_map<std::string, int> index_;
  std::vector<Definition> definitions_;
  std::vector<std::unique_ptr<Environment>> environments_;
  std::map<std::pair<int, std::vector<Setting>>, const Environment*> known_;
  mutable int64_t updates_ = 0;
};

}  // namespace plumbline

#endif  // PLUMBLINE_DSL_CONSTANTS_H_
