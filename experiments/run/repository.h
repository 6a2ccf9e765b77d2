// Which commit of a repository the working directory belongs to.
#ifndef PLUMBLINE_EXPERIMENTS_RUN_REPOSITORY_H_
#define PLUMBLINE_EXPERIMENTS_RUN_REPOSITORY_H_

#include <string>

namespace plumbline {

struct RepositoryState {
  std::string commit;  // hexadecimal; empty outside a repository
  bool dirty = false;  // tracked files differ from that commit
};

// Of the folder where the user called the program.
RepositoryState ObserveRepository();

}  // namespace plumbline

#endif  // PLUMBLINE_EXPERIMENTS_RUN_REPOSITORY_H_
