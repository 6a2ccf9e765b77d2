// The look of a series and the shapes that stand for its points. A part of reports/plot.h.
#ifndef PLUMBLINE_REPORTS_PLOT_MARKS_H_
#define PLUMBLINE_REPORTS_PLOT_MARKS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "reports/svg.h"

namespace plumbline {

enum class MarkerShape {
  kCircle,
  kSquare,
  kTriangle,
  kDiamond,
  kCross,
  kTriangleDown,
  kPlus,
};

struct Look {
  absl::string_view color;
  absl::string_view dash;  // empty: solid
  MarkerShape shape;
  bool filled;
};

// Looks repeat after 42 only; colours after 7 and dashes after 6.
Look LookOf(int style);

struct PixelPoint {
  double x;
  double y;
};

void DrawMarker(SvgWriter& svg, const Look& look, PixelPoint at);

// A line through `points` in their order.
void DrawPath(SvgWriter& svg, const Look& look, absl::Span<const PixelPoint> points);

// The points that are enough to draw a line: of many in one column of a pixel, the first, lowest,
// highest and last.
std::vector<PixelPoint> Thinned(absl::Span<const PixelPoint> points);

// The first point of each pixel: what a cloud of markers needs. Indices, ascending.
std::vector<size_t> DistinctPixels(absl::Span<const PixelPoint> points);

// Where markers of a line go: all points when they are few, else those at least some pixels to a
// side of the last marker, and the last. Indices, ascending.
std::vector<size_t> MarkedPoints(absl::Span<const PixelPoint> points, double least_distance);

// Places for labels that want to stand at `wanted` (centres), of `heights`, within [low, high]: in
// the same order, without overlap, with the least sum of squared distances from the wanted places.
// `wanted` ascends and the heights fit into the range.
std::vector<double> SpreadLabels(absl::Span<const double> wanted, absl::Span<const double> heights,
                                 double low, double high);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_PLOT_MARKS_H_
