// Experiment files: what they expand to, and what is said of bad ones.
#include "experiments/load_experiment.h"

#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "dsl/read_source.h"
#include "experiments/model_library.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ops/all_ops.h"

namespace plumbline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kModel[] = R"(
language: 1
name: "scaled"
const { name: "causal" value: "0" }
input { name: "x" dtype: F32 shape: "B, L<=4096" }
node { name: "y" input: "x" scale { by: "1 + causal" } }
output { name: "y" }
)";

constexpr char kOther[] = R"(
language: 1
name: "other"
const { name: "terms" value: "3" }
const { name: "causal" value: "0" }
input { name: "x" dtype: F32 shape: "B, L" }
node { name: "y" input: "x" scale { by: "terms + causal" } }
output { name: "y" }
)";

constexpr char kExperiment[] = R"EXP(
language: 1
name: "trial"
model { name: "scaled" file: "scaled.textproto" }
model { name: "other" file: "other.textproto" }
input { name: "x" value: "normal(0, spread / sqrt(L))" }
sweep {
  name: "time"
  fixed { name: "B" value: "1" }
  fixed { name: "spread" value: "0.5" }
  axis { name: "L" values: "128, 256" }
  axis { name: "terms" values: "2, 3, 2" zip { name: "causal" values: "0, 0, 1" } }
  timing { programs: "forward" operations: "2 * 1000" }
}
scale { name: "smoke" set { path: "sweep.time.axis.L" value: "16" } }
)EXP";

void Write(const std::string& name, const std::string& text) {
  std::ofstream(absl::StrCat(::testing::TempDir(), "/", name)) << text;
}

struct Loaded {
  std::optional<LoadedExperiment> experiment;
  std::string diagnostics;
};

Loaded Load(const std::string& text, LoadExperimentOptions options) {
  Write("scaled.textproto", kModel);
  Write("other.textproto", kOther);
  const auto source = MakeSource(absl::StrCat(::testing::TempDir(), "/trial.textproto"), text);
  Diagnostics diagnostics;
  options.registry = &AllOps();
  Loaded loaded;
  loaded.experiment = LoadExperiment(*source, options, diagnostics);
  loaded.diagnostics = absl::StrReplaceAll(diagnostics.Render(), {{absl::StrCat(::testing::TempDir(), "/"), ""}});
  return loaded;
}

Loaded Load(const std::string& text) { return Load(text, {}); }

// kExperiment with one part replaced.
std::string With(const std::string& part, const std::string& replacement) {
  const std::string text = absl::StrReplaceAll(kExperiment, {{part, replacement}});
  EXPECT_NE(text, kExperiment) << part;
  return text;
}

std::vector<std::string> Points(const LoadedExperiment& experiment) {
  std::vector<std::string> points;
  for (const ExperimentRun& run : experiment.runs) {
    std::string point;
    for (const AxisSetting& axis : run.point) absl::StrAppend(&point, axis.axis, "=", axis.value, " ");
    points.push_back(absl::StrCat(point, "seed=", run.seed));
  }
  return points;
}

TEST(LoadExperiment, ARunHasTheAxesThatConcernItsModelAndEachPointOnce) {
  const Loaded loaded = Load(kExperiment);
  ASSERT_TRUE(loaded.experiment) << loaded.diagnostics;
  EXPECT_THAT(Points(*loaded.experiment),
              ElementsAre("model=scaled L=128 causal=0 seed=1", "model=scaled L=128 causal=1 seed=1",
                          "model=scaled L=256 causal=0 seed=1", "model=scaled L=256 causal=1 seed=1",
                          "model=other L=128 terms=2 causal=0 seed=1", "model=other L=128 terms=3 causal=0 seed=1",
                          "model=other L=128 terms=2 causal=1 seed=1", "model=other L=256 terms=2 causal=0 seed=1",
                          "model=other L=256 terms=3 causal=0 seed=1", "model=other L=256 terms=2 causal=1 seed=1"));
  const ExperimentRun& last = loaded.experiment->runs.back();
  EXPECT_EQ(last.sizes, (Bindings{{"B", 1}, {"L", 256}}));
  EXPECT_EQ(loaded.experiment->ConstantsOf("other", last), (ModelLibrary::Constants{{"causal", "1"}, {"terms", "2"}}));
  EXPECT_EQ(loaded.experiment->ConstantsOf("scaled", last), (ModelLibrary::Constants{{"causal", "1"}}));
  EXPECT_EQ(std::get<TimingStudy>(loaded.experiment->sweeps[0].study).operations, 2000);
}

