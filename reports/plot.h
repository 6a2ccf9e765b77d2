// Line and scatter plots as SVG, for reports: a figure that is read at 700 pixels, on paper and
// without colour. Not a plotting library: one frame, two axes, series, reference lines. Same plot,
// same bytes, on any machine.
//
//   Plot plot;
//   plot.title = "Time of one forward pass";
//   plot.x = {"sequence length L", "", AxisScale::kLog2, TickText::kNumber};
//   plot.y = {"time", "s", AxisScale::kLog10, TickText::kSi};
//   plot.series.push_back({"softmax", {{128, 1.1e-5}, {256, 3.9e-5}}});
//   plot.slopes.push_back({"slope 2", 2, 512, 1e-4, 4096});
//   RenderedPlot rendered = RenderPlot(plot);   // rendered.svg, rendered.notes
//
// Series are told apart by dash and marker (colour only repeats it) and named at the right, beside
// where they end. What cannot be drawn is left out and said in `notes`: points that are not finite,
// or not positive on a logarithmic axis. There is no input that fails.
#ifndef PLUMBLINE_REPORTS_PLOT_H_
#define PLUMBLINE_REPORTS_PLOT_H_

#include <optional>
#include <string>
#include <vector>

namespace plumbline {

enum class AxisScale {
  kLinear,
  kLog10,  // ticks at powers of ten, and between where there is room
  kLog2,   // ticks at powers of two
};

enum class TickText {
  kNumber,  // 0.1   16 384   10⁻³
  kSi,      // 10 µs, with the axis's unit
  kBytes,   // 4 KiB
};

struct Axis {
  std::string label;  // "time"; the unit is added where the ticks do not carry it: "time (s)"
  std::string unit = {};
  AxisScale scale = AxisScale::kLinear;
  TickText ticks = TickText::kNumber;
  // Ends of the axis in place of those of the data with a margin.
  std::optional<double> low = {};
  std::optional<double> high = {};
};

struct PlotPoint {
  double x;
  double y;
  // Ends of the error bar.
  std::optional<double> low = {};
  std::optional<double> high = {};
};

enum class SeriesKind { kLineAndMarkers, kLine, kMarkers };

struct PlotSeries {
  std::string name;
  std::vector<PlotPoint> points;  // joined in this order
  SeriesKind kind = SeriesKind::kLineAndMarkers;
  // Dash, marker and colour: equal numbers look alike in all plots. Default: the place in the list.
  std::optional<int> style = {};
};

// y = start_y · (x / start_x)^exponent from start_x to end_x, thin, with its label at the end. Only
// where both axes are logarithmic.
struct SlopeLine {
  std::string label;
  double exponent;
  double start_x;
  double start_y;
  double end_x;
};

enum class LineDirection { kVertical, kHorizontal };

// A line across the frame, such as a predicted crossover, with an interval as a grey band.
struct ReferenceLine {
  std::string label;
  LineDirection direction;
  double value;
  std::optional<double> low = {};
  std::optional<double> high = {};
};

struct Plot {
  std::string title = {};
  Axis x = {};
  Axis y = {};
  std::vector<PlotSeries> series = {};
  std::vector<SlopeLine> slopes = {};
  std::vector<ReferenceLine> lines = {};
  double width = 720;
  double height = 430;  // grows when the names of the series need more
};

struct RenderedPlot {
  std::string svg;
  std::vector<std::string> notes;  // sentences; empty when all was drawn
};

// Leaves the plot's numbers with ReportData::Current(), as RenderPanels does.
RenderedPlot RenderPlot(const Plot& plot);

// Plots below each other in one file, their frames of one width: quantities along a common x axis.
// At least one.
RenderedPlot RenderPanels(const std::vector<Plot>& plots);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_PLOT_H_
