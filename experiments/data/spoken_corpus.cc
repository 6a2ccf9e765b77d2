// espeak-ng takes about fifteen milliseconds a sentence, start and end included, so each sentence is a process.
#include "experiments/data/spoken_corpus.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "experiments/data/child_program.h"
#include "experiments/data/parallel_items.h"
#include "experiments/data/speech_corpus.h"
#include "experiments/data/wav_file.h"
#include "reports/digest.h"
#include "reports/files.h"

namespace plumbline {
namespace {

constexpr char kProgram[] = "espeak-ng";
constexpr int64_t kClipsBetweenProgress = 64;
constexpr size_t kKeyDigits = 16;

struct Utterance {
  std::string id;
  SpokenSentence sentence;
};

absl::StatusOr<ChildResult> RunSpeaker(std::vector<std::string> words) {
  words.insert(words.begin(), kProgram);
  absl::StatusOr<ChildResult> result = RunChild(std::move(words));
  if (absl::IsNotFound(result.status())) {
    return absl::NotFoundError(
        "espeak-ng is not installed (Debian's package of that name); embedded speech is spoken by it");
  }
  return result;
}

std::vector<Utterance> ListUtterances(const SpokenCorpusRequest& request) {
  std::vector<Utterance> utterances;
  const std::pair<const char*, int64_t> splits[] = {
      {"train", request.train}, {"validation", request.validation}, {"test", request.test}};
  for (const auto& [split, count] : splits) {
    for (int64_t i = 0; i < count; ++i) {
      utterances.push_back({absl::StrFormat("%s-%06d", split, i), DrawSentence(request.seed, split, i)});
    }
  }
  return utterances;
}

std::string Metadata(const std::vector<Utterance>& utterances) {
  std::string text;
  for (const Utterance& utterance : utterances) {
    absl::StrAppend(&text, utterance.id, "|", utterance.sentence.text, "|", utterance.sentence.text, "\n");
  }
  return text;
}

// A stream's header does not know how long it gets: written anew when its end is there.
std::string WithLengths(std::string wav) {
  constexpr size_t kHeader = 44;  // of a RIFF with a format chunk of 16 bytes
  const auto set = [&](size_t at, size_t number) {
    for (size_t i = 0; i < 4; ++i) wav[at + i] = static_cast<char>(number >> 8 * i & 0xFF);
  };
  if (wav.size() < kHeader || wav.compare(36, 4, "data") != 0) return wav;
  set(4, wav.size() - 8);
  set(40, wav.size() - kHeader);
  return wav;
}

// Thousands of small files are synced together, at the end.
absl::Status WriteUnsynced(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << bytes;
  file.close();
  return file ? absl::OkStatus() : FileError(path, "cannot be written", errno);
}

// Everything of the corpus reaches the disk before its metadata do.
absl::Status SyncAll(const std::string& folder) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return FileError(folder, "the folder cannot be opened", errno);
  const int synced = syncfs(descriptor);
  const int failure = errno;
  close(descriptor);
  return synced < 0 ? FileError(folder, "the folder cannot be synced", failure) : absl::OkStatus();
}

// Those that are whole already are kept.
absl::Status SpeakAll(const std::vector<Utterance>& utterances, const std::string& folder, int threads,
                      const ClipProgress& progress) {
  const int64_t count = static_cast<int64_t>(utterances.size());
  for (int64_t begin = 0; begin < count; begin += kClipsBetweenProgress) {
    if (!progress("speaking", begin, count)) return absl::CancelledError("stopped by a signal");
    const auto speak = [&](int64_t i, int) {
      const Utterance& utterance = utterances[static_cast<size_t>(begin + i)];
      const std::string path = RecordingPath(folder, {utterance.id, ""});
      return ReadWav(path).ok() ? absl::OkStatus() : Speak(utterance.sentence, path);
    };
    const absl::Status status = ForEachItem(std::min(kClipsBetweenProgress, count - begin), threads, speak);
    // The signal that stops this program reaches its children first.
    if (!status.ok() && !progress("speaking", begin, count)) return absl::CancelledError("stopped by a signal");
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Speak(const SpokenSentence& sentence, const std::string& path) {
  // A file of its own espeak-ng would only write under a path of less than 200 bytes.
  const absl::StatusOr<ChildResult> result =
      RunSpeaker({"-v", sentence.voice, "-s", absl::StrCat(sentence.speed), "-p", absl::StrCat(sentence.pitch),
                  "--stdout", "--", sentence.text});
  if (!result.ok()) return result.status();
  if (result->exit_code != 0) {
    return absl::UnavailableError(absl::StrCat(path, ": error: espeak-ng ended with ", result->exit_code, ": ",
                                               absl::StripAsciiWhitespace(result->errors)));
  }
  const absl::StatusOr<std::vector<int16_t>> samples = ParseWav(WithLengths(result->output));
  if (!samples.ok()) {
    return absl::UnavailableError(
        absl::StrCat(path, ": error: what espeak-ng gave cannot be used: ", samples.status().message()));
  }
  const std::string made = absl::StrCat(path, ".", getpid(), ".tmp");
  absl::Status status = WriteUnsynced(made, FormatWav(*samples));
  if (status.ok()) status = PublishFile(RealSystemCalls(), made, path);
  if (!status.ok()) RemoveFile(RealSystemCalls(), made).IgnoreError();
  return status;
}

absl::StatusOr<std::string> MakeSpokenCorpus(const SpokenCorpusRequest& request, const ClipProgress& progress) {
  const absl::StatusOr<ChildResult> version = RunSpeaker({"--version"});
  if (!version.ok()) return version.status();
  // "eSpeak NG text-to-speech: 1.51  Data at: FOLDER": where its data lie does not matter.
  const std::string program = version->output.substr(0, version->output.find("  Data at"));
  Sha256 digest;
  digest.AddField(kSpokenGrammar).AddField(program).AddField(absl::StrCat(request.seed));
  for (const int64_t count : {request.train, request.validation, request.test}) digest.AddField(absl::StrCat(count));
  const std::string folder = JoinPath(request.folder, digest.Hex().substr(0, kKeyDigits));
  const std::string metadata = JoinPath(folder, kMetadataFile);
  struct stat examined;
  if (stat(metadata.c_str(), &examined) == 0) return folder;
  absl::Status status = MakeFolders(RealSystemCalls(), JoinPath(folder, kRecordingsFolder));
  if (!status.ok()) return status;
  const std::vector<Utterance> utterances = ListUtterances(request);
  status = SpeakAll(utterances, folder, request.threads, progress);
  if (status.ok()) status = SyncAll(folder);
  if (status.ok()) status = WriteFileAtomically(RealSystemCalls(), metadata, Metadata(utterances));
  if (!status.ok()) return status;
  return folder;
}

}  // namespace plumbline
