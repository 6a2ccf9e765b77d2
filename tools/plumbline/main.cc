// The command line: picks the subcommand, writes what it made, and says so when that cannot be written.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <iterator>
#include <new>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "compiler/onednn/onednn.h"
#include "dsl/diagnostic.h"
#include "experiments/engine_version.h"
#include "tools/plumbline/command.h"

namespace plumbline {
namespace {

std::vector<Command> Commands() {
  std::vector<Command> commands = {CheckCommand(),  OpsCommand(),  ExplainCommand(),
                                   ParamsCommand(), ExecCommand(), RunCommand(), ReproduceCommand(), ReportCommand(),
                                   CollectCommand(), RegenerateCommand(), VerifyCommand(), DiffCommand(), ExportCommand(), DownloadCommand()};
  return commands;
}

std::string Overview(const std::vector<Command>& commands) {
  std::string text =
      "plumbline: neural networks as text files, compiled, measured and reproduced on the CPU\n\n"
      "usage: plumbline COMMAND [ARGUMENTS]\n\n";
  for (const Command& command : commands) {
    absl::StrAppendFormat(&text, "  %-9s %s\n", command.name, command.summary);
  }
  absl::StrAppend(&text,
                  "\nplumbline COMMAND --help explains a command; plumbline --version tells versions.\n"
                  "exit codes: 0 ok, 1 a check failed, 2 invalid input, 3 I/O or resources, 4 internal,\n"
                  "            5 nothing measured, 130/143 stopped by a signal\n");
  return text;
}

std::string Help(const Command& command) {
  return absl::StrCat("usage: plumbline ", command.name, " ", command.synopsis, "\n\n", command.summary, "\n\n",
                      command.help);
}

bool AsksForHelp(const std::vector<std::string>& words) {
  const auto end = std::find(words.begin(), words.end(), "--");
  return std::find_if(words.begin(), end, [](const std::string& word) { return word == "--help" || word == "-h"; }) !=
         end;
}

Outcome Dispatch(const std::vector<std::string>& words) {
  const std::vector<Command> commands = Commands();
  Outcome outcome;
  if (words.empty()) {
    outcome.exit_code = kExitUsage;
    outcome.errors = Overview(commands);
    return outcome;
  }
  const bool wants_help = words[0] == "help" || words[0] == "--help" || words[0] == "-h";
  const std::string name = wants_help && words.size() > 1 ? words[1] : words[0];
  if (wants_help && words.size() == 1) {
    outcome.output = Overview(commands);
    return outcome;
  }
  if (name == "--version") {
    outcome.output = absl::StrCat("plumbline engine ", kEngineVersion, ", oneDNN ", onednn::Version(), "\n");
    return outcome;
  }
  const auto command =
      std::find_if(commands.begin(), commands.end(), [&](const Command& known) { return known.name == name; });
  if (command == commands.end()) {
    std::vector<std::string> names;
    for (const Command& known : commands) names.push_back(known.name);
    outcome.exit_code = kExitUsage;
    outcome.errors = absl::StrCat("plumbline: error: unknown command '", EscapeForTerminal(name), "'\n");
    const std::string hint = DidYouMean(name, names);
    if (!hint.empty()) absl::StrAppend(&outcome.errors, "  ", hint, "\n");
    absl::StrAppend(&outcome.errors, "see: plumbline --help\n");
    return outcome;
  }
  const std::vector<std::string> rest(words.begin() + 1, words.end());
  if (wants_help || AsksForHelp(rest)) {
    outcome.output = Help(*command);
    return outcome;
  }
  return command->run(rest);
}

// Whether all bytes reached stdout.
bool WriteOutput(const std::string& text) {
  if (text.empty()) return true;
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
}

int Main(const std::vector<std::string>& words) {
  Outcome outcome;
  try {
    outcome = Dispatch(words);
  } catch (const std::bad_alloc&) {
    outcome.exit_code = kExitResources;
    outcome.errors = "plumbline: error: out of memory\n";
    outcome.output.clear();
  } catch (const std::exception& error) {
    outcome.exit_code = kExitInternal;
    outcome.errors = absl::StrCat("plumbline: internal error: ", error.what(), "\n");
    outcome.output.clear();
  }
  std::fwrite(outcome.errors.data(), 1, outcome.errors.size(), stderr);
  if (!WriteOutput(outcome.output)) {
    std::fputs("plumbline: error: cannot write to standard output\n", stderr);
    if (outcome.exit_code == kExitOk) outcome.exit_code = kExitResources;
  }
  return outcome.exit_code;
}

}  // namespace
}  // namespace plumbline

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is a failed write, not a death
  std::vector<std::string> words;
  for (int i = 1; i < argc; ++i) words.emplace_back(argv[i]);
  return plumbline::Main(words);
}
