#include "experiments/experiment_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "dsl/string_location.h"

namespace plumbline {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr char kName[] = "name";

bool IsText(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING && !field.is_repeated();
}

std::vector<std::string> FieldNames(const Descriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE || IsText(field)) names.push_back(field.name());
  }
  return names;
}

std::string NameOf(const Message& element) {
  const FieldDescriptor* field = element.GetDescriptor()->FindFieldByName(kName);
  return field == nullptr ? "" : element.GetReflection()->GetString(element, field);
}

// The element of a repeated field that bears a name, or null.
Message* FindElement(Message* message, const FieldDescriptor* field, const std::string& name) {
  const Reflection& reflection = *message->GetReflection();
  for (int i = 0; i < reflection.FieldSize(*message, field); ++i) {
    Message* element = reflection.MutableRepeatedMessage(message, field, i);
    if (NameOf(*element) == name) return element;
  }
  return nullptr;
}

std::vector<std::string> ElementNames(const Message& message, const FieldDescriptor* field) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<std::string> names;
  for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
    names.push_back(NameOf(reflection.GetRepeatedMessage(message, field, i)));
  }
  return names;
}

// The field that a path which ends at an element means, or null.
const FieldDescriptor* ValueField(const Message& element) {
  const Descriptor& type = *element.GetDescriptor();
  const FieldDescriptor* value = type.FindFieldByName("value");
  return value != nullptr ? value : type.FindFieldByName("values");
}

std::string Hint(absl::string_view name, const std::vector<std::string>& known) {
  const std::string nearest = DidYouMean(name, known);
  if (!nearest.empty() || known.empty()) return nearest;
  return absl::StrCat("there are: ", absl::StrJoin(known, ", "));
}

// What is wrong with a path, from which byte on.
struct PathError {
  size_t offset = 0;
  std::string what;
  std::string hint;
};

// The message and field that a path leads to; without a field, why it leads nowhere.
struct Target {
  Message* message = nullptr;
  const FieldDescriptor* field = nullptr;
  PathError error;
};

class PathWalk {
 public:
  explicit PathWalk(const std::string& path) : parts_(absl::StrSplit(path, '.')) {}

  Target Run(Message* message) {
    for (size_t i = 0; i < parts_.size(); ++i) {
      const bool last = i + 1 == parts_.size();
      const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(parts_[i]);
      if (field == nullptr || parts_[i] == kName || (!IsText(*field) && field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE)) {
        return Fail(absl::StrCat("no field ", Quoted(parts_[i]), " can be set here"),
                    Hint(parts_[i], FieldNames(*message->GetDescriptor())));
      }
      if (IsText(*field)) {
        if (last) return {message, field, {}};
        return Fail(absl::StrCat("'", parts_[i], "' is a value and has no parts"), "");
      }
      offset_ += parts_[i].size() + 1;
      if (field->is_repeated()) {
        if (last) return Fail(absl::StrCat("'", parts_[i], "' wants the name of one of its elements"),
                              Hint("", ElementNames(*message, field)));
        ++i;
        Message* element = FindElement(message, field, parts_[i]);
        if (element == nullptr && parts_[i - 1] == "const") element = AddConstant(message, field, parts_[i]);
        if (element == nullptr) {
          return Fail(absl::StrCat("no ", parts_[i - 1], " is called ", Quoted(parts_[i])),
                      Hint(parts_[i], ElementNames(*message, field)));
        }
        message = element;
        if (i + 1 == parts_.size()) {
          const FieldDescriptor* value = ValueField(*message);
          if (value != nullptr) return {message, value, {}};
          return Fail(absl::StrCat("'", parts_[i], "' is no single value"),
                      Hint("", FieldNames(*message->GetDescriptor())));
        }
        offset_ += parts_[i].size() + 1;
        continue;
      }
      if (!message->GetReflection()->HasField(*message, field)) {
        return Fail(absl::StrCat("there is no ", Quoted(parts_[i]), " here"), "");
      }
      message = message->GetReflection()->MutableMessage(message, field);
      if (last) return Fail(absl::StrCat("'", parts_[i], "' is no single value"),
                            Hint("", FieldNames(*message->GetDescriptor())));
    }
    return Fail("the path is empty", "");
  }

 private:
  Target Fail(std::string what, std::string hint) const {
    return {nullptr, nullptr, {offset_, std::move(what), std::move(hint)}};
  }

  static Message* AddConstant(Message* message, const FieldDescriptor* field, const std::string& name) {
    Message* element = message->GetReflection()->AddMessage(message, field);
    element->GetReflection()->SetString(element, element->GetDescriptor()->FindFieldByName(kName), name);
    return element;
  }

