"""The system's Abseil as a repository.

Abseil is some eighty shared libraries whose names change from release to release, so the list is
read from the system instead of being written down. The linker drops the ones that are not needed.
"""

_FIND = """
for dir in $(${CC:-cc} -print-search-dirs | sed -n 's/^libraries: =//p' | tr ':' ' '); do
  ls "$dir" 2>/dev/null
done | sed -n 's/^lib\\(absl_[a-z0-9_]*\\)[.]so$/\\1/p' | LC_ALL=C sort -u
"""

_BUILD = """
package(default_visibility = ["//visibility:public"])

cc_library(
    name = "absl",
    linkopts = ["-Wl,--push-state,--as-needed"] + [
{libraries}
    ] + ["-Wl,--pop-state"],
)
"""

def _system_libraries_impl(ctx):
    found = ctx.execute(["sh", "-c", _FIND])
    names = [name for name in found.stdout.split("\n") if name]
    if not names:
        fail("Abseil's shared libraries are not installed; run ./bazelw, which installs them.")
    lines = ["        \"-l%s\"," % name for name in names]
    ctx.file("BUILD", _BUILD.format(libraries = "\n".join(lines)))

system_libraries = repository_rule(
    implementation = _system_libraries_impl,
    configure = True,
    environ = ["CC"],
    local = True,
)
