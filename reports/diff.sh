#!/bin/sh
# Compares the published records of two commits of the source tree; see plumbline diff --help.
set -eu
plumbline=$PWD/plumbline
cd "$BUILD_WORKSPACE_DIRECTORY"
unset BUILD_WORKING_DIRECTORY
exec "$plumbline" diff "$@"
