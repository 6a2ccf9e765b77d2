#include "dsl/diagnostic.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "dsl/source.h"
#include "dsl/utf8.h"

namespace plumbline {
namespace {

constexpr size_t kLongestExcerpt = 120;  // bytes of the source line
constexpr size_t kLongestQuoted = 80;    // bytes of a name
constexpr size_t kMostFrames = 12;       // call frames shown
constexpr int kMostKept = 200;           // of each severity
constexpr absl::string_view kElision = "...";

bool StartsCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

// The line, or the part of a long one around a byte, and where the byte then stands.
std::pair<std::string, int> Excerpt(absl::string_view line, size_t column) {
  column = std::min(column, line.size());
  if (line.size() <= kLongestExcerpt) return {std::string(line), static_cast<int>(column)};
  size_t begin = column > kLongestExcerpt / 2 ? column - kLongestExcerpt / 2 : 0;
  begin = std::min(begin, line.size() - kLongestExcerpt);
  size_t end = begin + kLongestExcerpt;
  while (begin > 0 && begin < column && !StartsCharacter(line[begin])) ++begin;
  while (end > column && end < line.size() && !StartsCharacter(line[end])) --end;
  const absl::string_view before = begin > 0 ? kElision : "";
  const absl::string_view after = end < line.size() ? kElision : "";
  return {absl::StrCat(before, line.substr(begin, end - begin), after),
          static_cast<int>(before.size() + column - begin)};
}

Diagnostic Make(Severity severity, const Source& source, SourceLocation location,
                std::string message) {
  Diagnostic diagnostic;
  diagnostic.severity = severity;
  diagnostic.file = source.name();
  diagnostic.location = location;
  diagnostic.message = std::move(message);
  if (location.known()) {
    std::tie(diagnostic.excerpt, diagnostic.caret) = Excerpt(
        source.Line(location.line), static_cast<size_t>(std::max(location.column, 1) - 1));
  }
  return diagnostic;
}

absl::string_view Word(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      return "note";
  }
  return "error";
}

std::string PlaceText(absl::string_view file, SourceLocation location) {
  if (!location.known()) return EscapeForTerminal(file);
  return absl::StrCat(EscapeForTerminal(file), ":", location.line, ":", location.column);
}

// Escapes a piece of a source line; tabs become single spaces so that the caret stands right.
std::string ExcerptText(absl::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '\t', ' ');
  return EscapeForTerminal(spaced);
}

std::string FrameText(absl::string_view file, const CallFrame& frame) {
  if (frame.function.empty()) return "";
  std::string text = absl::StrCat("  in function ", Quoted(frame.function));
  if (frame.location.known()) {
    absl::StrAppend(&text, ", called at ", PlaceText(file, frame.location));
  }
  if (!frame.path.empty()) absl::StrAppend(&text, " as ", Quoted(frame.path));
  return absl::StrCat(text, "\n");
}

std::string CallsText(absl::string_view file, const CallChain& calls) {
  std::string text;
  for (size_t i = 0; i < calls.size(); ++i) {
    if (calls.size() > kMostFrames && i == kMostFrames / 2) {
      const size_t skipped = calls.size() - kMostFrames;
      absl::StrAppend(&text, "  ... ", skipped, " more calls\n");
      i += skipped;
    }
    absl::StrAppend(&text, FrameText(file, calls[i]));
  }
  return text;
}

}  // namespace

Diagnostic Diagnostic::Hint(std::string hint) && {
  if (!hint.empty()) hints.push_back(std::move(hint));
  return std::move(*this);
}

Diagnostic Diagnostic::Calls(CallChain chain) && {
  calls = std::move(chain);
  return std::move(*this);
}

Diagnostic Error(const Source& source, SourceLocation location, std::string message) {
  return Make(Severity::kError, source, location, std::move(message));
}

Diagnostic Warning(const Source& source, SourceLocation location, std::string message) {
  return Make(Severity::kWarning, source, location, std::move(message));
}

Diagnostic Note(const Source& source, SourceLocation location, std::string message) {
  return Make(Severity::kNote, source, location, std::move(message));
}

Diagnostic FileError(absl::string_view file, std::string message) {
  Diagnostic diagnostic;
  diagnostic.file = std::string(file);
  diagnostic.message = std::move(message);
  return diagnostic;
}

