// From values to places along an axis: its range, its ticks and their text. A part of
// reports/plot.h.
#ifndef PLUMBLINE_REPORTS_PLOT_AXIS_H_
#define PLUMBLINE_REPORTS_PLOT_AXIS_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "reports/plot.h"

namespace plumbline {

bool IsLogarithmic(AxisScale scale);

// True for what the axis has a place for: finite, not beyond ±1e300, and from 1e-300 on a
// logarithmic axis.
bool IsDrawable(double value, AxisScale scale);

// A range with low < high, both drawable.
struct AxisRange {
  AxisScale scale;
  double low;
  double high;
  bool whole;  // all values are whole numbers, so ticks between them would mean nothing

  // 0 at low, 1 at high; outside for values outside. `value` is drawable.
  double Place(double value) const;
};

// The range of drawable values with a margin of 4 %, or the ends that the axis fixes, where these
// are drawable and in order. One value, or values closer than 1e-9 of themselves, are put in the
// middle; none gives 0 to 1, or 1 to 10. A margin does not pass 0.
AxisRange RangeOf(const Axis& axis, absl::Span<const double> values);

struct Tick {
  double value;
  std::string label;  // empty: a minor tick, a line of the fine grid only
};

// Ascending, within the range. At most `most` >= 2 labels where the scale permits; never none.
std::vector<Tick> TicksOf(const AxisRange& range, const Axis& axis, int most);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_PLOT_AXIS_H_
