// Experiments that train: what they resolve to for each run, and what is said of bad ones.
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "dsl/read_source.h"
#include "experiments/load_experiment.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kClassifier[] = R"(
language: 1
name: "classifier"
const { name: "hidden" value: "5" }
input { name: "image" dtype: F32 shape: "B<=512, 6" }
input { name: "label" dtype: S64 shape: "B" }
node { name: "wide" input: "image" linear { features: "hidden" } }
node { name: "scores" linear { features: "4" } }
output { name: "scores" }
loss { name: "loss" cross_entropy { logits: "scores" label: "label" } }
metric { name: "accuracy" accuracy { scores: "scores" label: "label" } }
)";

constexpr char kNoLoss[] = R"(
language: 1
name: "no_loss"
input { name: "image" dtype: F32 shape: "B, 6" }
node { name: "scores" input: "image" linear { features: "4" } }
output { name: "scores" }
)";

constexpr char kNoBatch[] = R"(
language: 1
name: "no_batch"
input { name: "image" dtype: F32 shape: "8, 6" }
input { name: "label" dtype: S64 shape: "8" }
node { name: "scores" input: "image" linear { features: "4" } }
output { name: "scores" }
loss { name: "loss" cross_entropy { logits: "scores" label: "label" } }
)";

constexpr char kExperiment[] = R"EXP(
language: 1
name: "trial"
model { name: "net" file: "classifier.textproto" }
data { name: "scans" octmnist { source: "embedded" train: "4 * 100" seed: "7" } }
data { name: "own" npz { file: "own.npz" } }
input { name: "label" value: "labels(4)" }
sweep {
  name: "training"
  fixed { name: "first" value: "2" }
  axis { name: "hidden" values: "3, 4" }
  axis { name: "rate" values: "0.1, 0.01" }
  seeds: "1, 2"
  training {
    data: "scans"
    batch: "4 * first"
    epochs: "15"
    clip_norm: "1"
    optimizer { sgd { learning_rate: "rate / 2" momentum: "0.9" nesterov: "1" } }
    schedule { by: "step" warm_up: "first" warm_up_from: "0.5" cosine { length: "100" last: "0.1" } }
    select: "validation accuracy"
  }
}
sweep {
  name: "cost"
  axis { name: "B" values: "8, 64" }
  timing { programs: "forward, training_step" optimizer { adam { learning_rate: "0.001" } } }
}
sweep { name: "facts" data_summary { data: "own" examples: "3" } }
scale { name: "smoke" set { path: "sweep.training.training.optimizer.sgd.learning_rate" value: "3" } }
)EXP";

std::string InTemp(const std::string& name) { return absl::StrCat(::testing::TempDir(), "/", name); }

struct Loaded {
  std::optional<LoadedExperiment> experiment;
  std::string diagnostics;
};

Loaded Load(const std::string& text, const std::string& model, LoadExperimentOptions options) {
  std::ofstream(InTemp("classifier.textproto")) << model;
  const auto source = MakeSource(InTemp("trial.textproto"), text);
  Diagnostics diagnostics;
  options.registry = &AllOps();
  Loaded loaded;
  loaded.experiment = LoadExperiment(*source, options, diagnostics);
  loaded.diagnostics = absl::StrReplaceAll(diagnostics.Render(), {{InTemp(""), ""}});
  return loaded;
}

Loaded Load(const std::string& text) { return Load(text, kClassifier, {}); }

// What is said of the experiment file with one part replaced.
std::string Mistake(const std::string& part, const std::string& replacement) {
  const std::string text = absl::StrReplaceAll(kExperiment, {{part, replacement}});
  EXPECT_NE(text, kExperiment) << part;
  const Loaded loaded = Load(text);
  EXPECT_FALSE(loaded.experiment) << replacement;
  const size_t begin = loaded.diagnostics.find("trial.textproto");
  return begin == std::string::npos ? loaded.diagnostics : loaded.diagnostics.substr(begin);
}

std::string PointOf(const ExperimentRun& run) {
  std::string point;
  for (const AxisSetting& axis : run.point) absl::StrAppend(&point, axis.axis, "=", axis.value, " ");
  return absl::StrCat(point, "seed=", run.seed);
}