TEST(LoadExperiment, ScalesOverridesAndSeedsReplaceWhatTheFileSays) {
  LoadExperimentOptions options;
  options.scale = "smoke";
  options.overrides = {{"sweep.time.axis.terms.zip.causal", "1, 1, 1", "--set"},
                       {"sweep.time.axis.L", "32", "--set"}};
  options.seeds = {4, 5};
  const Loaded loaded = Load(kExperiment, options);
  ASSERT_TRUE(loaded.experiment) << loaded.diagnostics;
  EXPECT_THAT(Points(*loaded.experiment),
              ElementsAre("model=scaled L=32 causal=1 seed=4", "model=scaled L=32 causal=1 seed=5",
                          "model=other L=32 terms=2 causal=1 seed=4", "model=other L=32 terms=2 causal=1 seed=5",
                          "model=other L=32 terms=3 causal=1 seed=4", "model=other L=32 terms=3 causal=1 seed=5"));
}

TEST(LoadExperiment, AConstantOfTheExperimentIsSetInEveryModelThatHasIt) {
  LoadExperimentOptions options;
  options.overrides = {{"const.terms", "7", "--set"}};
  const Loaded loaded = Load(With("axis { name: \"terms\" values: \"2, 3, 2\" zip { name: \"causal\" values: \"0, 0, 1\" } }", ""), options);
  ASSERT_TRUE(loaded.experiment) << loaded.diagnostics;
  EXPECT_EQ(loaded.experiment->ConstantsOf("other", loaded.experiment->runs[0]),
            (ModelLibrary::Constants{{"terms", "7"}}));
  EXPECT_TRUE(loaded.experiment->ConstantsOf("scaled", loaded.experiment->runs[0]).empty());
}

TEST(LoadExperiment, NamesWhatIsWrongWithItsPlaceAndTheNearestName) {
  EXPECT_EQ(Load(With("axis { name: \"L\"", "axis { name: \"M\"")).diagnostics,
            "trial.textproto:7:1: error: the sweep 'time' gives no value for 'L', a size of model 'scaled'\n"
            "    sweep {\n"
            "    ^\n"
            "  write fixed { name: \"L\" value: \"1\" } or an axis\n"
            "trial.textproto:11:17: error: no model of sweep 'time' has a symbol or constant 'M', and no input's "
            "distribution needs it\n"
            "      axis { name: \"M\" values: \"128, 256\" }\n"
            "                    ^\n");
  EXPECT_THAT(Load(With("\"terms\" values", "\"term\" values")).diagnostics, HasSubstr("did you mean 'terms'?"));
  EXPECT_THAT(Load(With("timing {", "timing { models: \"scaled, othr\"")).diagnostics,
              HasSubstr("trial.textproto:13:29: error: the experiment has no model 'othr'"));
  EXPECT_THAT(Load(With("scaled.textproto", "none.textproto")).diagnostics,
              HasSubstr("the model file 'none.textproto' cannot be read"));
  EXPECT_THAT(Load(With("\"forward\"", "\"forwards\"")).diagnostics, HasSubstr("did you mean 'forward'?"));
  EXPECT_THAT(Load(With("timing { programs: \"forward\" operations: \"2 * 1000\" }", "")).diagnostics,
              HasSubstr("the sweep 'time' does not say what to study"));
  EXPECT_THAT(Load(With("spread / sqrt(L)", "0 - spread")).diagnostics,
              HasSubstr("the standard deviation is negative"));
  EXPECT_THAT(Load(With("language: 1\n", "")).diagnostics, HasSubstr("does not say its language version"));
}

