// Costs of both networks, counted and measured, and the argument of answer 3, which needs them.
#include <algorithm>
#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "experiments/octmnist/report/report_parts.h"
#include "reports/means.h"
#include "reports/number_text.h"
#include "reports/record_markdown.h"
#include "reports/record_values.h"
#include "reports/statistics.h"

namespace plumbline::octmnist {
namespace {

constexpr char kForward[] = "forward";
constexpr char kTraining[] = "training_step";

// The names that experiments/run/record_parts gives to values of a program.
std::string ProgramValue(const std::string& program, const std::string& value) {
  return absl::StrCat(program, "/", value);
}

std::string ProgramName(const std::string& program) { return program == kForward ? "forward" : "training step"; }

// Operations of a plan's steps for one image, by the node that each belongs to. A plan is of one shard of the batch.
struct NodeCost {
  std::string node;
  double operations;
};

std::vector<NodeCost> NodeCosts(const record::Record& record, int64_t batch) {
  std::vector<NodeCost> nodes;
  const record::Plan* plan = PlanOf(record, kForward);
  if (plan == nullptr) return nodes;
  const int64_t shards = std::max<int64_t>(1, ExactInteger(record, ProgramValue(kForward, "shards")).value_or(1));
  const double images = std::ceil(static_cast<double>(batch) / static_cast<double>(shards));
  for (const record::PlanStep& step : plan->step()) {
    if (step.operations() == 0) continue;
    const double operations = static_cast<double>(step.operations()) / images;
    const auto same =
        std::find_if(nodes.begin(), nodes.end(), [&](const NodeCost& node) { return node.node == step.name(); });
    if (same == nodes.end()) {
      nodes.push_back({step.name(), operations});
    } else {
      same->operations += operations;
    }
  }
  return nodes;
}

// Operations for one image of the steps whose node is a convolution.
double ConvolutionOperations(const std::vector<NodeCost>& nodes) {
  double sum = 0;
  for (const NodeCost& node : nodes) sum += absl::StartsWith(node.node, "conv") ? node.operations : 0;
  return sum;
}

// Records of both networks at the smallest batch that both have and that have plans.
struct Pair {
  int64_t batch = 0;
  std::vector<NodeCost> with, without;
};

Pair PlannedPair(const Data& data) {
  for (const auto& [key, with] : data.costs) {
    const auto without = data.costs.find({false, key.second});
    if (!key.first || without == data.costs.end()) continue;
    Pair pair = {key.second, NodeCosts(*with, key.second), NodeCosts(*without->second, key.second)};
    if (!pair.with.empty() && !pair.without.empty()) return pair;
  }
  return {};
}

const NodeCost* FindNode(const std::vector<NodeCost>& nodes, const std::string& name) {
  for (const NodeCost& node : nodes) {
    if (node.node == name) return &node;
  }
  return nullptr;
}

md::Inline Count(double operations) { return md::Exact(std::llround(operations)); }

void AddNodes(const Pair& pair, md::Document& report) {
  md::Table table({{md::Text("node"), md::Align::kLeft},
                   {md::Text("with pooling"), md::Align::kRight},
                   {md::Text("without"), md::Align::kRight},
                   {md::Text("with / without"), md::Align::kRight}});
  std::vector<std::string> names;
  for (const std::vector<NodeCost>* nodes : {&pair.with, &pair.without}) {
    for (const NodeCost& node : *nodes) {
      if (std::find(names.begin(), names.end(), node.node) == names.end()) names.push_back(node.node);
    }
  }
  double totals[2] = {0, 0};
  for (const std::string& name : names) {
    const NodeCost* with = FindNode(pair.with, name);
    const NodeCost* without = FindNode(pair.without, name);
    table.AddRow({md::Code(name), with == nullptr ? md::Text("—") : Count(with->operations),
                  without == nullptr ? md::Text("—") : Count(without->operations),
                  with == nullptr || without == nullptr ? md::Text("")
                                                        : md::ExactReal(with->operations / without->operations, 3)});
    totals[0] += with == nullptr ? 0 : with->operations;
    totals[1] += without == nullptr ? 0 : without->operations;
  }
  table.AddRow({md::Bold("all"), Count(totals[0]), Count(totals[1]), md::ExactReal(totals[0] / totals[1], 3)});
  report.Add(table);
}

// Images a second, one value a round.
std::vector<double> Rates(const record::Record& record, const std::string& program, int64_t batch) {
  std::vector<double> rates;
  for (const double seconds : MeasuredSamples(record, ProgramValue(program, "time"))) {
    if (seconds > 0) rates.push_back(static_cast<double>(batch) / seconds);
  }
  return rates;
}

// Why a program has no samples.
std::string NotRun(const record::Record& record, const std::string& program) {
  return ExactText(record, ProgramValue(program, "not run")).value_or("not measured");
}

std::vector<md::Inline> CostRow(const record::Record& record, bool pooling, int64_t batch, const std::string& program) {
  const record::Cost* operations = CostOf(record, program, record::Cost::OPERATIONS);
  const absl::StatusOr<int64_t> planned = ExactInteger(record, ProgramValue(program, "planned bytes"));
  const std::vector<double> rates = Rates(record, program, batch);
  return {md::Text(VariantName(pooling)),
          md::Text(ProgramName(program)),
          md::Exact(batch),
          operations == nullptr ? md::Absent("not recorded")
                                : Count(static_cast<double>(operations->value()) / static_cast<double>(batch)),
          planned.ok() ? md::ExactBytes(static_cast<double>(*planned), 3) : md::Absent("not recorded"),
          rates.empty() ? md::Absent(NotRun(record, program)) : md::MeasuredMedian(rates, "", 3),
          operations == nullptr || rates.empty()
              ? md::Text("—")
              : ShareOfBareMatmul(record, static_cast<double>(operations->value()),
                                  MeasuredSamples(record, ProgramValue(program, "time")))};
}

// Time with pooling over time without, where both were timed in the same rounds.
md::Inline TimeRatio(const Data& data, const std::string& program, int64_t batch) {
  const auto with = data.costs.find({true, batch});
  const auto without = data.costs.find({false, batch});
  if (with == data.costs.end() || without == data.costs.end()) return md::Absent("not measured");
  const record::MeasuredSeries* a = FindMeasuredSeries(*with->second, ProgramValue(program, "time"));
  const record::MeasuredSeries* b = FindMeasuredSeries(*without->second, ProgramValue(program, "time"));
  if (a == nullptr || b == nullptr) return md::Absent("not measured");
  if (a->measurement() != b->measurement() || a->sample_size() != b->sample_size())
    return md::Absent("not interleaved");
  return md::MeasuredEstimate(PairedRatio(Samples(*a), Samples(*b), kLevel), "", 3);
}

void AddRatios(const Data& data, md::Document& report) {
  std::set<int64_t> batches;
  for (const auto& entry : data.costs) batches.insert(entry.first.second);
  md::Table table({{md::Text("batch"), md::Align::kRight},
                   {md::Text("forward, time with / without"), md::Align::kRight},
                   {md::Text("training step, time with / without"), md::Align::kRight}});
  for (const int64_t batch : batches) {
    table.AddRow({md::Exact(batch), TimeRatio(data, kForward, batch), TimeRatio(data, kTraining, batch)});
  }
  report.Add(table);
}

void AddPolynomials(const Data& data, md::Document& report) {
  std::vector<md::Inline> items;
  for (const bool pooling : {true, false}) {
    for (const auto& [key, record] : data.costs) {
      if (key.first != pooling) continue;
      for (const char* program : {kForward, kTraining}) {
        const record::Cost* cost = CostOf(*record, program, record::Cost::OPERATIONS);
        if (cost == nullptr) continue;
        items.push_back(md::Text(absl::StrCat(VariantName(pooling), ", ", ProgramName(program), ": ")) +
                        md::Code(cost->text()));
      }
      break;
    }
  }
  if (items.empty()) return;
  report.Paragraph(md::Text("Operations of a batch of B images, as the compiler counts them:"));
  report.Bullets(items);
}

// The reason that the operation counts give, in one item.
md::Inline ResolutionItem(const Data& data) {
  const Pair pair = PlannedPair(data);
  const double with = ConvolutionOperations(pair.with);
  const double without = ConvolutionOperations(pair.without);
  const std::string reason =
      "With pooling the convolutions are computed at every position and then one of four responses is kept, the "
      "largest. With stride 2 they are computed at one of four positions, whatever is there.";
  if (with == 0 || without == 0)
    return md::Text(absl::StrCat(reason, " (No plans are recorded to count the operations of it.)"));
  return md::Text(absl::StrCat(reason, " That is ", CountText(std::llround(with)), " against ",
                               CountText(std::llround(without)), " operations an image in the convolutions, ",
                               SignificantText(with / without, 3), " times as many."));
}

// What pooling costs at the largest batch at which both were timed.
void AddPrice(const Data& data, md::Document& report) {
  for (auto entry = data.costs.rbegin(); entry != data.costs.rend(); ++entry) {
    const auto& [key, with] = *entry;
    const auto without = data.costs.find({false, key.second});
    if (!key.first || without == data.costs.end()) continue;
    const record::Cost* first = CostOf(*with, kTraining, record::Cost::OPERATIONS);
    const record::Cost* second = CostOf(*without->second, kTraining, record::Cost::OPERATIONS);
    const std::string planned = ProgramValue(kTraining, "planned bytes");
    const auto first_bytes = static_cast<double>(ExactInteger(*with, planned).value_or(0));
    const auto second_bytes = static_cast<double>(ExactInteger(*without->second, planned).value_or(0));
    if (first == nullptr || second == nullptr || second->value() == 0 || second_bytes == 0) continue;
    report.Paragraph(
        md::Text(absl::StrCat(
            "Its price, with over without pooling in a training step of ", key.second,
            " images: ", SignificantText(static_cast<double>(first->value()) / static_cast<double>(second->value()), 3),
            " in operations, ", SignificantText(first_bytes / second_bytes, 3), " in planned memory, and in time ")) +
        TimeRatio(data, kTraining, key.second) + md::Text("."));
    return;
  }
}

std::string Conclusion(const Gap& gap, bool equal_parameters) {
  const std::string size = absl::StrCat(PointsText(gap.difference()), " points of validation accuracy");
  switch (gap.verdict()) {
    case Verdict::kFirst:
      return absl::StrCat("Pooling is better by ", size, ", conclusively. ",
                          equal_parameters ? "Capacity cannot be the reason, since it is equal. " : "",
                          "What differs is:");
    case Verdict::kSecond:
      return absl::StrCat("On these data pooling is worse (", size,
                          "), conclusively. What differs, and was expected to speak for pooling, is:");
    case Verdict::kOpen:
      break;
  }
  return absl::StrCat("These records do not show that either network is better: the difference is ", size, ", ",
                      VerdictText(gap), ". What differs between them, whether or not it shows here, is:");
}

}  // namespace

void AddCosts(const Data& data, md::Document& report) {
  report.Heading(3, md::Text("What they cost"));
  if (data.costs.empty()) {
    report.Paragraph(md::Text("There are no records of costs."));
    return;
  }
  AddPolynomials(data, report);
  const Pair pair = PlannedPair(data);
  if (!pair.with.empty()) {
    report.Paragraph(
        md::Text("Operations of one image in the forward pass, by the steps that ran; what the compiler fused stands "
                 "under the first node of the step:"));
    AddNodes(pair, report);
  }
  report.Paragraph(md::Text(
      "Planned memory is the arena of one shard of the batch. Images a second are medians over rounds with their 95 % "
      "intervals; the last column is the rate of operations as a share of that of a bare oneDNN matrix product (f32, "
      "1024³, one thread) in the same rounds."));
  md::Table table({{md::Text("network"), md::Align::kLeft},
                   {md::Text("program"), md::Align::kLeft},
                   {md::Text("batch"), md::Align::kRight},
                   {md::Text("operations an image"), md::Align::kRight},
                   {md::Text("planned memory"), md::Align::kRight},
                   {md::Text("images a second"), md::Align::kRight},
                   {md::Text("of bare"), md::Align::kRight}});
  for (const char* program : {kForward, kTraining}) {
    for (const bool pooling : {true, false}) {
      for (const auto& [key, record] : data.costs) {
        if (key.first == pooling) table.AddRow(CostRow(*record, pooling, key.second, program));
      }
    }
  }
  report.Add(table);
  AddRatios(data, report);
}

void AddArgument(const Data& data, const Findings& findings, md::Document& report) {
  report.Heading(3, md::Text("What justifies the difference"));
  if (findings.best == nullptr || findings.same_rate == nullptr) {
    report.Paragraph(md::Text("There are no two configurations whose difference could be justified."));
    return;
  }
  const Gap gap = MeasureGap(data, *findings.best, *findings.same_rate, Metric::kLastValidation);
  const int64_t first = ParameterCount(data, true);
  const int64_t second = ParameterCount(data, false);
  report.Paragraph(md::Text(gap.seeds == 0 ? "The two networks have no seed in common. What differs between them is:"
                                           : Conclusion(gap, first > 0 && first == second)));
  std::vector<md::Inline> items;
  if (first > 0 && first == second) {
    items.push_back(md::Text(absl::StrCat("Not the number of parameters: ", CountText(first),
                                          " in both; dropout and training are the same, too.")));
  } else if (first > 0 && second > 0) {
    items.push_back(
        md::Text(absl::StrCat("The number of parameters: ", CountText(first), " and ", CountText(second), ".")));
  }
  items.push_back(ResolutionItem(data));
  items.push_back(md::Text(
      "A maximum over 2 × 2 positions stays the same when the image shifts by a pixel within the window, so small "
      "shifts reach the affine layers less. A strided convolution has no such tolerance and has to learn it from the "
      "data."));
  report.Bullets(items);
  AddPrice(data, report);
}

}  // namespace plumbline::octmnist
