#!/bin/bash
# Checks every #include under a folder against the dependency directions of the tree (README).
#   check_includes.sh FOLDER
# Prints FILE:LINE: the include, the rule it breaks; exit code 1 when there is one. It reads text:
# what is included through another header counts where that header is.
set -euo pipefail
cd -- "$1"

# FOLDER | what its files must not include (an extended regular expression on the path) | why
readonly rules='
dsl|^(compiler|ops|experiments|reports)/|the language knows nothing of what is built from it
compiler/ir|^(google/protobuf/|.*[.]pb[.]h$)|the graph knows no protobuf
compiler/ir|^(compiler/(onednn|passes|runtime)/|compiler/[^/]*$|dsl/|ops/|experiments/|reports/)|the graph stands below everything
compiler/passes|^(ops/|experiments/|reports/)|a pass asks the definition of an op and knows no op
compiler/passes|^compiler/[^/]*$|compile.h stands above the passes
compiler/onednn|^(google/protobuf/|.*[.]pb[.]h$|dsl/|ops/|compiler/passes/|compiler/[^/]*$|experiments/|reports/)|the oneDNN layer serves ops and runtime
compiler/runtime|^(google/protobuf/|.*[.]pb[.]h$|dsl/|ops/|compiler/passes/|compiler/[^/]*$|experiments/|reports/)|the runtime runs programs and knows no source of them
compiler|^(experiments|reports)/|the compiler stands below the experiments
ops|^(compiler/passes/|compiler/[^/]*$|experiments/|reports/)|an op knows its graph and its kernels only
experiments|^compiler/(passes|onednn)/|experiments reach the compiler through compile.h
reports|^(compiler|ops|experiments|dsl)/|a report is a function of records
'

# One line "FILE:LINE:PATH" for every include, <> and "" alike.
includes=$(
  for folder in compiler dsl experiments ops reports tools; do
    [ ! -d "$folder" ] || find -L "$folder" -type f -regex '.*[.]\(cc\|h\|inc\)' -print0
  done | LC_ALL=C sort -z |
    xargs -0 -r grep -HnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]' |
    sed -E 's/^([^:]*:[0-9]+):[^"<]*["<]([^">]*)[">].*/\1:\2/'
) || true

broken=0
check() {  # FILE PLACE PATH: all rules on one include
  local folder rest why regex
  while IFS='|' read -r folder rest; do
    why=${rest##*|}
    regex=${rest%|*}
    if [[ -n $folder && $1 == "$folder"/* && $3 =~ $regex ]]; then
      echo "$2: must not include \"$3\": $why"
      broken=1
    fi
  done <<< "$rules"
  # oneDNN's own headers belong to one folder.
  if [[ $1 != compiler/onednn/* && $3 =~ ^(oneapi/dnnl/)?dnnl[^/]*[.](h|hpp)$ ]]; then
    echo "$2: must not include \"$3\": only compiler/onednn knows dnnl.hpp"
    broken=1
  fi
}

count=0
while IFS= read -r line; do
  [ -n "$line" ] || continue
  check "${line%%:*}" "${line%:*}" "${line##*:}"
  count=$((count + 1))
done <<< "$includes"
echo "$count includes checked."
exit "$broken"
