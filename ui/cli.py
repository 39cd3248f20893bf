"""The command line: `cvm`.

Exit status 0 done, 1 a bug, 2 the user's input, 3 part not computed and --strict given,
130 stopped by Ctrl-C.
"""

import os
import signal
import sys
from typing import NoReturn

import typer

from tools.errors import BackendError, UserError
from ui import session
from ui.commands import (
    audit,
    campaign,
    data,
    eval,
    inputs,
    interview,
    letter,
    model,
    notes,
    shelf,
    talk,
    threads,
    upkeep,
    value_report,
    whatif,
)
from ui.phrases import REFUSALS

app = typer.Typer(
    name="cvm",
    help="Customer Value Management assistant: audits a client base; every number is traceable to rows.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for register in (
    data.register, audit.register, talk.register, value_report.register, campaign.register, shelf.register,
    upkeep.register, eval.register, whatif.register, model.register, inputs.register, interview.register, threads.register, letter.register, notes.register,
):  # fmt: skip
    register(app)


def main() -> None:
    """Run the command of `sys.argv`; leave with the exit status of the contract."""
    signal.signal(signal.SIGINT, session.interrupt)
    try:
        app()
    except SystemExit as left:
        if left.code == session.STOPPED:  # typer's answer to Ctrl-C
            _stop()
        raise
    except KeyboardInterrupt:
        _stop()
    except UserError as error:
        session.note(error.shown(session.spoken()))
        sys.exit(session.USER_ERROR)
    except BackendError as error:
        session.note(str(error))
        sys.exit(session.BUG)


def _stop() -> NoReturn:
    """Say that the work was stopped, and leave at once.

    Not by `sys.exit`: where Ctrl-C came inside an ``exec`` of a library, the interpreter forgets the exit status and
    kills itself by the signal.
    """
    session.note(REFUSALS["stopped"][session.spoken()])
    sys.stdout.flush()
    os._exit(session.STOPPED)


if __name__ == "__main__":
    main()
