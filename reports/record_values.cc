// Linear searches: a record has tens of values.
#include "reports/record_values.h"

#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace plumbline {
namespace {

constexpr absl::string_view kStepMark = "/step/";

uint64_t BitsOf(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

double FromBits(uint64_t bits) {
  double value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

record::ExactValue Named(absl::string_view name, absl::string_view unit) {
  record::ExactValue value;
  value.set_name(std::string(name));
  value.set_unit(std::string(unit));
  return value;
}

record::ExactSeries NamedSeries(absl::string_view name, absl::string_view unit,
                                absl::string_view index_name, absl::Span<const int64_t> index) {
  record::ExactSeries series;
  series.set_name(std::string(name));
  series.set_unit(std::string(unit));
  series.set_index_name(std::string(index_name));
  for (const int64_t i : index) series.add_index(i);
  return series;
}

absl::Status Missing(const record::Record& record, absl::string_view kind, absl::string_view name) {
  return absl::NotFoundError(absl::StrCat("the record of ", record.experiment(), " at ",
                                          PointText(record), " has no ", kind, " '", name, "'"));
}

absl::Status OtherKind(absl::string_view name, absl::string_view wanted) {
  return absl::InvalidArgumentError(absl::StrCat("exact value '", name, "' is not ", wanted));
}

absl::StatusOr<const record::ExactValue*> FindExact(const record::Record& record,
                                                    absl::string_view name) {
  for (const record::ExactValue& value : record.exact().value()) {
    if (value.name() == name) return &value;
  }
  return Missing(record, "exact value", name);
}

}  // namespace

record::ExactValue RealValue(absl::string_view name, absl::string_view unit, double value) {
  record::ExactValue result = Named(name, unit);
  result.mutable_real()->set_bits(BitsOf(value));
  result.mutable_real()->set_value(value);
  return result;
}

record::ExactValue IntegerValue(absl::string_view name, absl::string_view unit, int64_t value) {
  record::ExactValue result = Named(name, unit);
  result.set_integer(value);
  return result;
}

record::ExactValue TextValue(absl::string_view name, absl::string_view value) {
  record::ExactValue result = Named(name, "");
  result.set_text(std::string(value));
  return result;
}

record::ExactValue DigestValue(absl::string_view name, absl::string_view hex) {
  record::ExactValue result = Named(name, "");
  result.set_digest(std::string(hex));
  return result;
}

record::ExactSeries RealSeries(absl::string_view name, absl::string_view unit,
                               absl::string_view index_name, absl::Span<const int64_t> index,
                               absl::Span<const double> values) {
  record::ExactSeries series = NamedSeries(name, unit, index_name, index);
  for (const double value : values) {
    series.add_bits(BitsOf(value));
    series.add_value(value);
  }
  return series;
}

record::ExactSeries IntegerSeries(absl::string_view name, absl::string_view unit,
                                  absl::string_view index_name, absl::Span<const int64_t> index,
                                  absl::Span<const int64_t> values) {
  record::ExactSeries series = NamedSeries(name, unit, index_name, index);
  for (const int64_t value : values) series.add_integer(value);
  return series;
}

record::ExactSeries DigestSeries(absl::string_view name, absl::string_view index_name,
                                 absl::Span<const int64_t> index,
                                 absl::Span<const std::string> hex) {
  record::ExactSeries series = NamedSeries(name, "", index_name, index);
  for (const std::string& digest : hex) series.add_digest(digest);
  return series;
}

absl::StatusOr<double> ExactReal(const record::Record& record, absl::string_view name) {
  const absl::StatusOr<const record::ExactValue*> value = FindExact(record, name);
  if (!value.ok()) return value.status();
  if (!(*value)->has_real()) return OtherKind(name, "a real number");
  return FromBits((*value)->real().bits());
}

absl::StatusOr<int64_t> ExactInteger(const record::Record& record, absl::string_view name) {
  const absl::StatusOr<const record::ExactValue*> value = FindExact(record, name);
  if (!value.ok()) return value.status();
  if (!(*value)->has_integer()) return OtherKind(name, "an integer");
  return (*value)->integer();
}

absl::StatusOr<std::string> ExactText(const record::Record& record, absl::string_view name) {
  const absl::StatusOr<const record::ExactValue*> value = FindExact(record, name);
  if (!value.ok()) return value.status();
  if ((*value)->has_text()) return (*value)->text();
  if ((*value)->has_digest()) return (*value)->digest();
  return OtherKind(name, "a text or digest");
}

absl::StatusOr<std::string> AxisText(const record::Record& record, absl::string_view axis) {
  for (const record::AxisValue& value : record.point()) {
    if (value.axis() == axis) return value.value();
  }
  return Missing(record, "axis", axis);
}

absl::StatusOr<int64_t> AxisInteger(const record::Record& record, absl::string_view axis) {
  const absl::StatusOr<std::string> text = AxisText(record, axis);
  if (!text.ok()) return text.status();
  int64_t value = 0;
  if (!absl::SimpleAtoi(*text, &value)) {
    return absl::InvalidArgumentError(
        absl::StrCat("axis '", axis, "': '", *text, "' is not an integer"));
  }
  return value;
}

const record::ExactSeries* FindExactSeries(const record::Record& record, absl::string_view name) {
  for (const record::ExactSeries& series : record.exact().series()) {
    if (series.name() == name) return &series;
  }
  return nullptr;
}

const record::MeasuredSeries* FindMeasuredSeries(const record::Record& record,
                                                 absl::string_view name) {
  const record::MeasuredSeries* last = nullptr;
  for (const record::MeasuredSeries& series : record.measured().series()) {
    if (series.name() == name) last = &series;
  }
  return last;
}

const record::Plan* FindPlan(const record::Record& record, absl::string_view model,
                             absl::string_view program) {
  for (const record::Plan& plan : record.plan()) {
    if (plan.model() == model && plan.program() == program) return &plan;
  }
  return nullptr;
}

const record::Cost* FindCost(const record::Record& record, absl::string_view model,
                             absl::string_view program, record::Cost::Quantity quantity) {
  for (const record::Cost& cost : record.cost()) {
    if (cost.model() == model && cost.program() == program && cost.quantity() == quantity) {
      return &cost;
    }
  }
  return nullptr;
}

std::vector<double> Samples(const record::MeasuredSeries& series) {
  return std::vector<double>(series.sample().begin(), series.sample().end());
}

std::string StepSeriesName(absl::string_view program, absl::string_view node) {
  return absl::StrCat(program, kStepMark, node);
}

std::optional<std::string> NodeOfStepSeries(absl::string_view program, absl::string_view series) {
  if (!absl::ConsumePrefix(&series, program) || !absl::ConsumePrefix(&series, kStepMark)) return std::nullopt;
  return std::string(series);
}

bool IsStepSeries(absl::string_view series) { return absl::StrContains(series, kStepMark); }

std::vector<double> MeasuredSamples(const record::Record& record, absl::string_view name) {
  const record::MeasuredSeries* series = FindMeasuredSeries(record, name);
  return series == nullptr ? std::vector<double>() : Samples(*series);
}

std::vector<double> ExactReals(const record::Record& record, absl::string_view name) {
  std::vector<double> values;
  const record::ExactSeries* series = FindExactSeries(record, name);
  if (series == nullptr) return values;
  for (const uint64_t bits : series->bits()) values.push_back(FromBits(bits));
  return values;
}

record::Fingerprint FingerprintOf(const record::Environment& environment,
                                  absl::string_view engine_version,
                                  record::Fingerprint::Mode mode) {
  record::Fingerprint fingerprint;
  fingerprint.set_engine_version(std::string(engine_version));
  fingerprint.set_mode(mode);
  fingerprint.set_onednn_version(environment.onednn_version());
  fingerprint.set_effective_isa(environment.effective_isa());
  if (mode != record::Fingerprint::PORTABLE) fingerprint.set_cpu_model(environment.cpu_model());
  fingerprint.set_compiler(environment.compiler());
  fingerprint.set_libm(environment.libm());
  return fingerprint;
}

std::string PointText(const record::Record& record) {
  std::string text;
  for (const record::AxisValue& value : record.point()) {
    absl::StrAppend(&text, value.axis(), "=", value.value(), ", ");
  }
  return absl::StrCat(text, "seed ", record.seed());
}

bool SameFingerprint(const record::Fingerprint& a, const record::Fingerprint& b) {
  return a.engine_version() == b.engine_version() && a.mode() == b.mode() &&
         a.onednn_version() == b.onednn_version() && a.effective_isa() == b.effective_isa() &&
         a.cpu_model() == b.cpu_model() && a.compiler() == b.compiler() && a.libm() == b.libm();
}

}  // namespace plumbline
