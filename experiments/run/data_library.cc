#include "experiments/run/data_library.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "experiments/data/ljspeech.h"
#include "experiments/data/npz_data.h"
#include "experiments/data/octmnist.h"
#include "reports/files.h"

namespace plumbline {
namespace {

OctmnistRequest::Source SourceOf(OctmnistData::Source source) {
  switch (source) {
    case OctmnistData::Source::kAuto: return OctmnistRequest::kAuto;
    case OctmnistData::Source::kFile: return OctmnistRequest::kFile;
    case OctmnistData::Source::kEmbedded: return OctmnistRequest::kEmbedded;
  }
  return OctmnistRequest::kAuto;
}

LjspeechRequest::Source SourceOf(LjspeechData::Source source) {
  switch (source) {
    case LjspeechData::Source::kAuto: return LjspeechRequest::kAuto;
    case LjspeechData::Source::kFile: return LjspeechRequest::kFile;
    case LjspeechData::Source::kEmbedded: return LjspeechRequest::kEmbedded;
    case LjspeechData::Source::kSmoke: return LjspeechRequest::kSmoke;
  }
  return LjspeechRequest::kAuto;
}

absl::StatusOr<DataSet> Load(const LjspeechData& ljspeech, const std::string& folder, int threads,
                             Progress& progress) {
  LjspeechRequest request;
  request.folder = folder;
  request.smoke = ljspeech.smoke;
  request.source = SourceOf(ljspeech.source);
  request.train_items = ljspeech.train;
  request.validation_items = ljspeech.validation;
  request.test_items = ljspeech.test;
  request.frames = ljspeech.frames;
  request.tokens = ljspeech.tokens;
  request.seed = ljspeech.seed;
  request.mel_rate = static_cast<double>(ljspeech.mel_rate);
  request.threads = threads;
  return LoadLjspeech(request, [&](absl::string_view what, int64_t done, int64_t total) {
    progress.Update(absl::StrCat("data: ", what), static_cast<double>(done), static_cast<double>(total));
    return Progress::StopSignal() == 0;
  });
}

absl::StatusOr<DataSet> Load(const DataUse& use, const std::string& folder, int threads, Progress& progress) {
  if (const auto* const ljspeech = std::get_if<LjspeechData>(&use.source)) {
    return Load(*ljspeech, folder, threads, progress);
  }
  if (const auto* const octmnist = std::get_if<OctmnistData>(&use.source)) {
    OctmnistRequest request;
    request.folder = folder;
    request.source = SourceOf(octmnist->source);
    request.train_items = octmnist->train;
    request.validation_items = octmnist->validation;
    request.test_items = octmnist->test;
    request.seed = octmnist->seed;
    return LoadOctmnist(request);
  }
  const NpzData& npz = std::get<NpzData>(use.source);
  absl::StatusOr<DataSet> data = LoadNpzData(npz.beside);
  if (!absl::IsNotFound(data.status())) return data;
  return LoadNpzData(JoinPath(folder, npz.file));
}

}  // namespace

std::string DataNameOf(const LoadedSweep& sweep) {
  if (const auto* const training = std::get_if<TrainingStudy>(&sweep.study)) return training->data;
  if (const auto* const summary = std::get_if<DataSummaryStudy>(&sweep.study)) return summary->data;
  return "";
}

absl::StatusOr<DataLibrary> LoadData(const LoadedExperiment& experiment, const std::vector<int>& sweeps,
                                     const std::string& folder, int threads, Progress& progress) {
  DataLibrary library;
  for (const int sweep : sweeps) {
    const std::string name = DataNameOf(experiment.sweeps[sweep]);
    if (name.empty() || library.count(name) != 0) continue;
    absl::StatusOr<DataSet> data = Load(experiment.DataOf(name), folder, threads, progress);
    if (!data.ok()) return data.status();
    library[name] = std::make_shared<const DataSet>(*std::move(data));
  }
  return library;
}

}  // namespace plumbline
