// The data sets that an experiment names.
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "experiments/experiment_values.h"
#include "experiments/load_sweep.h"

namespace plumbline {
namespace {

OctmnistData LoadOctmnist(ExperimentText& text, const experiment::Octmnist& octmnist) {
  using O = experiment::Octmnist;
  OctmnistData data;
  if (octmnist.has_source()) {
    const std::string& source = octmnist.source();
    if (source == "file") {
      data.source = OctmnistData::Source::kFile;
    } else if (source == "embedded") {
      data.source = OctmnistData::Source::kEmbedded;
    } else if (source != "auto") {
      const std::string near = DidYouMean(source, {"auto", "file", "embedded"});
      text.Report(octmnist, O::kSourceFieldNumber, 0, absl::StrCat(Quoted(source), " is no source of octmnist"),
                  near.empty() ? "there are: auto, file, embedded" : near);
    }
  }
  // The archive's own counts are the most there is of it; generated images have the same limits.
  const auto count = [&](int field, int64_t most) {
    return ReadInteger(text, octmnist, field, 1, most, most).value_or(most);
  };
  data.train = count(O::kTrainFieldNumber, data.train);
  data.validation = count(O::kValidationFieldNumber, data.validation);
  data.test = count(O::kTestFieldNumber, data.test);
  data.seed = static_cast<uint64_t>(
      ReadInteger(text, octmnist, O::kSeedFieldNumber, 0, std::numeric_limits<int64_t>::max(), 1).value_or(1));
  return data;
}

// The smoke corpus has so many clips.
constexpr int64_t kSmokeTrain = 10, kSmokeValidation = 3, kSmokeTest = 3;
constexpr char kSmokeFolder[] = "smoke";
constexpr int64_t kPublishedRate = 16000, kRecordedRate = 22050;
constexpr int64_t kMostFrames = 100000;
constexpr int64_t kMostTokens = 10000;

void ReadLjspeechSource(ExperimentText& text, const experiment::Ljspeech& ljspeech, LjspeechData& data) {
  static constexpr std::pair<const char*, LjspeechData::Source> kSources[] = {
      {"auto", LjspeechData::Source::kAuto},
      {"file", LjspeechData::Source::kFile},
      {"embedded", LjspeechData::Source::kEmbedded},
      {"smoke", LjspeechData::Source::kSmoke}};
  if (!ljspeech.has_source()) return;
  for (const auto& [name, source] : kSources) {
    if (ljspeech.source() != name) continue;
    data.source = source;
    return;
  }
  const std::string near = DidYouMean(ljspeech.source(), {"auto", "file", "embedded", "smoke"});
  text.Report(ljspeech, experiment::Ljspeech::kSourceFieldNumber, 0,
              absl::StrCat(Quoted(ljspeech.source()), " is no source of ljspeech"),
              near.empty() ? "there are: auto, file, embedded, smoke" : near);
}

LjspeechData LoadLjspeech(ExperimentText& text, const experiment::Ljspeech& ljspeech) {
  using L = experiment::Ljspeech;
  LjspeechData data;
  ReadLjspeechSource(text, ljspeech, data);
  if (data.source == LjspeechData::Source::kSmoke) {
    data.train = kSmokeTrain;
    data.validation = kSmokeValidation;
    data.test = kSmokeTest;
  }
  const auto number = [&](int field, int64_t least, int64_t most, int64_t absent) {
    return ReadInteger(text, ljspeech, field, least, most, absent).value_or(absent);
  };
  // No corpus has more clips, so that no experiment asks for days of speech.
  data.train = number(L::kTrainFieldNumber, 1, data.train, data.train);
  data.validation = number(L::kValidationFieldNumber, 1, data.validation, data.validation);
  data.test = number(L::kTestFieldNumber, 1, data.test, data.test);
  data.frames = number(L::kFramesFieldNumber, 1, kMostFrames, data.frames);
  data.tokens = number(L::kTokensFieldNumber, 3, kMostTokens, data.tokens);
  data.seed = static_cast<uint64_t>(number(L::kSeedFieldNumber, 0, std::numeric_limits<int64_t>::max(), 1));
  data.mel_rate = number(L::kMelRateFieldNumber, 1, std::numeric_limits<int32_t>::max(), kPublishedRate);
  if (data.mel_rate != kPublishedRate && data.mel_rate != kRecordedRate) {
    text.Report(ljspeech, L::kMelRateFieldNumber, 0,
                absl::StrCat("the mel bands cannot assume a rate of ", data.mel_rate, " Hz"),
                "write 16000 as published, or 22050, the rate of the recordings");
  }
  data.smoke = PathBeside(text.source().name(), kSmokeFolder);
  return data;
}

NpzData LoadNpz(ExperimentText& text, const experiment::Npz& npz) {
  if (npz.file().empty()) text.Report(npz, "the data set has no file", "write file: \"....npz\"");
  return {npz.file(), PathBeside(text.source().name(), npz.file())};
}

}  // namespace

std::string PathBeside(const std::string& base, const std::string& file) {
  const size_t slash = base.rfind('/');
  if (slash == std::string::npos || absl::StartsWith(file, "/")) return file;
  return absl::StrCat(base.substr(0, slash + 1), file);
}

std::vector<DataUse> LoadData(ExperimentText& text) {
  std::vector<DataUse> result;
  std::vector<std::string> taken;
  for (const experiment::Data& data : text.message().data()) {
    DataUse use;
    use.name = ReadNewName(text, data, experiment::Data::kNameFieldNumber, "the data set", taken);
    switch (data.source_case()) {
      case experiment::Data::kOctmnist:
        use.source = LoadOctmnist(text, data.octmnist());
        break;
      case experiment::Data::kNpz:
        use.source = LoadNpz(text, data.npz());
        break;
      case experiment::Data::kLjspeech:
        use.source = LoadLjspeech(text, data.ljspeech());
        break;
      case experiment::Data::SOURCE_NOT_SET:
        text.Report(data, absl::StrCat("the data set ", Quoted(data.name()), " does not say where it comes from"),
                    "write octmnist { ... }, ljspeech { ... } or npz { file: \"....npz\" }");
        break;
    }
    result.push_back(std::move(use));
  }
  return result;
}

}  // namespace plumbline
