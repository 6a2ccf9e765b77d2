"""Experiments as Bazel targets."""

def experiment(name, spec, models, data = [], visibility = None):
    """An experiment file as targets:

      NAME             bazel run: runs what its records do not have yet and writes the report
      NAME_smoke_test  the smoke scale, from scratch; a test
      NAME_exact       the exact results of the smoke scale as NAME_exact.tar, an action that Bazel
                       caches and may run elsewhere: it is made again when the engine, the files or
                       the data change. Timings are never part of it.

    Args:
      name: of the target to run.
      spec: the experiment file, in this package or a label of a file.
      models: its model files.
      data: files that it reads: data sets beside it.
      visibility: of the target to run.
    """
    files = [spec] + models + data
    runner = Label("//experiments:run_experiment.sh")
    native.sh_binary(
        name = name,
        srcs = [runner],
        args = ["run", "$(rootpath %s)" % spec, "--"],
        data = files + [Label("//:plumbline")],
        # What a user asks for is measured on the machine at hand, alone and now.
        tags = ["local", "no-cache", "no-remote"],
        visibility = visibility,
    )
    native.sh_test(
        name = name + "_smoke_test",
        size = "small",
        srcs = [Label("//experiments:smoke_test.sh")],
        args = ["$(rootpath %s)" % spec],
        data = files + [Label("//:plumbline")],
    )
    native.genrule(
        name = name + "_exact",
        # The program is a source: as a tool it would be compiled a second time, for the host.
        srcs = files + [Label("//:plumbline")],
        outs = [name + "_exact.tar"],
        cmd = "folder=$$(mktemp -d) && $(location %s) run $(location %s) --scale smoke --exact_only " %
              (Label("//:plumbline"), spec) +
              "--records $$folder/records >/dev/null && tar --sort=name --mtime=@0 --owner=0 " +
              "--group=0 --numeric-owner -cf $@ -C $$folder records && rm -rf $$folder",
    )