TEST(TrainingExperiment, ARunIsOneModelAtOnePointWithOneSeed) {
  const Loaded loaded = Load(kExperiment);
  ASSERT_TRUE(loaded.experiment) << loaded.diagnostics;
  std::vector<std::string> points;
  for (const ExperimentRun& run : loaded.experiment->runs) points.push_back(PointOf(run));
  EXPECT_THAT(points, ElementsAre("model=net hidden=3 rate=0.1 seed=1", "model=net hidden=3 rate=0.1 seed=2",
                                  "model=net hidden=3 rate=0.01 seed=1", "model=net hidden=3 rate=0.01 seed=2",
                                  "model=net hidden=4 rate=0.1 seed=1", "model=net hidden=4 rate=0.1 seed=2",
                                  "model=net hidden=4 rate=0.01 seed=1", "model=net hidden=4 rate=0.01 seed=2",
                                  "model=net B=8 seed=1", "model=net B=64 seed=1", "seed=1"));
}

TEST(TrainingExperiment, SettingsAreResolvedForEachRunAndTheBatchIsASize) {
  const Loaded loaded = Load(kExperiment);
  ASSERT_TRUE(loaded.experiment) << loaded.diagnostics;
  const ExperimentRun& run = loaded.experiment->runs[2];
  ASSERT_TRUE(run.training);
  EXPECT_EQ(ToString(*run.training),
            "optimizer sgd learning_rate=0.005 momentum=0.9 nesterov=1 weight_decay=0.0; schedule by step warm_up=2 "
            "warm_up_from=0.5 cosine length=100 last=0.1; clip_norm=1.0 batch=8 epochs=15 evaluation_batch=256");
  EXPECT_EQ(run.sizes, (Bindings{{"B", 8}}));
  EXPECT_EQ(loaded.experiment->ConstantsOf("net", run), (ModelLibrary::Constants{{"hidden", "3"}}));
  EXPECT_FALSE(run.optimizer);
  const ExperimentRun& timed = loaded.experiment->runs[8];
  EXPECT_FALSE(timed.training);
  ASSERT_TRUE(timed.optimizer);
  EXPECT_EQ(timed.optimizer->kind, OptimizerSpec::Kind::kAdam);
}

TEST(TrainingExperiment, StudiesNameTheirModelsAndData) {
  const Loaded loaded = Load(kExperiment);
  ASSERT_TRUE(loaded.experiment) << loaded.diagnostics;
  const auto& training = std::get<TrainingStudy>(loaded.experiment->sweeps[0].study);
  EXPECT_THAT(training.models, ElementsAre("net"));
  EXPECT_EQ(training.data, "scans");
  EXPECT_EQ(training.select, "validation accuracy");
  EXPECT_EQ(std::get<DataSummaryStudy>(loaded.experiment->sweeps[2].study).examples, 3);
  EXPECT_TRUE(ModelsOf(loaded.experiment->sweeps[2]).empty());
  const auto& scans = std::get<OctmnistData>(loaded.experiment->DataOf("scans").source);
  EXPECT_EQ(scans.source, OctmnistData::Source::kEmbedded);
  EXPECT_EQ(scans.train, 400);
  EXPECT_EQ(scans.validation, 10832);
  EXPECT_EQ(scans.test, 1000);
  EXPECT_EQ(scans.seed, 7u);
  const auto& own = std::get<NpzData>(loaded.experiment->DataOf("own").source);
  EXPECT_EQ(own.file, "own.npz");
  EXPECT_EQ(own.beside, InTemp("own.npz"));
}

TEST(TrainingExperiment, AScaleReachesIntoTheOptimizer) {
  LoadExperimentOptions options;
  options.scale = "smoke";
  const Loaded loaded = Load(absl::StrReplaceAll(kExperiment, {{"axis { name: \"rate\" values: \"0.1, 0.01\" }", ""}}),
                             kClassifier, options);
  ASSERT_TRUE(loaded.experiment) << loaded.diagnostics;
  EXPECT_EQ(loaded.experiment->runs[0].training->optimizer.learning_rate, 3);
}

TEST(TrainingExperiment, SeedsOfTheCommandLineDoNotRepeatADataSummary) {
  LoadExperimentOptions options;
  options.seeds = {4, 5};
  const Loaded loaded = Load(kExperiment, kClassifier, options);
  ASSERT_TRUE(loaded.experiment) << loaded.diagnostics;
  EXPECT_EQ(loaded.experiment->runs.size(), 8u + 4u + 1u);
}

