#include "experiments/experiment_values.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dsl/diagnostic.h"

namespace plumbline {
namespace {

using google::protobuf::Message;

// No names have values here.
ExpressionOr<std::optional<Number>> NoName(const std::string& name) {
  return ExpressionError{0, absl::StrCat("a number is wanted, not the name ", Quoted(name)), ""};
}

std::optional<Number> ReadNumber(ExperimentText& text, const Message& message, int field) {
  const auto numbers = ReadNumbers(text, message, field);
  if (!numbers) return std::nullopt;
  if (numbers->size() == 1) return numbers->front().number;
  text.Report(message, field, 0, "one number is wanted", "");
  return std::nullopt;
}

}  // namespace

std::vector<PlacedName> ReadNames(ExperimentText& text, const Message& message, int field) {
  std::vector<PlacedName> names;
  const std::string value = ExperimentText::Text(message, field);
  if (absl::StripAsciiWhitespace(value).empty()) return names;
  for (size_t begin = 0; begin <= value.size();) {
    const size_t end = std::min(value.find(',', begin), value.size());
    const absl::string_view part = absl::string_view(value).substr(begin, end - begin);
    const absl::string_view name = absl::StripAsciiWhitespace(part);
    const size_t offset = name.empty() ? begin : static_cast<size_t>(name.data() - value.data());
    if (!IsName(name)) {
      text.Report(message, field, offset, absl::StrCat(Quoted(name), " is no name"),
                  "names are separated by commas");
    } else if (std::any_of(names.begin(), names.end(), [&](const PlacedName& other) { return other.name == name; })) {
      text.Report(message, field, offset, absl::StrCat(Quoted(name), " stands here twice"), "");
    } else {
      names.push_back({std::string(name), offset});
    }
    begin = end + 1;
  }
  return names;
}

std::optional<std::vector<PlacedNumber>> ReadNumbers(ExperimentText& text, const Message& message, int field) {
  const std::string value = ExperimentText::Text(message, field);
  const auto report = [&](const ExpressionError& error) {
    text.Report(message, field, error.offset, error.message, error.hint);
    return std::nullopt;
  };
  const ExpressionOr<std::vector<Expression>> list = ParseExpressionList(value);
  if (!list.ok()) return report(list.error());
  std::vector<PlacedNumber> numbers;
  for (const Expression& expression : *list) {
    const ExpressionOr<Number> number = EvaluateNumber(expression, NoName);
    if (!number.ok()) return report(number.error());
    // The first character of an expression is not kept; its operator or leaf is near enough.
    numbers.push_back({*number, expression.offset()});
  }
  return numbers;
}

std::optional<int64_t> ReadInteger(ExperimentText& text, const Message& message, int field, int64_t least,
                                   int64_t most, int64_t absent) {
  if (!ExperimentText::Has(message, field)) return absent;
  const std::optional<Number> number = ReadNumber(text, message, field);
  if (!number) return std::nullopt;
  const int64_t* integer = std::get_if<int64_t>(&*number);
  if (integer != nullptr && *integer >= least && *integer <= most) return *integer;
  text.Report(message, field, 0, absl::StrCat(ToString(*number), " is not an integer from ", least, " to ", most), "");
  return std::nullopt;
}

std::optional<double> ReadAmount(ExperimentText& text, const Message& message, int field, double absent) {
  if (!ExperimentText::Has(message, field)) return absent;
  const std::optional<Number> number = ReadNumber(text, message, field);
  if (!number) return std::nullopt;
  if (ToReal(*number) >= 0) return ToReal(*number);
  text.Report(message, field, 0, absl::StrCat(ToString(*number), " is negative"), "");
  return std::nullopt;
}

std::optional<std::vector<uint64_t>> ReadSeeds(ExperimentText& text, const Message& message, int field) {
  if (!ExperimentText::Has(message, field)) return std::vector<uint64_t>{1};
  const auto numbers = ReadNumbers(text, message, field);
  if (!numbers) return std::nullopt;
  std::vector<uint64_t> seeds;
  for (const PlacedNumber& placed : *numbers) {
    const int64_t* integer = std::get_if<int64_t>(&placed.number);
    if (integer == nullptr || *integer < 0) {
      text.Report(message, field, placed.offset, absl::StrCat(ToString(placed.number), " is no seed"),
                  "seeds are integers from 0 on");
      return std::nullopt;
    }
    const uint64_t seed = static_cast<uint64_t>(*integer);
    if (std::find(seeds.begin(), seeds.end(), seed) != seeds.end()) {
      text.Report(message, field, placed.offset, absl::StrCat("the seed ", seed, " stands here twice"), "");
      return std::nullopt;
    }
    seeds.push_back(seed);
  }
  if (!seeds.empty()) return seeds;
  text.Report(message, field, 0, "no seed", "");
  return std::nullopt;
}

std::string ReadNewName(ExperimentText& text, const Message& message, int field, const std::string& what,
                        std::vector<std::string>& taken) {
  const std::string name = ExperimentText::Text(message, field);
  if (!ExperimentText::Has(message, field)) {
    text.Report(message, absl::StrCat(what, " has no name"), "");
    return "";
  }
  if (!IsName(name)) {
    text.Report(message, field, 0, absl::StrCat(Quoted(name), " is no name"),
                "letters, digits and '_', at most 64, the first no digit");
    return "";
  }
  if (std::find(taken.begin(), taken.end(), name) != taken.end()) {
    text.Report(message, field, 0, absl::StrCat("two of the name ", Quoted(name)), "");
    return "";
  }
  taken.push_back(name);
  return name;
}

}  // namespace plumbline
