// plumbline check: every mistake of every file.
#include <optional>

#include "absl/strings/str_cat.h"
#include "dsl/diagnostic.h"
#include "tools/plumbline/command.h"

namespace plumbline {
namespace {

Outcome Run(const std::vector<std::string>& words) {
  const auto arguments = Arguments::Parse(words, {{"set", true, true}}, 1, -1);
  if (!arguments.ok()) return UsageError("check", arguments.status());
  Outcome outcome;
  for (const std::string& path : arguments->positional()) {
    Outcome one;
    const std::optional<Model> model = LoadModelForUser(path, arguments->All("set"), one);
    outcome.errors += one.errors;
    outcome.exit_code = std::max(outcome.exit_code, one.exit_code);
    if (!model) continue;
    absl::StrAppend(&outcome.output, EscapeForTerminal(path), ": ok, model '", model->expanded.name, "', identity ",
                    model->identity, "\n");
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