TEST(TrainingExperiment, TheBatchCanBeAnAxisOfItsOwnName) {
  const Loaded loaded = Load(absl::StrReplaceAll(
      kExperiment, {{"fixed { name: \"first\" value: \"2\" }", "axis { name: \"B\" values: \"8, 16\" }"},
                    {"4 * first", "B"},
                    {"warm_up: \"first\"", ""}}));
  ASSERT_TRUE(loaded.experiment) << loaded.diagnostics;
  EXPECT_EQ(loaded.experiment->runs.front().sizes, (Bindings{{"B", 8}}));
  EXPECT_EQ(loaded.experiment->runs[7 + 8].sizes, (Bindings{{"B", 16}}));
}

TEST(TrainingExperiment, ANumberOutOfRangeIsReportedWhereItIsWritten) {
  EXPECT_EQ(Mistake("\"0.1, 0.01\"", "\"0.1, 0\""),
            "trial.textproto:19:39: error: learning_rate must be positive and within the range of f32, not 0.0\n"
            "        optimizer { sgd { learning_rate: \"rate / 2\" momentum: \"0.9\" nesterov: \"1\" } }\n"
            "                                          ^\n"
            "  with rate = 0\n");
  EXPECT_THAT(Mistake("rate / 2", "0 - rate"), HasSubstr("learning_rate must be positive"));
  EXPECT_THAT(Mistake("rate / 2", "rate * 1e300"), HasSubstr("within the range of f32"));
  EXPECT_THAT(Mistake("rate / 2", "rate / 0"), HasSubstr("trial.textproto:19:44: error: division by zero"));
  EXPECT_THAT(Mistake("\"0.9\"", "\"1\""), HasSubstr("momentum must be at least 0 and less than 1, not 1.0"));
  EXPECT_THAT(Mistake("momentum: \"0.9\"", ""), HasSubstr("trial.textproto:19:61: error: nesterov needs a momentum"));
  EXPECT_THAT(Mistake("4 * first", "0 * first"), HasSubstr("batch must be an integer from 1 to"));
  EXPECT_THAT(Mistake("4 * first", "first / 4.0"), HasSubstr("batch must be an integer from 1 to"));
  EXPECT_THAT(Mistake("4 * first", "512 * first"), HasSubstr("model 'net' says B<=512"));
  EXPECT_THAT(Mistake("epochs: \"15\"", "epochs: \"0\""), HasSubstr("epochs must be an integer from 1 to"));
  EXPECT_THAT(Mistake("clip_norm: \"1\"", "clip_norm: \"-1\""), HasSubstr("clip_norm must be at least 0"));
  EXPECT_THAT(Mistake("sgd { learning_rate: \"rate / 2\" momentum: \"0.9\" nesterov: \"1\" }",
                      "adam { learning_rate: \"rate\" beta1: \"1\" beta2: \"-0.1\" epsilon: \"0\" }"),
              AllOf(HasSubstr("beta1 must be"), HasSubstr("beta2 must be"), HasSubstr("epsilon must be positive")));
}

TEST(TrainingExperiment, ASchedulesMistakesAreReported) {
  EXPECT_THAT(Mistake("length: \"100\"", ""), HasSubstr("the schedule has no length"));
  EXPECT_THAT(Mistake("length: \"100\"", "length: \"0\""), HasSubstr("length must be an integer from 1 to"));
  EXPECT_THAT(Mistake("last: \"0.1\"", "last: \"2\""), HasSubstr("last must be from 0 to 1, not 2.0"));
  EXPECT_THAT(Mistake("by: \"step\"", "by: \"steps\""), HasSubstr("did you mean 'step'?"));
  EXPECT_THAT(Mistake("warm_up: \"first\"", "warm_up: \"-1\""), HasSubstr("warm_up must be an integer from 0 to"));
  EXPECT_THAT(Mistake("cosine { length: \"100\" last: \"0.1\" }", "step { factor: \"0.5\" }"),
              HasSubstr("the schedule has no every"));
}

