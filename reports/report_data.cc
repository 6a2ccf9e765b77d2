// Files are found by their bytes.
#include "reports/report_data.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace plumbline {
namespace {

constexpr size_t kLongestHeading = 48;

thread_local ReportData* current = nullptr;

// Lower-case letters and digits, all else one hyphen.
std::string Slug(absl::string_view heading) {
  std::string slug;
  for (const char c : heading) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      slug += absl::ascii_tolower(static_cast<unsigned char>(c));
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
    if (slug.size() >= kLongestHeading) break;
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug;
}

std::string Stem(const std::string& name) { return name.substr(0, name.rfind('.')); }

}  // namespace

ReportData::ReportData() : outer_(current) { current = this; }

ReportData::~ReportData() { current = outer_; }

ReportData* ReportData::Current() { return current; }

void ReportData::AddDocument(absl::string_view markdown, std::vector<TableData> tables) {
  documents_[std::string(markdown)] = std::move(tables);
}

void ReportData::AddPlot(absl::string_view svg, absl::string_view csv) { plots_[std::string(svg)] = std::string(csv); }

std::map<std::string, std::string> ReportData::CsvFiles(const std::map<std::string, std::string>& files) const {
  std::map<std::string, std::string> csv;
  for (const auto& [name, bytes] : files) {
    const auto plot = plots_.find(bytes);
    if (absl::EndsWith(name, ".svg") && plot != plots_.end()) csv[absl::StrCat(Stem(name), ".csv")] = plot->second;
    const auto document = documents_.find(bytes);
    if (!absl::EndsWith(name, ".md") || document == documents_.end()) continue;
    int number = 0;
    for (const TableData& table : document->second) {
      const std::string slug = Slug(table.heading);
      const std::string numbered = absl::StrFormat("%s-%02d", Stem(name), ++number);
      csv[absl::StrCat(numbered, slug.empty() ? "" : "-", slug, ".csv")] = table.csv;
    }
  }
  return csv;
}

}  // namespace plumbline
