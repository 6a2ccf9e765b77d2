// The embedded speech corpus: sentences of spoken_sentences.h, spoken by espeak-ng, in the layout of LJ Speech. It
// stands in for the real corpus where there is no network.
#ifndef PLUMBLINE_EXPERIMENTS_DATA_SPOKEN_CORPUS_H_
#define PLUMBLINE_EXPERIMENTS_DATA_SPOKEN_CORPUS_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "experiments/data/spoken_sentences.h"

namespace plumbline {

struct SpokenCorpusRequest {
  std::string folder;  // that holds embedded corpora, each in a folder of its own
  uint64_t seed = 1;
  int64_t train = 0, validation = 0, test = 0;  // clips, which come in this order
  int threads = 1;
};

// Told of `done` of `total` clips; false stops the work.
using ClipProgress = std::function<bool(absl::string_view what, int64_t done, int64_t total)>;

// The folder of the corpus, made where it is not there: its name follows from the request, the grammar and espeak-ng's
// version. metadata.csv is written last, so a corpus that was interrupted goes on where it stopped. Errors: NotFound
// when espeak-ng is not installed, Unavailable when it fails, Cancelled by `progress`; those of writing files.
absl::StatusOr<std::string> MakeSpokenCorpus(const SpokenCorpusRequest& request, const ClipProgress& progress);

// Makes `path` the recording of a sentence. Errors as above.
absl::Status Speak(const SpokenSentence& sentence, const std::string& path);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_DATA_SPOKEN_CORPUS_H_
