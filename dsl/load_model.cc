#include "dsl/load_model.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dsl/canonical_order.h"
#include "dsl/constants.h"
#include "dsl/declarations.h"
#include "dsl/diagnostic.h"
#include "dsl/expand.h"
#include "dsl/expanded_model.h"
#include "dsl/expansion_size.h"
#include "dsl/load_options.h"
#include "dsl/model.pb.h"
#include "dsl/resolve.h"
#include "dsl/share_parameters.h"
#include "dsl/source.h"
#include "dsl/text_proto.h"

namespace plumbline {
namespace {

constexpr int kLanguage = 1;

bool CheckLanguage(const Source& source, const proto::Model& model, const LocationTable& locations,
                   Diagnostics& diagnostics) {
  if (model.has_language() && model.language() == kLanguage) return true;
  if (model.has_language()) {
    diagnostics.Add(
        Error(source, locations.Value(model, proto::Model::kLanguageFieldNumber, 0),
              absl::StrCat("language ", model.language(), " is not known"))
            .Hint(absl::StrCat("this program reads language ", kLanguage)));
  } else if (!locations.IsDamaged(model)) {
    diagnostics.Add(FileError(source.name(), "no language version")
                        .Hint(absl::StrCat("begin the file with language: ", kLanguage)));
  }
  return false;
}

// So many declarations would only be counted as too many later on.
bool CheckNodeCount(const Source& source, const proto::Model& model, Diagnostics& diagnostics) {
  int64_t count = model.node_size();
  for (const proto::Function& function : model.function()) count += function.node_size();
  if (count <= kMaxExpandedNodes) return true;
  diagnostics.Add(FileError(source.name(), absl::StrCat("the file has ", count, " nodes"))
                      .Hint(absl::StrCat("the limit is ", kMaxExpandedNodes)));
  return false;
}

// What every model has.
void CheckCompleteness(const Source& source, const proto::Model& model,
                       const LocationTable& locations, Diagnostics& diagnostics) {
  if (locations.IsDamaged(model)) return;
  if (model.node_size() == 0) diagnostics.Add(FileError(source.name(), "no nodes"));
  if (model.output_size() == 0) {
    diagnostics.Add(FileError(source.name(), "no outputs")
                        .Hint("write output { name: \"...\" } with the name of a node"));
  }
}

void WarnOfUnusedValues(const ResolvedModel& resolved, const Expansion& expansion,
                        Diagnostics& diagnostics) {
  const Source& source = *expansion.model.source;
  const std::vector<DeclaredArgument>& inputs = resolved.bodies[0].declared->arguments;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (expansion.input_used[i]) continue;
    diagnostics.Add(Warning(source, inputs[i].name.location,
                            absl::StrCat("input ", Quoted(inputs[i].name.text), " is not used")));
  }
  for (size_t body = 0; body < resolved.bodies.size(); ++body) {
    const std::vector<DeclaredNode>& nodes = resolved.bodies[body].declared->nodes;
    for (size_t i = 0; i < nodes.size(); ++i) {
      const size_t number = static_cast<size_t>(resolved.bodies[body].first_node) + i;
      if (!expansion.node_survives[number] || expansion.node_used[number]) continue;
      const std::string& name = nodes[i].name.text;
      diagnostics.Add(
          Warning(source, nodes[i].location,
                  name.empty() ? std::string("the result of this call is not used")
                               : absl::StrCat("node ", Quoted(name), " is not used"))
              .Calls(resolved.declared->example_calls.Chain(static_cast<int>(body) - 1)));
    }
  }
}

}  // namespace

std::optional<ExpandedModel> LoadModel(std::shared_ptr<const Source> source,
                                       const LoadOptions& options, Diagnostics& diagnostics) {
  const int errors_before = diagnostics.error_count();
  proto::Model model;
  LocationTable locations;
  const ParseOutcome outcome = ParseTextProto(*source, &model, &locations, diagnostics);
  if (outcome == ParseOutcome::kUnreadable) return std::nullopt;
  if (!CheckLanguage(*source, model, locations, diagnostics)) return std::nullopt;
  if (!CheckNodeCount(*source, model, diagnostics)) return std::nullopt;
  CheckCompleteness(*source, model, locations, diagnostics);

  const DeclaredModel declared =
      ReadDeclarations(*source, model, locations, *options.catalog, diagnostics);
  Constants constants(*source, declared.constants, options.overrides, diagnostics);
  const ResolvedModel resolved = Resolve(*source, declared, constants, diagnostics);
  if (!resolved.can_expand) return std::nullopt;
  if (!CheckExpansionSize(*source, resolved, constants, diagnostics)) return std::nullopt;

  // Also with errors so far: what they concern is marked, and more may be found.
  Expansion expansion = Expand(source, resolved, constants, diagnostics);
  CheckPaths(expansion.model, diagnostics);
  ShareParameters(expansion, diagnostics);
  if (diagnostics.error_count() != errors_before) return std::nullopt;

  SortCanonically(expansion.model);
  WarnOfUnusedDeclarations(*source, resolved, diagnostics);
  WarnOfUnusedValues(resolved, expansion, diagnostics);
  return std::move(expansion.model);
}

}  // namespace plumbline
