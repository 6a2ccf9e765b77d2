// plumbline download.
#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "dsl/diagnostic.h"
#include "experiments/data/octmnist.h"
#include "reports/files.h"
#include "tools/plumbline/command.h"
#include "tools/plumbline/fetch_file.h"

namespace plumbline {
namespace {

constexpr size_t kLargestFile = size_t{1} << 30;

struct Source {
  const char* name;
  const char* file;
  const char* md5;
  std::vector<std::string> addresses;
};

std::vector<Source> Sources() {
  return {{"octmnist",
           kOctmnistFile,
           kOctmnistMd5,
           {"https://zenodo.org/records/10519652/files/octmnist.npz?download=1",
            "https://zenodo.org/record/6496656/files/octmnist.npz?download=1"}}};
}

Outcome Download(const std::vector<std::string>& words) {
  const auto arguments = Arguments::Parse(words, {{"data_dir"}, {"url", true, true}}, 1, 1);
  if (!arguments.ok()) return UsageError("download", arguments.status());
  const std::string& name = arguments->positional()[0];
  const std::vector<Source> sources = Sources();
  const auto source = std::find_if(sources.begin(), sources.end(), [&](const Source& known) { return known.name == name; });
  if (source == sources.end()) {
    std::vector<std::string> names;
    for (const Source& known : sources) names.push_back(known.name);
    return UsageError("download", absl::InvalidArgumentError(absl::StrCat("unknown data set '", EscapeForTerminal(name),
                                                                          "'; known: ", absl::StrJoin(names, ", "))));
  }
  FetchRequest request;
  request.addresses = arguments->Has("url") ? arguments->All("url") : source->addresses;
  request.path = JoinPath(UserPath(arguments->Get("data_dir", kDefaultDataFolder)), source->file);
  request.md5 = source->md5;
  request.limit = kLargestFile;
  const absl::StatusOr<Fetched> fetched = FetchFile(request);
  Outcome outcome;
  if (!fetched.ok()) {
    outcome = Failed(absl::Status(fetched.status().code(), EscapeForTerminal(fetched.status().message())));
    absl::StrAppend(&outcome.errors, "the file may also be put there by hand; without it experiments use embedded data\n");
    return outcome;
  }
  outcome.output = absl::StrCat(request.path, "\n");
  if (*fetched == Fetched::kBefore) outcome.errors = absl::StrCat("plumbline: ", name, " was there, nothing to do\n");
  return outcome;
}

constexpr char kHelp[] = R"(Fetches a data set's file with curl, verifies its MD5 and writes its path to stdout. An
interrupted download goes on where it stopped when the command is given again. What has
another MD5 is removed. Without a network nothing has to be downloaded: experiments then use
embedded data and say so.

  octmnist         55 MB from zenodo.org, as octmnist.npz (MedMNIST v2, CC BY 4.0)

  --data_dir DIR   the folder for it, which run searches; default `data` in the working directory
  --url ADDRESS    another address of the same file (https, http or file); may be repeated
)";

}  // namespace

Command DownloadCommand() {
  return {"download", "octmnist [--data_dir DIR] [--url ADDRESS]...", "fetch a data set from the network", kHelp,
          Download};
}

}  // namespace plumbline
