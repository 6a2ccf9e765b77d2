// plumbline check: every mistake of every file.
#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "dsl/diagnostic.h"
#include "dsl/read_source.h"
#include "experiments/load_experiment.h"
#include "ops/all_ops.h"
#include "tools/plumbline/command.h"

namespace plumbline {
namespace {

// Whether the file says that it is an experiment. Anything that cannot be read is left to the model's loader to refuse.
bool IsExperiment(const std::string& path) {
  const auto source = ReadSource(UserPath(path));
  return source.ok() && DeclaredMessage(**source) == "Experiment";
}

Outcome CheckOneExperiment(const std::string& path) {
  Outcome outcome;
  const auto source = ReadSource(UserPath(path));
  if (!source.ok()) return Failed(source.status());
  Diagnostics diagnostics;
  if (CheckExperiment(*source, AllOps(), diagnostics)) {
    outcome.output = absl::StrCat(EscapeForTerminal(path), ": ok, experiment\n");
  } else {
    outcome.exit_code = kExitUsage;
  }
  outcome.errors = diagnostics.Render();
  return outcome;
}

Outcome CheckOneModel(const std::string& path, const std::vector<std::string>& sets) {
  Outcome outcome;
  const std::optional<Model> model = LoadModelForUser(path, sets, outcome);
  if (!model) return outcome;
  outcome.output = absl::StrCat(EscapeForTerminal(path), ": ok, model '", model->expanded.name, "', identity ",
                                model->identity, "\n");
  return outcome;
}

Outcome Run(const std::vector<std::string>& words) {
  const auto arguments = Arguments::Parse(words, {{"set", true, true}}, 1, -1);
  if (!arguments.ok()) return UsageError("check", arguments.status());
  Outcome outcome;
  for (const std::string& path : arguments->positional()) {
    const Outcome one =
        IsExperiment(path) ? CheckOneExperiment(path) : CheckOneModel(path, arguments->All("set"));
    outcome.errors += one.errors;
    outcome.output += one.output;
    outcome.exit_code = std::max(outcome.exit_code, one.exit_code);
  }
  if (outcome.exit_code != kExitOk) outcome.output.clear();
  return outcome;
}

}  // namespace

Command CheckCommand() {
  return {"check", "FILE... [--set NAME=VALUE]...", "validate models and experiments; all mistakes at once",
          R"(Reads each file, expands it and infers every shape. All mistakes of all files are
reported, each with FILE:LINE:COLUMN, the line, and the reason. An op that the
language knows but that cannot run yet gets a note. For each valid file the last
line gives its identity: the SHA-256 of what the file means, independent of
comments, layout and the order of declarations.

  --set NAME=VALUE   another value for a constant of the model
)",
          Run};
}

}  // namespace plumbline
