// Lines are drawn from fine to coarse, so that coarse ones lie on top.
#include "reports/plot_frame.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace plumbline {
namespace {

std::string AxisTitle(const Axis& axis) {
  const bool in_ticks = axis.ticks != TickText::kNumber;
  if (axis.unit.empty() || in_ticks) return axis.label;
  return absl::StrCat(axis.label, " (", axis.unit, ")");
}

}  // namespace

TextStyle PlainText(double size, TextAnchor anchor, const char* color) {
  return {size, anchor, color, false, false, false, 0};
}

SvgAttributes Stroke(const char* color, const char* width) {
  return {{"stroke", color}, {"stroke-width", width}};
}

double WidestLabel(const std::vector<Tick>& ticks) {
  double width = 0;
  for (const Tick& tick : ticks) width = std::max(width, TextWidth(tick.label, kTickSize));
  return width;
}

std::vector<Tick> FittingTicks(const AxisRange& range, const Axis& axis, double width) {
  constexpr double kBetween = 14;
  constexpr int kMost = 12;
  std::vector<Tick> ticks;
  for (int most = kMost; most >= 2; --most) {
    ticks = TicksOf(range, axis, most);
    double free_from = -1e9;
    bool touch = false;
    for (const Tick& tick : ticks) {
      if (tick.label.empty()) continue;
      const double middle = width * range.Place(tick.value);
      const double half = TextWidth(tick.label, kTickSize) / 2;
      touch = touch || middle - half < free_from;
      free_from = middle + half + kBetween;
    }
    if (!touch) break;
  }
  return ticks;
}

void DrawGrid(SvgWriter& svg, const Frame& frame, const std::vector<Tick>& x_ticks,
              const std::vector<Tick>& y_ticks) {
  for (const bool labelled : {false, true}) {
    svg.Open("g", labelled ? Stroke("#d4d4d4", "1") : Stroke("#efefef", "0.75"));
    for (const Tick& tick : x_ticks) {
      if (tick.label.empty() == labelled) continue;
      svg.Line(frame.X(tick.value), frame.top, frame.X(tick.value), frame.bottom, {});
    }
    for (const Tick& tick : y_ticks) {
      if (tick.label.empty() == labelled) continue;
      svg.Line(frame.left, frame.Y(tick.value), frame.right, frame.Y(tick.value), {});
    }
    svg.Close();
  }
}

void DrawAxes(SvgWriter& svg, const Plot& plot, const Frame& frame,
              const std::vector<Tick>& x_ticks, const std::vector<Tick>& y_ticks) {
  constexpr double kTickLength = 5;
  svg.Open("g", Stroke(kPlotInk, "1"));
  svg.Line(frame.left, frame.bottom, frame.right, frame.bottom, {});
  svg.Line(frame.left, frame.top, frame.left, frame.bottom, {});
  for (const Tick& tick : x_ticks) {
    const double length = tick.label.empty() ? kTickLength / 2 : kTickLength;
    svg.Line(frame.X(tick.value), frame.bottom, frame.X(tick.value), frame.bottom + length, {});
  }
  for (const Tick& tick : y_ticks) {
    const double length = tick.label.empty() ? kTickLength / 2 : kTickLength;
    svg.Line(frame.left - length, frame.Y(tick.value), frame.left, frame.Y(tick.value), {});
  }
  svg.Close();
  const TextStyle below = PlainText(kTickSize, TextAnchor::kMiddle, kPlotInk);
  const TextStyle beside = PlainText(kTickSize, TextAnchor::kEnd, kPlotInk);
  for (const Tick& tick : x_ticks) {
    if (tick.label.empty()) continue;
    svg.Text(frame.X(tick.value), frame.bottom + kTickLength + kTickSize, tick.label, below);
  }
  for (const Tick& tick : y_ticks) {
    if (tick.label.empty()) continue;
    svg.Text(frame.left - kTickLength - 3, frame.Y(tick.value) + 0.36 * kTickSize, tick.label,
             beside);
  }
  const TextStyle label = PlainText(kAxisTitleSize, TextAnchor::kMiddle, kPlotInk);
  svg.Text((frame.left + frame.right) / 2, frame.bottom + 40, AxisTitle(plot.x), label);
  TextStyle turned = label;
  turned.turned = 90;
  svg.Text(kPlotEdge + kAxisTitleSize - 2, (frame.top + frame.bottom) / 2, AxisTitle(plot.y),
           turned);
}

}  // namespace plumbline
