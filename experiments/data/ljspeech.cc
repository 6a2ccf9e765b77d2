// Clips are worked through in portions: their recordings' digests, then their features from the cache or computed.
#include "experiments/data/ljspeech.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "experiments/data/data_digest.h"
#include "experiments/data/feature_cache.h"
#include "experiments/data/log_mel.h"
#include "experiments/data/parallel_items.h"
#include "experiments/data/speech_corpus.h"
#include "experiments/data/speech_tokens.h"
#include "experiments/data/wav_file.h"
#include "reports/digest.h"
#include "reports/files.h"

namespace plumbline {
namespace {

constexpr char kEmbeddedFolder[] = "embedded-speech";
constexpr char kFeaturesFolder[] = "features";
constexpr size_t kPortion = 128;  // clips
// Changes with the features of a recording or with their file.
constexpr char kFeaturesVersion[] = "log-mel 1";

// What of a corpus is used, and how errors about it are told.
struct Corpus {
  std::string folder;
  std::string features;  // the folder of the cache; empty: none
  std::string description;
  bool embedded = false;
};

absl::Status AboutRecording(const std::string& folder, size_t line, const absl::Status& status) {
  if (!absl::IsNotFound(status)) return status;
  return absl::NotFoundError(absl::StrCat(JoinPath(folder, kMetadataFile), ":", line,
                                          ": error: the recording of the clip is missing: ", status.message()));
}

// Turns clips into the columns of a split.
class SplitMaker {
 public:
  // `first_line`: of the first clip in the metadata.
  SplitMaker(const LjspeechRequest& request, const Corpus& corpus, absl::Span<const SpeechClip> clips,
             size_t first_line)
      : request_(request), corpus_(corpus), clips_(clips), first_line_(first_line) {
    for (int i = 0; i < request.threads; ++i) transforms_.push_back(std::make_unique<LogMel>(request.mel_rate));
    audio_.name = "audio";
    audio_.item_shape = {kMelBands, request.frames};
    audio_.starts = {0};
  }

  // `done` of `total` clips of the whole data set come before.
  absl::StatusOr<Split> Make(int64_t done, int64_t total, const ClipProgress& progress) {
    ReserveAudio();
    for (size_t begin = 0; begin < clips_.size(); begin += kPortion) {
      if (!progress("features", done + static_cast<int64_t>(begin), total)) {
        return absl::CancelledError("stopped by a signal");
      }
      absl::StatusOr<std::vector<ClipFeatures>> features = Features(begin, std::min(kPortion, clips_.size() - begin));
      if (!features.ok()) return features.status();
      for (const ClipFeatures& clip : *features) AppendAudio(clip);
    }
    split_.items = static_cast<int64_t>(clips_.size());
    audio_.values = std::move(values_);
    split_.columns.push_back(std::move(audio_));
    AddTexts();
    return std::move(split_);
  }

 private:
  std::string PathOf(size_t clip) const { return RecordingPath(corpus_.folder, clips_[clip]); }

  // So that gigabytes are not moved when the array grows. What is missing is told when it is read.
  void ReserveAudio() {
    int64_t frames = 0;
    for (size_t i = 0; i < clips_.size(); ++i) {
      struct stat status;
      if (stat(PathOf(i).c_str(), &status) != 0) return;
      frames += std::min<int64_t>(request_.frames, status.st_size / (kMelHop * 2));
    }
    values_.reserve(static_cast<size_t>(frames * kMelBands));
  }

  void AppendAudio(const ClipFeatures& clip) {
    values_.insert(values_.end(), clip.values.begin(), clip.values.end());
    audio_.starts.push_back(static_cast<int64_t>(values_.size()));
    split_.seconds.push_back(static_cast<double>(clip.samples) / kRecordingRate);
  }

  absl::StatusOr<std::vector<ClipFeatures>> Features(size_t begin, size_t count) {
    if (corpus_.features.empty()) return Compute(begin, count);
    const absl::StatusOr<std::string> key = KeyOf(begin, count);
    if (!key.ok()) return key.status();
    if (std::optional<std::vector<ClipFeatures>> kept = ReadFeatures(corpus_.features, *key, count)) {
      return *std::move(kept);
    }
    absl::StatusOr<std::vector<ClipFeatures>> features = Compute(begin, count);
    if (features.ok()) WriteFeatures(corpus_.features, *key, *features);
    return features;
  }

  // The digest of all that the features of these clips follow from.
  absl::StatusOr<std::string> KeyOf(size_t begin, size_t count) const {
    std::vector<std::string> digests(count);
    const absl::Status status = ForEachItem(static_cast<int64_t>(count), request_.threads, [&](int64_t item, int) {
      const size_t i = static_cast<size_t>(item);
      const auto bytes = ReadFile(RealSystemCalls(), PathOf(begin + i), kLargestRecording);
      if (!bytes.ok()) return AboutRecording(corpus_.folder, first_line_ + begin + i, bytes.status());
      digests[i] = Sha256Hex(*bytes);
      return absl::OkStatus();
    });
    if (!status.ok()) return status;
    Sha256 digest;
    digest.AddField(kFeaturesVersion).AddField(absl::StrCat(request_.mel_rate)).AddField(absl::StrCat(request_.frames));
    for (const std::string& recording : digests) digest.AddField(recording);
    return digest.Hex();
  }

