// Answers (b) and (c), and the price of the approximation.
#include <algorithm>
#include <cmath>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "experiments/attention/report/report_data.h"
#include "reports/plot.h"
#include "reports/record_values.h"

namespace plumbline::attention {
namespace {

// The numbers of terms that a record has results for.
std::vector<int64_t> TermsOf(const record::Record& record) {
  std::vector<int64_t> terms;
  for (const record::ExactValue& value : record.exact().value()) {
    const size_t space = value.name().find(' ');
    int64_t number = 0;
    if (absl::EndsWith(value.name(), " terms series error") && absl::SimpleAtoi(value.name().substr(0, space), &number)) {
      terms.push_back(number);
    }
  }
  return terms;
}

md::Inline Value(const record::Record& record, const std::string& name, int digits) {
  const absl::StatusOr<double> value = ExactReal(record, name);
  if (value.ok()) return md::ExactReal(*value, digits);
  return md::Text("—");
}

int64_t Integer(const record::Record& record, const std::string& axis) {
  return AxisInteger(record, axis).value_or(0);
}

double Temperature(const record::Record& record) {
  double value = 1;
  (void)absl::SimpleAtod(AxisText(record, "temperature").value_or("1"), &value);
  return value;
}

// Records of the first seed at each point.
std::vector<const record::Record*> FirstSeeds(const Data& data) {
  std::vector<const record::Record*> result;
  std::set<std::string> seen;
  for (const record::Record* record : data.accuracy) {
    std::string point;
    for (const record::AxisValue& value : record->point()) absl::StrAppend(&point, value.axis(), "=", value.value(), ";");
    if (seen.insert(point).second) result.push_back(record);
  }
  return result;
}

double Power(double base, int64_t exponent) { return std::pow(base, static_cast<double>(exponent)); }

// The records of one point over all seeds: median of a value, and its range.
struct OverSeeds {
  double median = 0, low = 0, high = 0;
  int seeds = 0;
};

OverSeeds Collect(const Data& data, const record::Record& like, const std::string& name) {
  std::vector<double> values;
  for (const record::Record* record : data.accuracy) {
    bool same = record->point_size() == like.point_size();
    for (int i = 0; same && i < like.point_size(); ++i) same = record->point(i).value() == like.point(i).value();
    const absl::StatusOr<double> value = ExactReal(*record, name);
    if (same && value.ok()) values.push_back(*value);
  }
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  return {values[values.size() / 2], values.front(), values.back(), static_cast<int>(values.size())};
}

md::Inline SeedRange(const OverSeeds& values) {
  if (values.seeds == 0) return md::Text("—");
  if (values.seeds == 1) return md::ExactReal(values.median, 3);
  return md::ExactReal(values.median, 3) + md::Text(" (") + md::ExactReal(values.low, 3) + md::Text(" to ") +
         md::ExactReal(values.high, 3) + md::Text(")");
}

}  // namespace

absl::Status AddFeatureMap(const Data& data, md::Document& report) {
  report.Heading(2, md::Text("(b) The feature map"));
  report.Formula(R"(\exp(q^\top k) \approx 1 + q^\top k + \tfrac12 (q^\top k)^2 = \phi(q)^\top \phi(k))");
  report.Paragraph(md::Raw(
      "$(q^\\top k)^2 = \\big(\\sum_i q_i k_i\\big)^2 = \\sum_i q_i^2 k_i^2 + 2\\sum_{i<j} q_i q_j\\, k_i k_j$, so the "
      "products of coordinates of $q$ on one side and of $k$ on the other are features:"));
  report.Formula(
      R"(\phi(x) = \Big(1,\; x_1, \dots, x_D,\; \tfrac{1}{\sqrt2} x_1^2, \dots, \tfrac{1}{\sqrt2} x_D^2,\; x_i x_j \,(i<j)\Big), \qquad M = 1 + D + \tfrac{D(D+1)}{2} = \tfrac{(D+1)(D+2)}{2})");
  report.Paragraph(md::Raw(
      "With $K$ terms (degrees 0 to $K-1$) the multinomial theorem gives one feature $x^\\alpha / \\sqrt{\\alpha!}$ for each "
      "monomial of degree $|\\alpha| < K$, because $(q^\\top k)^n / n! = \\sum_{|\\alpha| = n} q^\\alpha k^\\alpha / \\alpha!$. "
      "Monomials of degree below $K$ in $D$ variables number $M = \\binom{D+K-1}{K-1}$, which is $O(D^{K-1})$. Without merging "
      "equal monomials there would be $1 + D + D^2 + \\dots + D^{K-1}$."));
  md::Table counts({{md::Text("D"), md::Align::kRight},
                    {md::Text("K"), md::Align::kRight},
                    {md::Text("M, symmetric"), md::Align::kRight},
                    {md::Text("without merging"), md::Align::kRight}});
  for (const int64_t width : {4, 16, 32, 64, 100}) {
    for (const int64_t terms : {2, 3, 4, 5}) {
      double features = 1;
      double unmerged = 0;
      for (int64_t i = 1; i < terms; ++i) features = features * static_cast<double>(width + i) / static_cast<double>(i);
      for (int64_t n = 0; n < terms; ++n) unmerged += Power(static_cast<double>(width), n);
      counts.AddRow({md::Exact(width), md::Exact(terms), md::Exact(std::llround(features)),
                     md::Exact(std::llround(unmerged))});
    }
  }
  report.Add(counts);
  report.Paragraph(md::Raw(
      "Verified on the compiled feature map: the largest deviation of $\\phi(q)^\\top\\phi(k)$ from the truncated series $p_K$ "
      "is rounding of f32 (relative to $\\sum |s|^n/n!$), while the deviation of $p_K$ from $\\exp$ is the truncation. Scores "
      "$s = q^\\top k$ have standard deviation *temperature*."));
  md::Table table({{md::Text("D"), md::Align::kRight},
                   {md::Text("temperature"), md::Align::kRight},
                   {md::Text("max abs(s)"), md::Align::kRight},
                   {md::Text("K"), md::Align::kRight},
                   {md::Text("M"), md::Align::kRight},
                   {md::Text("φ(q)·φ(k) from the series"), md::Align::kRight},
                   {md::Text("series from exp"), md::Align::kRight}});
  for (const record::Record* record : FirstSeeds(data)) {
    if (Integer(*record, "causal") != 0 || Integer(*record, "L") != Integer(*FirstSeeds(data)[0], "L")) continue;
    for (const int64_t terms : TermsOf(*record)) {
      const std::string prefix = absl::StrCat(terms, " terms ");
      if (!ExactReal(*record, prefix + "feature deviation").ok()) continue;
      table.AddRow({md::Exact(Integer(*record, "D")), md::ExactShortest(Temperature(*record)),
                    Value(*record, "largest score", 3), md::Exact(terms),
                    md::Exact(ExactInteger(*record, prefix + "features").value_or(0)),
                    Value(*record, prefix + "feature deviation", 2), Value(*record, prefix + "series deviation", 3)});
    }
  }
  report.Add(table);
  return absl::OkStatus();
}

absl::Status AddIdentity(const Data& data, md::Document& report) {
  report.Heading(2, md::Text("(c) The linear form"));
  report.Paragraph(md::Raw(
      "Row $i$ of softmax attention is $z_i = \\sum_j \\exp(q_i^\\top k_j) v_j \\big/ \\sum_j \\exp(q_i^\\top k_j)$. Put "
      "$\\phi(q_i)^\\top\\phi(k_j)$ for the exponential; $\\phi(q_i)$ does not depend on $j$ and leaves both sums:"));
  report.Formula(
      R"(z_i \approx \frac{\phi(q_i)^\top \sum_j \phi(k_j) v_j^\top}{\phi(q_i)^\top \sum_j \phi(k_j)})");
  report.Paragraph(md::Raw(
      "The sums over $j$ are $\\Phi(K)^\\top V$ and $\\Phi(K)^\\top \\mathbf{1}_L$; the denominators of all rows are "
      "$\\Phi(Q)\\Phi(K)^\\top\\mathbf{1}_L$, whose diagonal matrix is $D$. Hence "
      "$Z \\approx D^{-1}\\,\\Phi(Q)\\,\\Phi(K)^\\top V$. With a causal mask the sums run over $j \\le i$."));
  report.Paragraph(md::Raw(
      "Verified: the linear program (`taylor`, which never forms an $L \\times L$ matrix) against the quadratic program of the "
      "same kernel (`taylor_plain`), and each against the series in double; relative Frobenius norms. What remains is "
      "rounding in f32. Even $K$ can make denominators small, which amplifies it."));
  md::Table table({{md::Text("D"), md::Align::kRight},
                   {md::Text("L"), md::Align::kRight},
                   {md::Text("temperature"), md::Align::kRight},
                   {md::Text("mask"), md::Align::kLeft},
                   {md::Text("K"), md::Align::kRight},
                   {md::Text("linear against quadratic"), md::Align::kRight},
                   {md::Text("linear against double"), md::Align::kRight},
                   {md::Text("quadratic against double"), md::Align::kRight}});
  for (const record::Record* record : FirstSeeds(data)) {
    for (const int64_t terms : TermsOf(*record)) {
      const std::string prefix = absl::StrCat(terms, " terms ");
      if (!ExactReal(*record, prefix + "linear against quadratic").ok()) continue;
      table.AddRow({md::Exact(Integer(*record, "D")), md::Exact(Integer(*record, "L")),
                    md::ExactShortest(Temperature(*record)),
                    md::Text(Integer(*record, "causal") != 0 ? "causal" : "none"), md::Exact(terms),
                    Value(*record, prefix + "linear against quadratic", 2),
                    Value(*record, prefix + "taylor rounding", 2), Value(*record, prefix + "taylor_plain rounding", 2)});
    }
  }
  report.Add(table);
  return absl::OkStatus();
}

absl::Status AddErrors(const Data& data, md::Document& report) {
  report.Heading(2, md::Text("What the approximation costs"));
  report.Paragraph(md::Raw(
      "Relative Frobenius error of $Z$ by the series in double against softmax in double; the median over seeds, in brackets "
      "the range. An even number of terms ends in an odd power and gives *negative weights* for very negative scores; the "
      "share of such pairs and the smallest denominator say how close the result is to a division by zero. Compiled programs "
      "add only rounding (see (c))."));
  md::Table table({{md::Text("D"), md::Align::kRight},
                   {md::Text("L"), md::Align::kRight},
                   {md::Text("temperature"), md::Align::kRight},
                   {md::Text("mask"), md::Align::kLeft},
                   {md::Text("max abs(s)"), md::Align::kRight},
                   {md::Text("K"), md::Align::kRight},
                   {md::Text("error of Z"), md::Align::kRight},
                   {md::Text("negative weights"), md::Align::kRight},
                   {md::Text("smallest denominator"), md::Align::kRight}});
  for (const record::Record* record : FirstSeeds(data)) {
    for (const int64_t terms : TermsOf(*record)) {
      const std::string prefix = absl::StrCat(terms, " terms ");
      table.AddRow({md::Exact(Integer(*record, "D")), md::Exact(Integer(*record, "L")),
                    md::ExactShortest(Temperature(*record)),
                    md::Text(Integer(*record, "causal") != 0 ? "causal" : "none"), Value(*record, "largest score", 3),
                    md::Exact(terms), SeedRange(Collect(data, *record, prefix + "series error")),
                    Value(*record, prefix + "negative share", 2), Value(*record, prefix + "smallest denominator", 3)});
    }
  }
  report.Add(table);
  report.Image("Error against temperature", "error_temperature.svg");
  report.Image("Error against sequence length", "error_length.svg");
  report.Paragraph(md::Text(
      "The error is set by the spread of the scores, hardly by the sequence length: a longer sequence averages over more "
      "values, but the weights are wrong by the same function of the score. Compiled softmax models against double:"));
  md::Table softmax({{md::Text("D"), md::Align::kRight},
                     {md::Text("L"), md::Align::kRight},
                     {md::Text("temperature"), md::Align::kRight},
                     {md::Text("mask"), md::Align::kLeft},
                     {md::Text("softmax"), md::Align::kRight},
                     {md::Text("softmax_plain"), md::Align::kRight}});
  for (const record::Record* record : FirstSeeds(data)) {
    softmax.AddRow({md::Exact(Integer(*record, "D")), md::Exact(Integer(*record, "L")),
                    md::ExactShortest(Temperature(*record)),
                    md::Text(Integer(*record, "causal") != 0 ? "causal" : "none"),
                    Value(*record, "softmax softmax error", 2), Value(*record, "softmax softmax_plain error", 2)});
  }
  report.Add(softmax);
  return absl::OkStatus();
}

std::map<std::string, std::string> AccuracyPlots(const Data& data) {
  Plot temperature;
  temperature.title = "Relative error of Z against softmax in double (exact)";
  temperature.x = {"temperature (standard deviation of the scores)", "", AxisScale::kLog2, TickText::kNumber};
  temperature.y = {"relative error of Z", "", AxisScale::kLog10, TickText::kNumber};
  Plot length = temperature;
  length.x = {"sequence length L", "", AxisScale::kLog2, TickText::kNumber};
  std::map<std::string, PlotSeries> by_temperature;
  std::map<std::string, PlotSeries> by_length;
  int64_t most_width = 0;
  for (const record::Record* record : data.accuracy) most_width = std::max(most_width, Integer(*record, "D"));
  const std::vector<const record::Record*> records = FirstSeeds(data);
  const int64_t usual_length = Integer(*records[0], "L");
  for (const record::Record* record : records) {
    if (Integer(*record, "causal") != 0 || Integer(*record, "D") != most_width) continue;
    for (const int64_t terms : TermsOf(*record)) {
      const OverSeeds error = Collect(data, *record, absl::StrCat(terms, " terms series error"));
      const std::string name = absl::StrCat("K=", terms);
      const auto add = [&](std::map<std::string, PlotSeries>& series, double x) {
        series[name].name = name;
        series[name].points.push_back({x, error.median, error.low, error.high});
      };
      if (Integer(*record, "L") == usual_length) add(by_temperature, Temperature(*record));
      if (Temperature(*record) == 1) add(by_length, static_cast<double>(Integer(*record, "L")));
    }
  }
  for (auto& entry : by_temperature) temperature.series.push_back(std::move(entry.second));
  for (auto& entry : by_length) length.series.push_back(std::move(entry.second));
  temperature.title = absl::StrCat(temperature.title, ", D = ", most_width);
  length.title = absl::StrCat(length.title, ", D = ", most_width, ", temperature 1");
  return {{"error_temperature.svg", RenderPlot(temperature).svg}, {"error_length.svg", RenderPlot(length).svg}};
}

}  // namespace plumbline::attention
