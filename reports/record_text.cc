// Head, body, digest; and what a record must satisfy beyond its schema.
#include "reports/record_text.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <set>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "reports/canonical_text.h"
#include "reports/digest.h"

namespace plumbline {
namespace {

constexpr absl::string_view kHead =
    "# proto-file: reports/record.proto\n"
    "# proto-message: plumbline.record.Record\n";
constexpr absl::string_view kVersionField = "schema_version: ";
constexpr absl::string_view kDigestMark = "# sha256: ";

bool SameNumber(uint64_t bits, double value) {
  double number;
  std::memcpy(&number, &bits, sizeof(number));
  if (std::isnan(number) || std::isnan(value)) return std::isnan(number) && std::isnan(value);
  uint64_t value_bits;
  std::memcpy(&value_bits, &value, sizeof(value));
  return bits == value_bits;
}

class Rules {
 public:
  void Require(bool holds, absl::string_view what) {
    const bool told = !mistakes_.empty() && mistakes_.back() == what;
    if (!holds && !told) mistakes_.push_back(std::string(what));
  }
  absl::Status Finish() const {
    if (mistakes_.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrJoin(mistakes_, "\n"));
  }

 private:
  std::vector<std::string> mistakes_;
};

class UniqueNames {
 public:
  UniqueNames(Rules& rules, absl::string_view kind) : rules_(rules), kind_(kind) {}
  void Add(const std::string& name) {
    rules_.Require(!name.empty(), absl::StrCat(kind_, ": a name is missing"));
    const bool inserted = names_.insert(name).second;
    rules_.Require(inserted, absl::StrCat(kind_, " '", name, "' is there twice"));
  }

 private:
  Rules& rules_;
  const std::string kind_;
  std::set<std::string> names_;
};

void CheckIdentity(const record::Record& record, Rules& rules) {
  rules.Require(
      record.schema_version() == kRecordSchemaVersion,
      absl::StrCat("schema version ", record.schema_version(), " is not ", kRecordSchemaVersion));
  rules.Require(IsSha256Hex(record.key()), "key: must be 64 lower-case hexadecimal digits");
  rules.Require(!record.experiment().empty(), "experiment: the name is missing");
  UniqueNames axes(rules, "axis");
  for (const record::AxisValue& value : record.point()) axes.Add(value.axis());
  UniqueNames models(rules, "model");
  for (const record::ModelText& model : record.model()) {
    models.Add(model.name());
    rules.Require(IsSha256Hex(model.identity()),
                  absl::StrCat("model '", model.name(), "': its identity is no digest"));
  }
  UniqueNames data(rules, "data set");
  for (const record::DataDigest& digest : record.data()) {
    data.Add(digest.name());
    rules.Require(IsSha256Hex(digest.sha256()),
                  absl::StrCat("data set '", digest.name(), "': its sha256 is no digest"));
  }
}

void CheckPlansAndCosts(const record::Record& record, Rules& rules) {
  UniqueNames plans(rules, "plan");
  for (const record::Plan& plan : record.plan()) {
    plans.Add(absl::StrCat(plan.model(), " ", plan.program()));
  }
  UniqueNames costs(rules, "cost");
  for (const record::Cost& cost : record.cost()) {
    const std::string name = absl::StrCat(cost.model(), " ", cost.program(), " ",
                                          record::Cost::Quantity_Name(cost.quantity()));
    costs.Add(name);
    rules.Require(record::Cost::Quantity_IsValid(cost.quantity()) &&
                      cost.quantity() != record::Cost::QUANTITY_UNSPECIFIED,
                  absl::StrCat("cost '", name, "': its quantity is missing"));
    for (const record::CostTerm& term : cost.term()) {
      rules.Require(term.denominator() > 0,
                    absl::StrCat("cost '", name, "': a denominator is not positive"));
      for (const record::Power& factor : term.factor()) {
        rules.Require(factor.exponent() > 0,
                      absl::StrCat("cost '", name, "': an exponent is not positive"));
      }
    }
  }
}

void CheckExactSeries(const record::ExactSeries& series, Rules& rules) {
  const std::string where = absl::StrCat("exact series '", series.name(), "': ");
  const int count = series.index_size();
  rules.Require(series.bits_size() == series.value_size(),
                absl::StrCat(where, "bits and values differ in number"));
  const int kinds =
      (series.bits_size() > 0) + (series.integer_size() > 0) + (series.digest_size() > 0);
  rules.Require(kinds <= 1, absl::StrCat(where, "values of more than one kind"));
  rules.Require(series.bits_size() + series.integer_size() + series.digest_size() == count,
                absl::StrCat(where, "values and indices differ in number"));
  for (int i = 0; i < series.bits_size() && i < series.value_size(); ++i) {
    rules.Require(SameNumber(series.bits(i), series.value(i)),
                  absl::StrCat(where, "bits and value ", i, " are not the same number"));
  }
}

void CheckExact(const record::Exact& exact, Rules& rules) {
  UniqueNames values(rules, "exact value");
  for (const record::ExactValue& value : exact.value()) {
    values.Add(value.name());
    rules.Require(value.kind_case() != record::ExactValue::KIND_NOT_SET,
                  absl::StrCat("exact value '", value.name(), "' has no value"));
    if (value.has_real()) {
      rules.Require(
          SameNumber(value.real().bits(), value.real().value()),
          absl::StrCat("exact value '", value.name(), "': bits and value are not the same number"));
    }
  }
  UniqueNames series(rules, "exact series");
  for (const record::ExactSeries& each : exact.series()) {
    series.Add(each.name());
    CheckExactSeries(each, rules);
  }
}

void CheckMeasuredSeries(const record::MeasuredSeries& series,
                         const std::set<std::string>& measurements, Rules& rules) {
  const std::string where = absl::StrCat("measured series '", series.name(), "': ");
  const int count = series.sample_size();
  rules.Require(measurements.count(series.measurement()) > 0,
                absl::StrCat(where, "measurement '", series.measurement(), "' is not listed"));
  rules.Require(!series.unit().empty(), absl::StrCat(where, "its unit is missing"));
  rules.Require(series.round_size() == count,
                absl::StrCat(where, "samples and rounds differ in number"));
  rules.Require(series.contended_size() == 0 || series.contended_size() == count,
                absl::StrCat(where, "samples and contended flags differ in number"));
  rules.Require(series.iterations_size() == 0 || series.iterations_size() == count,
                absl::StrCat(where, "samples and iterations differ in number"));
  for (const double sample : series.sample()) {
    rules.Require(std::isfinite(sample), absl::StrCat(where, "a sample is not finite"));
  }
}

void CheckMeasured(const record::Measured& measured, Rules& rules) {
  UniqueNames ids(rules, "measurement");
  std::set<std::string> measurements;
  for (const record::Measurement& measurement : measured.measurement()) {
    ids.Add(measurement.id());
    measurements.insert(measurement.id());
  }
  UniqueNames names(rules, "measured series");
  for (const record::MeasuredSeries& series : measured.series()) {
    names.Add(series.name().empty() ? ""
                                    : absl::StrCat(series.name(), " of ", series.measurement()));
    CheckMeasuredSeries(series, measurements, rules);
  }
}

absl::Status InFile(absl::string_view file, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(file, ": error: ", what));
}

// The text without its last line, whose digest must be right.
absl::StatusOr<absl::string_view> WithoutDigest(absl::string_view text, absl::string_view file) {
  const size_t line_size = kDigestMark.size() + kSha256HexDigits + 1;
  const absl::string_view line =
      text.size() < line_size ? "" : text.substr(text.size() - line_size);
  if (!absl::StartsWith(line, kDigestMark) || !absl::EndsWith(line, "\n")) {
    return InFile(file, "cut short or changed: the last line is not the digest of the record");
  }
  const absl::string_view body = text.substr(0, text.size() - line_size);
  if (Sha256Hex(body) != line.substr(kDigestMark.size(), kSha256HexDigits)) {
    return InFile(file, "changed after it was written: its digest does not match");
  }
  return body;
}

absl::Status CheckVersion(absl::string_view body, absl::string_view file) {
  const absl::string_view line = body.substr(0, body.find('\n'));
  int version = 0;
  if (!absl::StartsWith(line, kVersionField) ||
      !absl::SimpleAtoi(absl::StripPrefix(line, kVersionField), &version)) {
    return InFile(file, "not a record: the schema version is missing");
  }
  if (version == kRecordSchemaVersion) return absl::OkStatus();
  return InFile(file, absl::StrCat("record of schema version ", version, ", ",
                                   version < kRecordSchemaVersion ? "older" : "newer", " than ",
                                   kRecordSchemaVersion, ", which this program reads"));
}

}  // namespace