TEST(TrainingExperiment, NamesWithoutAMeaningAreReportedWithTheNearestOne) {
  EXPECT_EQ(Mistake("rate / 2", "rat / 2"),
            "trial.textproto:12:17: error: no model of sweep 'training' has a symbol or constant 'rate', and no number "
            "of the training needs it\n"
            "      axis { name: \"rate\" values: \"0.1, 0.01\" }\n"
            "                    ^\n"
            "  did you mean 'rat'?\n"
            "trial.textproto:19:39: error: no axis or fixed value is called 'rat'\n"
            "        optimizer { sgd { learning_rate: \"rat / 2\" momentum: \"0.9\" nesterov: \"1\" } }\n"
            "                                          ^\n"
            "  did you mean 'rate'?\n");
  EXPECT_THAT(Mistake("data: \"scans\"", "data: \"scan\""), HasSubstr("did you mean 'scans'?"));
  EXPECT_THAT(Mistake("data: \"own\"", "data: \"owm\""), HasSubstr("the experiment has no data set 'owm'"));
  EXPECT_THAT(Mistake("validation accuracy", "validation acuracy"), HasSubstr("did you mean 'validation accuracy'?"));
  EXPECT_THAT(Mistake("\"validation accuracy\"", "\"test accuracy\""), HasSubstr("a training cannot select by"));
  EXPECT_THAT(Mistake("\"embedded\"", "\"embeded\""), HasSubstr("did you mean 'embedded'?"));
  EXPECT_THAT(Mistake("fixed { name: \"first\" value: \"2\" }",
                      "fixed { name: \"first\" value: \"2\" } fixed { name: \"B\" value: \"8\" }"),
              HasSubstr("the training's batch decides the size of 'B'"));
}

TEST(TrainingExperiment, WhatATrainingNeedsIsMissed) {
  EXPECT_THAT(Mistake("batch: \"4 * first\"", ""), HasSubstr("the training has no batch"));
  EXPECT_THAT(Mistake("epochs: \"15\"", ""), HasSubstr("the training has no number of epochs"));
  EXPECT_THAT(Mistake("data: \"scans\"", ""), HasSubstr("no data set is named"));
  EXPECT_THAT(Mistake("sgd { learning_rate: \"rate / 2\" momentum: \"0.9\" nesterov: \"1\" }", "sgd {}"),
              HasSubstr("no number of the training needs it"));
  EXPECT_THAT(Mistake("optimizer { adam { learning_rate: \"0.001\" } }", ""),
              HasSubstr("training_step needs an optimizer"));
  EXPECT_THAT(Mistake("octmnist { source: \"embedded\" train: \"4 * 100\" seed: \"7\" }", ""),
              HasSubstr("the data set 'scans' does not say where it comes from"));
  EXPECT_THAT(Mistake("npz { file: \"own.npz\" }", "npz {}"), HasSubstr("the data set has no file"));
  EXPECT_THAT(Mistake("4 * 100", "0"), HasSubstr("0 is not an integer from 1 to 97477"));
  EXPECT_THAT(Mistake("data_summary { data: \"own\"", "seeds: \"1\" data_summary { data: \"own\""),
              HasSubstr("a data summary has no seeds"));
  EXPECT_THAT(Mistake("data_summary { data: \"own\"",
                      "axis { name: \"B\" values: \"1\" } data_summary { data: \"own\""),
              HasSubstr("a data summary has no axes"));
}

TEST(TrainingExperiment, SpeechHasThePublishedNumbersUnlessOthersAreGiven) {
  const std::string scans = "octmnist { source: \"embedded\" train: \"4 * 100\" seed: \"7\" }";
  const auto speech = [&](const std::string& fields) {
    const Loaded loaded = Load(absl::StrReplaceAll(kExperiment, {{scans, absl::StrCat("ljspeech { ", fields, " }")}}));
    EXPECT_TRUE(loaded.experiment) << loaded.diagnostics;
    return loaded.experiment ? std::get<LjspeechData>(loaded.experiment->DataOf("scans").source) : LjspeechData();
  };
  const LjspeechData published = speech("");
  EXPECT_EQ(published.source, LjspeechData::Source::kAuto);
  EXPECT_THAT((std::vector<int64_t>{published.train, published.validation, published.test, published.frames,
                                    published.tokens, published.mel_rate}),
              ElementsAre(9825, 655, 2620, 2754, 99, 16000));
  const LjspeechData own = speech("source: \"embedded\" train: \"2 * 500\" frames: \"300\" tokens: \"40\" seed: \"3\" "
                                  "mel_rate: \"22050\"");
  EXPECT_EQ(own.source, LjspeechData::Source::kEmbedded);
  EXPECT_THAT((std::vector<int64_t>{own.train, own.validation, own.frames, own.tokens, own.mel_rate}),
              ElementsAre(1000, 655, 300, 40, 22050));
  EXPECT_EQ(own.seed, 3u);
  const LjspeechData smoke = speech("source: \"smoke\"");
  EXPECT_THAT((std::vector<int64_t>{smoke.train, smoke.validation, smoke.test}), ElementsAre(10, 3, 3));
  EXPECT_EQ(smoke.smoke, InTemp("smoke"));
}

