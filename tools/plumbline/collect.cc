// plumbline collect.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "reports/collect.h"
#include "reports/files.h"
#include "tools/plumbline/command.h"

namespace plumbline {
namespace {

Outcome Run(const std::vector<std::string>& words) {
  const auto arguments = Arguments::Parse(words, {{"into"}}, 1, -1);
  if (!arguments.ok()) return UsageError("collect", arguments.status());
  if (arguments->Get("into", "").empty()) {
    return UsageError("collect", absl::InvalidArgumentError("--into is missing: the folder to gather the records in"));
  }
  const std::string into = UserPath(arguments->Get("into", ""));
  std::vector<std::string> folders;
  for (const std::string& folder : arguments->positional()) folders.push_back(UserPath(folder));
  const absl::StatusOr<Collection> collection = Collect(RealSystemCalls(), folders, into);
  if (!collection.ok()) return Failed(collection.status());
  Outcome outcome;
  for (const std::string& pair : collection->conflicts) {
    absl::StrAppend(&outcome.errors, "different records of one run: ", pair, "\n");
  }
  for (const std::string& run : collection->missing) absl::StrAppend(&outcome.errors, "missing: ", run, "\n");
  if (!outcome.errors.empty()) {
    absl::StrAppend(&outcome.errors, "plumbline: error: ", collection->conflicts.size(), " conflicts, ",
                    collection->missing.size(), " runs missing; nothing was copied\n");
    outcome.exit_code = collection->conflicts.empty() ? kExitResources : kExitDiffers;
    return outcome;
  }
  outcome.output = absl::StrCat(into, "\n");
  outcome.errors = absl::StrCat(collection->records, " records\n");
  return outcome;
}

}  // namespace

Command CollectCommand() {
  return {"collect", "DIR... --into DIR", "gather the records that several workers made",
          R"(Each worker of `plumbline run --shard=I/N` keeps the list of all runs beside its records. The
records of the folders are copied to one folder, when all runs are there and no two records of
one run differ; otherwise nothing is copied, and what is missing (exit 3) or differs (exit 1)
is listed. The folder is printed; `plumbline report` renders it.

  --into DIR   the folder for all records; those that it has already count as present
)",
          Run};
}

}  // namespace plumbline
