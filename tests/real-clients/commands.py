"""Has the words of printed commands parsed by the programs that they are for. Nothing is run.

    commands.py CROSSPULL FOLDER

Each file of the folder holds the words of one command, each ended by NUL. Prints "ok COMMAND" or "not ok COMMAND: WHY".
Runs in the Azure CLI's own Python.
"""

import contextlib
import io
import pathlib
import shutil
import subprocess
import sys


class Parsed(BaseException):
    """The command is parsed, and goes no further. No handler of the Azure CLI's catches it."""


def az(words):
    """Returns why the Azure CLI's parser does not take the words, or None."""
    from azure.cli.core import get_default_cli
    from knack.events import EVENT_INVOKER_POST_PARSE_ARGS

    def stop(_, **__):
        raise Parsed

    cli = get_default_cli()
    cli.register_event(EVENT_INVOKER_POST_PARSE_ARGS, stop)
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            cli.invoke(words)
    except Parsed:
        return None
    except SystemExit:
        pass
    return " ".join(said.getvalue().split())[-300:] or "it was not parsed"


def other(program, words):
    """Returns why a program does not take the words, or None. Asked for its help, it parses and does nothing."""
    first = next((at for at, word in enumerate(words) if word.startswith("-")), len(words))
    done = subprocess.run(
        [program, *words[:first], "--help", *words[first:]], capture_output=True, text=True, timeout=60, check=False
    )
    return None if done.returncode == 0 else " ".join((done.stderr or done.stdout).split())[-300:]


def main():
    crosspull, folder = sys.argv[1:]
    found = {tuple(file.read_text().split("\0")[:-1]) for file in pathlib.Path(folder).iterdir()}
    kubectl = shutil.which("kubectl") or str(pathlib.Path(sys.executable).with_name("kubectl"))
    for program, *words in sorted(found):
        match program:
            case "az":
                why = az(words)
            case "kubectl":
                why = other(kubectl, words)
            case _:
                why = other(crosspull, words)
        command = " ".join([program, *words])[:150].replace("\n", " ")
        print(f"not ok {command}: {why}" if why else f"ok {command}", flush=True)
    if not any(program == "az" for program, *_ in found):
        sys.exit("no command of az was found")


main()
