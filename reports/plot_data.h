// The numbers of a plot as CSV. A part of plot.h's library.
#ifndef PLUMBLINE_REPORTS_PLOT_DATA_H_
#define PLUMBLINE_REPORTS_PLOT_DATA_H_

#include <string>
#include <vector>

#include "reports/plot.h"

namespace plumbline {

// One line a point of all plots of a figure, whether it could be drawn or not:
//   plot, x axis, y axis, kind, series, x, y, low, high
// with the plot's title, the axes' labels ("time (s)"), and the kind "point", "slope" (two lines: the ends), "vertical
// line" or "horizontal line". low and high are of y, of a vertical line of x. Numbers have all their digits.
std::string PlotCsv(const std::vector<Plot>& plots);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_PLOT_DATA_H_
