#!/bin/sh
# Makes the published reports of the source tree again from their records; see plumbline regenerate --help.
set -eu
plumbline=$PWD/plumbline
cd "$BUILD_WORKSPACE_DIRECTORY"
unset BUILD_WORKING_DIRECTORY
exec "$plumbline" regenerate "$@"
