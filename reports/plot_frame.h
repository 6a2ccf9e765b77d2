// The frame of a plot: where values lie on the page, the grid, ticks and axis titles. A part of
// reports/plot.h.
#ifndef PLUMBLINE_REPORTS_PLOT_FRAME_H_
#define PLUMBLINE_REPORTS_PLOT_FRAME_H_

#include <string>
#include <vector>

#include "reports/plot.h"
#include "reports/plot_axis.h"
#include "reports/plot_marks.h"
#include "reports/svg.h"

namespace plumbline {

// Distance that writing keeps from the edge of the figure, and sizes of type, in pixels.
inline constexpr double kPlotEdge = 10;
inline constexpr double kAxisTitleSize = 13;
inline constexpr double kTickSize = 12;
inline constexpr char kPlotInk[] = "#1a1a1a";

// Pixels of the four sides and the values they stand for.
struct Frame {
  double left;
  double top;
  double right;
  double bottom;
  AxisRange x;
  AxisRange y;

  double X(double value) const { return left + (right - left) * x.Place(value); }
  double Y(double value) const { return bottom - (bottom - top) * y.Place(value); }
  PixelPoint At(const PlotPoint& point) const { return {X(point.x), Y(point.y)}; }
};

// Upright, plain text.
TextStyle PlainText(double size, TextAnchor anchor, const char* color);

SvgAttributes Stroke(const char* color, const char* width);

// The width of the widest label in pixels.
double WidestLabel(const std::vector<Tick>& ticks);

// Ticks of an axis along x with as many labels as fit into `width` without touching.
std::vector<Tick> FittingTicks(const AxisRange& range, const Axis& axis, double width);

// Fine and coarse grid, to be drawn first.
void DrawGrid(SvgWriter& svg, const Frame& frame, const std::vector<Tick>& x_ticks,
              const std::vector<Tick>& y_ticks);

// Axes, ticks, their labels and the titles of the axes.
void DrawAxes(SvgWriter& svg, const Plot& plot, const Frame& frame,
              const std::vector<Tick>& x_ticks, const std::vector<Tick>& y_ticks);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_PLOT_FRAME_H_
