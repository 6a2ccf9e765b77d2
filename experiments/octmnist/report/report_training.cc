// Answers 1 and 2: learning rates, curves, and each run.
#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "experiments/octmnist/report/report_parts.h"
#include "reports/means.h"
#include "reports/number_text.h"
#include "reports/record_values.h"
#include "reports/statistics.h"

namespace plumbline::octmnist {
namespace {

constexpr int64_t kPublishedEpochs = 15;

// "3", "2, and 1 diverged in epoch 1".
std::string RunsText(const Configuration& configuration) {
  std::set<size_t> epochs;
  for (const Run& run : configuration.runs) {
    if (run.diverged()) epochs.insert(run.validation_accuracy.size() + 1);
  }
  const int diverged = configuration.diverged();
  const std::string good = absl::StrCat(configuration.runs.size() - diverged);
  if (diverged == 0) return good;
  return absl::StrCat(good, ", and ", diverged, " diverged in epoch ", absl::StrJoin(epochs, ", "));
}

void AddAccuracies(const Data& data, const std::vector<const Configuration*>& rows, md::Document& report) {
  std::vector<md::Column> columns = {
      {md::Text("network"), md::Align::kLeft},
      {md::Text("learning rate"), md::Align::kRight},
      {md::Text("runs"), md::Align::kRight},
      {md::Text("validation, last epoch"), md::Align::kRight},
      {md::Text("validation, best epoch"), md::Align::kRight},
      {md::Text(absl::StrCat("test, published subset (n = ", CountText(data.set.published_items()), ")")),
       md::Align::kRight},
      {md::Text(absl::StrCat("test, all (n = ", CountText(static_cast<int64_t>(data.set.labels.size())), ")")),
       md::Align::kRight}};
  if (!data.set.embedded) {
    columns.push_back({md::Text("published validation"), md::Align::kRight});
    columns.push_back({md::Text("published test, subset"), md::Align::kRight});
  }
  md::Table table(columns);
  for (const Configuration* row : rows) {
    std::vector<md::Inline> cells = {md::Text(VariantName(row->pooling)), md::Text(row->rate_text),
                                     md::Text(RunsText(*row))};
    for (const Metric metric :
         {Metric::kLastValidation, Metric::kBestValidation, Metric::kTestPublished, Metric::kTestAll}) {
      cells.push_back(MeanText(*row, metric));
    }
    if (!data.set.embedded) {
      cells.push_back(PublishedText(*row, Metric::kLastValidation));
      cells.push_back(PublishedText(*row, Metric::kTestPublished));
    }
    table.AddRow(std::move(cells));
  }
  report.Add(table);
  if (data.set.embedded) return;
  const int64_t epochs = ExactInteger(*rows.front()->runs.front().record, "epochs").value_or(0);
  report.Paragraph(md::Text(absl::StrCat(
      "Published: the range over about 16 people who did the exercise, after ", kPublishedEpochs, " epochs.",
      epochs == kPublishedEpochs
          ? ""
          : absl::StrCat(" These runs have ", epochs, ", so the ranges do not apply to them."))));
}

std::vector<const Configuration*> Rows(const Data& data, bool pooling) {
  std::vector<const Configuration*> rows;
  for (const Configuration& configuration : data.configurations) {
    if (configuration.pooling == pooling) rows.push_back(&configuration);
  }
  return rows;
}

// The configuration with the next highest mean, and what the records say of the difference.
md::Inline RunnerUp(const Data& data, const Configuration& best) {
  const Configuration* next = nullptr;
  double next_mean = 0;
  for (const Configuration& configuration : data.configurations) {
    const absl::StatusOr<double> mean = Mean(ValuesOf(configuration, Metric::kLastValidation));
    if (configuration.pooling != best.pooling || &configuration == &best || configuration.diverged() > 0 ||
        !mean.ok()) {
      continue;
    }
    if (next != nullptr && *mean <= next_mean) continue;
    next = &configuration;
    next_mean = *mean;
  }
  if (next == nullptr) return md::Text("No other rate has a full set of runs to compare with.");
  const Gap gap = MeasureGap(data, best, *next, Metric::kLastValidation);
  return md::Text(absl::StrCat("The next best is ", next->rate_text, ", ", FixedText(100 * gap.difference(), 2),
                               " points behind, a difference that is ", VerdictText(gap), "."));
}

void AddCurveImages(const std::vector<const Configuration*>& rows, md::Document& report) {
  for (const Configuration* row : rows) {
    report.Image(absl::StrCat("Loss and validation accuracy by epoch, ", row->Name()),
                 absl::StrCat("training-", row->FileName(), ".svg"));
  }
}

md::Inline EpochTime(const Run& run) {
  const std::vector<double> samples = MeasuredSamples(*run.record, "epoch time");
  const absl::StatusOr<double> median = Median(samples);
  return median.ok() ? md::Measured(*median, "s", 3) : md::Absent("not measured");
}

md::Inline Memory(const Run& run) {
  const std::vector<double> samples = MeasuredSamples(*run.record, "resident memory");
  if (samples.empty()) return md::Absent("not measured");
  return md::Measured(*std::max_element(samples.begin(), samples.end()), "B", 3);
}

md::Inline Cell(const Run& run, Metric metric) {
  const std::optional<double> value = ValueOf(run, metric);
  return md::Text(value.has_value() ? FixedText(*value, kAccuracyDecimals) : "—");
}

}  // namespace

void AddRates(const Data& data, const Findings& findings, md::Document& report) {
  report.Heading(2, md::Text("1. The learning rate of the network with pooling"));
  report.Paragraph(
      md::Text("Mean over seeds, in brackets Student's 95 % interval over seeds. Rule: the best rate is the one with "
               "the highest mean validation accuracy after the last epoch; a rate at which a run diverged is out; of "
               "equal rates the smaller one is taken. The test set has no part in the choice, and weights are those of "
               "the last epoch, not of the best."));
  if (data.seeds.size() == 1) {
    report.Paragraph(
        md::Text("There is one seed, so no number has an interval over seeds: one run does not show how much another "
                 "would differ."));
  }
  const std::vector<const Configuration*> rows = Rows(data, true);
  if (rows.empty()) {
    report.Paragraph(md::Text("There are no runs of this network."));
    return;
  }
  AddAccuracies(data, rows, report);
  if (findings.best == nullptr) {
    report.Paragraph(md::Bold("No rate can be chosen: at every one a run diverged."));
  } else {
    md::Inline answer = md::Bold(absl::StrCat("Best learning rate: ", findings.best->rate_text, ".")) + md::Text(" ") +
                        RunnerUp(data, *findings.best);
    if (!data.set.embedded) {
      answer = answer + md::Text(findings.best->rate == 0.01 ? " Published results agree: 0.01."
                                                             : " Published results differ: 0.01 everywhere.");
    }
    report.Paragraph(answer);
  }
  AddCurveImages(rows, report);
  if (findings.best == nullptr) return;
  report.Paragraph(md::Text(
      "A training loss above is the mean over the items of its epoch, with dropout as in training; that is why it may "
      "lie above the validation loss, which is without. The published code plots a running mean over all epochs so far "
      "instead, which falls later and hides the shape of the last epochs. Both, for the best configuration:"));
  report.Image("Mean of each epoch and running mean of the training loss", "running-mean.svg");
}

void AddWithoutPooling(const Data& data, const Findings& findings, md::Document& report) {
  report.Heading(2, md::Text("2. The network without pooling"));
  report.Paragraph(
      md::Text("Convolutions of stride 2 take the place of pooling; all else is equal, the seeds included."));
  const std::vector<const Configuration*> rows = Rows(data, false);
  if (rows.empty()) {
    report.Paragraph(md::Text("There are no runs of this network."));
    return;
  }
  AddAccuracies(data, rows, report);
  if (findings.best == nullptr) {
    report.Paragraph(md::Text("The best rate of the first network is not known, so none is taken over."));
  } else if (findings.same_rate == nullptr) {
    report.Paragraph(md::Text(
        absl::StrCat("At the best rate of the first network, ", findings.best->rate_text, ", there are no runs.")));
  } else {
    report.Paragraph(md::Text(absl::StrCat("At the best rate of the first network, ", findings.same_rate->rate_text,
                                           ": validation ")) +
                     MeanText(*findings.same_rate, Metric::kLastValidation) + md::Text(", test ") +
                     MeanText(*findings.same_rate, Metric::kTestPublished) + md::Text(" on the published subset and ") +
                     MeanText(*findings.same_rate, Metric::kTestAll) + md::Text(" on all items."));
  }
  if (findings.other_best != nullptr && findings.other_best == findings.same_rate) {
    report.Paragraph(md::Text("Chosen by the same rule for itself, this network's best rate is the same."));
  } else if (findings.other_best != nullptr) {
    report.Paragraph(md::Text(absl::StrCat("Chosen by the same rule for itself, this network's best rate is ",
                                           findings.other_best->rate_text, ": validation ")) +
                     MeanText(*findings.other_best, Metric::kLastValidation) + md::Text(", test ") +
                     MeanText(*findings.other_best, Metric::kTestPublished) +
                     md::Text(" on the published subset and ") + MeanText(*findings.other_best, Metric::kTestAll) +
                     md::Text(" on all items."));
  }
  AddCurveImages(rows, report);
  report.Paragraph(
      md::Text("All configurations together; bars go from the least to the greatest seed, and runs that diverged are "
               "left out:"));
  report.Image("Training loss and validation accuracy of all configurations", "all-configurations.svg");
}

void AddRuns(const Data& data, md::Document& report) {
  report.Heading(2, md::Text("All runs"));
  report.Paragraph(
      md::Text("The median time of an epoch and the greatest resident memory were observed while training, not in "
               "interleaved rounds: side information. The digest is of the parameters after the last epoch."));
  md::Table table({{md::Text("network"), md::Align::kLeft},
                   {md::Text("rate"), md::Align::kRight},
                   {md::Text("seed"), md::Align::kRight},
                   {md::Text("epochs"), md::Align::kRight},
                   {md::Text("validation, last"), md::Align::kRight},
                   {md::Text("best (epoch)"), md::Align::kRight},
                   {md::Text("test, subset"), md::Align::kRight},
                   {md::Text("test, all"), md::Align::kRight},
                   {md::Text("test loss"), md::Align::kRight},
                   {md::Text("test AUC"), md::Align::kRight},
                   {md::Text("parameters"), md::Align::kLeft},
                   {md::Text("time of an epoch"), md::Align::kRight},
                   {md::Text("resident memory"), md::Align::kRight}});
  std::vector<md::Inline> stops;
  for (const Configuration& configuration : data.configurations) {
    for (const Run& run : configuration.runs) {
      const std::vector<double>& accuracy = run.validation_accuracy;
      const auto best = std::max_element(accuracy.begin(), accuracy.end());
      const record::ExactSeries* digests = FindExactSeries(*run.record, "parameter digest");
      const bool digested = digests != nullptr && digests->digest_size() > 0;
      table.AddRow({md::Text(VariantName(configuration.pooling)), md::Text(configuration.rate_text),
                    md::Exact(static_cast<int64_t>(run.seed)), md::Exact(static_cast<int64_t>(accuracy.size())),
                    run.diverged() ? md::Text("diverged") : Cell(run, Metric::kLastValidation),
                    run.diverged() ? md::Text("—")
                                   : md::Text(absl::StrCat(FixedText(*best, kAccuracyDecimals), " (",
                                                           std::distance(accuracy.begin(), best) + 1, ")")),
                    Cell(run, Metric::kTestPublished), Cell(run, Metric::kTestAll), Cell(run, Metric::kTestLoss),
                    Cell(run, Metric::kTestAuc),
                    digested ? md::Code(digests->digest(digests->digest_size() - 1).substr(0, 12)) : md::Text("—"),
                    EpochTime(run), Memory(run)});
      if (run.diverged()) {
        stops.push_back(md::Text(absl::StrCat(configuration.Name(), ", seed ", run.seed, ", diverged in epoch ",
                                              accuracy.size() + 1, ": ", run.stopped)));
      }
    }
  }
  report.Add(table);
  if (!stops.empty()) report.Bullets(stops);
}

}  // namespace plumbline::octmnist
