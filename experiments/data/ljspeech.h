// LJ Speech 1.1 (Keith Ito and Linda Johnson, 2017; public domain): 13,100 recordings of one voice with what it says,
// from the corpus where that is, or else from speech in its form: spoken by espeak-ng, or the smoke corpus.
#ifndef PLUMBLINE_EXPERIMENTS_DATA_LJSPEECH_H_
#define PLUMBLINE_EXPERIMENTS_DATA_LJSPEECH_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "experiments/data/data_set.h"
#include "experiments/data/spoken_corpus.h"

namespace plumbline {

inline constexpr char kLjspeechFolder[] = "LJSpeech-1.1";
inline constexpr int64_t kLjspeechClips = 13100;
inline constexpr int64_t kLjspeechTrainClips = 9825;
inline constexpr int64_t kLjspeechValidationClips = 655;
inline constexpr int64_t kLjspeechTestClips = 2620;

struct LjspeechRequest {
  enum Source {
    kAuto,      // the corpus when the folder has it, otherwise embedded
    kFile,      // the corpus, an error when it is missing
    kEmbedded,  // spoken by espeak-ng
    kSmoke,     // the smoke corpus
  };

  std::string folder;  // of data: holds LJSpeech-1.1, embedded corpora and features that were computed before
  std::string smoke;   // folder of the smoke corpus
  Source source = kAuto;
  // At least 1 each. Of the whole corpus the first so many of each published split, of another corpus the first of all
  // clips to train, the next to validate and the next to test.
  int64_t train_items = kLjspeechTrainClips;
  int64_t validation_items = kLjspeechValidationClips;
  int64_t test_items = kLjspeechTestClips;
  int64_t frames = 2754;
  int64_t tokens = 99;
  uint64_t seed = 1;        // of embedded speech
  double mel_rate = 16000;  // hertz, that the mel bands assume
  int threads = 1;          // of speaking and of computing features; the result does not depend on it
};

// Columns "audio" (f32, [80, frames], ragged: the features of log_mel.h, cut or padded with 0), "tokens" and "targets"
// (64-bit, [tokens - 1]: the encoded text without its last and without its first token); each split's texts are the
// normalised transcripts. A text longer than its recording could hold is no error, the models need no alignment.
// Features of the corpus and of embedded speech are kept in FOLDER/features, which changes no result.
// Errors, "FILE: error: WHAT" or "FILE:LINE: error: WHAT": NotFound for a missing corpus or recording, InvalidArgument
// for fewer clips than are asked for and for recordings of fewer than kLeastMelSamples samples; as of
// ReadSpeechMetadata, ReadWav and MakeSpokenCorpus; Cancelled by `progress`.
absl::StatusOr<DataSet> LoadLjspeech(const LjspeechRequest& request, const ClipProgress& progress);

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_DATA_LJSPEECH_H_
