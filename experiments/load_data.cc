// The data sets that an experiment names.
#include <limits>
#include <optional>

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
      case experiment::Data::SOURCE_NOT_SET:
        text.Report(data, absl::StrCat("the data set ", Quoted(data.name()), " does not say where it comes from"),
                    "write octmnist { ... } or npz { file: \"....npz\" }");
        break;
    }
    result.push_back(std::move(use));
  }
  return result;
}

}  // namespace plumbline
