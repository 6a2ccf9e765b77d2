// Colours are Okabe and Ito's, darkened where they are weak on white, which colour-blind readers
// can tell apart; in grey they are not, so the dash and the shape carry the meaning.
#include "reports/plot_marks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

namespace plumbline {
namespace {

constexpr double kMarkerRadius = 3.6;

std::string Polygon(PixelPoint at, const std::vector<PixelPoint>& corners) {
  std::string path;
  for (const PixelPoint& corner : corners) {
    absl::StrAppend(&path, path.empty() ? "M" : "L", SvgNumber(at.x + corner.x), " ",
                    SvgNumber(at.y + corner.y));
  }
  return absl::StrCat(path, "Z");
}

std::string MarkerPath(MarkerShape shape, PixelPoint at) {
  constexpr double r = kMarkerRadius;
  const auto stroke = [at](double x1, double y1, double x2, double y2) {
    return absl::StrCat("M", SvgNumber(at.x + x1), " ", SvgNumber(at.y + y1), "L",
                        SvgNumber(at.x + x2), " ", SvgNumber(at.y + y2));
  };
  switch (shape) {
    case MarkerShape::kCircle:
      break;
    case MarkerShape::kSquare:
      return Polygon(at, {{-r, -r}, {r, -r}, {r, r}, {-r, r}});
    case MarkerShape::kTriangle:
      return Polygon(at, {{0, -1.2 * r}, {1.15 * r, r}, {-1.15 * r, r}});
    case MarkerShape::kTriangleDown:
      return Polygon(at, {{0, 1.2 * r}, {1.15 * r, -r}, {-1.15 * r, -r}});
    case MarkerShape::kDiamond:
      return Polygon(at, {{0, -1.35 * r}, {1.35 * r, 0}, {0, 1.35 * r}, {-1.35 * r, 0}});
    case MarkerShape::kCross:
      return stroke(-r, -r, r, r) + stroke(-r, r, r, -r);
    case MarkerShape::kPlus:
      return stroke(-1.3 * r, 0, 1.3 * r, 0) + stroke(0, -1.3 * r, 0, 1.3 * r);
  }
  return "";
}

}  // namespace

Look LookOf(int style) {
  static constexpr std::array<absl::string_view, 7> kColors = {
      "#0060a0", "#c04a00", "#007a58", "#a0407a", "#202020", "#8a6a00", "#2a8fc4"};
  static constexpr std::array<absl::string_view, 6> kDashes = {
      "", "7 3", "2 2.5", "9 3 2 3", "12 4", "5 2 1.5 2 1.5 2"};
  static constexpr std::array<MarkerShape, 7> kShapes = {
      MarkerShape::kCircle,  MarkerShape::kSquare,       MarkerShape::kTriangle,
      MarkerShape::kDiamond, MarkerShape::kTriangleDown, MarkerShape::kCross,
      MarkerShape::kPlus};
  const auto i = static_cast<unsigned>(style);
  // Every second is open, so that neighbours also differ in weight.
  return {kColors[i % kColors.size()], kDashes[i % kDashes.size()], kShapes[i % kShapes.size()],
          i % 2 == 0};
}

void DrawMarker(SvgWriter& svg, const Look& look, PixelPoint at) {
  const SvgAttributes paint = {{"fill", look.filled ? std::string(look.color) : "#ffffff"},
                               {"stroke", std::string(look.color)},
                               {"stroke-width", "1.4"}};
  SvgAttributes attributes;
  if (look.shape == MarkerShape::kCircle) {
    attributes = {
        {"cx", SvgNumber(at.x)}, {"cy", SvgNumber(at.y)}, {"r", SvgNumber(kMarkerRadius)}};
  } else {
    attributes = {{"d", MarkerPath(look.shape, at)}};
  }
  attributes.insert(attributes.end(), paint.begin(), paint.end());
  svg.Element(look.shape == MarkerShape::kCircle ? "circle" : "path", attributes);
}

void DrawPath(SvgWriter& svg, const Look& look, absl::Span<const PixelPoint> points) {
  if (points.size() < 2) return;
  std::string path;
  for (const PixelPoint& point : points) {
    absl::StrAppend(&path, path.empty() ? "M" : "L", SvgNumber(point.x), " ", SvgNumber(point.y));
  }
  SvgAttributes attributes = {{"d", path},
                              {"fill", "none"},
                              {"stroke", std::string(look.color)},
                              {"stroke-width", "1.8"},
                              {"stroke-linejoin", "round"}};
  if (!look.dash.empty()) attributes.push_back({"stroke-dasharray", std::string(look.dash)});
  svg.Element("path", attributes);
}

std::vector<PixelPoint> Thinned(absl::Span<const PixelPoint> points) {
  constexpr size_t kFew = 2000;
  if (points.size() <= kFew) return std::vector<PixelPoint>(points.begin(), points.end());
  std::vector<PixelPoint> kept;
  for (size_t begin = 0; begin < points.size();) {
    size_t end = begin;
    size_t lowest = begin;
    size_t highest = begin;
    while (end < points.size() && std::floor(points[end].x) == std::floor(points[begin].x)) {
      if (points[end].y < points[lowest].y) lowest = end;
      if (points[end].y > points[highest].y) highest = end;
      ++end;
    }
    std::array<size_t, 4> indices = {begin, lowest, highest, end - 1};
    std::sort(indices.begin(), indices.end());
    for (size_t i = 0; i < indices.size(); ++i) {
      if (i == 0 || indices[i] != indices[i - 1]) kept.push_back(points[indices[i]]);
    }
    begin = end;
  }
  return kept;
}

std::vector<size_t> DistinctPixels(absl::Span<const PixelPoint> points) {
  std::set<std::pair<double, double>> taken;
  std::vector<size_t> distinct;
  for (size_t i = 0; i < points.size(); ++i) {
    if (taken.insert({std::floor(points[i].x), std::floor(points[i].y)}).second) {
      distinct.push_back(i);
    }
  }
  return distinct;
}

std::vector<size_t> MarkedPoints(absl::Span<const PixelPoint> points, double least_distance) {
  constexpr size_t kFew = 40;
  std::vector<size_t> marked;
  for (size_t i = 0; i < points.size(); ++i) {
    const bool end = i + 1 == points.size();
    if (points.size() <= kFew || marked.empty() || end ||
        std::fabs(points[i].x - points[marked.back()].x) >= least_distance) {
      marked.push_back(i);
    }
  }
  return marked;
}

std::vector<double> SpreadLabels(absl::Span<const double> wanted, absl::Span<const double> heights,
                                 double low, double high) {
  // With the heights of those before taken off, places need only not descend: isotonic regression
  // by pooling neighbours that are out of order. Clamping the result keeps it the optimum.
  struct Pool {
    double sum;
    int count;
    double mean() const { return sum / count; }
  };
  std::vector<Pool> pools;
  double before = 0;
  for (size_t i = 0; i < wanted.size(); ++i) {
    pools.push_back({wanted[i] - heights[i] / 2 - before, 1});
    before += heights[i];
    while (pools.size() > 1 && pools[pools.size() - 2].mean() > pools.back().mean()) {
      const Pool last = pools.back();
      pools.pop_back();
      pools.back().sum += last.sum;
      pools.back().count += last.count;
    }
  }
  std::vector<double> places;
  double above = 0;
  for (const Pool& pool : pools) {
    const double top = std::max(low, std::min(pool.mean(), high - before));
    for (int i = 0; i < pool.count; ++i) {
      const double height = heights[places.size()];
      places.push_back(top + above + height / 2);
      above += height;
    }
  }
  return places;
}

}  // namespace plumbline
