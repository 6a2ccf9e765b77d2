// Noise is a hash of what it belongs to, so that no record depends on another.
#include "tests/experiments/octmnist/plausible_records.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "reports/digest.h"
#include "reports/record_values.h"

namespace plumbline {
namespace {

constexpr int kClasses = 4;
constexpr int kPerClass = 250;
constexpr int kTestItems = kClasses * kPerClass;
constexpr int kPublished[kClasses] = {182, 55, 42, 250};

// Uniform in [0, 1): FNV-1a, then the finalizer of splitmix64.
double Noise(const std::string& of) {
  uint64_t bits = 0xcbf29ce484222325;
  for (const char c : of) bits = (bits ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
  return static_cast<double>((bits ^ (bits >> 31)) >> 11) * 0x1p-53;
}

int LabelOf(int item) { return item / kPerClass; }
bool IsPublished(int item) { return item % kPerClass < kPublished[LabelOf(item)]; }

record::Record Start(const std::vector<std::pair<std::string, std::string>>& point, uint64_t seed, int threads) {
  record::Record record;
  record.set_schema_version(1);
  record.set_experiment("octmnist");
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

// Bright layers that bend, on dark speckle, as in a scan of a retina.
std::string ImageHex(int item) {
  std::string pixels;
  for (int y = 0; y < 28; ++y) {
    for (int x = 0; x < 28; ++x) {
      const double bend = LabelOf(item) * 1.5 * std::exp(-(x - 14) * (x - 14) / 20.0);
      const double depth = y - 10 + bend - 2 * Noise(absl::StrCat("tilt ", item)) * x / 28;
      const double layers = 150 * std::exp(-depth * depth / 6) + 190 * std::exp(-(depth - 7) * (depth - 7) / 3);
      const double value = layers + 50 * Noise(absl::StrCat("pixel ", item, " ", y, " ", x));
      pixels.push_back(static_cast<char>(std::min(255.0, value)));
    }
  }
  return absl::BytesToHexString(pixels);
}

record::Record MakeDataRecord(const PlausibleOptions& options) {
  record::Record record = Start({{"sweep", "data"}}, 1, 1);
  record::Exact& exact = *record.mutable_exact();
  *exact.add_value() =
      TextValue("data", options.embedded ? "images generated from a fixed seed, of the shapes of OCTMNIST"
                                         : "OCTMNIST of MedMNIST v2, the file octmnist.npz");
  *exact.add_value() = IntegerValue("embedded", "", options.embedded ? 1 : 0);
  *exact.add_value() = TextValue("class names", "choroidal neovascularization, diabetic macular edema, drusen, normal");
  const std::vector<int64_t> index = {0, 1, 2, 3};
  *exact.add_series() = IntegerSeries("train class counts", "", "class", index, {33484, 10213, 7754, 46026});
  *exact.add_series() = IntegerSeries("validation class counts", "", "class", index, {3721, 1135, 862, 5114});
  *exact.add_series() = IntegerSeries("test class counts", "", "class", index, {250, 250, 250, 250});
  std::string labels;
  std::string published;
  for (int item = 0; item < kTestItems; ++item) {
    absl::StrAppend(&labels, LabelOf(item));
    absl::StrAppend(&published, IsPublished(item) ? 1 : 0);
  }
  *exact.add_value() = TextValue("test labels", labels);
  if (options.published_subset) *exact.add_value() = TextValue("published subset", published);
  for (int i = 0; i < 16; ++i) {
    const int item = (i * 61 + 7) % kTestItems;
    *exact.add_value() = TextValue(absl::StrCat("example ", i, " pixels"), ImageHex(item));
    *exact.add_value() = IntegerValue(absl::StrCat("example ", i, " index"), "", item);
  }
  return record;
}

struct Parameter {
  const char* name;
  const char* shape;
  int64_t size;
};

constexpr Parameter kParameters[] = {
    {"conv1.bias", "[8]", 8},   {"conv1.weight", "[8, 1, 3, 3]", 72},
    {"conv2.bias", "[16]", 16}, {"conv2.weight", "[16, 8, 3, 3]", 1152},
    {"fc1.bias", "[320]", 320}, {"fc1.weight", "[320, 576]", 184320},
    {"fc2.bias", "[120]", 120}, {"fc2.weight", "[120, 320]", 38400},
    {"fc3.bias", "[4]", 4},     {"fc3.weight", "[4, 120]", 480},
};

void AddParameters(record::Exact& exact) {
  int64_t total = 0;
  for (const Parameter& parameter : kParameters) {
    *exact.add_value() = TextValue(absl::StrCat("shape of ", parameter.name), parameter.shape);
    *exact.add_value() = IntegerValue(absl::StrCat("size of ", parameter.name), "", parameter.size);
    total += parameter.size;
  }
  *exact.add_value() = IntegerValue("parameters", "", total);
}

// The validation accuracy that training tends to, and in how many epochs.
struct Outcome {
  double accuracy;
  double epochs;
};

Outcome OutcomeOf(bool pooling, const std::string& rate, double advantage) {
  const double more = pooling ? advantage : 0;
  if (rate == "0.1") return {0.78 + more, 2};
  if (rate == "0.01") return {0.85 + more, 3};
  return {0.77 + more, 7};
}

void AddCurves(const Outcome& outcome, const std::string& name, int epochs, record::Exact& exact) {
  std::vector<int64_t> index;
  std::vector<double> loss, running, validation_loss, accuracy, rates;
  std::vector<std::string> digests;
  double sum = 0;
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    const double progress = 1 - std::exp(-epoch / outcome.epochs);
    const auto noise = [&](const std::string& what) { return Noise(absl::StrCat(name, what, epoch)) - 0.5; };
    index.push_back(epoch);
    loss.push_back(1.2 - (1.2 - 2.2 * (1 - outcome.accuracy)) * progress + 0.02 * noise("loss"));
    sum += loss.back();
    running.push_back(sum / epoch);
    validation_loss.push_back(1.15 - (1.15 - 2.6 * (1 - outcome.accuracy)) * progress +
                              0.04 * noise("validation loss"));
    accuracy.push_back(0.5 + (outcome.accuracy - 0.5) * progress + 0.012 * noise("accuracy"));
    rates.push_back(0.01);
    digests.push_back(Sha256Hex(absl::StrCat(name, epoch)));
  }
  *exact.add_series() = RealSeries("training loss", "", "epoch", index, loss);
  *exact.add_series() = RealSeries("running training loss", "", "epoch", index, running);
  *exact.add_series() = RealSeries("validation loss", "", "epoch", index, validation_loss);
  *exact.add_series() = RealSeries("validation accuracy", "", "epoch", index, accuracy);
  *exact.add_series() = RealSeries("learning rate", "", "epoch", index, rates);
  *exact.add_series() = DigestSeries("parameter digest", "epoch", index, digests);
}

// Hard items are hard for every network.
void AddTest(double accuracy, const std::string& name, record::Exact& exact) {
  std::string predictions;
  double right = 0;
  double right_published = 0;
  double published = 0;
  for (int item = 0; item < kTestItems; ++item) {
    const double difficulty = Noise(absl::StrCat("item ", item)) + 0.1 * (Noise(absl::StrCat(name, item)) - 0.5);
    const bool correct = difficulty < accuracy;
    const int other = (LabelOf(item) + 1 + static_cast<int>(3 * Noise(absl::StrCat("other ", item)))) % kClasses;
    absl::StrAppend(&predictions, correct ? LabelOf(item) : other);
    right += correct;
    published += IsPublished(item);
    right_published += correct && IsPublished(item);
  }
  *exact.add_value() = RealValue("test loss", "", 2.6 * (1 - accuracy));
  *exact.add_value() = RealValue("test accuracy", "", right / kTestItems);
  *exact.add_value() = RealValue("test accuracy of the published subset", "", right_published / published);
  *exact.add_value() = TextValue("test predictions", predictions);
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

record::Record MakeTrainingRecord(const PlausibleOptions& options, bool pooling, const std::string& rate,
                                  uint64_t seed) {
  record::Record record = Start({{"sweep", "training"}, {"no_maxpool", pooling ? "0" : "1"}, {"rate", rate}}, seed, 2);
  record::Exact& exact = *record.mutable_exact();
  AddParameters(exact);
  *exact.add_value() = TextValue("optimizer", "sgd, no momentum");
  *exact.add_value() = IntegerValue("batch", "", 8);
  *exact.add_value() = IntegerValue("epochs", "", options.epochs);
  *exact.add_value() = IntegerValue("steps", "", 12185 * options.epochs);
  const std::string name = absl::StrCat(pooling, rate, seed);
  const Outcome outcome = OutcomeOf(pooling, rate, options.advantage);
  AddCurves(outcome, name, options.epochs, exact);
  AddTest(outcome.accuracy - 0.03, name, exact);
  std::vector<double> times;
  std::vector<double> memory;
  for (int epoch = 0; epoch < options.epochs; ++epoch) {
    times.push_back((pooling ? 9.0 : 4.5) + Noise(absl::StrCat(name, "time", epoch)));
    memory.push_back(120e6);
  }
  AddSeries("epoch time", "s", "training", times, record);
  AddSeries("resident memory", "B", "training", memory, record);
  return record;
}

struct Step {
  const char* name;
  int64_t with, without;  // operations of one image
};

// 2 · output pixels · output channels · 9 · input channels; 2 · in · out.
constexpr Step kSteps[] = {
    {"conv1", 112896, 28224}, {"pool1", 4704, 0},    {"conv2", 331776, 82944}, {"pool2", 1728, 0},
    {"fc1", 368640, 368640},  {"fc2", 76800, 76800}, {"fc3", 960, 960},        {"scores", 20, 20},
};

void AddProgram(const std::string& program, bool pooling, int64_t batch, double factor, record::Record& record) {
  record::Plan& plan = *record.add_plan();
  plan.set_model("octmnist_cnn");
  plan.set_program(program);
  const int64_t shards = batch / 4;
  int64_t operations = 0;
  for (const Step& step : kSteps) {
    const int64_t count = pooling ? step.with : step.without;
    if (count == 0) continue;
    record::PlanStep& entry = *plan.add_step();
    entry.set_name(step.name);
    entry.set_implementation("onednn");
    entry.set_operations(count * (batch / shards));
    operations += static_cast<int64_t>(factor * static_cast<double>(count * batch));
  }
  record::Cost& cost = *record.add_cost();
  cost.set_model("octmnist_cnn");
  cost.set_program(program);
  cost.set_quantity(record::Cost::OPERATIONS);
  cost.set_text(absl::StrCat(operations / batch, "·B"));
  cost.set_value(operations);
  record::Exact& exact = *record.mutable_exact();
  *exact.add_value() =
      IntegerValue(absl::StrCat(program, "/planned bytes"), "B", (pooling ? 160000 : 60000) + 1000 * (batch / shards));
  *exact.add_value() = IntegerValue(absl::StrCat(program, "/shards"), "", shards);
  std::vector<double> times;
  for (int round = 0; round < 8; ++round) {
    const double noise = 1 + 0.05 * Noise(absl::StrCat(program, pooling, batch, round));
    times.push_back(static_cast<double>(operations) / (pooling ? 1.6e10 : 1.4e10) * noise);
  }
  AddSeries(absl::StrCat(program, "/time"), "s", "m1", times, record);
}

record::Record MakeCostRecord(bool pooling, int64_t batch) {
  record::Record record =
      Start({{"sweep", "cost"}, {"no_maxpool", pooling ? "0" : "1"}, {"B", absl::StrCat(batch)}}, 1, 1);
  AddProgram("forward", pooling, batch, 1, record);
  AddProgram("training_step", pooling, batch, 3, record);
  AddSeries("bare matmul 1024", "s", "m1", {0.0302, 0.0301, 0.0305, 0.0300, 0.0303, 0.0301, 0.0302, 0.0304}, record);
  return record;
}

bool IsRun(const record::Record& record, bool pooling, const std::string& rate, uint64_t seed) {
  return AxisText(record, "rate").value_or("") == rate &&
         AxisText(record, "no_maxpool").value_or("") == (pooling ? "0" : "1") && record.seed() == seed;
}

}  // namespace

std::vector<record::Record> PlausibleRecords(const PlausibleOptions& options) {
  std::vector<record::Record> records = {MakeDataRecord(options)};
  for (const bool pooling : {true, false}) {
    for (const char* rate : {"0.1", "0.01", "0.001"}) {
      for (const uint64_t seed : options.seeds) records.push_back(MakeTrainingRecord(options, pooling, rate, seed));
    }
    for (const int64_t batch : {8, 64, 256}) {
      if (options.costs) records.push_back(MakeCostRecord(pooling, batch));
    }
  }
  return records;
}

record::Record& TrainingRun(std::vector<record::Record>& records, bool pooling, const std::string& rate,
                            uint64_t seed) {
  return *std::find_if(records.begin(), records.end(),
                       [&](const record::Record& record) { return IsRun(record, pooling, rate, seed); });
}

record::Record& DataRecord(std::vector<record::Record>& records) {
  return *std::find_if(records.begin(), records.end(),
                       [](const record::Record& record) { return ExactText(record, "test labels").ok(); });
}

void RemoveRun(std::vector<record::Record>& records, bool pooling, const std::string& rate, uint64_t seed) {
  records.erase(std::remove_if(records.begin(), records.end(),
                               [&](const record::Record& record) { return IsRun(record, pooling, rate, seed); }),
                records.end());
}

void Diverge(record::Record& run, int epochs) {
  record::Exact& exact = *run.mutable_exact();
  for (record::ExactSeries& series : *exact.mutable_series()) {
    series.mutable_index()->Truncate(epochs);
    series.mutable_bits()->Truncate(epochs);
    series.mutable_value()->Truncate(epochs);
    while (series.digest_size() > epochs) series.mutable_digest()->RemoveLast();
  }
  for (const char* name : {"test loss", "test accuracy", "test accuracy of the published subset", "test predictions"}) {
    RemoveValue(run, name);
  }
  *exact.add_value() = TextValue("stopped", "the loss became NaN at step 113 in 'fc3'; last finite loss 2.41");
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

void SetLastValidation(record::Record& run, double accuracy) {
  for (record::ExactSeries& series : *run.mutable_exact()->mutable_series()) {
    if (series.name() != "validation accuracy") continue;
    std::vector<double> values = ExactReals(run, series.name());
    const std::vector<int64_t> index(series.index().begin(), series.index().end());
    values.back() = accuracy;
    series = RealSeries("validation accuracy", "", "epoch", index, values);
  }
}

}  // namespace plumbline