TEST(TrainingExperiment, SpeechThatCannotBeIsReported) {
  const std::string scans = "octmnist { source: \"embedded\" train: \"4 * 100\" seed: \"7\" }";
  const auto mistake = [&](const std::string& fields) {
    return Mistake(scans, absl::StrCat("ljspeech { ", fields, " }"));
  };
  EXPECT_EQ(mistake("source: \"embeded\"").substr(0, 68),
            "trial.textproto:5:42: error: 'embeded' is no source of ljspeech\n    ");
  EXPECT_THAT(mistake("source: \"embeded\""), HasSubstr("did you mean 'embedded'?"));
  EXPECT_THAT(mistake("source: \"web\""), HasSubstr("there are: auto, file, embedded, smoke"));
  EXPECT_THAT(mistake("train: \"9826\""), HasSubstr("9826 is not an integer from 1 to 9825"));
  EXPECT_THAT(mistake("source: \"smoke\" train: \"11\""), HasSubstr("11 is not an integer from 1 to 10"));
  EXPECT_THAT(mistake("test: \"0\""), HasSubstr("0 is not an integer from 1 to 2620"));
  EXPECT_THAT(mistake("frames: \"0\""), HasSubstr("0 is not an integer from 1 to 100000"));
  EXPECT_THAT(mistake("tokens: \"2\""), HasSubstr("2 is not an integer from 3 to 10000"));
  EXPECT_THAT(mistake("mel_rate: \"44100\""), HasSubstr("the mel bands cannot assume a rate of 44100 Hz"));
}

TEST(TrainingExperiment, AModelWithoutLossOrBatchCannotBeTrained) {
  const std::string no_metric =
      absl::StrReplaceAll(kExperiment, {{"accuracy", "loss"},
                                        {"axis { name: \"hidden\" values: \"3, 4\" }", ""},
                                        {"input { name: \"label\" value: \"labels(4)\" }", ""}});
  EXPECT_THAT(Load(no_metric, kNoLoss, {}).diagnostics,
              HasSubstr("trial.textproto:14:3: error: the model 'net' has no loss, so it cannot be trained"));
  EXPECT_THAT(Load(no_metric, kNoBatch, {}).diagnostics,
              HasSubstr("the model 'net' has no batch symbol, so it cannot be trained"));
}

TEST(TrainingExperiment, AnS64InputThatIsDrawnNeedsLabels) {
  EXPECT_EQ(Mistake("input { name: \"label\" value: \"labels(4)\" }\n", "\n"),
            "trial.textproto:24:1: error: the input 'label' of model 'net' is S64, so the sweep 'cost' needs labels "
            "for it\n"
            "    sweep {\n"
            "    ^\n"
            "  write input { name: \"label\" value: \"labels(4)\" }, with the number of classes\n");
  EXPECT_THAT(Mistake("\"labels(4)\"", "\"normal(0, 1)\""),
              HasSubstr("trial.textproto:7:31: error: the input 'label'"));
  EXPECT_THAT(Mistake("\"labels(4)\"", "\"labels(0)\""), HasSubstr("labels takes a number of classes from 1 to"));
  EXPECT_THAT(Mistake("\"labels(4)\"", "\"label(4)\""), HasSubstr("did you mean 'labels'?"));
  EXPECT_THAT(Mistake("name: \"label\" value", "name: \"image\" value"), HasSubstr("is F32 and cannot hold labels"));
}

TEST(ShippedExperiment, OctmnistIsSoundAtEveryScale) {
  const auto source = ReadSource("experiments/octmnist/octmnist.textproto");
  ASSERT_TRUE(source.ok()) << source.status();
  Diagnostics diagnostics;
  EXPECT_TRUE(CheckExperiment(*source, AllOps(), diagnostics)) << diagnostics.Render();
}

}  // namespace
}  // namespace plumbline
