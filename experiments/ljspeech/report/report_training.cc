// Parameters, answers 1 and 2, and each run.
#include <algorithm>
#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "experiments/ljspeech/report/report_parts.h"
#include "reports/number_text.h"
#include "reports/record_values.h"
#include "reports/statistics.h"

namespace plumbline::ljspeech {
namespace {

// Of the exercise's own form, 4 encoder blocks, and of its published code, 2 blocks without the outer norms.
struct KnownSize {
  Decoder decoder;
  int64_t parameters;
  const char* form;
};
constexpr KnownSize kKnownSizes[] = {
    {Decoder::kRecurrent, 2119235, "the exercise's text has"},
    {Decoder::kTransformer, 1978235, "the exercise's text has"},
    {Decoder::kRecurrent, 1471235, "its published code has"},
    {Decoder::kTransformer, 1329835, "its published code has"},
};

std::string KnownForm(Decoder decoder, int64_t parameters) {
  for (const KnownSize& known : kKnownSizes) {
    if (known.decoder == decoder && known.parameters == parameters) return known.form;
  }
  return "";
}

// "encoder.block0.att.query.weight" is of the part "encoder.block0"; a short name is a part of its own.
std::string PartOf(absl::string_view name) {
  const std::vector<absl::string_view> path = absl::StrSplit(name, '.');
  return path.size() < 3 ? std::string(name) : absl::StrCat(path[0], ".", path[1]);
}

using Sizes = std::vector<std::pair<std::string, int64_t>>;  // by part, in the order of the record

Sizes SizesOf(const std::vector<Run>& runs) {
  Sizes sizes;
  if (runs.empty()) return sizes;
  for (const record::ExactValue& value : runs.front().record->exact().value()) {
    absl::string_view name = value.name();
    if (!absl::ConsumePrefix(&name, "size of ")) continue;
    const std::string part = PartOf(name);
    const auto same = std::find_if(sizes.begin(), sizes.end(), [&](const auto& each) { return each.first == part; });
    if (same == sizes.end()) {
      sizes.emplace_back(part, value.integer());
    } else {
      same->second += value.integer();
    }
  }
  return sizes;
}

md::Inline SizeCell(const Sizes& sizes, const std::string& part) {
  for (const auto& [name, size] : sizes) {
    if (name == part) return md::Exact(size);
  }
  return md::Text("—");
}

// By epoch, as far as recorded.
void AddEpochs(const std::vector<Run>& runs, md::Document& report) {
  md::Table table({{md::Text("quantity"), md::Align::kLeft},
                   {md::Text("first epoch"), md::Align::kRight},
                   {md::Text("best (epoch)"), md::Align::kRight},
                   {md::Text("last epoch"), md::Align::kRight}});
  bool any = false;
  const auto add = [&](const std::string& name, const std::string& title, bool higher) {
    const std::vector<PlotPoint> points = MeanCurve(runs, name);
    if (points.empty()) return;
    const auto best = std::max_element(points.begin(), points.end(), [&](const PlotPoint& a, const PlotPoint& b) {
      return higher ? a.y < b.y : a.y > b.y;
    });
    const auto text = [](const PlotPoint& point) { return FixedText(point.y, kScoreDecimals); };
    table.AddRow({md::Text(title), md::Text(text(points.front())),
                  md::Text(absl::StrCat(text(*best), " (", std::llround(best->x), ")")),
                  md::Text(text(points.back()))});
    any = true;
  };
  add("training loss", "training loss", false);
  for (const Metric metric : kMetrics) {
    add(absl::StrCat("validation ", RecordName(metric)), absl::StrCat("validation ", NameOf(metric)),
        HigherIsBetter(metric));
  }
  if (!any) {
    report.Paragraph(md::Text("No quantity is recorded by epoch."));
    return;
  }
  if (runs.size() > 1) {
    report.Paragraph(md::Text(absl::StrCat("Means over ", runs.size(), " seeds, diverged runs left out; bars in the "
                                           "figures go from the least to the greatest.")));
  }
  report.Add(table);
}

void AddTestTable(const Data& data, const Findings& findings, Decoder decoder, md::Document& report) {
  std::vector<md::Column> columns = {{md::Text("on the test set"), md::Align::kLeft},
                                     {md::Text("value [95 % over utterances]"), md::Align::kRight}};
  if (data.seeds.size() > 1) columns.push_back({md::Text("mean [95 % over seeds]"), md::Align::kRight});
  if (!data.set.embedded) columns.push_back({md::Text("published"), md::Align::kRight});
  md::Table table(columns);
  for (const Metric metric : kMetrics) {
    const TestResult& result = findings.Test(decoder, metric);
    std::vector<md::Inline> row = {md::Text(NameOf(metric))};
    if (!result.has_value()) {
      row.push_back(md::Absent("not recorded"));
    } else if (result.over_utterances.ok()) {
      row.push_back(ScoreText(result.over_utterances));
    } else {
      row.push_back(md::Text(absl::StrCat(FixedText(result.mean, kScoreDecimals), " (no interval: ",
                                          result.over_utterances.status().message(), ")")));
    }
    if (data.seeds.size() > 1) row.push_back(result.has_value() ? ScoreText(result.over_seeds) : md::Text("—"));
    if (!data.set.embedded) {
      const std::optional<Published> published = PublishedFor(decoder, metric);
      row.push_back(md::Text(published.has_value() ? FixedText(published->value, 3) : "—"));
    }
    table.AddRow(std::move(row));
  }
  report.Add(table);
}

std::string Description(Decoder decoder) {
  return decoder == Decoder::kRecurrent
             ? "The decoder embeds the text so far, normalizes it, runs an LSTM of one layer over it, and lets what comes "
               "out attend to the encoded audio."
             : "The decoder embeds the text so far, adds a learned vector for each position, lets the tokens attend to "
               "themselves and those before them, and what comes out attend to the encoded audio.";
}

md::Inline EpochTime(const Run& run) {
  const absl::StatusOr<double> median = Median(MeasuredSamples(*run.record, "epoch time"));
  return median.ok() ? md::Measured(*median, "s", 3) : md::Absent("not measured");
}

md::Inline Memory(const Run& run) {
  const std::vector<double> samples = MeasuredSamples(*run.record, "resident memory");
  if (samples.empty()) return md::Absent("not measured");
  return md::Measured(*std::max_element(samples.begin(), samples.end()), "B", 3);
}

md::Inline Cell(const Run& run, Metric metric) {
  const std::optional<double> value = TestValue(run, metric);
  return md::Text(value.has_value() ? FixedText(*value, kScoreDecimals) : "—");
}

md::Inline LastValue(const Run& run, const std::string& name) {
  const Curve* const curve = FindCurve(run, name);
  return md::Text(curve == nullptr ? "—" : FixedText(curve->values.back(), kScoreDecimals));
}

md::Inline LastDigest(const Run& run) {
  const record::ExactSeries* const digests = FindExactSeries(*run.record, "parameter digest");
  if (digests == nullptr || digests->digest_size() == 0) return md::Text("—");
  return md::Code(digests->digest(digests->digest_size() - 1).substr(0, 12));
}

}  // namespace

int64_t ParameterCount(const Data& data, Decoder decoder) {
  int64_t count = 0;
  for (const Run& run : data.RunsOf(decoder)) {
    const int64_t parameters = ExactInteger(*run.record, "parameters").value_or(0);
    if (parameters == 0) continue;
    if (count != 0 && count != parameters) return 0;
    count = parameters;
  }
  return count;
}

void AddParameters(const Data& data, md::Document& report) {
  report.Heading(2, md::Text("Parameters"));
  const Sizes recurrent = SizesOf(data.RunsOf(Decoder::kRecurrent));
  const Sizes transformer = SizesOf(data.RunsOf(Decoder::kTransformer));
  // The parts of the second stand after those that they follow there.
  std::vector<std::string> parts;
  for (const Sizes* sizes : {&recurrent, &transformer}) {
    auto place = parts.begin();
    for (const auto& [part, size] : *sizes) {
      const auto same = std::find(parts.begin(), parts.end(), part);
      place = (same != parts.end() ? same : parts.insert(place, part)) + 1;
    }
  }
  md::Table table({{md::Text("part"), md::Align::kLeft},
                   {md::Text("recurrent"), md::Align::kRight},
                   {md::Text("transformer"), md::Align::kRight}});
  for (const std::string& part : parts) {
    table.AddRow({md::Code(part), SizeCell(recurrent, part), SizeCell(transformer, part)});
  }
  const auto total = [&](Decoder decoder) {
    const int64_t count = ParameterCount(data, decoder);
    return count > 0 ? md::Raw(absl::StrCat("**", CountText(count), "**")) : md::Absent("not recorded");
  };
  table.AddRow({md::Bold("total"), total(Decoder::kRecurrent), total(Decoder::kTransformer)});
  report.Add(table);
  std::vector<std::string> forms;
  for (const Decoder decoder : kDecoders) {
    const std::string form = KnownForm(decoder, ParameterCount(data, decoder));
    if (form.empty()) continue;
    if (!forms.empty() && absl::StartsWith(forms.back(), form)) {
      forms.back() = absl::StrCat(form, " for both decoders");
    } else {
      forms.push_back(absl::StrCat(form, " for the ", NameOf(decoder), " decoder"));
    }
  }
  if (forms.empty()) return;
  report.Paragraph(md::Text(absl::StrCat(
      "In total as many as ", absl::StrJoin(forms, " and as "),
      ". (The text has four encoder blocks and a norm after each sum, the published code two blocks and no such norms.)")));
}

void AddDecoder(const Data& data, const Findings& findings, Decoder decoder, md::Document& report) {
  const std::string name = NameOf(decoder);
  report.Heading(2, md::Text(absl::StrCat(decoder == Decoder::kRecurrent ? "1" : "2", ". The ", name, " decoder")));
  report.Paragraph(md::Text(Description(decoder)));
  const std::vector<Run>& runs = data.RunsOf(decoder);
  if (runs.empty()) {
    report.Paragraph(md::Text("There are no runs of this decoder."));
    return;
  }
  for (const Run& run : runs) {
    if (run.diverged()) {
      report.Paragraph(md::Bold(absl::StrCat("Seed ", run.seed, " diverged: ", run.stopped)));
    }
  }
  report.Image(absl::StrCat("Training and validation loss by epoch, ", name, " decoder"),
               absl::StrCat(name, "-loss.svg"));
  report.Image(absl::StrCat("Similarities on the validation set by epoch, ", name, " decoder"),
               absl::StrCat(name, "-similarity.svg"));
  AddEpochs(runs, report);
  AddTestTable(data, findings, decoder, report);
}

void AddRuns(const Data& data, md::Document& report) {
  report.Heading(2, md::Text("All runs"));
  report.Paragraph(
      md::Text("Weights are those of the last epoch, not of the best. The median time of an epoch and the greatest "
               "resident memory were observed while training, not in interleaved rounds: side information. The digest "
               "is of the parameters after the last epoch."));
  std::vector<md::Column> columns = {{md::Text("decoder"), md::Align::kLeft},
                                     {md::Text("seed"), md::Align::kRight},
                                     {md::Text("training loss"), md::Align::kRight},
                                     {md::Text("validation loss"), md::Align::kRight}};
  for (const Metric metric : kMetrics) {
    columns.push_back({md::Text(absl::StrCat("test ", NameOf(metric))), md::Align::kRight});
  }
  columns.push_back({md::Text("parameters"), md::Align::kLeft});
  columns.push_back({md::Text("time of an epoch"), md::Align::kRight});
  columns.push_back({md::Text("resident memory"), md::Align::kRight});
  md::Table table(columns);
  for (const auto& [decoder, runs] : data.runs) {
    for (const Run& run : runs) {
      std::vector<md::Inline> row = {md::Text(absl::StrCat(NameOf(decoder), run.diverged() ? " (diverged)" : "")),
                                     md::Text(absl::StrCat(run.seed)), LastValue(run, "training loss"),
                                     LastValue(run, "validation loss")};
      for (const Metric metric : kMetrics) row.push_back(Cell(run, metric));
      row.push_back(LastDigest(run));
      row.push_back(EpochTime(run));
      row.push_back(Memory(run));
      table.AddRow(std::move(row));
    }
  }
  report.Add(table);
}

}  // namespace plumbline::ljspeech
