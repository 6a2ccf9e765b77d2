// The evidence for answer 3: parameters, differences and how far they can be trusted, classes.
#include <algorithm>
#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "experiments/octmnist/report/report_parts.h"
#include "reports/comparison.h"
#include "reports/means.h"
#include "reports/number_text.h"
#include "reports/proportions.h"
#include "reports/record_values.h"

namespace plumbline::octmnist {
namespace {

constexpr double kAlpha = 0.05;

// Any run of a variant; null: none.
const record::Record* AnyRun(const Data& data, bool pooling) {
  for (const Configuration& configuration : data.configurations) {
    if (configuration.pooling == pooling) return configuration.runs.front().record;
  }
  return nullptr;
}

// The names of the parameters of a record, in their order there.
std::vector<std::string> ParameterNames(const record::Record& record) {
  std::vector<std::string> names;
  for (const record::ExactValue& value : record.exact().value()) {
    absl::string_view name = value.name();
    if (absl::ConsumePrefix(&name, "size of ")) names.emplace_back(name);
  }
  return names;
}

md::Inline Size(const record::Record* record, const std::string& name) {
  if (record == nullptr) return md::Text("—");
  const absl::StatusOr<int64_t> size = ExactInteger(*record, absl::StrCat("size of ", name));
  return size.ok() ? md::Exact(*size) : md::Text("—");
}

md::Inline Shape(const record::Record* record, const std::string& name) {
  if (record == nullptr) return md::Text("—");
  const absl::StatusOr<std::string> shape = ExactText(*record, absl::StrCat("shape of ", name));
  return shape.ok() ? md::Text(*shape) : md::Text("—");
}

std::vector<int64_t> RecordedShape(const record::Record* record, const std::string& name) {
  if (record == nullptr) return {};
  const absl::StatusOr<std::string> shape = ExactText(*record, absl::StrCat("shape of ", name));
  return shape.ok() ? ShapeOf(*shape) : std::vector<int64_t>();
}

// Whether the recorded weights are those of 16 channels of 6 x 6, as the derivation has it.
std::string CheckOfFeatures(const record::Record* record) {
  const std::vector<int64_t> convolution = RecordedShape(record, "conv2.weight");
  const std::vector<int64_t> linear = RecordedShape(record, "fc1.weight");
  if (convolution.size() != 4 || linear.size() != 2) return "not recorded";
  const int64_t features = convolution[0] * 6 * 6;
  return absl::StrCat(
      convolution[0], " · 6 · 6 = ", features,
      features == linear[1] ? ", as fc1.weight takes" : absl::StrCat(", but fc1.weight takes ", linear[1]));
}

void AddGaps(const std::vector<Gap>& gaps, const std::string& first, const std::string& second, md::Document& report) {
  md::Table table({{md::Text("accuracy"), md::Align::kLeft},
                   {md::Text("items"), md::Align::kRight},
                   {md::Text("seeds"), md::Align::kRight},
                   {md::Text(first), md::Align::kRight},
                   {md::Text(second), md::Align::kRight},
                   {md::Text("standard error of one accuracy"), md::Align::kRight},
                   {md::Text("difference [95 % over seeds]"), md::Align::kRight},
                   {md::Text("difference [95 % over items]"), md::Align::kRight},
                   {md::Text("verdict"), md::Align::kLeft}});
  for (const Gap& gap : gaps) {
    if (gap.seeds == 0) {
      table.AddRow({md::Text(MetricName(gap.metric)), md::Exact(gap.items), md::Exact(0), md::Text("—"), md::Text("—"),
                    md::Text("—"), md::Text("—"), md::Text("—"), md::Text(VerdictText(gap))});
      continue;
    }
    const double error = ProportionStandardError(gap.first, gap.items);
    table.AddRow({md::Text(MetricName(gap.metric)), gap.items > 0 ? md::Exact(gap.items) : md::Text("—"),
                  md::Exact(gap.seeds), md::Text(FixedText(gap.first, kAccuracyDecimals)),
                  md::Text(FixedText(gap.second, kAccuracyDecimals)),
                  std::isnan(error) ? md::Text("—") : md::Text(FixedText(100 * error, 2)),
                  gap.seeds == 1 ? md::Text(PointsText(gap.difference())) + md::Text(" (one seed: no interval)")
                                 : PointsText(gap.over_seeds),
                  PointsText(gap.over_items), md::Text(VerdictText(gap))});
  }
  report.Add(table);
}

void AddMcNemar(const Data& data, const Configuration& first, const Configuration& second, Metric metric,
                md::Document& report) {
  const std::vector<Disagreement> seeds = Disagreements(data, first, second, metric);
  if (seeds.empty()) {
    report.Paragraph(
        md::Text("There are no test predictions of one seed from both networks, so McNemar's test has nothing "
                 "to count."));
    return;
  }
  const int64_t items =
      metric == Metric::kTestAll ? static_cast<int64_t>(data.set.labels.size()) : data.set.published_items();
  std::vector<double> p;
  for (const Disagreement& seed : seeds) p.push_back(seed.p);
  const std::vector<double> adjusted = HolmAdjusted(p);
  md::Table table({{md::Text("seed"), md::Align::kLeft},
                   {md::Text("items"), md::Align::kRight},
                   {md::Text("right only with pooling"), md::Align::kRight},
                   {md::Text("right only without"), md::Align::kRight},
                   {md::Text("p"), md::Align::kRight},
                   {md::Text("p, Holm"), md::Align::kRight}});
  int64_t first_only = 0;
  int64_t second_only = 0;
  int rejected = 0;
  int towards_first = 0;
  for (size_t i = 0; i < seeds.size(); ++i) {
    table.AddRow({md::Text(absl::StrCat(seeds[i].seed)), md::Exact(items), md::Exact(seeds[i].first_only),
                  md::Exact(seeds[i].second_only), md::ExactReal(p[i], 2), md::ExactReal(adjusted[i], 2)});
    first_only += seeds[i].first_only;
    second_only += seeds[i].second_only;
    rejected += adjusted[i] <= kAlpha;
    towards_first += adjusted[i] <= kAlpha && seeds[i].first_only > seeds[i].second_only;
  }
  if (seeds.size() > 1) {
    table.AddRow({md::Text("all, summed"), md::Text(absl::StrCat(seeds.size(), " × ", CountText(items))),
                  md::Exact(first_only), md::Exact(second_only), md::Text("—"), md::Text("—")});
  }
  report.Add(table);
  report.Paragraph(md::Text(absl::StrCat(
      "McNemar's exact test (binomial, two-sided) on the items that one network alone gets right rejects equality at 5 "
      "% in ",
      rejected, " of ", seeds.size(), seeds.size() == 1 ? " seed" : " seeds after Holm's correction",
      rejected == 0 ? "." : absl::StrCat(", ", towards_first, " of them in favour of pooling."),
      seeds.size() == 1 ? ""
                        : " The sums are over all seeds; they have no p, because the same items come again and are not "
                          "independent.")));
}

// The two gaps in words, chosen by their numbers.
md::Inline GapSentence(const Gap& test, const Gap& validation) {
  const double error = ProportionStandardError(test.first, test.items);
  std::string text;
  if (error > 0) {
    text = absl::StrCat("An accuracy of ", FixedText(test.first, 3), " on ", CountText(test.items),
                        " items has a standard error of ", FixedText(100 * error, 1), " points; the test gap of ",
                        PointsText(test.difference()), " points is ",
                        FixedText(std::fabs(test.difference()) / error, 1), " of these. ");
  }
  absl::StrAppend(&text, "The test gap alone is ", VerdictText(test), ". ");
  const double other = ProportionStandardError(validation.first, validation.items);
  absl::StrAppend(&text, "The validation gap of ", PointsText(validation.difference()), " points",
                  std::isnan(other) ? ""
                                    : absl::StrCat(" (", CountText(validation.items), " items, standard error ",
                                                   FixedText(100 * other, 1), ")"),
                  " is ", VerdictText(validation), ".");
  return md::Text(text);
}

std::vector<std::vector<int64_t>> Confusion(const DataSet& set, const Run& run) {
  std::vector<std::vector<int64_t>> counts(set.classes.size(), std::vector<int64_t>(set.classes.size(), 0));
  for (size_t i = 0; i < set.labels.size(); ++i) ++counts[set.labels[i]][run.predictions[i]];
  return counts;
}

std::vector<double> RecallsOverSeeds(const DataSet& set, const Configuration& configuration, size_t label) {
  std::vector<double> recalls;
  for (const Run& run : configuration.runs) {
    if (run.predictions.empty()) continue;
    int64_t items = 0;
    int64_t right = 0;
    for (size_t i = 0; i < set.labels.size(); ++i) {
      if (set.labels[i] != static_cast<int>(label)) continue;
      ++items;
      right += run.predictions[i] == set.labels[i];
    }
    if (items > 0) recalls.push_back(static_cast<double>(right) / static_cast<double>(items));
  }
  return recalls;
}

md::Inline RecallText(const absl::StatusOr<Estimate>& recall) {
  return recall.ok() ? md::ExactEstimate(recall, 3) : md::Absent("no items of this class");
}

md::Inline OverSeeds(const std::vector<double>& recalls) {
  if (recalls.empty()) return md::Text("—");
  if (recalls.size() == 1) return md::Text(FixedText(recalls[0], 3));
  return md::ExactEstimate(MeanEstimate(recalls, kLevel), 3);
}

}  // namespace

int64_t ParameterCount(const Data& data, bool pooling) {
  int64_t count = 0;
  for (const Configuration& configuration : data.configurations) {
    if (configuration.pooling != pooling) continue;
    for (const Run& run : configuration.runs) {
      const int64_t parameters = ExactInteger(*run.record, "parameters").value_or(0);
      if (parameters == 0) continue;
      if (count != 0 && count != parameters) return 0;
      count = parameters;
    }
  }
  return count;
}

void AddParameters(const Data& data, md::Document& report) {
  report.Heading(3, md::Text("Trainable parameters"));
  const record::Record* with = AnyRun(data, true);
  const record::Record* without = AnyRun(data, false);
  std::vector<std::string> names;
  for (const record::Record* record : {with, without}) {
    if (record == nullptr) continue;
    for (const std::string& name : ParameterNames(*record)) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  md::Table table({{md::Text("parameter"), md::Align::kLeft},
                   {md::Text("shape with pooling"), md::Align::kLeft},
                   {md::Text("with pooling"), md::Align::kRight},
                   {md::Text("shape without"), md::Align::kLeft},
                   {md::Text("without pooling"), md::Align::kRight}});
  for (const std::string& name : names) {
    table.AddRow({md::Code(name), Shape(with, name), Size(with, name), Shape(without, name), Size(without, name)});
  }
  const int64_t first = ParameterCount(data, true);
  const int64_t second = ParameterCount(data, false);
  const auto total = [](int64_t count) {
    return count > 0 ? md::Raw(absl::StrCat("**", CountText(count), "**")) : md::Text("—");
  };
  table.AddRow({md::Bold("total"), md::Text(""), total(first), md::Text(""), total(second)});
  report.Add(table);
  if (first > 0 && second > 0) {
    report.Paragraph(
        md::Text(first == second ? "Both networks have the same number of parameters. "
                                 : "The networks differ in their number of parameters. ") +
        md::Text("Convolutions have weights for channels and kernels, not for positions, and pooling has none; so only "
                 "the first affine layer could differ, by the number of its inputs. A window of k pixels with padding "
                 "p and stride s makes (n + 2p − k)/s + 1, rounded down, of n pixels a side:"));
  }
  report.Formula(
      "\\begin{aligned}\n"
      "\\text{with pooling:}\\quad & 28 \\xrightarrow{k=3,\\,p=1,\\,s=1} 28 \\xrightarrow{\\text{pool } 2} 14 "
      "\\xrightarrow{k=3,\\,p=0,\\,s=1} 12 \\xrightarrow{\\text{pool } 2} 6 \\\\\n"
      "\\text{without:}\\quad & 28 \\xrightarrow{k=3,\\,p=1,\\,s=2} 14 \\xrightarrow{k=3,\\,p=0,\\,s=2} 6\n"
      "\\end{aligned}");
  report.Paragraph(md::Text(absl::StrCat("Both end in channels of 6 × 6. From the recorded shapes, with pooling: ",
                                         CheckOfFeatures(with), "; without: ", CheckOfFeatures(without), ".")));
}

void AddDifference(const Data& data, const Findings& findings, md::Document& report) {
  report.Heading(3, md::Text("Is there a difference?"));
  if (findings.best == nullptr || findings.same_rate == nullptr) {
    report.Paragraph(md::Text("There are no two configurations to compare."));
    return;
  }
  report.Paragraph(md::Text(absl::StrCat(
      "Accuracy with pooling minus accuracy without, in percentage points, both at rate ", findings.best->rate_text,
      ", paired by seed. Two things vary: the seed, and the items that happened to be in the set. The interval over "
      "seeds is Student's for the paired differences, these items given; the interval over items is for the networks "
      "given, on test items from the difference at each item averaged over seeds, on validation items as if the two "
      "networks had been tried on different ones, which is cautious. A difference is called conclusive when both "
      "intervals exclude 0 on the same side.")));
  std::vector<Gap> gaps;
  for (const Metric metric :
       {Metric::kLastValidation, Metric::kBestValidation, Metric::kTestPublished, Metric::kTestAll}) {
    if (metric == Metric::kTestPublished && data.set.published.empty()) continue;
    gaps.push_back(MeasureGap(data, *findings.best, *findings.same_rate, metric));
  }
  AddGaps(gaps, "with pooling", "without", report);
  const Metric test = data.set.published.empty() ? Metric::kTestAll : Metric::kTestPublished;
  const Gap test_gap = MeasureGap(data, *findings.best, *findings.same_rate, test);
  if (test_gap.seeds > 0 && gaps[0].seeds > 0) report.Paragraph(GapSentence(test_gap, gaps[0]));
  if (findings.other_best != nullptr && findings.other_best != findings.same_rate) {
    report.Paragraph(md::Text(absl::StrCat("Each at its own best rate, ", findings.best->rate_text, " and ",
                                           findings.other_best->rate_text, ":")));
    std::vector<Gap> own;
    for (const Gap& gap : gaps) own.push_back(MeasureGap(data, *findings.best, *findings.other_best, gap.metric));
    AddGaps(own, "with pooling", "without", report);
  }
  for (const Metric metric : {Metric::kTestPublished, Metric::kTestAll}) {
    if (metric == Metric::kTestPublished && data.set.published.empty()) continue;
    AddMcNemar(data, *findings.best, *findings.same_rate, metric, report);
  }
}

void AddClasses(const Data& data, const Findings& findings, md::Document& report) {
  report.Heading(3, md::Text("Which classes are confused"));
  const Run* run = FirstPredicting(findings.best);
  if (run == nullptr) {
    report.Paragraph(md::Text("There are no test predictions of a best configuration."));
    return;
  }
  report.Paragraph(md::Text(absl::StrCat(
      "All test items by the network ", findings.best->Name(), ", seed ", run->seed,
      " (one seed, because the items come again with each). Rows are labels, columns predictions. Recall is the share "
      "of a class that is found, with Wilson's 95 % interval over items; beside it the mean over seeds "
      "with Student's.")));
  std::vector<md::Column> columns = {{md::Text("label"), md::Align::kLeft}};
  for (const std::string& name : data.set.classes) columns.push_back({md::Text(name), md::Align::kRight});
  columns.push_back({md::Text("recall [95 % over items]"), md::Align::kRight});
  columns.push_back({md::Text("recall [95 % over seeds]"), md::Align::kRight});
  md::Table table(columns);
  const std::vector<std::vector<int64_t>> counts = Confusion(data.set, *run);
  for (size_t label = 0; label < counts.size(); ++label) {
    std::vector<md::Inline> row = {md::Text(data.set.classes[label])};
    int64_t items = 0;
    for (size_t predicted = 0; predicted < counts.size(); ++predicted) {
      const int64_t count = counts[label][predicted];
      items += count;
      row.push_back(label == predicted ? md::Bold(CountText(count)) : md::Exact(count));
    }
    row.push_back(RecallText(WilsonEstimate(counts[label][label], items, kLevel)));
    row.push_back(OverSeeds(RecallsOverSeeds(data.set, *findings.best, label)));
    table.AddRow(std::move(row));
  }
  report.Add(table);
}

}  // namespace plumbline::octmnist
