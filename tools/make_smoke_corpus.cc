// Makes the smoke corpus, experiments/ljspeech/smoke: sixteen short clips of synthetic speech in the layout of LJ Speech,
// the first ten to train, three to validate, three to test. They are kept in the repository, so that what the smoke scale
// gives does not depend on espeak-ng and its version; this program is only for making others.
//   make_smoke_corpus [FOLDER]   default: experiments/ljspeech/smoke in the workspace, when bazel run starts it
#include <stdlib.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/types/span.h"
#include "experiments/data/speech_corpus.h"
#include "experiments/data/spoken_corpus.h"
#include "experiments/data/wav_file.h"
#include "reports/files.h"

namespace plumbline {
namespace {

constexpr const char* kTexts[] = {"two cats", "red hat",  "a big dog", "old owl", "six bees", "hot cup", "two dogs", "red cup",
                                  "a sad cat", "old dog", "two hats",  "red cat", "a big owl", "six cats", "hot dog", "old cat"};
constexpr int kSpeed = 260;  // words a minute: clips are to be small
constexpr int kPitch = 50;
constexpr int16_t kSilence = 200;
constexpr int64_t kMargin = 300;  // samples that are kept around what is heard

// Without the silence at both ends.
absl::Span<const int16_t> Trim(absl::Span<const int16_t> samples) {
  const auto heard = [](int16_t sample) { return sample > kSilence || sample < -kSilence; };
  const int64_t count = static_cast<int64_t>(samples.size());
  const int64_t first = std::find_if(samples.begin(), samples.end(), heard) - samples.begin();
  const int64_t last = count - (std::find_if(samples.rbegin(), samples.rend(), heard) - samples.rbegin());
  const int64_t begin = std::max<int64_t>(0, first - kMargin);
  return samples.subspan(static_cast<size_t>(begin), static_cast<size_t>(std::min(count, last + kMargin) - begin));
}

absl::Status MakeCorpus(const std::string& folder) {
  SystemCalls& system = RealSystemCalls();
  absl::Status status = MakeFolders(system, JoinPath(folder, kRecordingsFolder));
  std::string metadata;
  int number = 0;
  for (const char* const text : kTexts) {
    const SpeechClip clip{absl::StrFormat("smoke-%02d", ++number), text};
    const std::string path = RecordingPath(folder, clip);
    if (status.ok()) status = Speak({clip.text, number % 2 == 0 ? "en-gb" : "en-us", kSpeed, kPitch}, path);
    if (!status.ok()) return status;
    const absl::StatusOr<std::vector<int16_t>> samples = ReadWav(path);
    if (!samples.ok()) return samples.status();
    status = WriteFileAtomically(system, path, FormatWav(Trim(*samples)));
    absl::StrAppend(&metadata, clip.id, "|", text, "|", text, "\n");
  }
  return status.ok() ? WriteFileAtomically(system, JoinPath(folder, kMetadataFile), metadata) : status;
}

int Main(int count, char** words) {
  const char* const workspace = getenv("BUILD_WORKSPACE_DIRECTORY");
  if (count > 2 || (count == 1 && workspace == nullptr)) {
    std::fprintf(stderr, "usage: make_smoke_corpus FOLDER\n");
    return 2;
  }
  const std::string folder = count == 2 ? words[1] : JoinPath(workspace, "experiments/ljspeech/smoke");
  const absl::Status status = MakeCorpus(folder);
  if (status.ok()) return 0;
  std::fprintf(stderr, "make_smoke_corpus: %s\n", std::string(status.message()).c_str());
  return 3;
}

}  // namespace
}  // namespace plumbline

int main(int count, char** words) { return plumbline::Main(count, words); }
