#include "experiments/data/speech_corpus.h"

#include <algorithm>
#include <cstddef>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "reports/files.h"

namespace plumbline {
namespace {

constexpr size_t kLargestMetadata = size_t{64} << 20;
constexpr size_t kLongestLine = 16384;  // that of LJ Speech has 400 bytes
constexpr size_t kLongestId = 64;
constexpr size_t kShown = 40;
constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

// How many bytes a well-formed character (RFC 3629) at the front of the text has; 0 when there is none.
size_t CharacterBytes(absl::string_view text) {
  const auto byte = [&](size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const size_t size = lead >= 0xC2 && lead < 0xE0 ? 2 : (lead & 0xF0) == 0xE0 ? 3 : lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
  const bool beyond = (lead == 0xED && byte(1) >= 0xA0) || (lead == 0xF4 && byte(1) >= 0x90);
  return overlong || beyond ? 0 : size;
}

// Nothing when every character is well-formed and none is a control character.
std::string WhatIsWrongWithCharacters(absl::string_view line) {
  for (size_t at = 0; at < line.size();) {
    const size_t size = CharacterBytes(line.substr(at));
    if (size == 0) return absl::StrCat("byte ", at + 1, " of the line is not UTF-8");
    if (absl::ascii_iscntrl(static_cast<unsigned char>(line[at]))) {
      return absl::StrCat("byte ", at + 1, " of the line is a control character");
    }
    at += size;
  }
  return "";
}

std::string Shown(absl::string_view id) {
  return absl::StrCat("'", absl::CHexEscape(id.substr(0, kShown)), id.size() > kShown ? "..." : "", "'");
}

bool IsId(absl::string_view id) {
  return !id.empty() && id.size() <= kLongestId && std::all_of(id.begin(), id.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_';
  });
}

// The clip of a line, or what is wrong with it in words.
absl::StatusOr<SpeechClip> ParseLine(absl::string_view line) {
  if (line.size() > kLongestLine) {
    return absl::InvalidArgumentError(absl::StrCat("the line has ", line.size(), " bytes, more than ", kLongestLine));
  }
  if (line.empty()) return absl::InvalidArgumentError("the line is empty");
  const std::string wrong = WhatIsWrongWithCharacters(line);
  if (!wrong.empty()) return absl::InvalidArgumentError(wrong);
  const std::vector<absl::string_view> fields = absl::StrSplit(line, '|');
  if (fields.size() != 3) {
    const absl::string_view hint = fields.size() == 2  ? "; the normalised text is missing"
                                   : fields.size() > 3 ? "; a text cannot have |"
                                                       : "";
    return absl::InvalidArgumentError(absl::StrCat("the line has ", fields.size(), " field",
                                                   fields.size() == 1 ? "" : "s",
                                                   ", three are wanted: ID|TEXT|NORMALISED TEXT", hint));
  }
  if (!IsId(fields[0])) {
    return absl::InvalidArgumentError(
        absl::StrCat("the id ", Shown(fields[0]), " is not 1 to ", kLongestId, " letters, digits, - and _"));
  }
  const absl::string_view text = absl::StripAsciiWhitespace(fields[2]);
  if (text.empty()) return absl::InvalidArgumentError(absl::StrCat("the clip ", Shown(fields[0]), " has no text"));
  return SpeechClip{std::string(fields[0]), std::string(text)};
}

}  // namespace

absl::StatusOr<std::vector<SpeechClip>> ParseSpeechMetadata(absl::string_view text, absl::string_view name) {
  absl::ConsumePrefix(&text, kByteOrderMark);
  std::vector<SpeechClip> clips;
  std::map<std::string, size_t> lines;  // of ids
  for (size_t line = 1; !text.empty(); ++line) {
    const size_t end = std::min(text.find('\n'), text.size());
    absl::string_view content = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    absl::ConsumeSuffix(&content, "\r");
    absl::StatusOr<SpeechClip> clip = ParseLine(content);
    if (clip.ok()) {
      const auto [first, added] = lines.emplace(clip->id, line);
      if (!added) {
        clip = absl::InvalidArgumentError(
            absl::StrCat("the id ", Shown(clip->id), " is already that of line ", first->second));
      }
    }
    if (!clip.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(name, ":", line, ": error: ", clip.status().message()));
    }
    clips.push_back(*std::move(clip));
  }
  if (clips.empty()) return absl::InvalidArgumentError(absl::StrCat(name, ": error: there are no clips in it"));
  return clips;
}

absl::StatusOr<std::vector<SpeechClip>> ReadSpeechMetadata(const std::string& folder) {
  const std::string path = JoinPath(folder, kMetadataFile);
  const absl::StatusOr<std::string> text = ReadFile(RealSystemCalls(), path, kLargestMetadata);
  if (!text.ok()) return text.status();
  return ParseSpeechMetadata(*text, path);
}

std::string RecordingPath(const std::string& folder, const SpeechClip& clip) {
  return JoinPath(JoinPath(folder, kRecordingsFolder), absl::StrCat(clip.id, ".wav"));
}

}  // namespace plumbline