TEST(LoadExperiment, RefusesSizesThatNoModelCanHave) {
  EXPECT_THAT(Load(With("128, 256", "128, 0")).diagnostics, HasSubstr("11:34: error: 0 is no size for 'L'"));
  EXPECT_THAT(Load(With("128, 256", "128, 1.5")).diagnostics, HasSubstr("1.5 is no size for 'L'"));
  EXPECT_THAT(Load(With("128, 256", "4097")).diagnostics, HasSubstr("model 'scaled' says L<=4096"));
  EXPECT_THAT(Load(With("128, 256", "")).diagnostics, HasSubstr("has no values, so the sweep has no runs"));
  EXPECT_THAT(Load(With("\"0, 0, 1\"", "\"0, 1\"")).diagnostics,
              HasSubstr("'causal' has 2 values and 'terms', with which it varies, has 3"));
}

TEST(LoadExperiment, CountsTheRunsBeforeMakingThem) {
  std::string values = "1";
  for (int i = 2; i <= 800; ++i) absl::StrAppend(&values, ", ", i);
  LoadExperimentOptions options;
  for (int i = 0; i < 1000; ++i) options.seeds.push_back(i);
  const Loaded loaded = Load(With("128, 256", values), options);
  EXPECT_FALSE(loaded.experiment);
  EXPECT_THAT(loaded.diagnostics, HasSubstr("the sweep 'time' has 4800000 runs"));
  EXPECT_THAT(loaded.diagnostics, HasSubstr("the limit is 100000"));
}

TEST(LoadExperiment, AnUnknownScaleHasANearestOne) {
  LoadExperimentOptions options;
  options.scale = "smok";
  EXPECT_EQ(Load(kExperiment, options).diagnostics,
            "trial.textproto: error: the experiment has no scale 'smok'\n  did you mean 'smoke'?\n");
}

TEST(LoadExperiment, AnOverrideThatLeadsNowhereIsReportedWhereItStands) {
  LoadExperimentOptions options;
  options.overrides = {{"sweep.time.axes.L", "3", "--set sweep.time.axes.L=3"}};
  EXPECT_EQ(Load(kExperiment, options).diagnostics,
            "--set sweep.time.axes.L=3: error: no field 'axes' can be set here\n  did you mean 'axis'?\n");
  options.overrides = {{"sweep.tim.axis.L", "3", "--set x"}};
  EXPECT_THAT(Load(kExperiment, options).diagnostics, HasSubstr("did you mean 'time'?"));
  options.overrides = {{"sweep.time", "3", "--set x"}};
  EXPECT_THAT(Load(kExperiment, options).diagnostics, HasSubstr("'time' is no single value"));
  options.overrides = {{"sweep.time.axis.L", "0", "--set sweep.time.axis.L=0"}};
  EXPECT_THAT(Load(kExperiment, options).diagnostics, HasSubstr("--set sweep.time.axis.L=0: error: 0 is no size"));
  options.overrides = {};
  options.scale = "smoke";
  EXPECT_THAT(Load(With("value: \"16\"", "value: \"-16\""), options).diagnostics,
              HasSubstr("trial.textproto:15:63: error: -16 is no size for 'L'"));
}

TEST(CheckExperiment, FindsMistakesOfEveryScale) {
  Write("scaled.textproto", kModel);
  Write("other.textproto", kOther);
  Diagnostics diagnostics;
  const auto source = MakeSource(absl::StrCat(::testing::TempDir(), "/trial.textproto"),
                                 With("sweep.time.axis.L", "sweep.time.axis.N"));
  EXPECT_FALSE(CheckExperiment(*source, AllOps(), diagnostics));
  EXPECT_THAT(diagnostics.Render(), HasSubstr("no axis is called 'N'"));
}

}  // namespace
}  // namespace plumbline
