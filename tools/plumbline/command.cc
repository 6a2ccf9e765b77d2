// Exit codes and the loading of models.
#include "tools/plumbline/command.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "dsl/diagnostic.h"
#include "dsl/read_source.h"
#include "ops/all_ops.h"

namespace plumbline {

ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk: return kExitOk;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kUnimplemented: return kExitUsage;
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDataLoss: return kExitResources;
    default: return kExitInternal;
  }
}

Outcome Failed(const absl::Status& status) {
  Outcome outcome;
  outcome.exit_code = ExitCodeOf(status);
  const std::string message(status.message());
  const bool located = message.find(": error: ") != std::string::npos;
  outcome.errors = absl::StrCat(located ? "" : "plumbline: error: ", message, "\n");
  return outcome;
}

Outcome UsageError(absl::string_view command, const absl::Status& status) {
  Outcome outcome = Failed(status);
  absl::StrAppend(&outcome.errors, "see: plumbline ", command, " --help\n");
  return outcome;
}

std::optional<Model> LoadModelForUser(const std::string& path, const std::vector<std::string>& sets,
                                      Outcome& outcome) {
  std::vector<ConstantOverride> overrides;
  for (const std::string& set : sets) {
    const auto assignment = SplitAssignment("set", set);
    if (!assignment.ok()) {
      outcome = Failed(assignment.status());
      return std::nullopt;
    }
    overrides.push_back({assignment->first, assignment->second, absl::StrCat("--set ", set)});
  }
  const auto source = ReadSource(UserPath(path));
  if (!source.ok()) {
    outcome = Failed(absl::Status(source.status().code(),
                                  absl::StrCat(EscapeForTerminal(path), ": error: ", source.status().message())));
    return std::nullopt;
  }
  // Diagnostics name the file as the user did.
  const auto named = std::make_shared<const Source>(path, (*source)->text());
  Diagnostics diagnostics;
  std::optional<Model> model = BuildModel(named, AllOps(), overrides, diagnostics);
  outcome.errors += diagnostics.Render();
  if (!model) outcome.exit_code = kExitUsage;
  return model;
}

}  // namespace plumbline
