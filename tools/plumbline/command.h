// What every subcommand is, and what they share: loading a model with its diagnostics, and exit codes.
#ifndef PLUMBLINE_TOOLS_PLUMBLINE_COMMAND_H_
#define PLUMBLINE_TOOLS_PLUMBLINE_COMMAND_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "compiler/compile.h"
#include "tools/plumbline/arguments.h"

namespace plumbline {

enum ExitCode {
  kExitOk = 0,           // ok, same
  kExitDiffers = 1,      // a check failed, differs, regression
  kExitUsage = 2,        // usage or invalid input
  kExitResources = 3,    // I/O, resources, missing records
  kExitInternal = 4,
  kExitNotMeasured = 5,  // nothing measured or not comparable
};

// What a subcommand hands to main: stdout is written only when it is complete, so that a refused input leaves nothing.
struct Outcome {
  int exit_code = kExitOk;
  std::string output;  // stdout
  std::string errors;  // stderr: diagnostics, notes
};

// Where data sets are looked for and downloaded to, in the working directory.
inline constexpr char kDefaultDataFolder[] = "data";

struct Command {
  std::string name;
  std::string synopsis;  // arguments and flags, one line
  std::string summary;   // one line
  std::string help;      // the rest of --help
  Outcome (*run)(const std::vector<std::string>& words);
};

Command CheckCommand();
Command OpsCommand();
Command ExplainCommand();
Command ParamsCommand();
Command ExecCommand();
Command RunCommand();
Command ReproduceCommand();
Command ReportCommand();
Command CollectCommand();
Command ExportCommand();
Command DownloadCommand();
Command RegenerateCommand();
Command DiffCommand();
Command VerifyCommand();

ExitCode ExitCodeOf(const absl::Status& status);
// An outcome that only reports the error; usage errors point at --help of the command.
Outcome Failed(const absl::Status& status);
Outcome UsageError(absl::string_view command, const absl::Status& status);

// Reads and builds the model at a path that a user gave, with `--set` overrides. On failure `outcome` has diagnostics
// and exit code; otherwise warnings and notes, if any, are in outcome.errors.
std::optional<Model> LoadModelForUser(const std::string& path, const std::vector<std::string>& sets, Outcome& outcome);

}  // namespace plumbline

#endif  // PLUMBLINE_TOOLS_PLUMBLINE_COMMAND_H_
