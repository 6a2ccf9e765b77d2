// What the language says to a file of tests/dsl/bad: shared by the test and by the tool that regenerates the expectations.
#ifndef PLUMBLINE_TESTS_DSL_BAD_CASE_H_
#define PLUMBLINE_TESTS_DSL_BAD_CASE_H_

#include <string>
#include <vector>

namespace plumbline {

// The file names in a folder that end in .textproto, sorted.
std::vector<std::string> BadCases(const std::string& folder);

// The rendered diagnostics of loading a file of the folder. Comment lines `# set: NAME=VALUE` of the file override
// constants as --set does.
std::string DiagnosticsOf(const std::string& folder, const std::string& file);

// The whole content of a file; empty if there is none.
std::string ReadFileOrEmpty(const std::string& path);

// NAME.textproto -> NAME.expected
std::string ExpectationOf(const std::string& file);

}  // namespace plumbline

#endif  // PLUMBLINE_TESTS_DSL_BAD_CASE_H_
