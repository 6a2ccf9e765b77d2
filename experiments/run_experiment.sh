#!/bin/sh
# Runs shipped experiments from the runfiles tree, where bazel run starts: the first argument is the subcommand, those
# up to "--" are the experiments' files in the workspace; the rest is the user's.
set -eu
command=$1
shift
left=$#
prefix=$PWD/
while [ "$left" -gt 0 ]; do
  argument=$1
  shift
  left=$((left - 1))
  if [ -n "$prefix" ] && [ "$argument" = -- ]; then
    prefix=
  else
    set -- "$@" "$prefix$argument"
  fi
done
exec ./plumbline "$command" "$@"
