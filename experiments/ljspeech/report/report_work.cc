// The arithmetic of the decoders alone, part by part, from the plans of their forward passes; the encoder, which is the
// same in both and much the larger, would hide the difference.
#include <algorithm>
#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "experiments/ljspeech/report/report_parts.h"
#include "reports/number_text.h"
#include "reports/record_values.h"

namespace plumbline::ljspeech {
namespace {

constexpr char kForward[] = "forward";
constexpr char kDecoderPath[] = "decoder.";

struct PartWork {
  std::string part;       // "decoder.cross"
  double operations = 0;  // of one token
};

// "decoder.cross.att.query" is of the part "decoder.cross".
std::string PartOf(absl::string_view node) {
  const std::vector<absl::string_view> path = absl::StrSplit(node, '.');
  return absl::StrCat(path[0], ".", path[1]);
}

// A plan is of one shard of the batch. Empty: there is no plan, or the record does not say how long the text is.
std::vector<PartWork> WorkOf(const CostRecord& costs) {
  std::vector<PartWork> work;
  if (costs.length <= 0) return work;
  const int64_t shards = std::max<int64_t>(1, ExactInteger(*costs.record, "forward/shards").value_or(1));
  const double items = std::ceil(static_cast<double>(std::max<int64_t>(1, costs.batch)) / static_cast<double>(shards));
  const double tokens = items * static_cast<double>(costs.length);
  for (const record::Plan& plan : costs.record->plan()) {
    if (plan.program() != kForward) continue;
    for (const record::PlanStep& step : plan.step()) {
      if (!absl::StartsWith(step.name(), kDecoderPath) || step.operations() == 0) continue;
      const std::string part = PartOf(step.name());
      auto same = std::find_if(work.begin(), work.end(), [&](const PartWork& each) { return each.part == part; });
      if (same == work.end()) same = work.insert(work.end(), PartWork{part});
      same->operations += static_cast<double>(step.operations()) / tokens;
    }
  }
  return work;
}

// Of the record with the longest text, and of these with the largest batch, that has a plan.
struct DecoderWork {
  int64_t length = 0;
  std::vector<PartWork> parts;
};

DecoderWork LongestWork(const Data& data, Decoder decoder) {
  DecoderWork longest;
  for (const CostRecord& costs : data.costs) {
    if (costs.decoder != decoder || costs.length < longest.length) continue;
    std::vector<PartWork> work = WorkOf(costs);
    if (!work.empty()) longest = {costs.length, std::move(work)};
  }
  return longest;
}

double OperationsOf(const std::vector<PartWork>& work, const std::string& part) {
  for (const PartWork& each : work) {
    if (each.part == part) return each.operations;
  }
  return 0;
}

md::Inline Cell(double operations) { return operations > 0 ? md::Exact(std::llround(operations)) : md::Text("—"); }

double Sum(const std::vector<PartWork>& work) {
  double sum = 0;
  for (const PartWork& each : work) sum += each.operations;
  return sum;
}

}  // namespace

void AddWork(const Data& data, md::Document& report) {
  const DecoderWork recurrent = LongestWork(data, Decoder::kRecurrent);
  const DecoderWork transformer = LongestWork(data, Decoder::kTransformer);
  if (recurrent.parts.empty() && transformer.parts.empty()) {
    report.Paragraph(md::Text("There are no plans of the forward pass, so the decoders' own work cannot be shown."));
    return;
  }
  // The parts of the second stand after those that they follow there.
  std::vector<std::string> parts;
  for (const std::vector<PartWork>* work : {&recurrent.parts, &transformer.parts}) {
    auto place = parts.begin();
    for (const PartWork& each : *work) {
      const auto same = std::find(parts.begin(), parts.end(), each.part);
      place = (same != parts.end() ? same : parts.insert(place, each.part)) + 1;
    }
  }
  report.Paragraph(
      md::Text(absl::StrCat("The decoders alone, arithmetic operations a token of the forward pass at S = ",
                            std::max(recurrent.length, transformer.length),
                            ", by the steps that ran; what the compiler fused stands under the first node of the step, "
                            "and keys and values of the audio, made once an utterance, are shared out among its "
                            "tokens:")));
  md::Table table({{md::Text("part"), md::Align::kLeft},
                   {md::Text("recurrent"), md::Align::kRight},
                   {md::Text("transformer"), md::Align::kRight}});
  for (const std::string& part : parts) {
    table.AddRow(
        {md::Code(part), Cell(OperationsOf(recurrent.parts, part)), Cell(OperationsOf(transformer.parts, part))});
  }
  table.AddRow({md::Bold("all"), Cell(Sum(recurrent.parts)), Cell(Sum(transformer.parts))});
  report.Add(table);
}

}  // namespace plumbline::ljspeech
