// Sorting and reading of records; whatever a later part indexes by is checked here.
#include "experiments/ljspeech/report/report_data.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "reports/number_text.h"
#include "reports/record_values.h"

namespace plumbline::ljspeech {
namespace {

absl::Status Contradiction(const record::Record& record, const std::string& what) {
  return absl::InvalidArgumentError(
      absl::StrCat("the record of ", record.experiment(), " at ", PointText(record), ": ", what));
}

bool IsTraining(const record::Record& record) {
  return FindExactSeries(record, "training loss") != nullptr || ExactText(record, "stopped").ok();
}

bool IsOfData(const record::Record& record) { return ExactText(record, "data").ok() && !IsTraining(record); }

std::optional<Decoder> DecoderOf(const record::Record& record) {
  std::string name = AxisText(record, "model").value_or("");
  if (name.empty() && record.model_size() > 0) name = record.model(0).name();
  for (const Decoder decoder : kDecoders) {
    if (absl::StrContains(name, NameOf(decoder))) return decoder;
  }
  return std::nullopt;
}

std::string DataDigestOf(const record::Record& record) { return record.data().empty() ? "" : record.data(0).sha256(); }

// Axes other than those that the report compares along.
std::string OtherAxes(const record::Record& record) {
  std::string text;
  for (const record::AxisValue& value : record.point()) {
    if (value.axis() != "sweep" && value.axis() != "model") absl::StrAppend(&text, value.axis(), "=", value.value(), " ");
  }
  return text;
}

// What runs of one scale have in common: epochs, batch, data, other axes.
using Setting = std::tuple<int64_t, int64_t, std::string, std::string>;

Setting SettingOf(const record::Record& run) {
  return {ExactInteger(run, "epochs").value_or(0), ExactInteger(run, "batch").value_or(0), DataDigestOf(run),
          OtherAxes(run)};
}

// The setting of most training runs; of equally many the greatest. Nothing when there are none.
std::optional<Setting> CommonSetting(const std::vector<record::Record>& records) {
  std::map<Setting, int> runs;
  for (const record::Record& record : records) {
    if (IsTraining(record) && DecoderOf(record).has_value()) ++runs[SettingOf(record)];
  }
  std::optional<Setting> common;
  int most = 0;
  for (const auto& [setting, count] : runs) {
    if (count < most) continue;
    common = setting;
    most = count;
  }
  return common;
}

bool Before(const record::Record& a, const record::Record* b) {
  return b == nullptr || std::make_pair(a.seed(), a.key()) < std::make_pair(b->seed(), b->key());
}

DataSet ReadDataSet(const record::Record& record) {
  DataSet set;
  set.record = &record;
  set.sentence = ExactText(record, "data").value_or("");
  set.embedded = ExactInteger(record, "embedded").value_or(0) != 0;
  for (const char* split : {"train", "validation", "test"}) {
    const absl::StatusOr<int64_t> items = ExactInteger(record, absl::StrCat(split, " items"));
    if (items.ok()) set.items.emplace_back(split, *items);
  }
  return set;
}

std::map<std::string, Curve> CurvesOf(const record::Record& record) {
  std::map<std::string, Curve> curves;
  for (const record::ExactSeries& series : record.exact().series()) {
    if (series.index_name() != "epoch" || series.bits_size() != series.index_size() || series.bits_size() == 0) continue;
    curves[series.name()] = {{series.index().begin(), series.index().end()}, ExactReals(record, series.name())};
  }
  return curves;
}

// Utterances are lines. An empty text is one empty line, which the format cannot tell from none and no utterance has.
std::vector<std::string> Lines(const absl::StatusOr<std::string>& text) {
  if (!text.ok() || text->empty()) return {};
  return absl::StrSplit(*text, '\n');
}

absl::Status ReadUtterances(const record::Record& record, Run& run) {
  run.targets = Lines(ExactText(record, "test targets"));
  run.transcripts = Lines(ExactText(record, "test transcripts"));
  if (run.targets.empty() || run.transcripts.empty()) {
    run.targets.clear();
    run.transcripts.clear();
    return absl::OkStatus();
  }
  if (run.targets.size() != run.transcripts.size()) {
    return Contradiction(record, absl::StrCat(run.targets.size(), " test targets but ", run.transcripts.size(),
                                              " test transcripts"));
  }
  for (size_t i = 0; i < run.targets.size(); ++i) {
    run.scores.push_back(ScoreTranscript(run.targets[i], run.transcripts[i]));
  }
  run.losses = ExactReals(record, "test utterance loss");
  if (!run.losses.empty() && run.losses.size() != run.targets.size()) {
    return Contradiction(record, "'test utterance loss' has not one value an utterance");
  }
  return absl::OkStatus();
}

// Says where the record's own scores are not those of its texts.
void CheckScores(Decoder decoder, const Run& run, Data& data) {
  constexpr double kTolerance = 1e-9;
  const absl::StatusOr<TranscriptMetrics> metrics = ScoreTranscripts(run.targets, run.transcripts);
  if (!metrics.ok()) return;
  const std::pair<const char*, double> computed[] = {
      {"test jaccard", metrics->jaccard},
      {"test cosine", metrics->cosine},
      {"test damerau_levenshtein", metrics->damerau_levenshtein},
      {"test character error rate", metrics->character_error_rate},
      {"test word error rate", metrics->word_error_rate},
  };
  for (const auto& [name, value] : computed) {
    const absl::StatusOr<double> recorded = ExactReal(*run.record, name);
    if (!recorded.ok() || std::fabs(*recorded - value) <= kTolerance) continue;
    data.notes.push_back(absl::StrCat("The record of the ", NameOf(decoder), " decoder, seed ", run.seed, ", says ",
                                      SignificantText(*recorded, 6), " for '", name, "', its transcripts give ",
                                      SignificantText(value, 6), "; the report uses the latter."));
  }
}

absl::Status AddRun(const record::Record& record, Decoder decoder, Data& data) {
  Run run;
  run.seed = record.seed();
  run.record = &record;
  run.stopped = ExactText(record, "stopped").value_or("");
  run.curves = CurvesOf(record);
  const absl::Status status = ReadUtterances(record, run);
  if (!status.ok()) return status;
  absl::StatusOr<AttentionMap> attention = ReadAttentionMap(record);
  if (attention.ok()) {
    run.attention = *std::move(attention);
  } else if (!absl::IsNotFound(attention.status())) {
    return attention.status();
  }
  data.runs[decoder].push_back(std::move(run));
  return absl::OkStatus();
}

// A cost record with more rounds says more.
int RoundsOf(const record::Record& record) {
  int rounds = 0;
  for (const record::MeasuredSeries& series : record.measured().series()) {
    rounds = std::max(rounds, series.sample_size());
  }
  return rounds;
}

void AddCosts(const record::Record& record, Decoder decoder, Data& data) {
  data.costs.push_back(
      {decoder, AxisInteger(record, "B").value_or(0), AxisInteger(record, "S").value_or(0), &record});
}

void Order(Data& data) {
  for (auto& [decoder, runs] : data.runs) {
    std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return Before(*a.record, b.record); });
    runs.erase(std::unique(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.seed == b.seed; }),
               runs.end());
    for (const Run& run : runs) {
      data.seeds.insert(run.seed);
      CheckScores(decoder, run, data);
    }
  }
  std::sort(data.costs.begin(), data.costs.end(), [](const CostRecord& a, const CostRecord& b) {
    return std::make_tuple(a.decoder, a.length, a.batch, -RoundsOf(*a.record), a.record->key()) <
           std::make_tuple(b.decoder, b.length, b.batch, -RoundsOf(*b.record), b.record->key());
  });
}

