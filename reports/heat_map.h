// Matrices as pictures: rows with labels, columns along a linear axis, values as shades of one hue, darker for more.
// Same maps, same bytes, on any machine. Plain SVG without embedded files; a figure of the family of reports/plot.h.
#ifndef PLUMBLINE_REPORTS_HEAT_MAP_H_
#define PLUMBLINE_REPORTS_HEAT_MAP_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "reports/plot.h"

namespace plumbline {

struct HeatMap {
  std::string title = {};
  std::vector<std::string> rows = {};  // a label each, from the top
  int columns = 0;
  // [rows, columns], row by row; 0 is white, 255 the darkest. Cells that are missing at the end are white.
  std::vector<uint8_t> values = {};
  std::string low_text = "0";             // what 0 stands for
  std::string high_text = {};             // what 255 stands for; empty: no scale is drawn
  std::string row_title = {};             // what the rows are
  Axis x = {};                            // its scale is linear, its ends are `first` and `last`
  double first = 0;                       // at the left edge of the first column
  double last = 1;                        // at the right edge of the last column
  std::vector<ReferenceLine> lines = {};  // vertical ones are drawn
};

// Bytes that the cells of all maps of a figure may take together. Where they would take more, there are fewer shades:
// of 64, 32, 16, 8 and 4 the first that fits, and 2 in any case.
inline constexpr size_t kMostCellBytes = 120'000;

// The maps below each other, their frames of one width. At least one. There is no input that fails: an empty matrix
// says so in its place. Leaves the cells with ReportData::Current(): plot, row, from, to (along x), value (0 to 255).
std::string RenderHeatMaps(const std::vector<HeatMap>& maps);

// A [rows, columns] matrix with neighbouring columns put together, so that no more than `most` >= 1 are left: each new
// column is the maximum over ceil(columns / most) old ones, the last over what remains, so that a narrow ridge stays as
// dark as it is. `values` has rows * columns entries.
std::vector<float> WithFewerColumns(absl::Span<const float> values, int columns, int most);

// ceil(columns / ceil(columns / most)): the columns that WithFewerColumns leaves.
int ColumnsLeft(int columns, int most);

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_HEAT_MAP_H_
