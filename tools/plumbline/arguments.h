// The arguments of a subcommand: flags with underscores (--at L=1024 or --at=L=1024) and positional ones.
#ifndef PLUMBLINE_TOOLS_PLUMBLINE_ARGUMENTS_H_
#define PLUMBLINE_TOOLS_PLUMBLINE_ARGUMENTS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace plumbline {

struct FlagSpec {
  std::string name;      // without dashes
  bool takes_value = true;
  bool repeated = false;  // may be given several times
};

class Arguments {
 public:
  // Errors (invalid argument): an unknown flag (with the nearest one), a value that is missing or not wanted, a flag
  // given twice, fewer or more positional arguments than allowed (`most` < 0: any number). After "--" all arguments
  // are positional.
  static absl::StatusOr<Arguments> Parse(const std::vector<std::string>& words, const std::vector<FlagSpec>& flags,
                                         int least, int most);

  const std::vector<std::string>& positional() const { return positional_; }
  bool Has(absl::string_view flag) const { return values_.count(std::string(flag)) > 0; }
  // The value of a flag, or `otherwise`.
  std::string Get(absl::string_view flag, absl::string_view otherwise) const;
  std::vector<std::string> All(absl::string_view flag) const;
  // An integer in low..high; errors name the flag.
  absl::StatusOr<int64_t> Integer(absl::string_view flag, int64_t otherwise, int64_t low, int64_t high) const;
  // One of the choices; errors list them.
  absl::StatusOr<std::string> Choice(absl::string_view flag, const std::vector<std::string>& choices) const;

 private:
  std::vector<std::string> positional_;
  std::map<std::string, std::vector<std::string>> values_;
};

// "k=v" of --FLAG; an error if there is no '=' or no name.
absl::StatusOr<std::pair<std::string, std::string>> SplitAssignment(absl::string_view flag, absl::string_view text);

// "L=1024,B=8" as numbers.
absl::StatusOr<std::map<std::string, int64_t>> ParseSizes(absl::string_view flag, absl::string_view text);

// A path as the user meant it: relative to the folder where `bazel run` was called, when it was.
std::string UserPath(absl::string_view path);

}  // namespace plumbline

#endif  // PLUMBLINE_TOOLS_PLUMBLINE_ARGUMENTS_H_
