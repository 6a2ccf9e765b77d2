// The frame of the report: what it is, where it was measured, the answers in short, then its parts.
#include "experiments/attention/report/report.h"

#include <utility>
#include <vector>

#include "experiments/attention/report/report_data.h"
#include "reports/markdown.h"
#include "reports/record_markdown.h"

namespace plumbline {
namespace {

using attention::Data;

void AddHead(const Data& data, md::Document& report) {
  report.Heading(1, md::Text("Attention scaling: softmax attention and its Taylor linearisation"));
  report.Paragraph(md::Raw(
      "How do softmax attention and its linearisation by a truncated exponential series scale with the sequence length $L$, "
      "and what does the approximation cost in accuracy? One head of width $D$, $K$ terms of the series, $M$ features. "
      "`softmax` and `taylor` are fused programs; the `_plain` ones are written in primitive ops, with the $L \\times L$ "
      "matrix and $\\Phi$ in memory, as the formulas stand on paper."));
  report.Paragraph(md::Convention());
  std::vector<md::Inline> items = ProvenanceItems(*data.any);
  items.push_back(md::Text("Exact: counts, planned memory, digests and errors; the same on every run with this "
                           "fingerprint. Measured: times, and what is computed from them."));
  report.Bullets(items);
  report.Heading(2, md::Text("In short"));
  report.Bullets(
      {md::Raw("(a) Softmax attention costs $4L^2D + 5L^2$ operations, $O(L^2)$, and written plainly $O(L^2)$ memory."),
       md::Raw("(b) Three terms give $M = (D+1)(D+2)/2$ features; $K$ terms $M = \\binom{D+K-1}{K-1}$."),
       md::Raw("(c) $Z \\approx D^{-1}\\Phi(Q)\\Phi(K)^\\top V$, exactly the quadratic form of the truncated kernel."),
       md::Raw("(d) Evaluated from the right it costs $O(LMD)$ time and $O(MD)$ state, linear in $L$; it pays from about "
               "$L = M$ on, $2M$ with a causal mask.")});
}

}  // namespace

absl::StatusOr<std::map<std::string, std::string>> RenderAttentionReport(const std::vector<record::Record>& records) {
  const absl::StatusOr<Data> data = attention::Sort(records);
  if (!data.ok()) return data.status();
  md::Document report;
  AddHead(*data, report);
  for (const auto add : {attention::AddComplexity, attention::AddFeatureMap, attention::AddIdentity,
                         attention::AddLinearity, attention::AddErrors, attention::AddMeasurements}) {
    const absl::Status status = add(*data, report);
    if (!status.ok()) return status;
  }
  const absl::StatusOr<std::string> text = report.Finish();
  if (!text.ok()) return text.status();
  std::map<std::string, std::string> files = attention::TimingPlots(*data);
  files.merge(attention::AccuracyPlots(*data));
  files["report.md"] = *text;
  return files;
}

}  // namespace plumbline
