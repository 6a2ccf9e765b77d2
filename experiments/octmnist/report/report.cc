// The frame of the report: which data, how it was trained and where, the answers in short, then its parts.
#include "experiments/octmnist/report/report.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "experiments/octmnist/report/report_data.h"
#include "experiments/octmnist/report/report_images.h"
#include "experiments/octmnist/report/report_parts.h"
#include "reports/markdown.h"
#include "reports/number_text.h"
#include "reports/record_markdown.h"
#include "reports/record_values.h"

namespace plumbline {
namespace octmnist {
namespace {

// The first line of the file.
void AddBanner(const DataSet& set, md::Document& report) {
  const md::Inline sentence = md::Text(absl::StrCat("Data: ", set.sentence));
  report.Paragraph(set.embedded ? md::Bold("Generated data, not OCTMNIST: no number below is comparable with published "
                                           "ones.") +
                                      md::Text(" ") + sentence
                                : sentence);
}

std::string TrainingText(const Data& data) {
  const record::Record& run = *data.configurations.front().runs.front().record;
  std::vector<std::string> parts;
  const absl::StatusOr<std::string> optimizer = ExactText(run, "optimizer");
  const absl::StatusOr<int64_t> batch = ExactInteger(run, "batch");
  const absl::StatusOr<int64_t> epochs = ExactInteger(run, "epochs");
  const absl::StatusOr<int64_t> steps = ExactInteger(run, "steps");
  if (optimizer.ok()) parts.push_back(absl::StrCat("optimizer ", *optimizer));
  if (batch.ok()) parts.push_back(absl::StrCat("batches of ", *batch));
  if (epochs.ok()) parts.push_back(absl::StrCat(*epochs, *epochs == 1 ? " epoch" : " epochs"));
  if (steps.ok()) parts.push_back(absl::StrCat(CountText(*steps), " steps"));
  parts.push_back(absl::StrCat(data.seeds.size() == 1 ? "seed " : "seeds ", absl::StrJoin(data.seeds, ", ")));
  return absl::StrCat("Training: ", absl::StrJoin(parts, ", "));
}

void AddHead(const Data& data, md::Document& report) {
  report.Heading(1, md::Text(absl::StrCat("Image classification with and without max pooling",
                                          data.set.embedded ? ", on generated images" : ": OCTMNIST")));
  report.Paragraph(
      md::Text("A small convolutional network classifies images of 28 × 28 pixels. One variant subsamples by max "
               "pooling, the other by convolutions of stride 2. Which learning rate is best, which variant is more "
               "accurate, and why, at an equal number of parameters?"));
  report.Paragraph(md::Convention() +
                   md::Text(" Brackets after an upright number are a 95 % interval over seeds or items, as said beside "
                            "it."));
  const record::Record* timed =
      data.costs.empty() ? data.configurations.front().runs.front().record : data.costs.begin()->second;
  std::vector<md::Inline> items = {md::Text(TrainingText(data))};
  for (const record::DataDigest& digest : data.set.record->data()) {
    items.push_back(md::Text(absl::StrCat("Data digest of ", digest.name(), ": ")) + md::Code(digest.sha256()));
  }
  for (const md::Inline& item : ProvenanceItems(*timed)) items.push_back(item);
  if (data.places.size() > 1) {
    items.push_back(md::Text(absl::StrCat("The records were made at ", data.places.size(),
                                          " fingerprints, between which exact values may differ: ",
                                          absl::StrJoin(data.places, "; "))));
  }
  if (data.left_out > 0) {
    items.push_back(md::Text(absl::StrCat(data.left_out, data.left_out == 1 ? " run" : " runs",
                                          " on other data, or with other epochs or batches, are left out")));
  }
  report.Bullets(items);
  const std::vector<std::string> missing = MissingRuns(data);
  if (missing.empty()) return;
  report.Paragraph(
      md::Bold(absl::StrCat("Runs are missing (", missing.size(), "); the answers below are provisional.")) +
      md::Text(absl::StrCat(" Not run: ", absl::StrJoin(missing, "; "), ".")));
}

// "validation 0.87 [...], test 0.83 [...] on the published subset, 0.82 [...] on all items".
md::Inline Accuracies(const Configuration& configuration) {
  return md::Text("validation ") + MeanText(configuration, Metric::kLastValidation) + md::Text(", test ") +
         MeanText(configuration, Metric::kTestPublished) + md::Text(" on the published subset and ") +
         MeanText(configuration, Metric::kTestAll) + md::Text(" on all items");
}

md::Inline ThirdAnswer(const Data& data, const Findings& findings) {
  const int64_t first = ParameterCount(data, true);
  const int64_t second = ParameterCount(data, false);
  md::Inline text = md::Text("(3) ");
  if (first > 0 && second > 0) {
    text = text + md::Text(first == second ? absl::StrCat("Both have ", CountText(first), " trainable parameters. ")
                                           : absl::StrCat("They have ", CountText(first), " and ", CountText(second),
                                                          " trainable parameters. "));
  }
  if (findings.best == nullptr || findings.same_rate == nullptr) {
    return text + md::Text("There are no two configurations to compare.");
  }
  const Gap validation = MeasureGap(data, *findings.best, *findings.same_rate, Metric::kLastValidation);
  const Metric on_test = data.set.published.empty() ? Metric::kTestAll : Metric::kTestPublished;
  const Gap test = MeasureGap(data, *findings.best, *findings.same_rate, on_test);
  if (validation.seeds == 0) return text + md::Text("They have no seed in common.");
  text = text + md::Text(absl::StrCat("Pooling minus none at rate ", findings.best->rate_text, ": ",
                                      PointsText(validation.difference()), " points of validation accuracy, ",
                                      VerdictText(validation)));
  if (test.seeds == 0) return text + md::Text(".");
  return text + md::Text(absl::StrCat("; ", PointsText(test.difference()), " points on ", CountText(test.items),
                                      " test items, which alone is ", VerdictText(test), "."));
}

void AddShort(const Data& data, const Findings& findings, md::Document& report) {
  report.Heading(2, md::Text("In short"));
  std::vector<md::Inline> items;
  if (findings.best == nullptr) {
    items.push_back(
        md::Text("(1) With pooling no learning rate can be chosen: there is none without a run that diverged."));
  } else {
    items.push_back(md::Text("(1) With pooling the best learning rate is ") + md::Bold(findings.best->rate_text) +
                    md::Text(": ") + Accuracies(*findings.best) + md::Text("."));
  }
  md::Inline second = md::Text("(2) Without pooling");
  if (findings.same_rate == nullptr) {
    second = second + md::Text(" there are no runs at that rate.");
  } else {
    second = second + md::Text(" at the same rate: ") + Accuracies(*findings.same_rate) + md::Text(".");
  }
  if (findings.other_best != nullptr && findings.other_best == findings.same_rate) {
    second = second + md::Text(" That is its own best rate, too.");
  } else if (findings.other_best != nullptr) {
    second = second + md::Text(absl::StrCat(" At its own best rate, ", findings.other_best->rate_text, ": ")) +
             Accuracies(*findings.other_best) + md::Text(".");
  }
  items.push_back(second);
  items.push_back(ThirdAnswer(data, findings));
  report.Bullets(items);
}

}  // namespace

Findings Find(const Data& data) {
  Findings findings;
  findings.best = BestRate(data, true);
  findings.other_best = BestRate(data, false);
  if (findings.best != nullptr) findings.same_rate = data.Find(false, findings.best->rate);
  return findings;
}

void AddDataSet(const Data& data, md::Document& report) {
  report.Heading(2, md::Text("Data"));
  std::vector<md::Column> columns = {{md::Text("class"), md::Align::kLeft}};
  for (const auto& [split, counts] : data.set.counts) {
    columns.push_back({md::Text(split), md::Align::kRight});
    columns.push_back({md::Text("share"), md::Align::kRight});
  }
  if (!data.set.published.empty()) columns.push_back({md::Text("published test subset"), md::Align::kRight});
  md::Table table(columns);
  for (size_t label = 0; label < data.set.classes.size(); ++label) {
    std::vector<md::Inline> row = {md::Text(absl::StrCat(label, " ", data.set.classes[label]))};
    for (const auto& [split, counts] : data.set.counts) {
      double sum = 0;
      for (const int64_t count : counts) sum += static_cast<double>(count);
      row.push_back(md::Exact(counts[label]));
      row.push_back(
          md::Text(sum > 0 ? absl::StrCat(FixedText(100 * static_cast<double>(counts[label]) / sum, 2), " %") : "—"));
    }
    int64_t published = 0;
    for (size_t i = 0; i < data.set.published.size(); ++i) {
      published += data.set.published[i] && data.set.labels[i] == static_cast<int>(label);
    }
    if (!data.set.published.empty()) row.push_back(md::Exact(published));
    table.AddRow(std::move(row));
  }
  report.Add(table);
  if (!data.set.published.empty()) {
    report.Paragraph(md::Text(absl::StrCat("The published subset, ", CountText(data.set.published_items()),
                                           " test items, follows the shares of the training set; the exercise's code "
                                           "measures test accuracy on it.")));
  }
  if (!data.set.examples.empty()) report.Image("Test images with labels and predictions", "examples.svg");
}

}  // namespace octmnist

absl::StatusOr<std::map<std::string, std::string>> RenderOctmnistReport(const std::vector<record::Record>& records) {
  using namespace octmnist;
  const absl::StatusOr<Data> data = Sort(records);
  if (!data.ok()) return data.status();
  const Findings findings = Find(*data);
  md::Document report;
  AddBanner(data->set, report);
  AddHead(*data, report);
  AddShort(*data, findings, report);
  AddDataSet(*data, report);
  AddRates(*data, findings, report);
  AddWithoutPooling(*data, findings, report);
  report.Heading(2, md::Text("3. Parameters, and what justifies the difference"));
  AddParameters(*data, report);
  AddDifference(*data, findings, report);
  AddClasses(*data, findings, report);
  AddCosts(*data, report);
  AddArgument(*data, findings, report);
  AddRuns(*data, report);
  const absl::StatusOr<std::string> text = report.Finish();
  if (!text.ok()) return text.status();
  std::map<std::string, std::string> files = TrainingPlots(*data, findings);
  if (!data->set.examples.empty()) {
    files["examples.svg"] = ExampleImages(
        data->set, {{"pooling", FirstPredicting(findings.best)}, {"no pooling", FirstPredicting(findings.same_rate)}});
  }
  files["report.md"] = *text;
  return files;
}

}  // namespace plumbline
