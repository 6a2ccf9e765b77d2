// The yardstick's name and size are those of experiments/run/timing_study.
#include "reports/record_markdown.h"

#include "absl/strings/str_cat.h"
#include "reports/number_text.h"
#include "reports/record_values.h"
#include "reports/statistics.h"

namespace plumbline {

std::vector<md::Inline> ProvenanceItems(const record::Record& timed) {
  const record::Environment& environment = timed.environment();
  const record::Fingerprint& fingerprint = timed.fingerprint();
  return {
      md::Text(absl::StrCat("Machine: ", environment.cpu_model(), ", ", environment.threads(),
                            environment.threads() == 1 ? " thread" : " threads",
                            " for timed programs, instruction set ", environment.effective_isa())),
      md::Text(absl::StrCat("Fingerprint: engine ", fingerprint.engine_version(), ", oneDNN ",
                            fingerprint.onednn_version(), ", ", fingerprint.compiler(), ", ",
                            fingerprint.libm()))};
}

double BareMatmulRate(const record::Record& record) {
  constexpr double kOperations = 2.0 * 1024 * 1024 * 1024;
  const absl::StatusOr<double> seconds = Median(MeasuredSamples(record, "bare matmul 1024"));
  return seconds.ok() && *seconds > 0 ? kOperations / *seconds : 0;
}

md::Inline ShareOfBareMatmul(const record::Record& record, double operations,
                             absl::Span<const double> seconds) {
  const double bare_rate = BareMatmulRate(record);
  const absl::StatusOr<double> median = Median(seconds);
  if (bare_rate == 0 || !median.ok() || *median <= 0) return md::Absent("not measured");
  return md::Raw(absl::StrCat("*", FixedText(100 * operations / *median / bare_rate, 0), " %*"));
}

}  // namespace plumbline
