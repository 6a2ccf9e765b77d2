// plumbline download.
#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "dsl/diagnostic.h"
#include "experiments/data/ljspeech.h"
#include "experiments/data/octmnist.h"
#include "reports/files.h"
#include "tools/plumbline/command.h"
#include "tools/plumbline/fetch_file.h"
#include "tools/plumbline/unpack_archive.h"

namespace plumbline {
namespace {

constexpr size_t kLargestFile = size_t{4} << 30;

struct Source {
  const char* name;
  const char* file;
  const char* md5;     // one of these two
  const char* sha256;
  const char* folder;  // that the file unpacks to; empty: it is used as it is
  std::vector<std::string> addresses;
};

std::vector<Source> Sources() {
  return {{"octmnist",
           kOctmnistFile,
           kOctmnistMd5,
           "",
           "",
           {"https://zenodo.org/records/10519652/files/octmnist.npz?download=1",
            "https://zenodo.org/record/6496656/files/octmnist.npz?download=1"}},
          {"ljspeech",
           "LJSpeech-1.1.tar.bz2",
           "",
           "be1a30453f28eb8dd26af4101ae40cbf2c50413b1bb21936cbcdc6fae3de8aa5",
           kLjspeechFolder,
           {"https://data.keithito.com/data/speech/LJSpeech-1.1.tar.bz2"}}};
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
  request.sha256 = source->sha256;
  request.limit = kLargestFile;
  Outcome outcome;
  const std::string unpacked = *source->folder == 0 ? "" : JoinPath(FolderOf(request.path), source->folder);
  std::error_code error;
  if (!unpacked.empty() && std::filesystem::exists(unpacked, error)) {
    outcome.output = absl::StrCat(unpacked, "\n");
    outcome.errors = absl::StrCat("plumbline: ", name, " was there, nothing to do\n");
    return outcome;
  }
  const absl::StatusOr<Fetched> fetched = FetchFile(request);
  if (!fetched.ok()) {
    outcome = Failed(absl::Status(fetched.status().code(), EscapeForTerminal(fetched.status().message())));
    absl::StrAppend(&outcome.errors, "the file may also be put there by hand; without it experiments use embedded data\n");
    return outcome;
  }
  if (!unpacked.empty()) {
    const absl::Status status = UnpackArchive(request.path, source->folder);
    if (!status.ok()) return Failed(status);
    std::filesystem::remove(request.path, error);
    outcome.output = absl::StrCat(unpacked, "\n");
    return outcome;
  }
  outcome.output = absl::StrCat(request.path, "\n");
  if (*fetched == Fetched::kBefore) outcome.errors = absl::StrCat("plumbline: ", name, " was there, nothing to do\n");
  return outcome;
}

constexpr char kHelp[] = R"(Fetches a data set's file with curl, verifies its digest, unpacks an archive and writes the path
to stdout. An interrupted download goes on where it stopped when the command is given again.
What has another digest is removed. Without a network nothing has to be downloaded: experiments then use
embedded data and say so.

  octmnist         55 MB from zenodo.org, as octmnist.npz (MedMNIST v2, CC BY 4.0)
  ljspeech         2.7 GB from data.keithito.com, unpacked to LJSpeech-1.1 with 3.8 GB (LJ Speech
                   1.1, public domain); twice that is needed while it unpacks

  --data_dir DIR   the folder for it, which run searches; default `data` in the working directory
  --url ADDRESS    another address of the same file (https, http or file); may be repeated
)";

}  // namespace

Command DownloadCommand() {
  return {"download", "octmnist|ljspeech [--data_dir DIR] [--url ADDRESS]...", "fetch a data set from the network", kHelp,
          Download};
}

}  // namespace plumbline