std::string PlaceText(const record::Fingerprint& place) {
  return absl::StrCat("engine ", place.engine_version(), ", oneDNN ", place.onednn_version(), ", ",
                      place.effective_isa(), ", ", place.cpu_model(), ", ", place.compiler(), ", ", place.libm());
}

}  // namespace

std::string NameOf(Decoder decoder) { return decoder == Decoder::kRecurrent ? "recurrent" : "transformer"; }

const std::vector<Run>& Data::RunsOf(Decoder decoder) const {
  static const auto* const none = new std::vector<Run>();
  const auto entry = runs.find(decoder);
  return entry == runs.end() ? *none : entry->second;
}

const Run* Data::AnyRun() const { return runs.empty() ? nullptr : &runs.begin()->second.front(); }

absl::StatusOr<Data> Sort(const std::vector<record::Record>& records) {
  const std::optional<Setting> setting = CommonSetting(records);
  if (!setting.has_value()) return absl::NotFoundError("ljspeech: no record of a training run");
  Data data;
  const record::Record* of_data = nullptr;
  for (const record::Record& record : records) {
    const std::optional<Decoder> decoder = DecoderOf(record);
    absl::Status status;
    if (IsTraining(record)) {
      const bool common = decoder.has_value() && SettingOf(record) == *setting;
      data.left_out += !common;
      if (!common) continue;
      status = AddRun(record, *decoder, data);
    } else if (IsOfData(record)) {
      if (DataDigestOf(record) == std::get<2>(*setting) && Before(record, of_data)) of_data = &record;
      continue;
    } else if (record.cost_size() > 0 && decoder.has_value()) {
      AddCosts(record, *decoder, data);
    } else {
      continue;
    }
    if (!status.ok()) return status;
    data.places.insert(PlaceText(record.fingerprint()));
  }
  if (of_data != nullptr) data.set = ReadDataSet(*of_data);
  Order(data);
  return data;
}

const Curve* FindCurve(const Run& run, const std::string& name) {
  const auto curve = run.curves.find(name);
  return curve == run.curves.end() ? nullptr : &curve->second;
}

const record::Cost* CostOf(const record::Record& record, absl::string_view program, record::Cost::Quantity quantity) {
  for (const record::Cost& cost : record.cost()) {
    if (cost.program() == program && cost.quantity() == quantity) return &cost;
  }
  return nullptr;
}

}  // namespace plumbline::ljspeech
