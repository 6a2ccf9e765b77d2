// Runs the plumbline binary as a user would, for tests of the command line.
#ifndef PLUMBLINE_TESTS_TOOLS_RUN_PROGRAM_H_
#define PLUMBLINE_TESTS_TOOLS_RUN_PROGRAM_H_

#include <string>
#include <vector>

namespace plumbline {

struct ProgramResult {
  int exit_code = -1;  // -1: ended by a signal
  std::string output;  // stdout
  std::string errors;  // stderr
};

// Arguments are passed as they are. `prefix` is shell text before the command, for instance "LC_ALL=C ulimit -n 16;";
// `suffix` is shell text after it, for instance "> /dev/full".
ProgramResult RunPlumbline(const std::vector<std::string>& arguments);
ProgramResult RunPlumbline(const std::string& prefix, const std::vector<std::string>& arguments,
                           const std::string& suffix);

// The path of a file of the workspace that the test has as data.
std::string DataPath(const std::string& path);
// A path in the test's own folder.
std::string ScratchPath(const std::string& name);
void WriteText(const std::string& path, const std::string& text);
std::string ReadText(const std::string& path);
bool Exists(const std::string& path);

}  // namespace plumbline

#endif  // PLUMBLINE_TESTS_TOOLS_RUN_PROGRAM_H_
