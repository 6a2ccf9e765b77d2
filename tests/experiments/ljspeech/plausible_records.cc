// Noise is a hash of what it belongs to, so that no record depends on another.
#include "tests/experiments/ljspeech/plausible_records.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "experiments/ljspeech/report/attention_map_record.h"
#include "experiments/ljspeech/report/transcript_scores.h"
#include "reports/digest.h"
#include "reports/record_values.h"

namespace plumbline {
namespace {

constexpr int kPositions = 700;       // of the encoded audio
constexpr int kAudioPositions = 410;  // before the padding
constexpr int kRows = 98;

// Uniform in [0, 1): FNV-1a, then the finalizer of splitmix64.
double Noise(const std::string& of) {
  uint64_t bits = 0xcbf29ce484222325;
  for (const char c : of) bits = (bits ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
  return static_cast<double>((bits ^ (bits >> 31)) >> 11) * 0x1p-53;
}

record::Record Start(const std::vector<std::pair<std::string, std::string>>& point, uint64_t seed, int threads) {
  record::Record record;
  record.set_schema_version(1);
  record.set_experiment("ljspeech");
  std::string name = absl::StrCat("seed ", seed);
  for (const auto& [axis, value] : point) {
    record::AxisValue& entry = *record.add_point();
    entry.set_axis(axis);
    entry.set_value(value);
    absl::StrAppend(&name, " ", axis, "=", value);
  }
  record.set_seed(seed);
  record.set_key(Sha256Hex(name));
  record::Environment& environment = *record.mutable_environment();
  environment.set_cpu_model("Example CPU");
  environment.set_effective_isa("AVX2");
  environment.set_threads(threads);
  environment.set_onednn_version("2.6.0");
  environment.set_compiler("GCC 12.2.0");
  environment.set_libm("glibc 2.36");
  *record.mutable_fingerprint() = FingerprintOf(environment, "1", record::Fingerprint::NATIVE);
  return record;
}

void AddDigest(record::Record& record) {
  record::DataDigest& digest = *record.add_data();
  digest.set_name("ljspeech");
  digest.set_sha256(Sha256Hex("speech"));
}

record::Record MakeDataRecord(const PlausibleOptions& options) {
  record::Record record = Start({{"sweep", "data"}}, 1, 1);
  AddDigest(record);
  record::Exact& exact = *record.mutable_exact();
  *exact.add_value() = TextValue("data", options.embedded ? "sentences spoken by a synthesizer from a fixed seed"
                                                          : "LJ Speech 1.1, 13,100 clips of one reader");
  *exact.add_value() = IntegerValue("embedded", "", options.embedded ? 1 : 0);
  *exact.add_value() = IntegerValue("train items", "", 9825);
  *exact.add_value() = IntegerValue("validation items", "", 655);
  *exact.add_value() = IntegerValue("test items", "", options.utterances);
  return record;
}

constexpr const char* kWords[] = {"the",  "printing", "of",    "books", "in",      "being",  "modern", "and",
                                  "with", "was",      "press", "which", "concern", "letter", "type",   "from",
                                  "art",  "page",     "early", "a"};

std::string Sentence(int utterance) {
  std::string text;
  const double length = 20 + 75 * Noise(absl::StrCat("length ", utterance));
  for (int word = 0; text.size() < length; ++word) {
    const double place = Noise(absl::StrCat("word ", utterance, " ", word));
    absl::StrAppend(&text, word == 0 ? "" : " ", kWords[static_cast<size_t>(place * std::size(kWords))]);
  }
  return absl::StrCat("<", text.substr(0, 96), ">");
}

// With wrong, missing and additional letters, and now and then out of step: a stretch is left out, or comes twice.
std::string Transcript(const std::string& target, double errors, const std::string& name) {
  std::string text = "<";
  const std::string said = target.substr(1, target.size() - 2);
  const double difficulty = 2 * Noise(name);
  for (size_t i = 0; i < said.size(); ++i) {
    const double luck = Noise(absl::StrCat(name, " ", i)) / (errors * difficulty + 1e-9);
    const char other = static_cast<char>('a' + static_cast<int>(26 * Noise(absl::StrCat(name, " other ", i))));
    if (luck < 0.5) {
      text += other;
    } else if (luck < 0.7) {
      text += said[i];
      text += other;
    } else if (luck >= 1) {
      text += said[i];
    }
  }
  if (Noise(name + " step") < errors && text.size() > 20) text = text.substr(0, 12) + text.substr(4, 12) + text.substr(20);
  return absl::StrCat(text.substr(0, 97), ">");
}

double ErrorsOf(const std::string& model) { return model == "recurrent" ? 0.3 : 0.16; }

void AddTest(const PlausibleOptions& options, const std::string& model, uint64_t seed, record::Exact& exact) {
  std::vector<std::string> targets, transcripts;
  std::vector<double> losses;
  std::vector<int64_t> index;
  double sum = 0;
  for (int i = 0; i < options.utterances; ++i) {
    targets.push_back(Sentence(i));
    transcripts.push_back(Transcript(targets.back(), ErrorsOf(model), absl::StrCat(model, seed, " ", i)));
    losses.push_back(0.9 + ErrorsOf(model) * (0.5 + Noise(absl::StrCat("loss ", i))));
    index.push_back(i);
    sum += losses.back();
  }
  const absl::StatusOr<ljspeech::TranscriptMetrics> metrics = ljspeech::ScoreTranscripts(targets, transcripts);
  *exact.add_value() = RealValue("test loss", "", sum / options.utterances);
  *exact.add_value() = RealValue("test jaccard", "", metrics->jaccard);
  *exact.add_value() = RealValue("test cosine", "", metrics->cosine);
  *exact.add_value() = RealValue("test damerau_levenshtein", "", metrics->damerau_levenshtein);
  *exact.add_value() = RealValue("test character error rate", "", metrics->character_error_rate);
  *exact.add_value() = RealValue("test word error rate", "", metrics->word_error_rate);
  if (!options.transcripts) return;
  *exact.add_value() = TextValue("test targets", absl::StrJoin(targets, "\n"));
  *exact.add_value() = TextValue("test transcripts", absl::StrJoin(transcripts, "\n"));
  *exact.add_series() = RealSeries("test utterance loss", "", "utterance", index, losses);
}

void AddCurves(const std::string& model, uint64_t seed, int epochs, record::Exact& exact) {
  const double errors = ErrorsOf(model);
  struct Line {
    const char* name;
    double from, to;
  };
  const Line lines[] = {{"training loss", 2.6, 0.85 + errors},
                        {"validation loss", 2.4, 0.9 + errors},
                        {"validation jaccard", 0.45, 1 - errors},
                        {"validation cosine", 0.6, 1 - 0.6 * errors},
                        {"validation damerau_levenshtein", 0.15, 1 - 1.6 * errors},
                        {"validation character error rate", 1.1, 1.4 * errors},
                        {"validation word error rate", 1.2, 2.2 * errors}};
  std::vector<int64_t> index(static_cast<size_t>(epochs));
  std::iota(index.begin(), index.end(), int64_t{1});
  for (const Line& line : lines) {
    std::vector<double> values;
    for (const int64_t epoch : index) {
      const double progress = 1 - std::exp(-static_cast<double>(epoch) / 4);
      const double noise = 0.02 * (Noise(absl::StrCat(model, seed, line.name, epoch)) - 0.5);
      values.push_back(line.from + (line.to - line.from) * progress + noise);
    }
    *exact.add_series() = RealSeries(line.name, "", "epoch", index, values);
  }
  std::vector<double> rates;
  std::vector<std::string> digests;
  for (const int64_t epoch : index) {
    rates.push_back(epoch == 1 ? 1e-5 : epoch == 2 ? 5.05e-4 : 1e-3 - 8.25e-5 * static_cast<double>(epoch - 3));
    digests.push_back(Sha256Hex(absl::StrCat(model, seed, epoch)));
  }
  *exact.add_series() = RealSeries("learning rate", "", "epoch", index, rates);
  *exact.add_series() = DigestSeries("parameter digest", "epoch", index, digests);
}

void AddParameters(const std::string& model, record::Exact& exact) {
  std::vector<std::pair<std::string, int64_t>> sizes = {{"encoder.conv1.weight", 48000}, {"encoder.conv1.bias", 200},
                                                        {"encoder.conv2.weight", 120000}, {"encoder.conv2.bias", 200}};
  for (int block = 0; block < 4; ++block) {
    sizes.emplace_back(absl::StrCat("encoder.block", block, ".att.query.weight"), 162200);
    sizes.emplace_back(absl::StrCat("encoder.block", block, ".mlp.fc1.weight"), 161400);
  }
  sizes.emplace_back("encoder.norm.weight", 400);
  sizes.emplace_back("decoder.embed.weight", 7000);
  if (model == "recurrent") {
    sizes.emplace_back("decoder.rnn_norm.weight", 400);
    sizes.emplace_back("decoder.rnn.weight_ih_l0", 160000);
    sizes.emplace_back("decoder.rnn.weight_hh_l0", 161600);
  } else {
    sizes.emplace_back("decoder.positions", 19600);
    sizes.emplace_back("decoder.self.query.weight", 161400);
  }
  sizes.emplace_back("decoder.cross.query.weight", 319600);
  sizes.emplace_back("decoder.classifier.weight", 7435);
  int64_t total = 0;
  for (const auto& [name, size] : sizes) {
    *exact.add_value() = IntegerValue(absl::StrCat("size of ", name), "", size);
    total += size;
  }
  *exact.add_value() = IntegerValue("parameters", "", total);
}

// A band along the audio, with a second head that is wider.
void AddAttention(const std::string& target, record::Exact& exact) {
  std::vector<float> weights;
  for (const double width : {6.0, 20.0}) {
    for (int row = 0; row < kRows; ++row) {
      const double center = 15 + (kAudioPositions - 30) * row / static_cast<double>(target.size());
      for (int position = 0; position < kPositions; ++position) {
        const double distance = (position - center) / width;
        weights.push_back(static_cast<float>(0.4 / width * std::exp(-distance * distance / 2) + 1e-5));
      }
    }
  }
  ljspeech::AttentionWeights attention;
  attention.weights = weights;
  attention.heads = 2;
  attention.rows = kRows;
  attention.positions = kPositions;
  attention.target = target.substr(1);
  attention.audio_positions = kAudioPositions;
  attention.seconds_per_position = 320.0 / 22050;
  exact.MergeFrom(*ljspeech::AttentionMapValues(attention));
}

void AddSeries(const std::string& name, const std::string& unit, const std::string& measurement,
               const std::vector<double>& samples, record::Record& record) {
  record::MeasuredSeries& series = *record.mutable_measured()->add_series();
  series.set_name(name);
  series.set_unit(unit);
  series.set_measurement(measurement);
  for (size_t i = 0; i < samples.size(); ++i) {
    series.add_sample(samples[i]);
    series.add_round(static_cast<int>(i));
  }
}

record::Record MakeTrainingRecord(const PlausibleOptions& options, const std::string& model, uint64_t seed) {
  record::Record record = Start({{"sweep", "training"}, {"model", model}}, seed, 2);
  AddDigest(record);
  record::ModelText& text = *record.add_model();
  text.set_name(absl::StrCat("speech_", model));
  text.set_text("loss { cross_entropy { label_smoothing: \"0.1\" } }\n");
  record::Exact& exact = *record.mutable_exact();
  AddParameters(model, exact);
  *exact.add_value() = TextValue("optimizer", "AdamW, weight decay 0.01");
  *exact.add_value() = IntegerValue("batch", "", 64);
  *exact.add_value() = IntegerValue("epochs", "", options.epochs);
  *exact.add_value() = IntegerValue("steps", "", 154 * options.epochs);
  AddCurves(model, seed, options.epochs, exact);
  AddTest(options, model, seed, exact);
  if (options.attention) AddAttention(Sentence(0), exact);
  std::vector<double> times;
  for (int epoch = 0; epoch < options.epochs; ++epoch) times.push_back(model == "recurrent" ? 95 : 88);
  AddSeries("epoch time", "s", absl::StrCat("training ", model), times, record);
  AddSeries("resident memory", "B", absl::StrCat("training ", model), {2.1e9}, record);
  return record;
}

void AddCost(const std::string& program, record::Cost::Quantity quantity, const std::string& text, int64_t value,
             record::Record& record) {
  record::Cost& cost = *record.add_cost();
  cost.set_model("speech");
  cost.set_program(program);
  cost.set_quantity(quantity);
  cost.set_text(text);
  cost.set_value(value);
  if (text.find('S') == std::string::npos) return;
  record::CostTerm& term = *cost.add_term();
  term.set_numerator(1);
  term.set_denominator(1);
  record::Power& power = *term.add_factor();
  power.set_symbol("S");
  power.set_exponent(1);
}

void AddTimes(const std::string& program, const std::string& model, double seconds, record::Record& record) {
  std::vector<double> times;
  for (int round = 0; round < 8; ++round) {
    times.push_back(seconds * (1 + 0.05 * Noise(absl::StrCat(program, model, round))));
  }
  AddSeries(absl::StrCat(program, "/time"), "s", "m1", times, record);
}

record::Record MakeCostRecord(const std::string& model, int64_t length) {
  const bool recurrent = model == "recurrent";
  constexpr int64_t kBatch = 16;
  record::Record record = Start(
      {{"sweep", "cost"}, {"model", model}, {"B", absl::StrCat(kBatch)}, {"S", absl::StrCat(length)}}, 1, 1);
  const int64_t operations = kBatch * length * (recurrent ? 30'000'000 : 29'000'000);
  const int64_t depth = recurrent ? 45 + 3 * length : 52;
  const std::string chain = recurrent ? "45 + 3·S" : "52";
  AddCost("forward", record::Cost::OPERATIONS, recurrent ? "30000000·B·S" : "29000000·B·S", operations, record);
  AddCost("forward", record::Cost::DEPTH, chain, depth, record);
  AddCost("training_step", record::Cost::OPERATIONS, recurrent ? "90000000·B·S" : "87000000·B·S", 3 * operations,
          record);
  AddCost("training_step", record::Cost::DEPTH, recurrent ? "130 + 9·S" : "150", recurrent ? 130 + 9 * length : 150,
          record);
  AddTimes("forward", model, (recurrent ? 1.1 : 1.0) * 0.4, record);
  AddTimes("training_step", model, (recurrent ? 1.1 : 1.0) * 1.3, record);
  AddSeries("bare matmul 1024", "s", "m1", {0.0302, 0.0301, 0.0305, 0.0300, 0.0303, 0.0301, 0.0302, 0.0304}, record);
  return record;
}

record::Record MakeDecodeRecord(const std::string& model) {
  const bool recurrent = model == "recurrent";
  record::Record record = Start({{"sweep", "decode_cost"}, {"model", model}, {"B", "1"}, {"S", "98"}}, 1, 1);
  AddCost("decode_prologue", record::Cost::OPERATIONS, "2800000000·B", 2'800'000'000, record);
  AddCost("decode_step", record::Cost::OPERATIONS, recurrent ? "1700000·B" : "1400000·B + 800·B·S",
          recurrent ? 1'700'000 : 1'478'400, record);
  AddCost("decode_step", record::Cost::DEPTH, recurrent ? "22" : "25", recurrent ? 22 : 25, record);
  AddTimes("decode_prologue", model, 0.06, record);
  AddTimes("decode_step", model, recurrent ? 3.1e-4 : 2.9e-4, record);
  return record;
}

bool IsRun(const record::Record& record, const std::string& model, uint64_t seed) {
  return AxisText(record, "sweep").value_or("") == "training" && AxisText(record, "model").value_or("") == model &&
         record.seed() == seed;
}

}  // namespace

std::vector<record::Record> PlausibleRecords(const PlausibleOptions& options) {
  std::vector<record::Record> records;
  if (options.data) records.push_back(MakeDataRecord(options));
  for (const std::string& model : options.models) {
    for (const uint64_t seed : options.seeds) records.push_back(MakeTrainingRecord(options, model, seed));
    if (options.costs) {
      records.push_back(MakeCostRecord(model, 24));
      records.push_back(MakeCostRecord(model, 98));
    }
    if (options.decode_costs) records.push_back(MakeDecodeRecord(model));
  }
  return records;
}

record::Record& TrainingRun(std::vector<record::Record>& records, const std::string& model, uint64_t seed) {
  return *std::find_if(records.begin(), records.end(),
                       [&](const record::Record& record) { return IsRun(record, model, seed); });
}

void RemoveValue(record::Record& record, const std::string& name) {
  auto& values = *record.mutable_exact()->mutable_value();
  for (int i = values.size() - 1; i >= 0; --i) {
    if (values[i].name() == name) values.DeleteSubrange(i, 1);
  }
}

void SetReal(record::Record& record, const std::string& name, double value) {
  RemoveValue(record, name);
  *record.mutable_exact()->add_value() = RealValue(name, "", value);
}

void SetText(record::Record& record, const std::string& name, const std::string& value) {
  RemoveValue(record, name);
  *record.mutable_exact()->add_value() = TextValue(name, value);
}

void SetTranscripts(record::Record& record, const std::vector<std::string>& targets,
                    const std::vector<std::string>& transcripts) {
  for (const char* name : {"test jaccard", "test cosine", "test damerau_levenshtein", "test character error rate",
                           "test word error rate"}) {
    RemoveValue(record, name);
  }
  SetText(record, "test targets", absl::StrJoin(targets, "\n"));
  SetText(record, "test transcripts", absl::StrJoin(transcripts, "\n"));
  auto& series = *record.mutable_exact()->mutable_series();
  for (int i = series.size() - 1; i >= 0; --i) {
    if (series[i].name() == "test utterance loss") series.DeleteSubrange(i, 1);
  }
}

void Diverge(record::Record& run, int epochs) {
  record::Exact& exact = *run.mutable_exact();
  auto& series = *exact.mutable_series();
  for (int i = series.size() - 1; i >= 0; --i) {
    if (series[i].index_name() != "epoch" || epochs == 0) {
      series.DeleteSubrange(i, 1);
      continue;
    }
    series[i].mutable_index()->Truncate(epochs);
    series[i].mutable_bits()->Truncate(epochs);
    series[i].mutable_value()->Truncate(epochs);
    while (series[i].digest_size() > epochs) series[i].mutable_digest()->RemoveLast();
  }
  for (const char* name : {"test loss", "test jaccard", "test cosine", "test damerau_levenshtein",
                           "test character error rate", "test word error rate", "test targets", "test transcripts",
                           "attention map shape"}) {
    RemoveValue(run, name);
  }
  *exact.add_value() = TextValue("stopped", "the loss became NaN at step 113 in 'decoder.rnn'; last finite loss 2.41");
}

}  // namespace plumbline
