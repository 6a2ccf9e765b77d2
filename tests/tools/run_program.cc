// Through the shell, with both streams in files.
#include "tests/tools/run_program.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace plumbline {
namespace {

std::string Quote(const std::string& word) {
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace

std::string DataPath(const std::string& path) {
  return std::string(std::getenv("TEST_SRCDIR")) + "/" + std::getenv("TEST_WORKSPACE") + "/" + path;
}

std::string ScratchPath(const std::string& name) { return std::string(std::getenv("TEST_TMPDIR")) + "/" + name; }

void WriteText(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

ProgramResult RunPlumbline(const std::vector<std::string>& arguments) { return RunPlumbline("", arguments, ""); }

ProgramResult RunPlumbline(const std::string& prefix, const std::vector<std::string>& arguments,
                           const std::string& suffix) {
  const std::string output = ScratchPath("stdout");
  const std::string errors = ScratchPath("stderr");
  std::string command = "exec >" + Quote(output) + " 2>" + Quote(errors) + "; " + prefix + " " +
                        Quote(DataPath("plumbline"));
  for (const std::string& argument : arguments) command += " " + Quote(argument);
  command += " " + suffix;
  const int status = std::system(command.c_str());
  ProgramResult result;
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  result.output = ReadText(output);
  result.errors = ReadText(errors);
  return result;
}

}  // namespace plumbline
