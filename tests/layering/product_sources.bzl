"""The source files of the product, found through the dependencies of its programs.

An aspect walks from the given targets to every C++ library and collects the headers and bodies of
this workspace, so that no package has to list its files a second time.
"""

SourcesInfo = provider(fields = {"files": "depset of the source files below a target"})

def _collect_impl(target, ctx):
    if target.label.workspace_root:
        return [SourcesInfo(files = depset())]
    own = []
    for attribute in ("srcs", "hdrs", "textual_hdrs"):
        for file in getattr(ctx.rule.files, attribute, []):
            if file.is_source and file.extension in ("cc", "h", "inc"):
                own.append(file)
    below = []
    for attribute in ("deps", "actual", "srcs"):
        value = getattr(ctx.rule.attr, attribute, None)
        for dep in value if type(value) == "list" else [value]:
            if type(dep) == "Target" and SourcesInfo in dep:
                below.append(dep[SourcesInfo].files)
    return [SourcesInfo(files = depset(own, transitive = below))]

_collect = aspect(
    implementation = _collect_impl,
    attr_aspects = ["deps", "actual", "srcs"],
)

def _product_sources_impl(ctx):
    files = depset(transitive = [dep[SourcesInfo].files for dep in ctx.attr.programs])
    return [DefaultInfo(files = files, runfiles = ctx.runfiles(transitive_files = files))]

product_sources = rule(
    implementation = _product_sources_impl,
    attrs = {"programs": attr.label_list(aspects = [_collect])},
    doc = "The source files of this workspace that the given targets are made of.",
)
