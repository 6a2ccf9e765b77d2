// The data behind a report's tables and plots, as CSV files beside it.
//
// A report renders its documents and plots to text and hands out only that, so the data is caught where the text is
// made: while a ReportData lives, md::Document::Finish and RenderPlot(s) of its thread leave with it what they rendered
// and from what. The rendered bytes then say which data belongs to which file, and no report has to do anything.
//
//   ReportData data;
//   const auto files = RenderSomeReport(records);   // name -> bytes
//   const auto csv = data.CsvFiles(*files);         // "report-02-exponents.csv", "time_d64.csv", ...
#ifndef PLUMBLINE_REPORTS_REPORT_DATA_H_
#define PLUMBLINE_REPORTS_REPORT_DATA_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace plumbline {

// The data of one table of a document.
struct TableData {
  std::string heading;  // the text of the heading above it
  std::string csv;
};

class ReportData {
 public:
  ReportData();   // takes the place of the one that is current on this thread
  ~ReportData();  // gives it back
  ReportData(const ReportData&) = delete;
  ReportData& operator=(const ReportData&) = delete;

  // The current one of this thread, or null.
  static ReportData* Current();

  void AddDocument(absl::string_view markdown, std::vector<TableData> tables);
  void AddPlot(absl::string_view svg, absl::string_view csv);

  // CSV files by name for the files of a report: of STEM.md, STEM-NN-HEADING.csv for its tables, numbered from 01; of
  // STEM.svg, STEM.csv. A file whose bytes were not rendered meanwhile has none (a drawing that is no plot).
  std::map<std::string, std::string> CsvFiles(const std::map<std::string, std::string>& files) const;

 private:
  ReportData* const outer_;
  std::map<std::string, std::vector<TableData>> documents_;  // by their text
  std::map<std::string, std::string> plots_;                 // by their SVG
};

}  // namespace plumbline

#endif  // PLUMBLINE_REPORTS_REPORT_DATA_H_
