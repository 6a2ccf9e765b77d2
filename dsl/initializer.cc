#include "dsl/initializer.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dsl/diagnostic.h"
#include "dsl/expression.h"

namespace plumbline {
namespace {

using Kind = InitializerSpec::Kind;

struct Form {
  absl::string_view name;
  Kind kind;
  size_t arguments;
};

constexpr Form kForms[] = {
    {"uniform", Kind::kUniform, 2},
    {"normal", Kind::kNormal, 2},
    {"constant", Kind::kConstant, 1},
};

constexpr absl::string_view kForm = "write uniform(a, b), normal(mean, std) or constant(c)";

const Form* FindForm(absl::string_view name) {
  for (const Form& form : kForms) {
    if (form.name == name) return &form;
  }
  return nullptr;
}

ExpressionError CheckNumbers(const Form& form, const std::vector<double>& numbers, size_t offset) {
  if (form.kind == Kind::kUniform && numbers[0] > numbers[1]) {
    return {offset, "the lower end of uniform is above the upper end", ""};
  }
  if (form.kind == Kind::kNormal && numbers[1] < 0) {
    return {offset, "the standard deviation is negative", ""};
  }
  return {};
}

}  // namespace

ExpressionOr<InitializerSpec> ParseInitializer(absl::string_view text, const NameLookup& lookup) {
  const absl::string_view trimmed = absl::StripTrailingAsciiWhitespace(text);
  const size_t open = trimmed.find('(');
  if (open == absl::string_view::npos || trimmed.back() != ')') {
    return ExpressionError{0, "not an initialiser", std::string(kForm)};
  }
  const Form* form = FindForm(absl::StripAsciiWhitespace(trimmed.substr(0, open)));
  if (form == nullptr) {
    const absl::string_view name = absl::StripAsciiWhitespace(trimmed.substr(0, open));
    std::string hint = DidYouMean(name, {"uniform", "normal", "constant"});
    if (hint.empty()) hint = std::string(kForm);
    return ExpressionError{0, absl::StrCat("unknown initialiser ", Quoted(name)), hint};
  }
  const size_t inside = open + 1;
  const ExpressionOr<std::vector<Expression>> list =
      ParseExpressionList(trimmed.substr(inside, trimmed.size() - inside - 1));
  const auto shifted = [inside](ExpressionError error) {
    error.offset += inside;
    return error;
  };
  if (!list.ok()) return shifted(list.error());
  if (list->size() != form->arguments) {
    return ExpressionError{0,
                           absl::StrCat(form->name, " takes ", form->arguments,
                                        form->arguments == 1 ? " number" : " numbers", ", found ",
                                        list->size()),
                           std::string(kForm)};
  }
  std::vector<double> numbers;
  for (const Expression& expression : *list) {
    const ExpressionOr<double> number = EvaluateReal(expression, lookup);
    if (!number.ok()) return shifted(number.error());
    numbers.push_back(*number);
  }
  numbers.resize(2);
  ExpressionError error = CheckNumbers(*form, numbers, 0);
  if (!error.message.empty()) return error;
  return InitializerSpec{form->kind, numbers[0], numbers[1]};
}

std::string ToString(const InitializerSpec& initializer) {
  const std::string a = ToString(Number(initializer.a));
  const std::string b = ToString(Number(initializer.b));
  switch (initializer.kind) {
    case Kind::kUniform:
      return absl::StrCat("uniform(", a, ", ", b, ")");
    case Kind::kNormal:
      return absl::StrCat("normal(", a, ", ", b, ")");
    case Kind::kConstant:
      break;
  }
  return absl::StrCat("constant(", a, ")");
}

}  // namespace plumbline
