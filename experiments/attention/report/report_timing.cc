// Answers (a) and (d): complexity derived, counted by the compiler, and measured.
#include <algorithm>
#include <cmath>
#include <set>

#include "absl/strings/str_cat.h"
#include "experiments/attention/report/report_data.h"
#include "reports/number_text.h"
#include "reports/plot.h"
#include "reports/record_markdown.h"
#include "reports/record_values.h"
#include "reports/statistics.h"

namespace plumbline::attention {
namespace {

constexpr double kLevel = 0.95;
constexpr char kForward[] = "forward";
constexpr char kBackward[] = "forward_backward";

std::vector<int64_t> Widths(const Data& data) {
  std::set<int64_t> widths;
  for (const auto& entry : data.timed) widths.insert(entry.first.width);
  return std::vector<int64_t>(widths.begin(), widths.end());
}

const record::Record* LargestRun(const Data& data, const Variant& variant) {
  const auto runs = data.timed.find(variant);
  return runs == data.timed.end() ? nullptr : runs->second.back().second;
}

const record::Cost* CostOf(const Data& data, const Variant& variant, const std::string& program,
                           record::Cost::Quantity quantity) {
  const record::Record* record = LargestRun(data, variant);
  return record == nullptr ? nullptr : FindCost(*record, variant.model, program, quantity);
}

// Operations a second at the longest length that was timed; 0 if none was.
double Rate(const Data& data, const Variant& variant, const std::string& program) {
  const std::vector<Observation> times = Times(data, variant, program);
  if (times.empty()) return 0;
  for (const Observation& count : Costs(data, variant, program, record::Cost::OPERATIONS)) {
    if (count.size == times.back().size) return count.value / times.back().value;
  }
  return 0;
}

// Counts at the lengths that were timed.
std::vector<Observation> At(const std::vector<Observation>& counts, const std::vector<Observation>& times) {
  std::vector<Observation> result;
  for (const Observation& count : counts) {
    const bool timed = std::any_of(times.begin(), times.end(),
                                   [&](const Observation& time) { return time.size == count.size; });
    if (timed) result.push_back(count);
  }
  return result;
}

md::Inline Slope(const std::vector<Observation>& observations, bool measured) {
  const absl::StatusOr<ExponentFit> fit = FitExponent(observations, kLevel);
  if (!fit.ok()) return md::Absent(fit.status().message());
  return measured ? md::MeasuredPlusMinus(fit->slope, fit->half_width(), 2) : md::ExactReal(fit->slope, 3);
}

void AddExponents(const Data& data, md::Document& report) {
  md::Table table({{md::Text("D"), md::Align::kRight},
                   {md::Text("model"), md::Align::kLeft},
                   {md::Text("program"), md::Align::kLeft},
                   {md::Text("lengths"), md::Align::kLeft},
                   {md::Text("slope of the operations"), md::Align::kRight},
                   {md::Text("measured slope of time"), md::Align::kRight},
                   {md::Text("over the last four"), md::Align::kRight},
                   {md::Text("slope of peak memory"), md::Align::kRight}});
  for (const auto& entry : data.timed) {
    const Variant& variant = entry.first;
    for (const char* program : {kForward, kBackward}) {
      const std::vector<Observation> times = Times(data, variant, program);
      if (times.empty()) continue;
      const std::vector<Observation> tail(times.end() - std::min<size_t>(4, times.size()), times.end());
      const auto counts = At(Costs(data, variant, program, record::Cost::OPERATIONS), times);
      const auto memory = At(Costs(data, variant, program, record::Cost::MEMORY), times);
      table.AddRow({md::Exact(variant.width), md::Code(variant.Name()),
                    md::Text(std::string(program) == kForward ? "forward" : "forward + backward"),
                    md::Text(absl::StrCat(CountText(static_cast<int64_t>(times.front().size)), " to ",
                                          CountText(static_cast<int64_t>(times.back().size)))),
                    Slope(counts, false), Slope(times, true), Slope(tail, true), Slope(memory, false)});
    }
  }
  report.Add(table);
}

void AddProjection(const Data& data, const std::vector<Variant>& variants, md::Document& report) {
  md::Table table({{md::Text("model"), md::Align::kLeft},
                   {md::Text("L"), md::Align::kRight},
                   {md::Text("operations"), md::Align::kRight},
                   {md::Text("peak memory"), md::Align::kRight},
                   {md::Text("time at the measured rate"), md::Align::kRight}});
  for (const Variant& variant : variants) {
    const record::Cost* operations = CostOf(data, variant, kForward, record::Cost::OPERATIONS);
    const record::Cost* memory = CostOf(data, variant, kForward, record::Cost::MEMORY);
    if (operations == nullptr || memory == nullptr) continue;
    const double rate = Rate(data, variant, kForward);
    for (const int64_t length : {int64_t{1} << 10, int64_t{1} << 14, int64_t{1} << 20}) {
      const std::map<std::string, int64_t> sizes = {{"B", 1}, {"H", 1}, {"L", length}, {"D", variant.width}};
      const double count = EvaluateCost(*operations, sizes);
      table.AddRow({md::Code(variant.Name()), md::Exact(length), md::ExactQuantity(count, "", 3),
                    md::ExactBytes(EvaluateCost(*memory, sizes), 3),
                    rate > 0 ? md::Measured(count / rate, "s", 3) : md::Absent("not timed")});
    }
  }
  report.Add(table);
}

// Where the time of a first variant passes that of a second, from paired samples at each length.
absl::StatusOr<Crossover> MeasuredCrossover(const Data& data, const Variant& a, const Variant& b,
                                            const std::string& program) {
  std::vector<RatioAt> ratios;
  const auto first = data.timed.find(a);
  const auto second = data.timed.find(b);
  if (first == data.timed.end() || second == data.timed.end()) return absl::NotFoundError("not timed");
  for (const auto& [length, record] : first->second) {
    for (const auto& [other_length, other] : second->second) {
      if (length != other_length) continue;
      const std::vector<double> left = MeasuredSamples(*record, program + "/time");
      const std::vector<double> right = MeasuredSamples(*other, program + "/time");
      if (left.empty() || left.size() != right.size()) continue;
      const absl::StatusOr<Estimate> ratio = PairedRatio(left, right, kLevel);
      if (!ratio.ok()) return ratio.status();
      ratios.push_back({static_cast<double>(length), *ratio});
    }
  }
  return FindCrossover(ratios);
}

// The length at which two costs, divided by their rates, are equal: bisection on log L.
double PredictedCrossover(const record::Cost& softmax, double softmax_rate, const record::Cost& taylor,
                          double taylor_rate, int64_t width) {
  double low = 0;
  double high = 40;
  const auto difference = [&](double log_length) {
    const int64_t length = static_cast<int64_t>(std::llround(std::exp2(log_length)));
    const std::map<std::string, int64_t> sizes = {{"B", 1}, {"H", 1}, {"L", length}, {"D", width}};
    return EvaluateCost(softmax, sizes) / softmax_rate - EvaluateCost(taylor, sizes) / taylor_rate;
  };
  if (difference(low) > 0) return 1;
  for (int step = 0; step < 60; ++step) {
    const double middle = (low + high) / 2;
    (difference(middle) > 0 ? high : low) = middle;
  }
  return std::exp2(high);
}

int64_t FeatureCount(int64_t width, int64_t terms) {
  double count = 1;
  for (int64_t i = 1; i < terms; ++i) count = count * static_cast<double>(width + i) / static_cast<double>(i);
  return static_cast<int64_t>(std::llround(count));
}

md::Inline CrossoverText(const absl::StatusOr<Crossover>& crossover) {
  if (!crossover.ok()) return md::Absent(crossover.status().message());
  return md::Raw(absl::StrCat("*", CountText(std::llround(crossover->size)), " [", crossover->low_open ? "< " : "",
                              CountText(std::llround(crossover->low)), ", ", crossover->high_open ? "> " : "",
                              CountText(std::llround(crossover->high)), "]*"));
}

void AddCrossovers(const Data& data, md::Document& report) {
  md::Table table({{md::Text("D"), md::Align::kRight},
                   {md::Text("K"), md::Align::kRight},
                   {md::Text("mask"), md::Align::kLeft},
                   {md::Text("program"), md::Align::kLeft},
                   {md::Text("M"), md::Align::kRight},
                   {md::Text("L = M, or 2M causal"), md::Align::kRight},
                   {md::Text("equal counted operations"), md::Align::kRight},
                   {md::Text("at the measured rates"), md::Align::kRight},
                   {md::Text("measured"), md::Align::kRight}});
  for (const auto& entry : data.timed) {
    const Variant& taylor = entry.first;
    if (taylor.model != "taylor") continue;
    const Variant softmax{"softmax", taylor.width, 0, taylor.causal};
    const int64_t features = FeatureCount(taylor.width, taylor.terms);
    for (const char* program : {kForward, kBackward}) {
      const record::Cost* a = CostOf(data, softmax, program, record::Cost::OPERATIONS);
      const record::Cost* b = CostOf(data, taylor, program, record::Cost::OPERATIONS);
      const double softmax_rate = Rate(data, softmax, program);
      const double taylor_rate = Rate(data, taylor, program);
      if (a == nullptr || b == nullptr || softmax_rate == 0 || taylor_rate == 0) continue;
      table.AddRow({md::Exact(taylor.width), md::Exact(taylor.terms), md::Text(taylor.causal ? "causal" : "none"),
                    md::Text(std::string(program) == kForward ? "forward" : "forward + backward"),
                    md::Exact(features), md::Exact(taylor.causal ? 2 * features : features),
                    md::Exact(std::llround(PredictedCrossover(*a, 1, *b, 1, taylor.width))),
                    md::Raw(absl::StrCat("*", CountText(std::llround(PredictedCrossover(*a, softmax_rate, *b,
                                                                                       taylor_rate, taylor.width))),
                                         "*")),
                    CrossoverText(MeasuredCrossover(data, softmax, taylor, program))});
    }
  }
  report.Add(table);
}

void AddDependence(const Data& data, md::Document& report) {
  md::Table table({{md::Text("D"), md::Align::kRight},
                   {md::Text("model"), md::Align::kLeft},
                   {md::Text("M"), md::Align::kRight},
                   {md::Text("operations per row"), md::Align::kRight},
                   {md::Text("per row / (M D)"), md::Align::kRight},
                   {md::Text("time per row"), md::Align::kRight},
                   {md::Text("time per row / (M D)"), md::Align::kRight}});
  for (const auto& entry : data.timed) {
    const Variant& variant = entry.first;
    if (variant.model != "taylor" || variant.causal) continue;
    const std::vector<Observation> times = Times(data, variant, kForward);
    const std::vector<Observation> counts = At(Costs(data, variant, kForward, record::Cost::OPERATIONS), times);
    if (times.empty() || counts.empty()) continue;
    const int64_t features = FeatureCount(variant.width, variant.terms);
    const double product = static_cast<double>(features * variant.width);
    const double per_row = counts.back().value / counts.back().size;
    const double seconds = times.back().value / times.back().size;
    table.AddRow({md::Exact(variant.width), md::Code(variant.Name()), md::Exact(features),
                  md::ExactQuantity(per_row, "", 3), md::ExactReal(per_row / product, 3),
                  md::Measured(seconds, "s", 3), md::Measured(seconds / product, "s", 3)});
  }
  report.Add(table);
}

Plot LengthPlot(const std::string& title, Axis y) {
  Plot plot;
  plot.title = title;
  plot.x = {"sequence length L", "", AxisScale::kLog2, TickText::kNumber};
  plot.y = std::move(y);
  return plot;
}

PlotSeries TimeSeries(const Data& data, const Variant& variant, const std::string& program) {
  PlotSeries series{variant.Name(), {}};
  for (const auto& [length, record] : data.timed.at(variant)) {
    const std::vector<double> samples = MeasuredSamples(*record, program + "/time");
    if (samples.empty()) continue;
    PlotPoint point{static_cast<double>(length), Median(samples).value_or(0)};
    const absl::StatusOr<Interval> interval = MedianInterval(samples, kLevel);
    if (interval.ok()) {
      point.low = interval->low;
      point.high = interval->high;
    }
    series.points.push_back(point);
  }
  return series;
}

std::string TimePlot(const Data& data, int64_t width, const std::string& program) {
  const bool forward = program == kForward;
  Plot plot = LengthPlot(absl::StrCat("Time of ", forward ? "one forward pass" : "forward and backward", ", D = ", width,
                                      ", one head, one thread (measured)"),
                         {"time", "s", AxisScale::kLog10, TickText::kSi});
  for (const auto& entry : data.timed) {
    const Variant& variant = entry.first;
    if (variant.width != width || variant.causal) continue;
    PlotSeries series = TimeSeries(data, variant, program);
    if (!series.points.empty()) plot.series.push_back(std::move(series));
  }
  return RenderPlot(plot).svg;
}

std::string MemoryPlot(const Data& data, int64_t width) {
  Plot plot = LengthPlot(absl::StrCat("Peak activation memory of one forward pass, D = ", width, " (exact)"),
                         {"memory", "B", AxisScale::kLog10, TickText::kBytes});
  for (const auto& entry : data.timed) {
    const Variant& variant = entry.first;
    if (variant.width != width || variant.causal) continue;
    PlotSeries series{variant.Name(), {}};
    for (const Observation& count : Costs(data, variant, kForward, record::Cost::MEMORY)) {
      series.points.push_back({count.size, count.value});
    }
    plot.series.push_back(std::move(series));
  }
  return RenderPlot(plot).svg;
}

}  // namespace

absl::Status AddComplexity(const Data& data, md::Document& report) {
  report.Heading(2, md::Text("(a) Softmax attention is quadratic in L"));
  report.Formula(R"(Z = \mathrm{Softmax}(Q K^\top) V, \qquad Q, K, V \in \mathbb{R}^{L \times D})");
  report.Paragraph(md::Raw(
      "$Q K^\\top$ has $L^2$ entries of $D$ multiply-adds each: $2L^2D$ operations. The softmax touches each of the $L^2$ "
      "entries a fixed number of times (here 5: maximum, difference, exponential, sum, division). The product with $V$ is "
      "again $2L^2D$. Hence $4L^2D + 5L^2 = O(L^2 D)$ time, **quadratic in $L$**. A plain implementation also stores the "
      "$L \\times L$ scores: $O(L^2)$ memory. Doubling the sequence quadruples both. A tiled implementation with an online "
      "softmax avoids the memory, not the operations."));
  const int64_t width = Widths(data).back();
  std::vector<Variant> variants = {{"softmax_plain", width, 0, false}, {"softmax", width, 0, false}};
  report.Paragraph(md::Text("The compiler derives the same from the programs that ran:"));
  std::vector<md::Inline> items;
  for (const Variant& variant : variants) {
    const record::Cost* operations = CostOf(data, variant, kForward, record::Cost::OPERATIONS);
    const record::Cost* memory = CostOf(data, variant, kForward, record::Cost::MEMORY);
    if (operations == nullptr || memory == nullptr) continue;
    items.push_back(md::Code(variant.Name()) + md::Text(": ") + md::Code(operations->text()) +
                    md::Text(" operations, peak activation memory ") + md::Code(memory->text()) + md::Text(" bytes"));
  }
  report.Bullets(items);
  report.Paragraph(md::Text(absl::StrCat(
      "What that means for long sequences, at D = ", width,
      ", from these polynomials; the time divides the operations by the rate measured at the longest length that ran:")));
  AddProjection(data, variants, report);
  report.Paragraph(md::Raw(
      "Measured: the slope of $\\log t$ over $\\log L$ by least squares on the medians of each length, with its 95 % "
      "interval. The yardstick beside it is the slope of the *counted operations over the same lengths*, not the degree: at "
      "short lengths lower terms flatten both. A slope of time above that of the operations means that short programs run "
      "below or above the rate of long ones (caches, start-up); the last four lengths show where it tends."));
  AddExponents(data, report);
  for (const int64_t w : Widths(data)) {
    report.Image(absl::StrCat("Time against sequence length, D = ", w), absl::StrCat("time_d", w, ".svg"));
    report.Image(absl::StrCat("Time of forward and backward, D = ", w), absl::StrCat("time_backward_d", w, ".svg"));
    report.Image(absl::StrCat("Memory against sequence length, D = ", w), absl::StrCat("memory_d", w, ".svg"));
  }
  return absl::OkStatus();
}

absl::Status AddLinearity(const Data& data, md::Document& report) {
  report.Heading(2, md::Text("(d) The linearisation is linear in L"));
  report.Formula(
      R"(Z \approx D^{-1}\, \Phi(Q) \underbrace{\left(\Phi(K)^\top V\right)}_{S \in \mathbb{R}^{M \times D}}, \qquad D = \mathrm{Diag}\big(\Phi(Q)\, \underbrace{\Phi(K)^\top \mathbf{1}_L}_{\in \mathbb{R}^M}\big))");
  report.Paragraph(md::Raw(
      "Matrix products are associative. In the order $(\\Phi(Q)\\Phi(K)^\\top)V$ an $L \\times L$ matrix appears and the cost "
      "is $O(L^2 (M + D))$. In the order $\\Phi(Q)(\\Phi(K)^\\top V)$ it does not: the state $S$ takes $2LMD$ operations, its "
      "application $2LMD$, the denominators $4LM$: **$O(L M D)$ time and $O(MD)$ memory beyond inputs and outputs, linear in "
      "$L$**. With $M = \\binom{D+K-1}{K-1} = O(D^{K-1}/(K-1)!)$ that is $O(L D^K / (K-1)!)$: the price of linearity is "
      "the power of $D$. With a causal mask the same holds: the state grows row by row and is applied as it grows."));
  report.Paragraph(md::Raw(
      "It pays where $4LMD < 4L^2D$, that is $L > M$; with a mask softmax does half the work, so $L > 2M$. The table has "
      "four predictions and the measurement: $L = M$; equal counts of the compiler's polynomials (which include the "
      "softmax and the building of features); the same with each model's measured rate; and the length at which the "
      "measured ratio of times passes 1, with the lengths at which its 95 % interval contains 1."));
  AddCrossovers(data, report);
  report.Paragraph(md::Raw("The exponents in $L$ are in the table of (a). How the cost of one row depends on $M$ and $D$, at "
                           "the longest length: divided by $MD$ it is nearly constant, 4 operations and the building of "
                           "features."));
  AddDependence(data, report);
  return absl::OkStatus();
}

absl::Status AddMeasurements(const Data& data, md::Document& report) {
  report.Heading(2, md::Text("All measurements"));
  report.Paragraph(md::Raw(
      "Medians over rounds with their 95 % intervals, in percent of the rate of a bare oneDNN matrix product (f32, 1024³, "
      "one thread) that was timed in the same rounds. A program beyond the experiment's limits was not run."));
  md::Table table({{md::Text("D"), md::Align::kRight},
                   {md::Text("model"), md::Align::kLeft},
                   {md::Text("L"), md::Align::kRight},
                   {md::Text("forward"), md::Align::kRight},
                   {md::Text("of bare"), md::Align::kRight},
                   {md::Text("forward + backward"), md::Align::kRight},
                   {md::Text("of bare"), md::Align::kRight},
                   {md::Text("planned bytes"), md::Align::kRight},
                   {md::Text("contended samples"), md::Align::kRight}});
  for (const auto& [variant, runs] : data.timed) {
    for (const auto& [length, record] : runs) {
      std::vector<md::Inline> row = {md::Exact(variant.width), md::Code(variant.Name()), md::Exact(length)};
      int contended = 0;
      int samples = 0;
      for (const char* program : {kForward, kBackward}) {
        const record::MeasuredSeries* series = FindMeasuredSeries(*record, std::string(program) + "/time");
        const absl::StatusOr<std::string> refused = ExactText(*record, std::string(program) + "/not run");
        if (series == nullptr) {
          row.push_back(md::Absent(refused.ok() ? *refused : "not part of the sweep"));
          row.push_back(md::Text(""));
          continue;
        }
        for (const bool flag : series->contended()) contended += flag;
        samples += series->sample_size();
        const std::vector<double> times = Samples(*series);
        const record::Cost* cost = FindCost(*record, variant.model, program, record::Cost::OPERATIONS);
        row.push_back(md::MeasuredMedian(times, "s", 3));
        row.push_back(ShareOfBareMatmul(*record, static_cast<double>(cost->value()), times));
      }
      const absl::StatusOr<int64_t> planned = ExactInteger(*record, "forward/planned bytes");
      row.push_back(planned.ok() ? md::Exact(*planned) : md::Text("—"));
      row.push_back(md::Raw(absl::StrCat("*", contended, " of ", samples, "*")));
      table.AddRow(std::move(row));
    }
  }
  report.Add(table);
  return absl::OkStatus();
}

std::map<std::string, std::string> TimingPlots(const Data& data) {
  std::map<std::string, std::string> files;
  for (const int64_t width : Widths(data)) {
    files[absl::StrCat("time_d", width, ".svg")] = TimePlot(data, width, kForward);
    files[absl::StrCat("time_backward_d", width, ".svg")] = TimePlot(data, width, kBackward);
    files[absl::StrCat("memory_d", width, ".svg")] = MemoryPlot(data, width);
  }
  return files;
}

}  // namespace plumbline::attention
