// The figure from outside in: what is drawable, ranges, margins, then layer upon layer.
#include "reports/plot.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "reports/plot_axis.h"
#include "reports/plot_data.h"
#include "reports/plot_frame.h"
#include "reports/plot_marks.h"
#include "reports/report_data.h"
#include "reports/svg.h"

namespace plumbline {
namespace {

constexpr double kTitleSize = 15;
constexpr double kNameSize = 12.5;
constexpr double kNameLine = 15;      // from one line of a series' name to the next
constexpr double kNameGap = 5;        // between names
constexpr double kSampleLength = 30;  // of the line that shows a series' look beside its name
constexpr double kMarkerDistance = 18;
constexpr double kMostNameShare = 0.34;  // of the width that names may take
constexpr char kGray[] = "#6b6b6b";

// What is left of a series.
struct DrawnSeries {
  const PlotSeries* source;
  Look look;
  std::vector<PlotPoint> points;
  std::vector<std::string> name_lines;
};

std::string CountOf(int count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

// Keeps what has a place on both axes and says what has none.
std::vector<DrawnSeries> Select(const Plot& plot, std::vector<std::string>& notes) {
  std::vector<DrawnSeries> result;
  for (size_t i = 0; i < plot.series.size(); ++i) {
    const PlotSeries& source = plot.series[i];
    DrawnSeries drawn = {&source, LookOf(source.style.value_or(static_cast<int>(i))), {}, {}};
    int not_finite = 0;
    int not_positive = 0;
    for (const PlotPoint& point : source.points) {
      if (IsDrawable(point.x, plot.x.scale) && IsDrawable(point.y, plot.y.scale)) {
        drawn.points.push_back(point);
      } else if (IsDrawable(point.x, AxisScale::kLinear) &&
                 IsDrawable(point.y, AxisScale::kLinear)) {
        ++not_positive;
      } else {
        ++not_finite;
      }
    }
    if (not_positive > 0) {
      notes.push_back(absl::StrCat("Series '", source.name, "': ", CountOf(not_positive, "point"),
                                   " not positive, without a place on a logarithmic axis."));
    }
    if (not_finite > 0) {
      notes.push_back(absl::StrCat("Series '", source.name, "': ", CountOf(not_finite, "point"),
                                   " not finite or beyond 1e300."));
    }
    result.push_back(std::move(drawn));
  }
  return result;
}

AxisRange RangeOfX(const Plot& plot, const std::vector<DrawnSeries>& series) {
  std::vector<double> values;
  for (const DrawnSeries& each : series) {
    for (const PlotPoint& point : each.points) values.push_back(point.x);
  }
  return RangeOf(plot.x, values);
}

AxisRange RangeOfY(const Plot& plot, const std::vector<DrawnSeries>& series) {
  std::vector<double> values;
  for (const DrawnSeries& each : series) {
    for (const PlotPoint& point : each.points) {
      for (const double value :
           {point.y, point.low.value_or(point.y), point.high.value_or(point.y)}) {
        if (IsDrawable(value, plot.y.scale)) values.push_back(value);
      }
    }
  }
  return RangeOf(plot.y, values);
}

double NameHeight(const DrawnSeries& series) {
  return kNameLine * static_cast<double>(series.name_lines.size()) + kNameGap;
}

// Breaks the names and returns the width they take beside the frame.
double PlaceNames(const Plot& plot, std::vector<DrawnSeries>& series) {
  const double most = plot.width * kMostNameShare - kSampleLength;
  double width = 0;
  for (DrawnSeries& each : series) {
    each.name_lines = WrapText(each.source->name, most, kNameSize);
    for (const std::string& line : each.name_lines) {
      width = std::max(width, std::min(TextWidth(line, kNameSize), most));
    }
  }
  return series.empty() ? kPlotEdge : kSampleLength + 14 + width + kPlotEdge;
}

// The part of [low, high] that is drawable and inside the range.
std::optional<std::pair<double, double>> Clipped(const AxisRange& range, std::optional<double> low,
                                                 std::optional<double> high) {
  if (!low.has_value() || !high.has_value() || std::isnan(*low) || std::isnan(*high)) return {};
  const double from = std::clamp(*low, range.low, range.high);
  const double to = std::clamp(*high, range.low, range.high);
  if (from >= to) return {};
  return std::make_pair(from, to);
}

// Lines across the frame; the names of vertical ones stand at the top, in rows so that they do not
// meet, those of horizontal ones at the left above the line.
void DrawReferences(SvgWriter& svg, const Plot& plot, const Frame& frame) {
  constexpr double kRow = 15;
  std::vector<double> row_ends;
  for (const ReferenceLine& line : plot.lines) {
    const bool vertical = line.direction == LineDirection::kVertical;
    const AxisRange& range = vertical ? frame.x : frame.y;
    if (const auto band = Clipped(range, line.low, line.high)) {
      const double x1 = vertical ? frame.X(band->first) : frame.left;
      const double x2 = vertical ? frame.X(band->second) : frame.right;
      const double y1 = vertical ? frame.top : frame.Y(band->second);
      const double y2 = vertical ? frame.bottom : frame.Y(band->first);
      svg.Element("rect", {{"x", SvgNumber(x1)},
                           {"y", SvgNumber(y1)},
                           {"width", SvgNumber(x2 - x1)},
                           {"height", SvgNumber(y2 - y1)},
                           {"fill", "#000000"},
                           {"fill-opacity", "0.07"}});
    }
    if (!IsDrawable(line.value, range.scale) || line.value < range.low || line.value > range.high) {
      continue;
    }
    SvgAttributes stroke = Stroke(kGray, "1.2");
    stroke.push_back({"stroke-dasharray", "3 3"});
    TextStyle text = PlainText(kTickSize, TextAnchor::kStart, "#404040");
    text.italic = true;
    text.halo = true;
    if (!vertical) {
      const double y = frame.Y(line.value);
      svg.Line(frame.left, y, frame.right, y, stroke);
      svg.Text(frame.left + 6, y - 4, line.label, text);
      continue;
    }
    const double x = frame.X(line.value);
    svg.Line(x, frame.top, x, frame.bottom, stroke);
    const double width = TextWidth(line.label, kTickSize);
    const bool to_left = x + 5 + width > frame.right;
    const double start = to_left ? x - 5 - width : x + 5;
    size_t row = 0;
    while (row < row_ends.size() && row_ends[row] > start) ++row;
    if (row == row_ends.size()) row_ends.push_back(0);
    row_ends[row] = start + width + 8;
    if (to_left) text.anchor = TextAnchor::kEnd;
    svg.Text(to_left ? x - 5 : x + 5, frame.top + kRow * (static_cast<double>(row) + 1) - 2,
             line.label, text);
  }
}

void DrawSlopes(SvgWriter& svg, const Plot& plot, const Frame& frame,
                std::vector<std::string>& notes) {
  for (const SlopeLine& slope : plot.slopes) {
    const double end_y = slope.start_y * std::pow(slope.end_x / slope.start_x, slope.exponent);
    const bool drawable =
        IsLogarithmic(plot.x.scale) && IsLogarithmic(plot.y.scale) &&
        IsDrawable(slope.start_x, plot.x.scale) && IsDrawable(slope.end_x, plot.x.scale) &&
        IsDrawable(slope.start_y, plot.y.scale) && IsDrawable(end_y, plot.y.scale);
    if (!drawable) {
      notes.push_back(absl::StrCat("Slope '", slope.label, "' has no place on these axes."));
      continue;
    }
    const double x1 = frame.X(slope.start_x);
    const double y1 = frame.Y(slope.start_y);
    const double x2 = frame.X(slope.end_x);
    const double y2 = frame.Y(end_y);
    svg.Line(x1, y1, x2, y2, Stroke(kGray, "1"));
    TextStyle text = PlainText(kTickSize, TextAnchor::kEnd, "#404040");
    text.italic = true;
    text.halo = true;
    // Above the middle of a rising line, to its left, there is no line.
    svg.Text((x1 + x2) / 2 - 5, (y1 + y2) / 2 - 3, slope.label, text);
  }
}

void DrawErrorBar(SvgWriter& svg, const Frame& frame, const PlotPoint& point) {
  constexpr double kCap = 3;
  const auto bar = Clipped(frame.y, point.low, point.high);
  if (!bar.has_value()) return;
  const double x = frame.X(point.x);
  const double y1 = frame.Y(bar->first);
  const double y2 = frame.Y(bar->second);
  svg.Line(x, y1, x, y2, {});
  svg.Line(x - kCap, y1, x + kCap, y1, {});
  svg.Line(x - kCap, y2, x + kCap, y2, {});
}

void DrawSeries(SvgWriter& svg, const Frame& frame, const DrawnSeries& series) {
  const SeriesKind kind = series.source->kind;
  std::vector<PixelPoint> pixels;
  for (const PlotPoint& point : series.points) pixels.push_back(frame.At(point));
  if (kind != SeriesKind::kMarkers) DrawPath(svg, series.look, Thinned(pixels));
  // A single point has no line to show it.
  if (kind == SeriesKind::kLine && pixels.size() > 1) return;
  const std::vector<size_t> marked =
      kind == SeriesKind::kMarkers ? DistinctPixels(pixels) : MarkedPoints(pixels, kMarkerDistance);
  svg.Open("g", {{"stroke", std::string(series.look.color)}, {"stroke-width", "1.2"}});
  for (const size_t i : marked) DrawErrorBar(svg, frame, series.points[i]);
  svg.Close();
  for (const size_t i : marked) DrawMarker(svg, series.look, pixels[i]);
}

// Names beside the frame, each as near as possible to where its series ends.
void DrawNames(SvgWriter& svg, const Frame& frame, const std::vector<DrawnSeries>& series) {
  std::vector<size_t> order(series.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto end_of = [&](size_t i) {
    if (series[i].points.empty()) return frame.bottom;
    return std::clamp(frame.Y(series[i].points.back().y), frame.top, frame.bottom);
  };
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::make_pair(end_of(a), a) < std::make_pair(end_of(b), b);
  });
  std::vector<double> wanted;
  std::vector<double> heights;
  for (const size_t i : order) {
    wanted.push_back(end_of(i));
    heights.push_back(NameHeight(series[i]));
  }
  const std::vector<double> places =
      SpreadLabels(wanted, heights, frame.top - kNameLine / 2, frame.bottom + kNameLine / 2);
  const double left = frame.right + 12;
  for (size_t i = 0; i < order.size(); ++i) {
    const DrawnSeries& each = series[order[i]];
    const SeriesKind kind = each.source->kind;
    if (kind != SeriesKind::kMarkers) {
      DrawPath(svg, each.look, {{left, places[i]}, {left + kSampleLength, places[i]}});
    }
    if (kind != SeriesKind::kLine) {
      DrawMarker(svg, each.look, {left + kSampleLength / 2, places[i]});
    }
    const double lines = static_cast<double>(each.name_lines.size());
    double baseline = places[i] - (lines - 1) / 2 * kNameLine + 0.36 * kNameSize;
    for (const std::string& line : each.name_lines) {
      svg.Text(left + kSampleLength + 6, baseline, line,
               PlainText(kNameSize, TextAnchor::kStart, kPlotInk));
      baseline += kNameLine;
    }
  }
}

// A plot with all that must be known before the first mark is made.
struct Layout {
  const Plot* plot;
  std::vector<DrawnSeries> series;
  std::vector<std::string> title;
  std::vector<Tick> y_ticks;
  Frame frame;
  double height;
};

Layout LayOut(const Plot& plot, std::vector<std::string>& notes) {
  Layout layout = {&plot, Select(plot, notes), {}, {}, {}, 0};
  std::vector<DrawnSeries>& series = layout.series;
  layout.frame = {0, 0, 0, 0, RangeOfX(plot, series), RangeOfY(plot, series)};
  const double names_width = PlaceNames(plot, series);
  layout.title = WrapText(plot.title, plot.width - 2 * kPlotEdge, kTitleSize);
  double names_height = 0;
  for (const DrawnSeries& each : series) names_height += NameHeight(each);
  const double above = plot.title.empty()
                           ? 2 * kPlotEdge
                           : 20 + kTitleSize * 1.25 * static_cast<double>(layout.title.size());
  constexpr double kBelow = 54;
  layout.height = std::max(plot.height, above + names_height + kBelow);

  Frame& frame = layout.frame;
  frame.top = above;
  frame.bottom = layout.height - kBelow;
  const int most_y = std::max(2, static_cast<int>((frame.bottom - frame.top) / 38));
  layout.y_ticks = TicksOf(frame.y, plot.y, most_y);
  frame.left = kPlotEdge + kAxisTitleSize + 16 + WidestLabel(layout.y_ticks);
  frame.right = std::max(frame.left + 50, plot.width - names_width);
  return layout;
}

// `clip` is the id of the clip path, one of its own for each plot of a file.
void Draw(SvgWriter& svg, const Layout& layout, const std::string& clip,
          std::vector<std::string>& notes) {
  const Plot& plot = *layout.plot;
  const Frame& frame = layout.frame;
  const std::vector<Tick> x_ticks = FittingTicks(frame.x, plot.x, frame.right - frame.left);
  svg.Open("clipPath", {{"id", clip}});
  // A marker on the edge is drawn whole.
  constexpr double kRim = 6;
  svg.Element("rect", {{"x", SvgNumber(frame.left - kRim)},
                       {"y", SvgNumber(frame.top - kRim)},
                       {"width", SvgNumber(frame.right - frame.left + 2 * kRim)},
                       {"height", SvgNumber(frame.bottom - frame.top + 2 * kRim)}});
  svg.Close();
  TextStyle title_style = PlainText(kTitleSize, TextAnchor::kStart, kPlotInk);
  title_style.bold = true;
  for (size_t i = 0; i < layout.title.size() && !plot.title.empty(); ++i) {
    svg.Text(kPlotEdge + 2, 10 + kTitleSize * (1 + 1.25 * static_cast<double>(i)), layout.title[i],
             title_style);
  }
  DrawGrid(svg, frame, x_ticks, layout.y_ticks);
  svg.Open("g", {{"clip-path", absl::StrCat("url(#", clip, ")")}});
  DrawReferences(svg, plot, frame);
  DrawSlopes(svg, plot, frame, notes);
  for (const DrawnSeries& each : layout.series) DrawSeries(svg, frame, each);
  svg.Close();
  DrawAxes(svg, plot, frame, x_ticks, layout.y_ticks);
  DrawNames(svg, frame, layout.series);
  bool empty = true;
  for (const DrawnSeries& each : layout.series) empty = empty && each.points.empty();
  if (!empty) return;
  svg.Text((frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2, "no data",
           PlainText(kAxisTitleSize, TextAnchor::kMiddle, kGray));
  notes.push_back("There is no point to draw.");
}

}  // namespace

RenderedPlot RenderPlot(const Plot& plot) {
  RenderedPlot result;
  const Layout layout = LayOut(plot, result.notes);
  SvgWriter svg(plot.width, layout.height, plot.title);
  Draw(svg, layout, "frame", result.notes);
  result.svg = svg.Finish();
  if (ReportData::Current() != nullptr) ReportData::Current()->AddPlot(result.svg, PlotCsv({plot}));
  return result;
}

RenderedPlot RenderPanels(const std::vector<Plot>& plots) {
  RenderedPlot result;
  std::vector<Layout> layouts;
  std::vector<std::string> titles;
  double width = 0;
  double height = 0;
  double left = 0;
  double right = 0;
  for (const Plot& plot : plots) {
    layouts.push_back(LayOut(plot, result.notes));
    const Layout& layout = layouts.back();
    titles.push_back(plot.title);
    width = std::max(width, plot.width);
    height += layout.height;
    left = std::max(left, layout.frame.left);
    right = layouts.size() == 1 ? layout.frame.right : std::min(right, layout.frame.right);
  }
  SvgWriter svg(width, height, absl::StrJoin(titles, "; "));
  double top = 0;
  for (size_t i = 0; i < layouts.size(); ++i) {
    layouts[i].frame.left = left;
    layouts[i].frame.right = std::max(left + 50, right);
    svg.Open("g", {{"transform", absl::StrCat("translate(0 ", SvgNumber(top), ")")}});
    Draw(svg, layouts[i], absl::StrCat("frame", i), result.notes);
    svg.Close();
    top += layouts[i].height;
  }
  result.svg = svg.Finish();
  if (ReportData::Current() != nullptr) ReportData::Current()->AddPlot(result.svg, PlotCsv(plots));
  return result;
}

}  // namespace plumbline
