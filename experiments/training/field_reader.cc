#include "experiments/training/field_reader.h"

#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"

namespace plumbline {
namespace {

using google::protobuf::Message;

constexpr double kLargest = std::numeric_limits<float>::max();
constexpr double kSmallest = std::numeric_limits<float>::min();

const std::string& NameOf(const Message& message, int field) {
  return message.GetDescriptor()->FindFieldByNumber(field)->name();
}

}  // namespace

const RealRange kPositive = {[](double value) { return value >= kSmallest && value <= kLargest; },
                             "positive and within the range of f32"};
const RealRange kNotNegative = {[](double value) { return value >= 0 && value <= kLargest; },
                                "at least 0 and within the range of f32"};
const RealRange kBelowOne = {[](double value) { return value >= 0 && value < 1; }, "at least 0 and less than 1"};
const RealRange kFromZeroToOne = {[](double value) { return value >= 0 && value <= 1; }, "from 0 to 1"};

double FieldReader::Real(const Message& message, int field, const RealRange& range, double absent) {
  const std::optional<Expression> expression = Read(message, field);
  if (!expression) return absent;
  const ExpressionOr<double> value = EvaluateReal(*expression, lookup_);
  if (!value.ok()) {
    Fail(message, field, value.error().offset, value.error().message, value.error().hint);
    return absent;
  }
  if (range.contains(*value)) return *value;
  Fail(message, field, 0,
       absl::StrCat(NameOf(message, field), " must be ", range.text, ", not ", ToString(Number(*value))),
       ValuesOf(*expression));
  return absent;
}

int64_t FieldReader::Integer(const Message& message, int field, int64_t least, int64_t most, int64_t absent) {
  const std::optional<Expression> expression = Read(message, field);
  if (!expression) return absent;
  const ExpressionOr<Number> value = EvaluateNumber(*expression, lookup_);
  if (!value.ok()) {
    Fail(message, field, value.error().offset, value.error().message, value.error().hint);
    return absent;
  }
  const int64_t* integer = std::get_if<int64_t>(&*value);
  if (integer != nullptr && *integer >= least && *integer <= most) return *integer;
  Fail(message, field, 0,
       absl::StrCat(NameOf(message, field), " must be an integer from ", least, " to ", most, ", not ",
                    ToString(*value)),
       ValuesOf(*expression));
  return absent;
}

bool FieldReader::Flag(const Message& message, int field) {
  const std::optional<Expression> expression = Read(message, field);
  if (!expression) return false;
  const ExpressionOr<Number> value = EvaluateNumber(*expression, lookup_);
  if (value.ok()) return IsTrue(*value);
  Fail(message, field, value.error().offset, value.error().message, value.error().hint);
  return false;
}

void FieldReader::Fail(const Message& message, int field, size_t offset, std::string what, std::string hint) {
  failed_ = true;
  report_(message, field, offset, std::move(what), std::move(hint));
}

std::optional<Expression> FieldReader::Read(const Message& message, int field) {
  const google::protobuf::FieldDescriptor* descriptor = message.GetDescriptor()->FindFieldByNumber(field);
  if (!message.GetReflection()->HasField(message, descriptor)) return std::nullopt;
  const ExpressionOr<Expression> expression =
      ParseExpression(message.GetReflection()->GetString(message, descriptor));
  if (!expression.ok()) {
    Fail(message, field, expression.error().offset, expression.error().message, expression.error().hint);
    return std::nullopt;
  }
  for (const auto& [name, offset] : NamesIn(*expression)) uses_.push_back({&message, field, offset, name});
  return *expression;
}

std::string FieldReader::ValuesOf(const Expression& expression) const {
  std::string values;
  for (const auto& use : NamesIn(expression)) {
    const auto value = lookup_(use.first);
    if (!value.ok() || !*value) continue;
    absl::StrAppend(&values, values.empty() ? "with " : ", ", use.first, " = ", ToString(**value));
  }
  return values;
}

}  // namespace plumbline
