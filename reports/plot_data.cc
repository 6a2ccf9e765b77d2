// Series in their order, then slopes, then lines.
#include "reports/plot_data.h"

#include <cmath>
#include <optional>

#include "absl/strings/str_cat.h"
#include "reports/csv.h"
#include "reports/number_text.h"

namespace plumbline {
namespace {

std::string Text(const std::optional<double>& value) { return value ? ShortestText(*value) : std::string(); }

std::string AxisName(const Axis& axis) {
  return axis.unit.empty() ? axis.label : absl::StrCat(axis.label, " (", axis.unit, ")");
}

void AddPlot(const Plot& plot, std::string& csv) {
  const auto add = [&](const char* kind, const std::string& series, const std::optional<double>& x,
                       const std::optional<double>& y, const std::optional<double>& low,
                       const std::optional<double>& high) {
    csv += CsvRow({plot.title, AxisName(plot.x), AxisName(plot.y), kind, series, Text(x), Text(y), Text(low),
                   Text(high)});
  };
  for (const PlotSeries& series : plot.series) {
    for (const PlotPoint& point : series.points) add("point", series.name, point.x, point.y, point.low, point.high);
  }
  for (const SlopeLine& slope : plot.slopes) {
    const double end = slope.start_y * std::pow(slope.end_x / slope.start_x, slope.exponent);
    add("slope", slope.label, slope.start_x, slope.start_y, std::nullopt, std::nullopt);
    add("slope", slope.label, slope.end_x, end, std::nullopt, std::nullopt);
  }
  for (const ReferenceLine& line : plot.lines) {
    if (line.direction == LineDirection::kVertical) {
      add("vertical line", line.label, line.value, std::nullopt, line.low, line.high);
    } else {
      add("horizontal line", line.label, std::nullopt, line.value, line.low, line.high);
    }
  }
}

}  // namespace

std::string PlotCsv(const std::vector<Plot>& plots) {
  std::string csv = CsvRow({"plot", "x axis", "y axis", "kind", "series", "x", "y", "low", "high"});
  for (const Plot& plot : plots) AddPlot(plot, csv);
  return csv;
}

}  // namespace plumbline