absl::Status ValidateRecord(const record::Record& record) {
  Rules rules;
  CheckIdentity(record, rules);
  CheckPlansAndCosts(record, rules);
  CheckExact(record.exact(), rules);
  CheckMeasured(record.measured(), rules);
  return rules.Finish();
}

absl::StatusOr<std::string> RecordText(const record::Record& record) {
  absl::Status valid = ValidateRecord(record);
  if (!valid.ok()) return valid;
  absl::StatusOr<std::string> body = CanonicalText(record);
  if (!body.ok()) return body;
  std::string text = absl::StrCat(kHead, *body);
  absl::StrAppend(&text, kDigestMark, Sha256Hex(text), "\n");
  return text;
}

absl::StatusOr<record::Record> ParseRecord(absl::string_view text, absl::string_view file) {
  if (!absl::StartsWith(text, kHead)) {
    return InFile(file, absl::StrCat("not a record: it does not begin with '",
                                     kHead.substr(0, kHead.find('\n')), "'"));
  }
  absl::Status version = CheckVersion(text.substr(kHead.size()), file);
  if (!version.ok()) return version;
  const absl::StatusOr<absl::string_view> body = WithoutDigest(text, file);
  if (!body.ok()) return body.status();
  absl::StatusOr<record::Record> record = ParseText<record::Record>(*body, file);
  if (!record.ok()) return record;
  const absl::Status valid = ValidateRecord(*record);
  if (!valid.ok()) {
    return InFile(file, absl::StrJoin(absl::StrSplit(valid.message(), '\n'),
                                      absl::StrCat("\n", file, ": error: ")));
  }
  const absl::StatusOr<std::string> again = RecordText(*record);
  if (!again.ok() || *again != text) return InFile(file, "not in the canonical form of a record");
  return record;
}

}  // namespace plumbline
