// plumbline export: models and records in the formats of other programs.
#include <unistd.h>

#include <algorithm>
#include <map>
#include <optional>

#include "absl/strings/str_cat.h"
#include "experiments/arrays/parameter_file.h"
#include "experiments/run/report_writer.h"
#include "reports/files.h"
#include "reports/record_store.h"
#include "tools/export/benchmark_json.h"
#include "tools/export/dot.h"
#include "tools/export/event_file.h"
#include "tools/export/forward_graph.h"
#include "tools/export/onnx_file.h"
#include "tools/plumbline/command.h"

namespace plumbline {
namespace {

constexpr char kEventFileName[] = "events.out.tfevents.0.plumbline";  // TensorBoard looks for "tfevents"

absl::Status Invalid(std::string message) { return absl::InvalidArgumentError(std::move(message)); }

// -o is short for --output.
std::vector<std::string> WithLongFlags(std::vector<std::string> words) {
  const auto end = std::find(words.begin(), words.end(), "--");
  std::replace(words.begin(), end, std::string("-o"), std::string("--output"));
  return words;
}

// Flags that mean nothing to a format are mistakes.
absl::Status RefuseFlags(const Arguments& arguments, const std::string& format, const std::vector<std::string>& flags) {
  for (const std::string& flag : flags) {
    if (arguments.Has(flag)) return Invalid(absl::StrCat("--", flag, " means nothing with --format=", format));
  }
  return absl::OkStatus();
}

// The result to a file, or to stdout if there is none.
Outcome Deliver(const Arguments& arguments, std::string bytes, bool binary, Outcome outcome) {
  const std::string path = arguments.Get("output", "");
  if (!path.empty()) {
    const absl::Status status = WriteFileAtomically(RealSystemCalls(), UserPath(path), bytes);
    if (!status.ok()) return Failed(status);
    outcome.output = absl::StrCat(path, "\n");
  } else if (binary && isatty(STDOUT_FILENO) != 0) {
    return UsageError("export", Invalid("this format is no text for a terminal; give -o FILE"));
  } else {
    outcome.output = std::move(bytes);
  }
  return outcome;
}

// --- models ---

absl::StatusOr<std::optional<ParameterValues>> ReadWeights(const Arguments& arguments, const Graph& graph) {
  std::optional<ParameterValues> none;
  if (!arguments.Has("weights")) return none;
  ParameterShapes shapes;
  for (const NodeId id : graph.Sources(SourceKind::kParameter)) {
    shapes[graph.node(id).name] = ConcreteShape(graph.type(graph.node(id).outputs[0]).shape);
  }
  const std::string path = arguments.Get("weights", "");
  absl::StatusOr<ParameterValues> values = ReadParameters(UserPath(path), path, shapes);
  if (!values.ok()) return values.status();
  return std::optional<ParameterValues>(*std::move(values));
}

absl::StatusOr<std::string> ModelBytes(const Arguments& arguments, const Model& model, const std::string& format) {
  const absl::StatusOr<Bindings> sizes = ParseSizes("at", arguments.Get("at", ""));
  if (!sizes.ok()) return sizes.status();
  const absl::StatusOr<Graph> graph = format == "onnx" ? ForwardGraph(model, *sizes) : WholeGraph(model, *sizes);
  if (!graph.ok()) return graph.status();
  if (format == "dot") return DotText(*graph, model.expanded.name.empty() ? "model" : model.expanded.name);
  const absl::StatusOr<std::optional<ParameterValues>> weights = ReadWeights(arguments, model.graph);
  if (!weights.ok()) return weights.status();
  const ParameterValues* const values = weights->has_value() ? &**weights : nullptr;
  return format == "onnx" ? OnnxFile(model, *graph, values) : NetronFile(model, *graph, values);
}

Outcome ExportModel(const Arguments& arguments, const std::string& format) {
  absl::Status status = RefuseFlags(arguments, format, {"into"});
  if (status.ok() && format == "dot") status = RefuseFlags(arguments, format, {"weights"});
  if (!status.ok()) return UsageError("export", status);
  Outcome outcome;
  const std::optional<Model> model = LoadModelForUser(arguments.positional()[0], arguments.All("set"), outcome);
  if (!model) return outcome;
  absl::StatusOr<std::string> bytes = ModelBytes(arguments, *model, format);
  if (!bytes.ok()) return Failed(bytes.status());
  return Deliver(arguments, *std::move(bytes), format != "dot", std::move(outcome));
}

// --- records ---

// Every file is made before the first is written.
absl::Status WriteFiles(const std::string& folder, const std::map<std::string, std::string>& files) {
  for (const auto& [name, bytes] : files) {
    const std::string path = JoinPath(folder, name);
    absl::Status status = MakeFolders(RealSystemCalls(), FolderOf(path));
    if (status.ok()) status = WriteFileAtomically(RealSystemCalls(), path, bytes);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

Outcome ExportFiles(const Arguments& arguments, const std::map<std::string, std::string>& files, const char* missing) {
  Outcome outcome;
  if (files.empty()) {
    outcome.exit_code = kExitNotMeasured;
    outcome.errors = absl::StrCat("plumbline: error: ", missing, "\n");
    return outcome;
  }
  const std::string into = arguments.Get("into", "");
  const absl::Status status = WriteFiles(UserPath(into), files);
  if (!status.ok()) return Failed(status);
  for (const auto& file : files) absl::StrAppend(&outcome.output, JoinPath(into, file.first), "\n");
  return outcome;
}

Outcome ExportBenchmark(const Arguments& arguments, const std::vector<record::Record>& records) {
  absl::StatusOr<std::string> json = BenchmarkJson(records);
  if (json.ok()) return Deliver(arguments, *std::move(json), false, {});
  Outcome outcome = Failed(json.status());
  if (absl::IsFailedPrecondition(json.status())) outcome.exit_code = kExitNotMeasured;
  return outcome;
}

Outcome ExportCurves(const Arguments& arguments, const std::vector<record::Record>& records) {
  std::map<std::string, std::string> files;
  for (const record::Record& record : records) {
    const std::string name = JoinPath(RunFolder(record), kEventFileName);
    std::string bytes = EventFile(record);
    if (bytes.empty()) continue;
    if (!files.emplace(name, std::move(bytes)).second) {
      return Failed(Invalid(absl::StrCat("two records are of the run ", RunFolder(record),
                                         "; export records of one version at a time")));
    }
  }
  return ExportFiles(arguments, files, "no record has a series over epochs or steps");
}

Outcome ExportTables(const Arguments& arguments, const std::string& records) {
  const absl::StatusOr<std::map<std::string, std::string>> files = RenderReportData(records);
  if (!files.ok()) return Failed(files.status());
  return ExportFiles(arguments, *files, "the reports have neither tables nor plots");
}

Outcome ExportRecords(const Arguments& arguments, const std::string& format) {
  absl::Status status = RefuseFlags(arguments, format, {"set", "at", "weights"});
  const bool to_folder = format != "benchmark";
  if (status.ok()) status = RefuseFlags(arguments, format, {to_folder ? "output" : "into"});
  if (status.ok() && to_folder && arguments.Get("into", "").empty()) {
    status = Invalid(absl::StrCat("--format=", format, " needs --into DIR, the folder for its files"));
  }
  if (!status.ok()) return UsageError("export", status);
  const std::string& shown = arguments.positional()[0];
  if (format == "csv") return ExportTables(arguments, UserPath(shown));
  const RecordStore store(RealSystemCalls(), UserPath(shown));
  const absl::StatusOr<std::vector<record::Record>> records = store.ReadAll();
  if (!records.ok()) return Failed(records.status());
  if (records->empty()) return Failed(absl::NotFoundError(absl::StrCat(shown, ": error: there are no records")));
  if (format == "benchmark") return ExportBenchmark(arguments, *records);
  return ExportCurves(arguments, *records);
}

Outcome Run(const std::vector<std::string>& words) {
  const auto arguments = Arguments::Parse(
      WithLongFlags(words), {{"format"}, {"set", true, true}, {"at"}, {"weights"}, {"output"}, {"into"}}, 1, 1);
  if (!arguments.ok()) return UsageError("export", arguments.status());
  const std::vector<std::string> formats = {"dot", "onnx", "netron", "benchmark", "csv", "tensorboard"};
  if (!arguments->Has("format")) {
    return UsageError("export", Invalid("--format is missing: dot, onnx or netron of a model; benchmark, csv or "
                                        "tensorboard of records"));
  }
  const auto format = arguments->Choice("format", formats);
  if (!format.ok()) return UsageError("export", format.status());
  const bool model = *format == "dot" || *format == "onnx" || *format == "netron";
  return model ? ExportModel(*arguments, *format) : ExportRecords(*arguments, *format);
}

constexpr char kHelp[] = R"(Of a model, to stdout or to -o FILE:

  --format=dot      the graph as text for Graphviz, nodes of one path prefix in a box:
                    plumbline export cnn.textproto --format=dot | dot -Tsvg > cnn.svg
  --format=onnx     what the model's outputs compute, for ONNX runtimes (opset 17). Names of inputs,
                    outputs and parameters are kept, symbols are dim_param, and shapes follow the
                    inputs at run time. Ops without an operator of ONNX's become several; an op that
                    cannot be expressed is an error with its place. Losses, metrics and dropout are
                    left out. Results agree with `plumbline exec` up to rounding
  --format=netron   for looking at in Netron: one node an op, as the model is written, losses and
                    metrics included, with shapes, and with operations and bytes in each node's
                    documentation. Nothing but a viewer reads it

  --set NAME=VALUE  another value for a constant of the model
  --at B=8,L=128    numbers for some or all symbols
  --weights W       .npz or .safetensors with exactly the model's parameters, which become part of
                    the file; without it they are inputs (onnx) or have a shape only (netron)
  -o, --output FILE whole or not at all

Of a folder of records:

  --format=benchmark    every measured time as Google Benchmark's JSON, a repetition for each sample,
                        to stdout or to -o FILE; its compare.py reads it:
                        plumbline export before/records --format=benchmark -o before.json
                        plumbline export after/records --format=benchmark -o after.json
                        compare.py benchmarks before.json after.json
                        Records hold wall time, which stands as cpu_time as well
  --format=csv          the data of every table and plot of the reports, as --into DIR/EXPERIMENT/NAME.csv
  --format=tensorboard  what trainings recorded by epoch, one folder a run:
                        plumbline export RECORDS --format=tensorboard --into curves
                        tensorboard --logdir curves
                        An event's time is its step, in seconds: the same records, the same bytes

stdout lists the files that were written. Exit code 5: the records have nothing of the kind.
)";

}  // namespace

Command ExportCommand() {
  return {"export",
          "MODEL --format=dot|onnx|netron [--set NAME=VALUE]... [--at B=8,...] [--weights W] [-o FILE]\n"
          "       plumbline export RECORDS --format=benchmark [-o FILE]\n"
          "       plumbline export RECORDS --format=csv|tensorboard --into DIR",
          "write a model or records in the formats of other programs", kHelp, Run};
}

}  // namespace plumbline
