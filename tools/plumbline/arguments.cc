// Parsing of words into flags and positional arguments.
#include "tools/plumbline/arguments.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "dsl/diagnostic.h"

namespace plumbline {
namespace {

absl::Status Usage(std::string message) { return absl::InvalidArgumentError(EscapeForTerminal(message)); }

absl::Status UnknownFlag(const std::string& name, const std::vector<FlagSpec>& flags) {
  std::vector<std::string> names = {"help"};
  for (const FlagSpec& flag : flags) names.push_back(flag.name);
  const std::string nearest = NearestName(name, names);
  return Usage(absl::StrCat("unknown flag --", name, nearest.empty() ? "" : absl::StrCat("; did you mean --", nearest, "?")));
}

}  // namespace

absl::StatusOr<Arguments> Arguments::Parse(const std::vector<std::string>& words, const std::vector<FlagSpec>& flags,
                                           int least, int most) {
  Arguments result;
  bool only_positional = false;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (only_positional || !absl::StartsWith(word, "-") || word == "-") {
      result.positional_.push_back(word);
      continue;
    }
    if (word == "--") {
      only_positional = true;
      continue;
    }
    const size_t equals = word.find('=');
    const std::string name = word.substr(0, equals).substr(absl::StartsWith(word, "--") ? 2 : 1);
    const auto flag = std::find_if(flags.begin(), flags.end(), [&](const FlagSpec& spec) { return spec.name == name; });
    if (flag == flags.end() || !absl::StartsWith(word, "--")) return UnknownFlag(name, flags);
    if (!flag->repeated && result.Has(name)) return Usage(absl::StrCat("--", name, " is given twice"));
    if (!flag->takes_value) {
      if (equals != std::string::npos) return Usage(absl::StrCat("--", name, " takes no value"));
      result.values_[name].push_back("");
    } else if (equals != std::string::npos) {
      result.values_[name].push_back(word.substr(equals + 1));
    } else if (i + 1 < words.size()) {
      result.values_[name].push_back(words[++i]);
    } else {
      return Usage(absl::StrCat("--", name, " needs a value"));
    }
  }
  const int count = static_cast<int>(result.positional_.size());
  if (count < least) return Usage("an argument is missing");
  if (most >= 0 && count > most) return Usage(absl::StrCat("too many arguments: '", result.positional_[most], "'"));
  return result;
}

std::string Arguments::Get(absl::string_view flag, absl::string_view otherwise) const {
  const auto found = values_.find(std::string(flag));
  return found == values_.end() ? std::string(otherwise) : found->second.back();
}

std::vector<std::string> Arguments::All(absl::string_view flag) const {
  const auto found = values_.find(std::string(flag));
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

absl::StatusOr<int64_t> Arguments::Integer(absl::string_view flag, int64_t otherwise, int64_t low,
                                           int64_t high) const {
  if (!Has(flag)) return otherwise;
  const std::string text = Get(flag, "");
  int64_t value = 0;
  if (absl::SimpleAtoi(text, &value) && value >= low && value <= high) return value;
  return Usage(absl::StrCat("--", flag, "=", text, ": expected an integer from ", low, " to ", high));
}

absl::StatusOr<std::string> Arguments::Choice(absl::string_view flag, const std::vector<std::string>& choices) const {
  const std::string text = Get(flag, choices.front());
  if (std::find(choices.begin(), choices.end(), text) != choices.end()) return text;
  return Usage(absl::StrCat("--", flag, "=", text, ": expected ", absl::StrJoin(choices, ", ")));
}

absl::StatusOr<std::pair<std::string, std::string>> SplitAssignment(absl::string_view flag, absl::string_view text) {
  const size_t equals = text.find('=');
  if (equals == absl::string_view::npos || equals == 0) {
    return Usage(absl::StrCat("--", flag, " ", text, ": expected NAME=VALUE"));
  }
  return std::make_pair(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
}

absl::StatusOr<std::map<std::string, int64_t>> ParseSizes(absl::string_view flag, absl::string_view text) {
  std::map<std::string, int64_t> sizes;
  for (const absl::string_view part : absl::StrSplit(text, ',', absl::SkipWhitespace())) {
    const auto assignment = SplitAssignment(flag, absl::StripAsciiWhitespace(part));
    if (!assignment.ok()) return assignment.status();
    int64_t value = 0;
    if (!absl::SimpleAtoi(assignment->second, &value) || value < 1) {
      return Usage(absl::StrCat("--", flag, " ", part, ": a size is an integer of at least 1"));
    }
    if (!sizes.emplace(assignment->first, value).second) {
      return Usage(absl::StrCat("--", flag, ": ", assignment->first, " is given twice"));
    }
  }
  return sizes;
}

std::string UserPath(absl::string_view path) {
  const char* folder = std::getenv("BUILD_WORKING_DIRECTORY");
  if (folder == nullptr || *folder == '\0' || path.empty() || path.front() == '/') return std::string(path);
  return absl::StrCat(folder, "/", path);
}

}  // namespace plumbline
