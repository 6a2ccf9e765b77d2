// One section a sweep; columns are whatever its records have.
#include "reports/plain_report.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "reports/markdown.h"
#include "reports/plot.h"
#include "reports/record_markdown.h"
#include "reports/record_values.h"

namespace plumbline {
namespace {

constexpr char kSweepAxis[] = "sweep";
constexpr size_t kMostCurves = 12;  // that a plot can keep apart
constexpr int kDigits = 6;

using Records = std::vector<const record::Record*>;

// Names in the order in which they are first met.
class Names {
 public:
  void Add(const std::string& name) {
    if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.push_back(name);
  }
  const std::vector<std::string>& all() const { return names_; }

 private:
  std::vector<std::string> names_;
};

std::string SweepOf(const record::Record& record) {
  for (const record::AxisValue& value : record.point()) {
    if (value.axis() == kSweepAxis) return value.value();
  }
  return "";
}

std::string AxisOf(const record::Record& record, const std::string& axis) {
  for (const record::AxisValue& value : record.point()) {
    if (value.axis() == axis) return value.value();
  }
  return "";
}

const record::ExactValue* FindValue(const record::Record& record, const std::string& name) {
  for (const record::ExactValue& value : record.exact().value()) {
    if (value.name() == name) return &value;
  }
  return nullptr;
}

// A cell of an exact value; texts and digests in full.
md::Inline Cell(const record::ExactValue* value) {
  if (value == nullptr) return md::Text("");
  switch (value->kind_case()) {
    case record::ExactValue::kReal: return md::ExactReal(value->real().value(), kDigits);
    case record::ExactValue::kInteger: return md::Exact(value->integer());
    case record::ExactValue::kText: return md::Text(value->text());
    case record::ExactValue::kDigest: return md::Code(value->digest().substr(0, 12));
    case record::ExactValue::KIND_NOT_SET: break;
  }
  return md::Text("");
}

// The tables of a sweep: what stands in front of each row, and one column a name.
class RunTable {
 public:
  RunTable(const Records& records, const std::vector<std::string>& axes) : records_(records), axes_(axes) {}

  template <typename CellOf>
  void AddTo(md::Document& report, const std::string& title, const std::vector<std::string>& names, CellOf cell_of) {
    if (names.empty()) return;
    std::vector<md::Column> columns;
    for (const std::string& axis : axes_) columns.push_back({md::Text(axis), md::Align::kLeft});
    columns.push_back({md::Text("seed"), md::Align::kRight});
    for (const std::string& name : names) columns.push_back({md::Text(name), md::Align::kRight});
    md::Table table(columns);
    for (const record::Record* const record : records_) {
      std::vector<md::Inline> row;
      for (const std::string& axis : axes_) row.push_back(md::Text(AxisOf(*record, axis)));
      row.push_back(md::Exact(static_cast<int64_t>(record->seed())));
      for (const std::string& name : names) row.push_back(cell_of(*record, name));
      table.AddRow(std::move(row));
    }
    report.Heading(3, md::Text(title));
    report.Add(table);
  }