  absl::StatusOr<std::vector<ClipFeatures>> Compute(size_t begin, size_t count) {
    std::vector<ClipFeatures> features(count);
    const auto compute = [&](int64_t item, int worker) {
      const size_t i = static_cast<size_t>(item);
      const std::string path = PathOf(begin + i);
      const absl::StatusOr<std::vector<int16_t>> samples = ReadWav(path);
      if (!samples.ok()) return AboutRecording(corpus_.folder, first_line_ + begin + i, samples.status());
      features[i].samples = static_cast<int64_t>(samples->size());
      if (features[i].samples < kLeastMelSamples) {
        return absl::InvalidArgumentError(absl::StrCat(path, ": error: it has ", features[i].samples,
                                                       " samples, fewer than the ", kLeastMelSamples,
                                                       " that a spectrum needs"));
      }
      features[i].values = transforms_[static_cast<size_t>(worker)]->Compute(*samples, request_.frames);
      return absl::OkStatus();
    };
    const absl::Status status = ForEachItem(static_cast<int64_t>(count), request_.threads, compute);
    if (!status.ok()) return status;
    return features;
  }

  void AddTexts() {
    std::vector<int64_t> tokens, targets;
    for (const SpeechClip& clip : clips_) {
      const std::vector<int64_t> encoded = EncodeText(clip.text, request_.tokens);
      tokens.insert(tokens.end(), encoded.begin(), encoded.end() - 1);
      targets.insert(targets.end(), encoded.begin() + 1, encoded.end());
      split_.texts.push_back(clip.text);
    }
    Column column;
    column.item_shape = {request_.tokens - 1};
    column.name = "tokens";
    column.values = std::move(tokens);
    split_.columns.push_back(column);
    column.name = "targets";
    column.values = std::move(targets);
    split_.columns.push_back(std::move(column));
  }

  const LjspeechRequest& request_;
  const Corpus& corpus_;
  absl::Span<const SpeechClip> clips_;
  size_t first_line_;
  std::vector<std::unique_ptr<LogMel>> transforms_;  // by worker
  Column audio_;
  std::vector<float> values_;
  Split split_;
};

std::string Clips(const LjspeechRequest& request) { return absl::StrCat(request.train_items, " clips to train"); }

absl::StatusOr<Corpus> FindCorpus(const LjspeechRequest& request, const ClipProgress& progress) {
  Corpus corpus;
  const std::string features = JoinPath(request.folder, kFeaturesFolder);
  const std::string real = JoinPath(request.folder, kLjspeechFolder);
  const std::string metadata = JoinPath(real, kMetadataFile);
  struct stat status;
  if (request.source == LjspeechRequest::kSmoke) {
    return Corpus{request.smoke, "", absl::StrCat("a few clips of synthetic speech, not LJ Speech (", Clips(request), ")"),
                  true};
  }
  const bool there = stat(metadata.c_str(), &status) == 0;
  if (request.source == LjspeechRequest::kFile && !there) {
    return absl::NotFoundError(absl::StrCat(
        metadata, ": error: no such file; plumbline download ljspeech fetches it, --data_dir names another folder"));
  }
  if (request.source != LjspeechRequest::kEmbedded && there) {
    return Corpus{real, features, absl::StrCat("LJ Speech (", Clips(request), ")"), false};
  }
  SpokenCorpusRequest spoken;
  spoken.folder = JoinPath(request.folder, kEmbeddedFolder);
  spoken.seed = request.seed;
  spoken.train = request.train_items;
  spoken.validation = request.validation_items;
  spoken.test = request.test_items;
  spoken.threads = request.threads;
  const absl::StatusOr<std::string> folder = MakeSpokenCorpus(spoken, progress);
  if (!folder.ok()) return folder.status();
  return Corpus{*folder, features,
                absl::StrCat("embedded synthetic speech (seed ", request.seed, ", ", Clips(request), "), not LJ Speech"),
                true};
}

}  // namespace

absl::StatusOr<DataSet> LoadLjspeech(const LjspeechRequest& request, const ClipProgress& progress) {
  const absl::StatusOr<Corpus> corpus = FindCorpus(request, progress);
  if (!corpus.ok()) return corpus.status();
  const absl::StatusOr<std::vector<SpeechClip>> clips = ReadSpeechMetadata(corpus->folder);
  if (!clips.ok()) return clips.status();
  const int64_t there = static_cast<int64_t>(clips->size());
  const bool whole = there == kLjspeechClips && !corpus->embedded;
  const int64_t validation = whole ? kLjspeechTrainClips : request.train_items;
  const int64_t test = validation + (whole ? kLjspeechValidationClips : request.validation_items);
  const int64_t total = request.train_items + request.validation_items + request.test_items;
  if (test + request.test_items > there) {
    return absl::InvalidArgumentError(absl::StrCat(JoinPath(corpus->folder, kMetadataFile), ": error: it has ", there,
                                                   " clips, ", total, " are asked for (", request.train_items,
                                                   " to train, ", request.validation_items, " to validate, ",
                                                   request.test_items, " to test)"));
  }
  DataSet data;
  const struct {
    Split* split;
    int64_t first, items;
  } splits[] = {{&data.train, 0, request.train_items},
                {&data.validation, validation, request.validation_items},
                {&data.test, test, request.test_items}};
  int64_t done = 0;
  for (const auto& [split, first, items] : splits) {
    const auto own = absl::MakeSpan(*clips).subspan(static_cast<size_t>(first), static_cast<size_t>(items));
    SplitMaker maker(request, *corpus, own, static_cast<size_t>(first) + 1);
    absl::StatusOr<Split> made = maker.Make(done, total, progress);
    if (!made.ok()) return made.status();
    *split = *std::move(made);
    done += items;
  }
  data.name = "ljspeech";
  data.description = corpus->description;
  data.text = TextForm{kSpeechAlphabet, kStart, kStop, "targets"};
  data.embedded = corpus->embedded;
  data.sha256 = DataDigest(data);
  return data;
}

}  // namespace plumbline