std::string EscapeForTerminal(absl::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  while (!text.empty()) {
    const Utf8Character character = FirstUtf8Character(text);
    if (!character.valid) {
      absl::StrAppendFormat(&escaped, "\\x%02x", static_cast<unsigned char>(text[0]));
    } else if (character.code == '\n') {
      escaped += "\\n";
    } else if (character.code == '\t') {
      escaped += "\\t";
    } else if (!IsUnprintable(character.code)) {
      escaped.append(text.data(), character.length);
    } else if (character.code < 0x80) {
      absl::StrAppendFormat(&escaped, "\\x%02x", static_cast<unsigned>(character.code));
    } else {
      absl::StrAppendFormat(&escaped, "\\u%04x", static_cast<unsigned>(character.code));
    }
    text.remove_prefix(character.length);
  }
  return escaped;
}

std::string Quoted(absl::string_view name) {
  if (name.size() <= kLongestQuoted) return absl::StrCat("'", EscapeForTerminal(name), "'");
  size_t end = kLongestQuoted;
  while (end > 0 && !StartsCharacter(name[end])) --end;
  return absl::StrCat("'", EscapeForTerminal(name.substr(0, end)), kElision, "' (",
                      name.size(), " bytes)");
}

std::string Render(const Diagnostic& diagnostic) {
  std::string text;
  if (!diagnostic.file.empty()) {
    absl::StrAppend(&text, PlaceText(diagnostic.file, diagnostic.location), ": ");
  }
  absl::StrAppend(&text, Word(diagnostic.severity), ": ", EscapeForTerminal(diagnostic.message),
                  "\n");
  if (diagnostic.location.known() && !diagnostic.excerpt.empty()) {
    const absl::string_view excerpt = diagnostic.excerpt;
    const size_t caret = static_cast<size_t>(diagnostic.caret);
    const std::string before = ExcerptText(excerpt.substr(0, caret));
    const auto width = std::count_if(before.begin(), before.end(), StartsCharacter);
    absl::StrAppend(&text, "    ", before, ExcerptText(excerpt.substr(caret)), "\n    ",
                    std::string(static_cast<size_t>(width), ' '), "^\n");
  }
  for (const std::string& hint : diagnostic.hints) {
    absl::StrAppend(&text, "  ", EscapeForTerminal(hint), "\n");
  }
  absl::StrAppend(&text, CallsText(diagnostic.file, diagnostic.calls));
  return text;
}

void Diagnostics::Add(Diagnostic diagnostic) {
  int& count = diagnostic.severity == Severity::kError     ? error_count_
               : diagnostic.severity == Severity::kWarning ? warning_count_
                                                           : note_count_;
  if (count < kMostKept) {
    std::string key = absl::StrCat(static_cast<int>(diagnostic.severity), ":",
                                   diagnostic.location.line, ":", diagnostic.location.column, ":",
                                   diagnostic.file, "\n", diagnostic.message);
    if (!seen_.insert(std::move(key)).second) return;
    diagnostics_.push_back(std::move(diagnostic));
  }
  ++count;
}

bool Diagnostics::full() const { return error_count_ >= kMaxRendered; }

std::vector<Diagnostic> Diagnostics::Sorted() const {
  std::vector<std::string> files;
  for (const Diagnostic& diagnostic : diagnostics_) {
    if (std::find(files.begin(), files.end(), diagnostic.file) == files.end()) {
      files.push_back(diagnostic.file);
    }
  }
  const auto key = [&files](const Diagnostic& diagnostic) {
    const auto file = std::find(files.begin(), files.end(), diagnostic.file);
    return std::make_tuple(file - files.begin(), diagnostic.location.line,
                           diagnostic.location.column, diagnostic.severity);
  };
  std::vector<Diagnostic> sorted = diagnostics_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&key](const Diagnostic& a, const Diagnostic& b) {
                     const auto key_a = key(a);
                     const auto key_b = key(b);
                     return key_a != key_b ? key_a < key_b : a.message < b.message;
                   });
  return sorted;
}

std::string Diagnostics::Render() const {
  int errors_left = kMaxRendered;
  int others_left = std::max(0, kMaxRendered - error_count_);
  int shown = 0;
  std::string text;
  for (const Diagnostic& diagnostic : Sorted()) {
    int& left = diagnostic.severity == Severity::kError ? errors_left : others_left;
    if (left == 0) continue;
    --left;
    ++shown;
    absl::StrAppend(&text, plumbline::Render(diagnostic));
  }
  const int total = error_count_ + warning_count_ + note_count_;
  if (total > shown) absl::StrAppend(&text, "and ", total - shown, " more\n");
  return text;
}

}  // namespace plumbline