 private:
  const Records& records_;
  const std::vector<std::string>& axes_;
};

md::Inline LastOf(const record::Record& record, const std::string& name) {
  const record::ExactSeries* const series = FindExactSeries(record, name);
  if (series == nullptr || series->value_size() == 0) return md::Text("");
  return md::ExactReal(*series->value().rbegin(), kDigits);
}

md::Inline MedianOf(const record::Record& record, const std::string& name) {
  const record::MeasuredSeries* const series = FindMeasuredSeries(record, name);
  if (series == nullptr) return md::Text("");
  return md::MeasuredMedian(Samples(*series), series->unit(), 3);
}

std::string FileName(const std::string& sweep, const std::string& series) {
  std::string name = absl::StrCat(sweep, "-", series);
  for (char& c : name) c = absl::ascii_isalnum(static_cast<unsigned char>(c)) ? c : '-';
  return absl::StrCat(name, ".svg");
}

std::string CurveName(const record::Record& record, const std::vector<std::string>& axes) {
  std::string name;
  for (const std::string& axis : axes) absl::StrAppend(&name, axis, " ", AxisOf(record, axis), ", ");
  return absl::StrCat(name, "seed ", record.seed());
}

// The curves of a series, one a run; of the first runs where there are many.
void AddPlot(const Records& records, const std::vector<std::string>& axes, const std::string& sweep,
             const std::string& name, md::Document& report, std::map<std::string, std::string>& files) {
  Plot plot;
  plot.title = name;
  plot.y.label = name;
  size_t runs = 0;
  for (const record::Record* const record : records) {
    const record::ExactSeries* const series = FindExactSeries(*record, name);
    if (series == nullptr || series->value_size() == 0 || ++runs > kMostCurves) continue;
    plot.x.label = series->index_name();
    PlotSeries curve{CurveName(*record, axes), {}};
    for (int i = 0; i < series->value_size(); ++i) {
      curve.points.push_back({static_cast<double>(series->index(i)), series->value(i)});
    }
    plot.series.push_back(std::move(curve));
  }
  if (runs == 0) return;
  const std::string file = FileName(sweep, name);
  const RenderedPlot rendered = RenderPlot(plot);
  files[file] = rendered.svg;
  report.Image(absl::StrCat(name, " of the runs of ", sweep), file);
  if (runs > kMostCurves) {
    report.Paragraph(md::Text(absl::StrCat("The first ", kMostCurves, " of ", runs, " runs.")));
  }
  for (const std::string& note : rendered.notes) report.Paragraph(md::Text(note));
}

void AddSweep(const std::string& sweep, const Records& records, md::Document& report,
              std::map<std::string, std::string>& files) {
  Names axes, values, series, measured;
  for (const record::Record* const record : records) {
    for (const record::AxisValue& value : record->point()) {
      if (value.axis() != kSweepAxis) axes.Add(value.axis());
    }
    for (const record::ExactValue& value : record->exact().value()) {
      const bool of_parameter = absl::StartsWith(value.name(), "size of ") || absl::StartsWith(value.name(), "shape of ");
      const bool long_text = value.text().size() > 200;
      if (!of_parameter && !long_text) values.Add(value.name());
    }
    for (const record::ExactSeries& one : record->exact().series()) {
      if (one.value_size() > 0) series.Add(one.name());
    }
    for (const record::MeasuredSeries& one : record->measured().series()) measured.Add(one.name());
  }
  report.Heading(2, md::Text(sweep.empty() ? "Runs" : sweep));
  RunTable table(records, axes.all());
  table.AddTo(report, "Last values of each series", series.all(), LastOf);
  for (const std::string& name : series.all()) AddPlot(records, axes.all(), sweep, name, report, files);
  table.AddTo(report, "Exact results", values.all(),
              [](const record::Record& record, const std::string& name) { return Cell(FindValue(record, name)); });
  table.AddTo(report, "Measured", measured.all(), MedianOf);
}

// By point, then by seed.
bool Before(const record::Record* a, const record::Record* b) {
  const auto key = [](const record::Record& record) {
    std::vector<std::string> values;
    for (const record::AxisValue& value : record.point()) values.push_back(value.value());
    return values;
  };
  const std::vector<std::string> left = key(*a), right = key(*b);
  if (left != right) return left < right;
  return std::make_pair(a->seed(), a->key()) < std::make_pair(b->seed(), b->key());
}

}  // namespace

absl::StatusOr<std::map<std::string, std::string>> RenderPlainReport(const std::vector<record::Record>& records) {
  if (records.empty()) return absl::InvalidArgumentError("a report wants records");
  std::map<std::string, Records> sweeps;
  for (const record::Record& record : records) sweeps[SweepOf(record)].push_back(&record);
  md::Document report;
  std::map<std::string, std::string> files;
  report.Heading(1, md::Text(records[0].experiment()));
  report.Paragraph(md::Convention());
  report.Bullets(ProvenanceItems(records[0]));
  for (auto& [sweep, its_records] : sweeps) {
    std::sort(its_records.begin(), its_records.end(), Before);
    AddSweep(sweep, its_records, report, files);
  }
  absl::StatusOr<std::string> text = report.Finish();
  if (!text.ok()) return text.status();
  files["report.md"] = *std::move(text);
  return files;
}

}  // namespace plumbline