  std::vector<std::string> parts_;
  size_t offset_ = 0;
};

}  // namespace

ExperimentText::ExperimentText(std::shared_ptr<const Source> source, Diagnostics& diagnostics)
    : source_(std::move(source)), diagnostics_(diagnostics) {}

bool ExperimentText::Parse() {
  const ParseOutcome outcome = ParseTextProto(*source_, &message_, &locations_, diagnostics_);
  NotePlaces(message_);
  return outcome == ParseOutcome::kClean;
}

void ExperimentText::NotePlaces(const Message& message) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const Message& part = field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                                 : reflection.GetMessage(message, field);
      places_[&part] = locations_.Name(message, field->number(), i);
      NotePlaces(part);
    }
  }
}

std::vector<std::string> ExperimentText::Scales() const {
  std::vector<std::string> names;
  for (const experiment::Scale& scale : message_.scale()) names.push_back(scale.name());
  return names;
}

void ExperimentText::ApplyScale(absl::string_view name) {
  const experiment::Scale* found = nullptr;
  for (const experiment::Scale& scale : message_.scale()) {
    if (scale.name() == name) found = &scale;
  }
  if (found == nullptr) {
    if (name == "default") return;
    std::vector<std::string> known = Scales();
    if (std::find(known.begin(), known.end(), "default") == known.end()) known.push_back("default");
    diagnostics_.Add(FileError(source_->name(), absl::StrCat("the experiment has no scale ", Quoted(name)))
                         .Hint(Hint(name, known)));
    return;
  }
  for (const experiment::Override& set : found->set()) {
    if (!set.has_path() || !set.has_value()) {
      Report(set, "set wants a path and a value", "write set { path: \"sweep.time.axis.L\" value: \"128, 256\" }");
      continue;
    }
    Set(set.path(), set.value(),
        {locations_.Value(set, experiment::Override::kValueFieldNumber, 0), ""},
        locations_.Value(set, experiment::Override::kPathFieldNumber, 0));
  }
}

void ExperimentText::Apply(const PathOverride& override) {
  Set(override.path, override.value, {SourceLocation(), override.origin}, SourceLocation());
}

void ExperimentText::Set(const std::string& path, const std::string& value, const Origin& origin,
                         SourceLocation path_quote) {
  const bool scales = path == "scale" || path.compare(0, 6, "scale.") == 0;
  const Target target = scales ? Target{nullptr, nullptr, {0, "a scale cannot be set", ""}} : PathWalk(path).Run(&message_);
  if (target.field == nullptr) {
    const SourceLocation place =
        path_quote.known() ? LocateInString(*source_, path_quote, target.error.offset) : path_quote;
    ReportPath(origin, place, target.error.what, target.error.hint);
    return;
  }
  target.message->GetReflection()->SetString(target.message, target.field, value);
  replaced_[{target.message, target.field->number()}] = origin;
}

void ExperimentText::ReportPath(const Origin& origin, SourceLocation place, std::string what, std::string hint) {
  if (place.known()) {
    diagnostics_.Add(Error(*source_, place, std::move(what)).Hint(std::move(hint)));
  } else {
    diagnostics_.Add(FileError(origin.text, std::move(what)).Hint(std::move(hint)));
  }
}

std::string ExperimentText::Text(const Message& message, int field) {
  return message.GetReflection()->GetString(message, message.GetDescriptor()->FindFieldByNumber(field));
}

bool ExperimentText::Has(const Message& message, int field) {
  return message.GetReflection()->HasField(message, message.GetDescriptor()->FindFieldByNumber(field));
}

void ExperimentText::Report(const Message& message, int field, size_t offset, std::string what, std::string hint) {
  const auto replaced = replaced_.find({&message, field});
  if (replaced != replaced_.end()) {
    const Origin& origin = replaced->second;
    ReportPath(origin, origin.quote.known() ? LocateInString(*source_, origin.quote, offset) : origin.quote,
               std::move(what), std::move(hint));
    return;
  }
  const SourceLocation quote = locations_.Value(message, field, 0);
  if (!quote.known()) return Report(message, std::move(what), std::move(hint));
  diagnostics_.Add(Error(*source_, LocateInString(*source_, quote, offset), std::move(what)).Hint(std::move(hint)));
}

void ExperimentText::Report(const Message& message, std::string what, std::string hint) {
  const auto place = places_.find(&message);
  if (place == places_.end() || !place->second.known()) {
    diagnostics_.Add(FileError(source_->name(), std::move(what)).Hint(std::move(hint)));
    return;
  }
  diagnostics_.Add(Error(*source_, place->second, std::move(what)).Hint(std::move(hint)));
}

}  // namespace plumbline
