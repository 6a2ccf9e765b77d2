// A corpus in the layout of LJ Speech: metadata.csv, one line ID|TEXT|NORMALISED TEXT for a clip, and wavs/ID.wav.
#ifndef PLUMBLINE_EXPERIMENTS_DATA_SPEECH_CORPUS_H_
#define PLUMBLINE_EXPERIMENTS_DATA_SPEECH_CORPUS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace plumbline {

inline constexpr char kMetadataFile[] = "metadata.csv";
inline constexpr char kRecordingsFolder[] = "wavs";

struct SpeechClip {
  std::string id;    // letters, digits, - and _, up to 64
  std::string text;  // normalised; valid UTF-8, not empty
};

// The lines of a metadata file in their order; `name` is how errors call it. There is no quoting: a " is a character.
// A byte order mark at the front and carriage returns at line ends are passed over, and the last line may lack its end.
// Errors (invalid argument), "NAME:LINE: error: WHAT": not three fields, a malformed or repeated id, no text, what is no
// UTF-8, control characters, a line above 16,384 bytes; "NAME: error: WHAT" for no lines.
absl::StatusOr<std::vector<SpeechClip>> ParseSpeechMetadata(absl::string_view text, absl::string_view name);

// The same of FOLDER/metadata.csv, of at most 64 MiB. Errors as above and of ReadFile.
absl::StatusOr<std::vector<SpeechClip>> ReadSpeechMetadata(const std::string& folder);

// FOLDER/wavs/ID.wav.
std::string RecordingPath(const std::string& folder, const SpeechClip& clip);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_DATA_SPEECH_CORPUS_H_
