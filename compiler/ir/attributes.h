// Evaluated attributes of a node, and the specification an op gives of them.
#ifndef PLUMBLINE_COMPILER_IR_ATTRIBUTES_H_
#define PLUMBLINE_COMPILER_IR_ATTRIBUTES_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/ir/polynomial.h"

namespace plumbline {

enum class AttributeKind {
  kInteger,      // an integer known before shapes are
  kSize,         // an integer that may contain symbols
  kReal,         // a finite double
  kBool,         // a condition; a number means "not 0"
  kIntegerList,  // comma-separated integers
  kSizeList,     // comma-separated sizes
  kText,         // kept as written
};

// One attribute as the language and `plumbline ops` know it.
struct AttributeSpec {
  std::string name;
  AttributeKind kind = AttributeKind::kInteger;
  // Expression used when the attribute is absent. Empty and not required: the attribute may stay absent.
  std::string default_text;
  bool required = false;
  std::string doc;
};

using AttributeValue = std::variant<Size, double, bool, std::vector<Size>, std::string>;

// Values by name. Getters must be called for an attribute that is there and of that kind (BuildGraph and the
// verifier guarantee both); they are a programmer's contract, not input validation.
class Attributes {
 public:
  Attributes() = default;
  Attributes(std::initializer_list<std::pair<const std::string, AttributeValue>> values) : values_(values) {}

  bool Has(absl::string_view name) const { return values_.find(std::string(name)) != values_.end(); }
  void Set(absl::string_view name, AttributeValue value) { values_[std::string(name)] = std::move(value); }

  const Size& size(absl::string_view name) const { return Get<Size>(name); }
  int64_t integer(absl::string_view name) const { return Get<Size>(name).AsInteger().value(); }
  double real(absl::string_view name) const { return Get<double>(name); }
  bool boolean(absl::string_view name) const { return Get<bool>(name); }
  const std::vector<Size>& sizes(absl::string_view name) const { return Get<std::vector<Size>>(name); }
  // The integers of a kIntegerList, or of a kSizeList after BindSizes.
  std::vector<int64_t> integers(absl::string_view name) const {
    std::vector<int64_t> result;
    for (const Size& size : sizes(name)) result.push_back(size.AsInteger().value());
    return result;
  }
  const std::string& text(absl::string_view name) const { return Get<std::string>(name); }

  const std::map<std::string, AttributeValue>& values() const { return values_; }
  std::map<std::string, AttributeValue>& mutable_values() { return values_; }
  friend bool operator==(const Attributes& a, const Attributes& b) { return a.values_ == b.values_; }

 private:
  template <typename T>
  const T& Get(absl::string_view name) const {
    return std::get<T>(values_.at(std::string(name)));
  }

  std::map<std::string, AttributeValue> values_;
};

// How a parameter is filled before training.
struct Initializer {
  enum class Kind { kUniform, kNormal, kConstant };
  Kind kind = Kind::kConstant;
  double first = 0;   // uniform: low; normal: mean; constant: the value
  double second = 0;  // uniform: high; normal: standard deviation
  friend bool operator==(const Initializer& a, const Initializer& b) {
    return a.kind == b.kind && a.first == b.first && a.second == b.second;
  }
};

}  // namespace plumbline

#endif  // PLUMBLINE_COMPILER_IR_ATTRIBUTES_H_
